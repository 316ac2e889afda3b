"""Which files are tested, under which names, and what is in them.

Facts: `runner/test.go` and `parser/parser.go` of conftest 0.71.1, and Go's `filepath.Walk`: a directory
is read in the order of its names' bytes; symbolic links are followed, and what they lead to goes by
its real path; `--ignore` looks at files, wherever they come from; a path counts once.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from modelyard.conftest.errors import Stopped
from modelyard.conftest.parsers import MAX_BYTES, by_name, name_of
from modelyard.conftest.results import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SHOWN = 3
"""Names of files that a note lists."""
MAX_LINKS = 255


class Pattern(Protocol):
    """A regular expression."""

    def search(self, text: bytes) -> Any:
        """A match anywhere in a text, or nothing."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was read. A list is a list of documents, each of which is tested by itself."""

    path: str
    value: Any


@dataclass(slots=True)
class Found:
    """Paths to test in order, and those in directories that conftest has no parser for."""

    paths: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def notes(self) -> list[Note]:
        """What is passed over."""
        if not self.skipped:
            return []
        names = ", ".join(self.skipped[:SHOWN])
        more = ", …" if len(self.skipped) > SHOWN else ""
        files = "1 file" if len(self.skipped) == 1 else f"{len(self.skipped)} files"
        text = f"{files} in directories not tested, because no parser is for them: {names}{more}"
        return [Note("input/skipped-file", text)]


def discover(arguments: Sequence[str], ignore: str = "") -> Found:
    """The files that arguments stand for; raises `Stopped`."""
    ignored = _pattern(ignore)
    found = Found()
    for argument in arguments:
        if argument == "-":
            found.paths.append("-")
        elif argument and os.path.isdir(_existing(argument)):  # noqa: PTH112 - names stay text
            walked = list(_walk(argument, ignored, set()))
            found.paths += [path for path in walked if name_of(path)]
            found.skipped += [path for path in walked if not name_of(path)]
        elif argument and not (ignored and ignored.search(os.fsencode(argument))):
            found.paths.append(argument)
    if not found.paths:
        raise Stopped("parse files: no files found")
    found.paths = list(dict.fromkeys(found.paths))
    return found


def read(
    found: Found, parser: str, standard_input: Callable[[], bytes], stdin_name: str = ""
) -> tuple[list[Input], list[Note]]:
    """The documents of all files; raises `Stopped` at the first that cannot be read."""
    inputs: dict[str, Any] = {}
    notes = found.notes()
    for path in found.paths:
        one, told = read_one(path, parser, standard_input, stdin_name)
        inputs[one.path] = one.value
        notes += told
    return [Input(path, value) for path, value in inputs.items()], notes


def read_one(
    path: str, parser: str, standard_input: Callable[[], bytes], stdin_name: str = ""
) -> tuple[Input, list[Note]]:
    """The documents of one file; raises `Stopped` where it cannot be read."""
    try:
        parsed = by_name(parser or _parser(path))(_content(path, standard_input))
    except (Stopped, OSError) as error:
        text = error.strerror if isinstance(error, OSError) else str(error)
        raise Stopped(f"parse configurations: {text}, path: {path}") from None
    name = stdin_name if path == "-" and stdin_name else path
    return Input(name, parsed.value), [replace(note, file=name) for note in parsed.notes]


def _parser(path: str) -> str:
    name = name_of(path)
    if name is None:
        raise Stopped(f"unknown parser: {path.rpartition('.')[2].lower() if '.' in path else ''}")
    return name


def _content(path: str, standard_input: Callable[[], bytes]) -> bytes:
    if path == "-":
        return standard_input()
    with open(path, "rb") as file:  # noqa: PTH123 - names stay text
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            raise Stopped(f"larger than {MAX_BYTES >> 20} MiB")
        return file.read()


def _pattern(ignore: str) -> Pattern | None:
    if not ignore:
        return None
    import re2

    try:
        options = re2.Options()
        options.log_errors = False
        compiled: Pattern = re2.compile(os.fsencode(ignore), options)
    except re2.error as error:
        text = error.args[0] if error.args else ""
        text = text.decode() if isinstance(text, bytes) else str(text)
        raise Stopped(f"parse files: given regexp couldn't be parsed: {text}") from None
    return compiled


def _existing(path: str) -> str:
    try:
        os.stat(path)
    except OSError as error:
        text = f"stat {path}: {error.strerror}"
        raise Stopped(f"parse files: get file info: {text}") from None
    return path


def _walk(path: str, ignored: Pattern | None, seen: set[str]) -> Iterator[str]:
    """The files below a path in the order in which Go comes by them."""
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISDIR(mode):
            if path not in seen:
                seen.add(path)
                for name in sorted(os.listdir(path), key=os.fsencode):  # noqa: PTH208
                    yield from _walk(_joined(path, name), ignored, seen)
        elif ignored and ignored.search(os.fsencode(path)):
            return
        elif not stat.S_ISLNK(mode):
            yield path
        else:
            real = resolved(path)
            if os.path.isdir(real):  # noqa: PTH112
                yield from _walk(real, ignored, seen)
            else:
                os.stat(real)
                yield real
    except OSError as error:
        text = f"{path}: {error.strerror}"
        raise Stopped(f"parse files: get files from directory: walk path: {text}") from None


def _joined(directory: str, name: str) -> str:
    """A path as Go's `filepath.Join` cleans it."""
    return _clean(f"{directory}/{name}")


def _clean(path: str) -> str:
    """A path as `filepath.Clean` has it: no `//`, no `.`, no `..` behind a name."""
    found = os.path.normpath(path)
    return found[1:] if found.startswith("//") else found


def resolved(path: str) -> str:
    """Where a path leads to, as `filepath.EvalSymlinks` says it: relative where the links are."""
    todo = [part for part in reversed(path.split("/")) if part]
    done = "/" if path.startswith("/") else ""
    links = 0
    while todo:
        part = todo.pop()
        if part == ".":
            continue
        here = f"{done.rstrip('/')}/{part}" if done else part
        if part == ".." or not stat.S_ISLNK(os.lstat(here).st_mode):
            done = _up(done) if part == ".." else here
            continue
        links += 1
        if links > MAX_LINKS:
            raise OSError(None, "too many links", path)
        target = os.readlink(here)  # noqa: PTH115
        todo += [inner for inner in reversed(target.split("/")) if inner]
        done = "/" if target.startswith("/") else done
    return _clean(done or ".")


def _up(path: str) -> str:
    """The directory above what has no links in it any more."""
    if not path or path.rpartition("/")[2] == "..":
        return f"{path}/.." if path else ".."
    parent = path.rpartition("/")[0]
    return "/" if path.startswith("/") and not parent else parent
