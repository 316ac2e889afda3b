"""What earlier runs know: which directories are as they should be, by what the file system says.

Because a person waits for a hook, a run must not read what has not changed. Like git's index, this
trusts a file whose size, times and inode are those of the last run, unless it was changed so close
to that run that a later change could not be told apart. The state lies in the user's own cache,
never in the repository, where a pull request could forge it; it decides what is looked at, never
what is written. Without it everything is done again, with the same result.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
from pathlib import Path
from typing import Any
from zlib import compress, crc32, decompress

try:  # the part of hashlib that is needed here, without the time that loading OpenSSL takes
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

from modelyard import __version__

RACY_NANOSECONDS = 30_000_000
"""Timestamps step with the kernel's tick, at most 10 ms; a younger file is not trusted."""

Signature = tuple[int, ...]
Fingerprint = tuple[int, int]
"""A number over all entries of a directory, and its newest change in nanoseconds."""


def signature(path: Path | str) -> Signature | None:
    """What the file system says of a file; changes whenever the file does."""
    try:
        found = os.stat(path, follow_symlinks=False)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_mode)


def fingerprint(directory: str) -> Fingerprint | None:
    """What the file system says of everything in a directory; `None` where there is none."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        names = sorted(os.listdir(descriptor))  # noqa: PTH208 - by descriptor
        newest, numbers = 0, [crc32("/".join(names).encode("utf-8", "surrogateescape"))]
        for name in names:
            found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            newest = max(newest, found.st_ctime_ns)
            numbers += (
                found.st_mtime_ns,
                found.st_ctime_ns,
                found.st_size,
                found.st_ino,
                found.st_mode,
            )
        return hash(tuple(numbers)), newest
    except OSError:
        return None
    finally:
        os.close(descriptor)


def packed(value: Any) -> bytes:
    """Something that few runs want, so that the others need not take it apart."""
    return compress(marshal.dumps(value), level=1)


def unpacked(content: bytes) -> Any:
    """What was packed."""
    return marshal.loads(decompress(content))  # noqa: S302 - of our own cache, like all the rest


class State:
    """The state of one repository. `data` maps sections to plain values."""

    def __init__(self, root: Path, *, use: bool = True) -> None:
        self.root = root
        self.path = _path(root) if use else None
        self.generator = _generator()
        self.data: dict[str, Any] = self._load()
        self.trusted_before: int = self.data.get("trusted_before", 0)
        """Changes from this time on, in nanoseconds, may have been missed."""

    def section(self, name: str) -> dict[str, Any]:
        """A part of the state, to read and to change."""
        found: dict[str, Any] = self.data.setdefault(name, {})
        return found

    def save(self) -> None:
        """Keep the state for the next run; a cache that cannot be written is no error."""
        if self.path is None:
            return
        self.data["trusted_before"] = self._now() - RACY_NANOSECONDS
        self.data["generator"] = self.generator
        body = marshal.dumps(self.data)
        aside = self.path.with_suffix(f".{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside.write_bytes(_checksum(body) + body)
            aside.replace(self.path)
        except OSError:
            aside.unlink(missing_ok=True)

    def _load(self) -> dict[str, Any]:
        try:
            content = self.path.read_bytes() if self.path else b""
        except OSError:
            return {}
        checksum, body = content[:4], content[4:]
        if not body or _checksum(body) != checksum:
            return {}
        found = marshal.loads(body)  # noqa: S302 - our own cache, and its checksum holds
        return found if found.get("generator") == self.generator else {}

    def _now(self) -> int:
        """The time by the clock of the repository's file system."""
        probe = self.root / ".modelyard" / "tmp" / f"clock-{os.getpid()}"
        try:
            probe.write_bytes(b"")
            now = probe.stat().st_ctime_ns
            probe.unlink()
        except OSError:  # nothing was ever rendered here; be a second more careful instead
            return time.time_ns() - 1_000_000_000
        return now


def _path(root: Path) -> Path | None:
    """In the user's cache directory; `None` where the user has none."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    if home.startswith("~"):
        return None
    name = blake2b(os.fsencode(root), digest_size=16).hexdigest()
    return Path(home) / "modelyard" / f"{name}.state"


def _generator() -> str:
    """Which generator this is: its version, its Python, and its files as they are."""
    from modelyard.bundle import shipped

    found = blake2b(f"{__version__} {sys.version}".encode(), digest_size=16)
    tops = {
        Path(__file__).parent.parent: "",
        shipped() / "blueprints": "",
        shipped() / "policies": ".rego",
    }
    for top, ending in tops.items():
        for directory, folders, names in os.walk(top):
            folders[:] = sorted(set(folders) - {"__pycache__", "_bundle"})
            for name in sorted(names):
                if name.endswith(ending):
                    path = os.path.join(directory, name)  # noqa: PTH118 - a hot path
                    found.update(repr((name, signature(path))).encode())
    return found.hexdigest()


def _checksum(body: bytes) -> bytes:
    """Tells what a full disk has cut short; it is read in every run, so it must cost little."""
    return crc32(body).to_bytes(4, "big")
