"""Fingerprints of many directories, taken by a second process while this one starts up.

Because asking the file system about 45,000 files takes as long as importing everything that a
changed model needs, the two are done at the same time. Where there are few directories, or the
system cannot fork, each is looked at when it is asked for.
"""

from __future__ import annotations

import marshal
import os
import sys
from typing import TYPE_CHECKING

from modelyard.write.state import Fingerprint, fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

WORTH_A_PROCESS = 300
"""Directories; below that, forking takes longer than it saves."""


class Walk:
    """Fingerprints by directory, relative to the repository."""

    def __init__(self, root: str, directories: Sequence[str]) -> None:
        self.root = root
        self._found: dict[str, Fingerprint | None] = {}
        self._pipe = _started(root, directories) if len(directories) >= WORTH_A_PROCESS else None

    def fingerprint(self, directory: str) -> Fingerprint | None:
        """What the file system says of a directory; `None` where there is none."""
        if self._pipe is not None:
            self._collect()
        if directory not in self._found:
            self._found[directory] = fingerprint(f"{self.root}/{directory}")
        return self._found[directory]

    def _collect(self) -> None:
        """Wait for the other process; whatever it did not tell is looked at here."""
        assert self._pipe is not None
        descriptor, child = self._pipe
        self._pipe = None
        with os.fdopen(descriptor, "rb") as stream:
            told = stream.read()
        os.waitpid(child, 0)
        try:
            self._found = marshal.loads(told)  # noqa: S302 - from our own child
        except (EOFError, ValueError, TypeError):
            self._found = {}


def _started(root: str, directories: Sequence[str]) -> tuple[int, int] | None:
    """A child that looks at the directories: where it tells what it saw, and its number."""
    if not hasattr(os, "fork") or sys.platform == "darwin" or (os.cpu_count() or 1) < 2:
        return None
    receiver, sender = os.pipe()
    child = os.fork()
    if child:
        os.close(sender)
        return receiver, child
    code = 1
    try:
        os.close(receiver)
        found = {each: fingerprint(f"{root}/{each}") for each in directories}
        with os.fdopen(sender, "wb") as stream:
            stream.write(marshal.dumps(found))
        code = 0
    finally:
        os._exit(code)
