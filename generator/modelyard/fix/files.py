"""Files that are changed in place: which ones are, and how all of them change or none."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from modelyard.fix.nodes import CannotFix
from modelyard.fix.text import MOST_BYTES
from modelyard.load.reader import writing
from modelyard.write.lock import LOCKS, owned

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BOM = "\ufeff"


class Folder:
    """The files below a directory, by their names in findings."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[str, bytes] = {}

    def text(self, file: str) -> str:
        """The text of a file; raises `CannotFix` for one that is not to be edited."""
        if file in self._read:
            return self._read[file].decode().removeprefix(BOM)
        _refuse_links(self.root, file)
        path = self.root / file
        if any(_names(path.parent / lock, path.name) for lock in LOCKS):
            raise CannotFix("the file is rendered, and its spec is the place to mend it")
        try:
            data = _bytes(path)
            text = data.decode()
        except (OSError, UnicodeDecodeError):
            raise CannotFix("the file cannot be read") from None
        if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise CannotFix("the file is write-protected")
        self._read[file] = data
        return text.removeprefix(BOM)

    def write(self, texts: Mapping[str, str]) -> None:
        """Write files; raises `Refused` where the disk does.

        None is touched before all new ones lie beside them, and each changes at once. A file that
        somebody else has changed meanwhile is theirs.
        """
        staged: list[tuple[str, Path, Path]] = []
        try:
            for file, text in sorted(texts.items()):
                with writing(file):
                    staged.append((file, *self._stage(file, text)))
            for file, stage, path in staged:
                with writing(file):
                    stage.replace(path)
        finally:
            for _, stage, _ in staged:
                stage.unlink(missing_ok=True)

    def _stage(self, file: str, text: str) -> tuple[Path, Path]:
        """The new file beside the old one."""
        path = self.root / file
        before = self._read[file]
        if _bytes(path) != before:
            raise OSError(0, "somebody else has changed it meanwhile")
        mark = BOM if before.startswith(BOM.encode()) else ""
        stage = path.with_name(f".{path.name}.{os.getpid()}.modelyard")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(stage, flags, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(f"{mark}{text}".encode())
                os.fchmod(stream.fileno(), stat.S_IMODE(path.stat().st_mode))
        except BaseException:
            stage.unlink()
            raise
        return stage, path


def _refuse_links(root: Path, file: str) -> None:
    """Refuse symbolic links, and whatever else is no file, from the directory downwards."""
    parts = file.split("/")
    inside = ".." not in parts
    for depth in range(1 if inside else len(parts), len(parts) + 1):
        path = root.joinpath(*parts[:depth])
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            raise CannotFix("the file cannot be read") from None
        if stat.S_ISLNK(mode):
            raise CannotFix("the way to it is a symbolic link")
        if depth == len(parts) and not stat.S_ISREG(mode):
            raise CannotFix("it is no regular file")


def _bytes(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(MOST_BYTES + 1)


def _names(lock: Path, file: str) -> bool:
    """Whether a lock of ours names a file."""
    try:
        return file in owned(_bytes(lock))
    except OSError:
        return False
