"""Compiled policies, kept in the user's cache directory.

Never in the repository, where a pull request could forge them. What was kept is taken only for the
same files, as the file system tells by their sizes, times and inodes; without it everything is
compiled again, with the same result.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

try:  # the part of hashlib that is needed here, without the time that loading OpenSSL takes
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

from modelyard import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

YOUNG_NANOSECONDS = 2_000_000_000
"""A file that was changed so shortly before could change again unseen."""


class Kept:
    """The place for what was compiled of the policies below some paths."""

    def __init__(self, paths: Iterable[str], files: list[str], way: str) -> None:
        self.newest = 0
        self.path = _path((*map(os.path.abspath, paths), way))
        self.key = self._key(files, way)

    def read(self) -> bytes | None:
        """What was kept for these very files."""
        if self.path is None:
            return None
        try:
            with open(self.path, "rb") as stream:  # noqa: PTH123 - pathlib takes time to load
                content = stream.read()
        except OSError:
            return None
        head = len(self.key)
        body = content[head + 16 :]
        sound = content[:head] == self.key and content[head : head + 16] == _checksum(body)
        return body if sound else None

    def write(self, body: bytes) -> None:
        """Keep something; what cannot be kept is made again."""
        if self.path is None or self.newest > time.time_ns() - YOUNG_NANOSECONDS:
            return
        aside = f"{self.path}.{os.getpid()}"
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
            with open(aside, "wb") as stream:  # noqa: PTH123
                stream.write(self.key + _checksum(body) + body)
            os.replace(aside, self.path)  # noqa: PTH105
        except OSError:
            return

    def _key(self, files: list[str], way: str) -> bytes:
        found = blake2b(repr((__version__, sys.version, way)).encode(), digest_size=16)
        for file in [*files, *_compiler()]:
            try:
                seen = os.stat(file)
            except OSError:
                continue
            if file in files:
                self.newest = max(self.newest, seen.st_ctime_ns)
            about = (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino)
            found.update(repr((file, about)).encode("utf-8", "surrogateescape"))
        return found.digest()


def _compiler() -> list[str]:
    """The files that decide what policies become."""
    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "rego")  # noqa: PTH118, PTH120
    return sorted(entry.path for entry in os.scandir(folder) if entry.name.endswith(".py"))


def _path(names: tuple[str, ...]) -> str | None:
    """In the user's cache directory; `None` where the user has none."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    if home.startswith("~"):
        return None
    text = "\0".join(names).encode("utf-8", "surrogateescape")
    name = blake2b(text, digest_size=16).hexdigest()
    return f"{home}/modelyard/{name}.policies"


def _checksum(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest()
