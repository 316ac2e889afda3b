"""A directory becomes another one at once: at any moment it is wholly old or wholly new.

Because a directory cannot be renamed over a full one, the new one is made aside and the two are
exchanged by the kernel (`renameat2` on Linux, `renamex_np` on macOS). Where neither is there, the
old directory is moved aside first and a note says whence, so that the next run can put it back.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

from modelyard.load.reader import writing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from modelyard.write.changes import Change

STATE = ".modelyard"
STAGING = f"{STATE}/tmp"  # noqa: S108 - a directory of the repository
IGNORED = "tmp/\nlock\n"


class Writer:
    """Writes directories under `root`. The caller holds the repository's lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.staging = root / STAGING
        self._count = 0

    def prepare(self) -> None:
        """Make the staging directory; put back or throw away what a killed run left there."""
        with writing(STAGING):
            self._prepare()

    def _prepare(self) -> None:
        self.staging.mkdir(parents=True, exist_ok=True)
        ignore = self.root / STATE / ".gitignore"
        if not ignore.exists():
            ignore.write_text(IGNORED)
        for note in self.staging.glob("*.from"):
            aside, target = note.with_suffix(".old"), self.root / note.read_text()
            if aside.exists() and not target.exists():
                aside.rename(target)
            note.unlink()
        for left in self.staging.iterdir():
            _remove(left)

    def write(self, change: Change) -> None:
        """Make a directory what `change` says, at once; raises `Refused` where the disk does."""
        with writing(change.directory):
            self._write(change)

    def _write(self, change: Change) -> None:
        target = self.root / change.directory
        self._count += 1
        stage = self.staging / f"{os.getpid()}-{self._count}"
        if not change.files and not change.kept:
            target.rename(stage)
            _remove(stage)
            _remove_empty(target.parent, self.root)
            return
        stage.mkdir()
        _write_files(stage, change.files)
        for name in change.kept:
            _link(target / name, stage / name)
        if change.exists:
            self._replace(target, stage)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            stage.rename(target)

    def _replace(self, target: Path, stage: Path) -> None:
        if exchange(stage, target):
            _remove(stage)
            return
        aside, note = stage.with_suffix(".old"), stage.with_suffix(".from")
        note.write_text(target.relative_to(self.root).as_posix())
        target.rename(aside)
        stage.rename(target)
        note.unlink()
        _remove(aside)


def exchange(one: Path, other: Path) -> bool:
    """Swap two directories in one step; `False` where the system cannot."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        at_cwd, swap = -100, 2
        failed = library.renameat2(at_cwd, first, at_cwd, second, swap)
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(first, second, 2)
    else:
        return False
    if not failed:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(other))


def _write_files(directory: Path, files: Mapping[str, bytes]) -> None:
    """New files in a new directory."""
    where = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name, data in files.items():
            descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=where)
            try:
                rest = data
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
            finally:
                os.close(descriptor)
    finally:
        os.close(where)


def _link(source: Path, target: Path) -> None:
    """The same file in a second place; whole directories are made again around their files."""
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        import shutil

        shutil.copytree(source, target, symlinks=True, copy_function=_link_file)
    else:
        _link_file(source, target)


def _link_file(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        import shutil

        shutil.copy2(source, target, follow_symlinks=False)


def _remove(directory: Path) -> None:
    """A directory and everything in it; links in it are removed, not followed."""
    import shutil

    shutil.rmtree(directory)


def _remove_empty(path: Path, root: Path) -> None:
    while path != root and not any(path.iterdir()):
        path.rmdir()
        path = path.parent
