"""How long a policy may think, and how much it may remember.

A timer of the operating system looks in a few times a second while policies are evaluated, so that an
evaluation itself costs next to nothing more. It works in the main thread; elsewhere there is no
limit of ours.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
import time
from typing import TYPE_CHECKING

from modelyard.policy.engine import PolicyError

if TYPE_CHECKING:
    from types import FrameType

SECONDS = 10.0
"""How long one rule may take for one document."""
MEMORY = 1 << 30
"""How much more memory, in bytes, one rule may take for one document."""
_LOOK = 0.1


class Watch:
    """What is being evaluated, since when, and with how much memory it began."""

    __slots__ = ("_armed", "_before", "_memory", "memory", "name", "seconds", "start")

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds, self.memory = seconds, memory
        self.name = ""
        self.start = 0.0
        self._memory = 0
        self._armed = False

    def begin(self, name: str) -> None:
        """A rule is about to be evaluated; `PolicyError` is raised in it where it takes too much."""
        self.name = name
        self.start = time.monotonic()
        if not self._armed and threading.current_thread() is threading.main_thread():
            self._armed = True
            self._memory = _resident()
            self._before = signal.signal(signal.SIGALRM, self._look)
            atexit.register(self._disarm)
            signal.setitimer(signal.ITIMER_REAL, _LOOK, _LOOK)

    def end(self) -> None:
        """It was."""
        self.start = 0.0

    def _disarm(self) -> None:
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
            atexit.unregister(self._disarm)
            self._armed = False

    def _look(self, _number: int, _frame: FrameType | None) -> None:
        if not self.start:
            self._disarm()
            return
        passed = time.monotonic() - self.start
        if passed < _LOOK:
            self._memory = _resident()
        elif passed > self.seconds:
            raise PolicyError(
                f"{self.name}: stopped after {self.seconds:g} s; a rule may take no longer"
            )
        elif _resident() - self._memory > self.memory:
            raise PolicyError(
                f"{self.name}: stopped at {self.memory >> 20} MiB; a rule may take no more memory"
            )


def _resident() -> int:
    """Memory of this process in bytes; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return 0
