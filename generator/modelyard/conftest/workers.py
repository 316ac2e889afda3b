"""Many files, each read and tested by itself, on all processors.

What a run says does not depend on how many processes there are. As where all files are read first, a
file that cannot be read counts before a policy that cannot be evaluated, and of each the first.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from modelyard.conftest.errors import Stopped
from modelyard.conftest.results import Check, Note, Place, Query, Result
from modelyard.policy.engine import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from modelyard.conftest.inputs import Input

WORTH_A_WORKER = 250
"""Files; for fewer, starting a process takes longer than it saves."""
_OBJECTS = 100_000
"""Made before Python looks for garbage, of which there is little: documents have no cycles."""


class Work(Protocol):
    """What is done with each file."""

    @property
    def read(self) -> Callable[[str], tuple[Input, list[Note]]]:
        """Its documents by its path; raises `Stopped`."""

    def test(self, one: Input) -> tuple[list[Check], list[Note]]:
        """Its checks; raises `Stopped` or `PolicyError`."""


class Share:
    """What some of the files came to: by the number of a file, or where it failed."""

    def __init__(self) -> None:
        self.files: dict[int, tuple[list[Note], list[Check], list[Note]]] = {}
        self.failure: tuple[bool, int, Stopped | PolicyError] | None = None
        """Whether in testing, at which file, and why; the least of them is told."""

    def fail(self, testing: bool, index: int, error: Stopped | PolicyError) -> None:
        """Keep what is told first."""
        if self.failure is None or (testing, index) < self.failure[:2]:
            self.failure = (testing, index, error)

    def add(self, other: Share) -> None:
        """What other files came to."""
        self.files.update(other.files)
        if other.failure is not None:
            self.fail(*other.failure)


def outcomes(
    paths: Sequence[str], work: Work, jobs: int = 0
) -> tuple[list[list[Check]], list[Note], list[Note]]:
    """By file in order: checks, notes on reading, and on testing; raises `Stopped` or `PolicyError`."""
    count = max(1, min(jobs or processors(), len(paths) // WORTH_A_WORKER))
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        whole = _in_workers(paths, work, count) if count > 1 else _share(paths, work, 0, 1)
    finally:
        gc.set_threshold(*before)
    if whole.failure is not None:
        raise whole.failure[2]
    files = [whole.files[index] for index in range(len(paths))]
    return (
        [checks for _, checks, _ in files],
        [note for notes, _, _ in files for note in notes],
        list(dict.fromkeys(note for _, _, notes in files for note in notes)),
    )


def processors() -> int:
    """How many processes there may be; on some systems, only this one."""
    if not hasattr(os, "fork") or sys.platform == "darwin":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _share(paths: Sequence[str], work: Work, first: int, step: int) -> Share:
    """Every so many-th file. After a policy failed, files are only read: reading comes first."""
    found = Share()
    for index in range(first, len(paths), step):
        try:
            one, notes = work.read(paths[index])
        except Stopped as error:
            found.fail(False, index, error)
            break
        if found.failure is not None:
            continue
        try:
            found.files[index] = (notes, *work.test(one))
        except (Stopped, PolicyError) as error:
            found.fail(True, index, error)
    return found


def _in_workers(paths: Sequence[str], work: Work, count: int) -> Share:
    """A share for each of so many processes, of which this is the first."""
    gc.freeze()
    started: list[tuple[int, int, int]] = []
    missing = set(range(1, count))
    try:
        for number in range(1, count):
            started += _start(paths, work, number, count)
        whole = _share(paths, work, 0, count)
        while started:
            number, process, pipe = started.pop(0)
            other = _ended(process, pipe, paths)
            if other is not None:
                whole.add(other)
                missing.remove(number)
        for number in missing:  # a process that could not start, or did not live to the end
            whole.add(_share(paths, work, number, count))
    finally:
        gc.unfreeze()
        for _, process, pipe in started:
            os.close(pipe)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    return whole


def _start(paths: Sequence[str], work: Work, number: int, count: int) -> list[tuple[int, int, int]]:
    """A process with a share of its own, and where it will say what that came to; or none."""
    reading, writing = os.pipe()
    try:
        process = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return []
    if process:
        os.close(writing)
        return [(number, process, reading)]
    code = 1
    try:
        os.close(reading)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        content = _packed(_share(paths, work, number, count))
        signal.setitimer(signal.ITIMER_REAL, 0)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)
        code = 0
    finally:
        os._exit(code)


def _ended(process: int, pipe: int, paths: Sequence[str]) -> Share | None:
    """What a process came to; nothing where something ended it."""
    with os.fdopen(pipe, "rb") as file:
        content = file.read()
    _, status = os.waitpid(process, 0)
    return _unpacked(content, paths) if status == 0 else None


def _packed(share: Share) -> bytes:
    """As bytes; plain values take a fraction of the time that objects would."""
    import marshal

    files = [
        (
            index,
            _notes(read),
            [
                (
                    check.namespace,
                    check.successes,
                    [_results(part) for part in (check.warnings, check.failures, check.exceptions)],
                    [(q.text, _results(q.results), q.prints, q.trace) for q in check.queries],
                )
                for check in checks
            ],
            _notes(noted),
        )
        for index, (read, checks, noted) in share.files.items()
    ]
    failure = None
    if share.failure is not None:
        testing, index, error = share.failure
        failure = (testing, index, isinstance(error, PolicyError), str(error))
    return marshal.dumps((files if failure is None else [], failure))


def _unpacked(content: bytes, paths: Sequence[str]) -> Share:
    import marshal

    found = Share()
    files, failure = marshal.loads(content)  # noqa: S302 - of a process that this one forked
    for index, read, checks, noted in files:
        made = []
        for namespace, successes, (warnings, failures, exceptions), queries in checks:
            check = Check(paths[index], namespace, successes)
            check.warnings += _made(warnings)
            check.failures += _made(failures)
            check.exceptions += _made(exceptions)
            check.queries += [
                Query(text, tuple(_made(results)), prints, trace)
                for text, results, prints, trace in queries
            ]
            made.append(check)
        found.files[index] = ([Note(*note) for note in read], made, [Note(*note) for note in noted])
    if failure is not None:
        testing, index, policy, text = failure
        found.fail(testing, index, PolicyError(text) if policy else Stopped(text))
    return found


def _notes(notes: Iterable[Note]) -> list[tuple[str, str, str, int]]:
    return [(note.rule, note.message, note.file, note.line) for note in notes]


def _results(results: Iterable[Result]) -> list[tuple[Any, ...]]:
    return [
        (one.message, (one.place.file, one.place.line) if one.place else None, one.metadata)
        for one in results
    ]


def _made(results: Iterable[tuple[Any, ...]]) -> list[Result]:
    return [
        Result(message, Place(*place) if place else None, metadata)
        for message, place, metadata in results
    ]
