"""Whole processes measured from outside: wall time by a clock around them, the rest by the kernel."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOOK_EVERY = 0.05
"""Seconds between two looks at the memory of a watched process and its children."""


class Failed(Exception):  # noqa: N818 - not an error of this program
    """A command that should have worked did not."""


@dataclass(frozen=True)
class Run:
    """One command, or several taken together."""

    wall: float
    user: float
    system: float
    peak: int
    """Bytes of the largest process."""
    together: int = 0
    """Bytes of all processes at one moment, shared pages counted once; 0 where nobody looked."""
    text: str = ""
    """What it printed."""

    def __add__(self, other: Run) -> Run:
        return Run(
            self.wall + other.wall,
            self.user + other.user,
            self.system + other.system,
            max(self.peak, other.peak),
            max(self.together, other.together),
            self.text + other.text,
        )


@dataclass(frozen=True)
class Command:
    """What to start, and where."""

    words: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    output: Path | None = None
    """A file to print into, for what is too long to keep."""
    code: int = 0
    """How it must end."""


def run(command: Command, *, watch: bool = False) -> Run:
    """Run to the end; a watched run also sees what its processes hold together, and is slower."""
    with _temporary() as errors, _printed_into(command) as printed:
        before = time.perf_counter()
        process = _started(command, printed, errors)
        together = 0
        if watch:
            together, status, usage = _watched(process.pid)
        else:
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
        process.returncode = os.waitstatus_to_exitcode(status)
        text = "" if command.output else _text(printed)
        _refuse_failure(command, process.returncode, text + _text(errors))
    return Run(wall, usage.ru_utime, usage.ru_stime, _peak(usage.ru_maxrss), together, text)


def batch(commands: Sequence[Command], at_a_time: int) -> Run:
    """Many commands, some at a time, as `xargs -P` runs them; the wall time is that of all."""
    waiting = list(reversed(commands))
    running: dict[int, tuple[Command, subprocess.Popen[bytes], BinaryIO]] = {}
    user = system = 0.0
    peak = 0
    before = time.perf_counter()
    while waiting or running:
        while waiting and len(running) < at_a_time:
            command = waiting.pop()
            errors = _temporary()
            with _printed_into(command) as printed:
                process = _started(command, printed, errors)
            running[process.pid] = (command, process, errors)
        pid, status, usage = os.wait4(-1, 0)
        if pid in running:
            command, process, errors = running.pop(pid)
            process.returncode = os.waitstatus_to_exitcode(status)
            _refuse_failure(command, process.returncode, _text(errors))
            errors.close()
            user, system = user + usage.ru_utime, system + usage.ru_stime
            peak = max(peak, _peak(usage.ru_maxrss))
    return Run(time.perf_counter() - before, user, system, peak)


def _printed_into(command: Command) -> BinaryIO:
    return command.output.open("wb") if command.output else _temporary()


def _temporary() -> BinaryIO:
    return cast("BinaryIO", tempfile.TemporaryFile())


def _started(command: Command, out: BinaryIO, errors: BinaryIO) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command.words,
        cwd=command.directory,
        env=dict(command.environment),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=errors,
    )


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def _refuse_failure(command: Command, code: int, text: str) -> None:
    if code != command.code:
        words = " ".join(map(str, command.words))
        raise Failed(f"`{words}` exited with {code} in {command.directory}:\n{text[-2000:]}")


def _peak(told: int) -> int:
    """Bytes, whichever unit the system counts in."""
    return told if sys.platform == "darwin" else told * 1024


def own_peak() -> int:
    """Bytes that this process held at most."""
    return _peak(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _watched(pid: int) -> tuple[int, int, resource.struct_rusage]:
    most = 0
    while True:
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            return most, status, usage
        most = max(most, sum(_proportional(each) for each in _family(pid)))
        time.sleep(LOOK_EVERY)


def _family(pid: int) -> list[int]:
    """A process and all that come from it."""
    found = [pid]
    for each in found:
        with suppress(OSError):
            found += map(int, Path(f"/proc/{each}/task/{each}/children").read_text().split())
    return found


def _proportional(pid: int) -> int:
    """Bytes of a process; a page shared by n processes counts as the nth part of a page."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
