"""Reading files of the repository, and only of the repository.

Because specs come from pull requests, a symbolic link that leads out of the repository, a device
or a pipe in the place of a file must be refused before anything is read from it.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.errors import Refused
from modelyard.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 1 << 20
"""No spec, environment or blueprint needs more."""


def read_text(path: Path, file: str, *, root: Path, limit: int = MAX_BYTES) -> str:
    """The text of a regular file under `root`; raises `Refused` for anything else.

    `file` is its name in findings. A byte order mark is dropped.
    """
    data = read_bytes(path, file, root=root, limit=limit)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise refused(
            "file/encoding", "the file is not UTF-8", file, "save it as UTF-8", line, column
        ) from None


def read_bytes(path: Path, file: str, *, root: Path, limit: int) -> bytes:
    """The bytes of a regular file under `root`; raises `Refused` for anything else."""
    if not Path(os.path.realpath(path)).is_relative_to(root):
        raise refused(
            "file/outside", "the file leads out of the repository", file, "put the file itself here"
        )
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise unreadable(file, error) from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise refused("file/kind", "this is not a regular file", file, "put a file here")
    with os.fdopen(descriptor, "rb") as stream:
        if found.st_size > limit:
            raise refused(
                "file/size", f"the file is larger than {limit >> 20} MiB", file, "split it"
            )
        return stream.read(limit + 1)


def unreadable(file: str, error: OSError) -> Refused:
    """A file that the operating system does not let us read."""
    return refused("file/unreadable", f"cannot be read: {error.strerror or error}", file)


def refused(
    rule: str,
    message: str,
    file: str,
    help: str = "",
    line: int = 1,
    column: int = 1,
) -> Refused:
    """A refusal for one reason."""
    return Refused([Finding(rule, message, Location(file, line, column), help=help)])


LEFT_AS_IT_WAS = "every directory is as it was, or as it should be; mend the cause and run again"


@contextmanager
def writing(file: str) -> Iterator[None]:
    """What the operating system does not let us write is refused, and not a bug of ours."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise refused(
            "tree/unwritable", f"cannot be written: {reason}", file, LEFT_AS_IT_WAS
        ) from error
