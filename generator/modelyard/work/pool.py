"""Shards on all processors. Each worker keeps its share in memory between preparing and writing.

Because specs and environments are loaded before workers are forked, they start with everything at
hand; where a system cannot fork, or little is to be done, the work is done here. The order of
results never depends on the number of workers.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from modelyard.work.result import Share

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from modelyard.load.repository import Repository
    from modelyard.work.result import Task
    from modelyard.work.shard import Shard
    from modelyard.write.changes import Change
    from modelyard.write.state import Fingerprint

WORTH_A_WORKER = 60
"""Directories; below that, starting a worker takes longer than it saves."""


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


Made = TypeVar("Made", covariant=True)


class Worker(Protocol[Made]):
    """What works on a share of the tasks, here or in a process of its own."""

    def prepare(self, tasks: list[Task], /) -> Made:
        """What its tasks come to."""

    def commit(self) -> Any:
        """Do what was prepared."""

    def forget(self) -> None:
        """Leave what was prepared before to the process that did."""


class Workers(Generic[Made]):
    """Forks one worker into as many as are worth it."""

    def __init__(self, jobs: int | None = None) -> None:
        self.jobs = jobs or processors()
        self._workers: list[tuple[Any, Connection]] = []

    def shares(self, worker: Worker[Made], tasks: list[Task]) -> list[Made]:
        """What the tasks come to, share by share."""
        size = sum(len(wanted) for _, wanted, _ in tasks)
        count = min(self.jobs, size // WORTH_A_WORKER, len(tasks))
        if count <= 1 or sys.platform == "win32" or not hasattr(os, "fork"):
            gc.disable()
            return [worker.prepare(tasks)]
        return self._in_workers(worker, tasks, count)

    def once(self, worker: Worker[Made], tasks: list[Task]) -> list[Made]:
        """What the tasks come to, share by share, for work that is not committed."""
        try:
            return self.shares(worker, tasks) if tasks else []
        finally:
            self.close()

    def close(self) -> None:
        """Let the workers go."""
        for process, connection in self._workers:
            connection.close()
            process.join()
        self._workers.clear()

    def _in_workers(self, worker: Worker[Made], tasks: list[Task], count: int) -> list[Made]:
        from multiprocessing import get_context

        context = get_context("fork")
        gc.freeze()
        started: list[Connection] = []
        for index in range(count):
            mine, theirs = context.Pipe()
            inherited = [connection for _, connection in self._workers]
            process = context.Process(
                target=_serve,
                args=(theirs, [mine, *inherited], worker, tasks[index::count]),
                daemon=True,
            )
            process.start()
            theirs.close()
            self._workers.append((process, mine))
            started.append(mine)
        return [_received(connection) for connection in started]


class Pool(Workers[Share]):
    """Prepares tasks and then commits them, here or in workers."""

    def __init__(
        self,
        repository: Repository,
        *,
        force: bool = False,
        check: bool = False,
        rules: bool = True,
        jobs: int | None = None,
    ) -> None:
        super().__init__(jobs)
        self.repository, self.force, self.check, self.rules = repository, force, check, rules

    @cached_property
    def local(self) -> Shard:
        """What is done here, and what workers are forked from.

        Made late, because a run that finds nothing to do needs none of what a shard needs.
        """
        from modelyard.work.shard import Shard

        how = {"force": self.force, "check": self.check, "rules": self.rules}
        return Shard(self.repository, **how)

    def prepare(self, tasks: list[Task]) -> Share:
        """Everything that the tasks come to, in their order."""
        whole = Share()
        for share in self.shares(self.local, tasks) if tasks else ():
            whole.add(share, [name for name, *_ in tasks])
        return whole

    def commit(self) -> dict[str, Fingerprint | None]:
        """Write everything that was prepared."""
        for _, connection in self._workers:
            connection.send("commit")
        found = self.local.commit()
        for _, connection in self._workers:
            found |= _received(connection)
        return found

    def changes(self) -> list[Change]:
        """What committing would write, where the work was done here."""
        return self.local.changes


def _serve(
    connection: Connection, inherited: list[Connection], worker: Worker[Any], tasks: list[Task]
) -> None:
    """A worker's life: prepare, wait for the word, commit. It ends when the parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()
    gc.disable()
    worker.forget()
    try:
        connection.send(("done", worker.prepare(tasks)))
        if connection.recv() == "commit":
            connection.send(("done", worker.commit()))
    except EOFError:
        return
    except Exception as error:
        import traceback

        connection.send(("failed", (error, traceback.format_exc())))


def _received(connection: Connection) -> Any:
    try:
        word, value = connection.recv()
    except EOFError:
        raise RuntimeError("a worker ended before its work was done") from None
    if word == "failed":
        error, trace = value
        error.add_note(f"In a worker:\n{trace}")
        raise error
    return value
