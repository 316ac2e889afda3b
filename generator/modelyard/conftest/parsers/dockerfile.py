"""Dockerfiles as buildkit 0.33 parses them, in the shape in which conftest gives them.

Facts: `parser/docker/docker.go` of conftest 0.71.1 and `frontend/dockerfile` of buildkit. A command is
`{Cmd, SubCmd, JSON, Flags, Value, Stage}`; comments before a command are commands of their own;
what stands in a here-document is left out. The options inside `--mount` are not checked here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import SPACE, decoded
from modelyard.conftest.parsers.instructions import check
from modelyard.conftest.parsers.json import loads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.conftest.results import Note

LONGEST_LINE = 65_536

_BLANKS = re.compile(r"[\t\v\f\r ]+")
_DIRECTIVE = re.compile(
    r"([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*", re.DOTALL
)
_DIRECTIVES = frozenset(("syntax", "escape", "check"))
_HEREDOC = re.compile(r"([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)")
_SHELL_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+""", re.DOTALL)
_QUOTES = re.compile(r"""\\(.)|["']""", re.DOTALL)

_WORDS = frozenset(("expose", "from"))
_JSON_OR_WORDS = frozenset(("add", "copy", "volume"))
_JSON_OR_TEXT = frozenset(("cmd", "entrypoint", "run", "shell"))
_TEXT = frozenset(("maintainer", "stopsignal", "user", "workdir"))


@dataclass(slots=True)
class Instruction:
    """One instruction. `inner` is what an `ONBUILD` has in it."""

    name: str
    flags: list[str] | None
    values: list[str]
    json: bool = False
    inner: Instruction | None = None

    @property
    def command(self) -> str:
        """The name in small letters."""
        return self.name.lower()


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """One document: the commands in order."""
    return [list(_commands(_File(decoded(content.removeprefix(b"\xef\xbb\xbf")))))]


def _commands(file: _File) -> Iterator[dict[str, Any]]:
    stages = 0
    for line, instruction, comments in file.instructions():
        try:
            check(instruction)
        except Stopped as error:
            raise Stopped(f"line {line}: {error}") from None
        stages += instruction.command == "from"
        stage = max(stages - 1, 0)
        for comment in comments:
            yield _command("comment", None, [comment], stage)
        shown = instruction.inner or instruction
        yield {
            **_command(instruction.command, instruction.flags, shown.values, stage),
            "SubCmd": instruction.inner.name if instruction.inner else "",
            "JSON": shown.json,
        }


def _command(name: str, flags: list[str] | None, values: list[str], stage: int) -> dict[str, Any]:
    return {
        "Cmd": name,
        "SubCmd": "",
        "JSON": False,
        "Flags": flags,
        "Value": values or None,
        "Stage": stage,
    }


@dataclass(slots=True)
class _File:
    """The lines of a Dockerfile, and what its directives say."""

    text: str
    escape: str = "\\"
    seen: set[str] | None = field(default_factory=set)
    """The directives so far; nothing once there can be no more."""
    number: int = 0

    def instructions(self) -> Iterator[tuple[int, Instruction, list[str]]]:
        """Instructions with their first line and the comments before them."""
        lines = _lines(self.text)
        comments: list[str] = []
        none = True
        for raw in lines:
            self.number += 1
            if _is_comment(raw):
                comment = raw[1:].strip(SPACE)
                comments = [*comments, comment] if comment else []
            line = raw.rstrip("\r\n").lstrip(SPACE)
            if self.directive(line):
                comments = comments[:-1]
            if not line or line[0] == "#":
                continue
            start = self.number
            whole = self.continued(line, lines)
            try:
                instruction = self.instruction(whole)
                self.skip_heredocs(instruction, whole, lines)
            except Stopped as error:
                raise Stopped(f"line {start}: {error}") from None
            none = False
            yield start, instruction, comments
            comments = []
        if none:
            raise Stopped("file with no instructions")

    def directive(self, line: str) -> bool:
        """Whether a line is a directive; it takes effect at once."""
        if self.seen is None:
            return False
        match = _DIRECTIVE.fullmatch(line[1:].lstrip(SPACE)) if line[:1] == "#" else None
        name = match[1].lower() if match else ""
        if match is None or name not in _DIRECTIVES:
            self.seen = None
            return False
        if name in self.seen:
            raise Stopped(f"only one {name} parser directive can be used")
        self.seen.add(name)
        if name == "escape":
            if match[2] not in ("`", "\\"):
                raise Stopped("the escape token must be ` or \\")
            self.escape = match[2]
        return True

    def continued(self, line: str, lines: Iterator[str]) -> str:
        """A line with those that it goes on in, without comments and blank ones among them."""
        parts = []
        part, goes_on = self.cut(line)
        parts.append(part)
        while goes_on:
            raw = next(lines, None)
            if raw is None:
                break
            self.number += 1
            if _is_comment(raw) or not raw.strip(SPACE):
                continue
            part, goes_on = self.cut(raw.rstrip("\r\n"))
            parts.append(part)
        return "".join(parts)

    def cut(self, line: str) -> tuple[str, bool]:
        """A line without the escape at its end, and whether there was one."""
        bare = line.rstrip(" \t")
        if not bare.endswith(self.escape) or bare.endswith(self.escape * 2):
            return line, False
        return bare[:-1], True

    def instruction(self, line: str) -> Instruction:
        """An instruction from a whole line."""
        name, *more = _BLANKS.split(line.strip(SPACE), maxsplit=1)
        if not more:
            rest, flags = "", None
        else:
            rest, flags = _flags(more[0], self.escape)
        rest = rest.strip(SPACE)
        command = name.lower()
        if command == "onbuild" and rest:
            return Instruction(name, flags, [], inner=self.instruction(rest))
        values, json = self.values(command, rest)
        return Instruction(name, flags, values, json)

    def values(self, command: str, rest: str) -> tuple[list[str], bool]:
        """The values of an instruction, and whether they are written as JSON."""
        if command in _TEXT:
            return [rest] if rest else [], False
        if command in _WORDS:
            return _split(rest), False
        if command in _JSON_OR_WORDS | _JSON_OR_TEXT:
            found = _json(rest)
            if found is not None:
                return found, True
            return (_split(rest) if command in _JSON_OR_WORDS else [rest] if rest else []), False
        if command == "healthcheck":
            kind, *more = re.split(f"[{SPACE}]+", rest, maxsplit=1) if rest else ("",)
            inner, json = self.values("cmd", more[0] if more else "")
            return ([kind, *inner] if kind else []), json
        if command in ("env", "label"):
            return self.pairs(command, rest), False
        return (self.words(rest) if command == "arg" else [""]), False

    def pairs(self, command: str, rest: str) -> list[str]:
        """Names and values, each pair with what stands between them."""
        words = self.words(rest)
        if words and "=" not in words[0]:
            parts = _BLANKS.split(rest, maxsplit=1)
            if len(parts) < 2:
                raise Stopped(f"{command.upper()} must have two arguments")
            return [*parts, ""]
        found = []
        for word in words:
            name, mark, value = word.partition("=")
            if not mark:
                raise Stopped("a value must be of the form name=value")
            found += [name, value, "="]
        return found

    def words(self, rest: str) -> list[str]:
        """Words, with their quotes."""
        words: list[str] = []
        word: list[str] | None = None
        quote = ""
        characters = iter(rest)
        for c in characters:
            if word is None and c in SPACE:
                continue
            word = [] if word is None else word
            if not quote and c in SPACE:
                words.append("".join(word))
                word = None
                continue
            if c == self.escape and quote != "'":
                following = next(characters, "")
                word.append(c + following if following else "")
                continue
            if not quote and c in "'\"":
                quote = c
            elif c == quote:
                quote = ""
            word.append(c)
        if word is not None and "".join(word):
            words.append("".join(word))
        return words

    def skip_heredocs(self, instruction: Instruction, line: str, lines: Iterator[str]) -> None:
        """Read past the here-documents of an instruction."""
        inside = instruction.inner or instruction
        if inside.command not in ("add", "copy", "run") or inside.json or "<<" not in line:
            return
        for word in _SHELL_WORD.findall(line):
            match = _HEREDOC.fullmatch(word)
            name = _QUOTES.sub(r"\1", match[3]) if match else ""
            if match and name:
                self.skip(name, lines, tabs=bool(match[2]))

    def skip(self, name: str, lines: Iterator[str], *, tabs: bool) -> None:
        for raw in lines:
            self.number += 1
            line = raw.rstrip("\r\n")
            if (line.lstrip("\t") if tabs else line) == name:
                return
        raise Stopped("unterminated heredoc")


def _lines(text: str) -> Iterator[str]:
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        if len(line) >= LONGEST_LINE:
            raise Stopped(f"a line is longer than {LONGEST_LINE - 1} characters")
        yield line


def _is_comment(line: str) -> bool:
    return line.lstrip(SPACE).startswith("#")


def _split(rest: str) -> list[str]:
    return _BLANKS.split(rest) if rest else []


def _json(rest: str) -> list[str] | None:
    """A list of texts in JSON; nothing where it is none."""
    if not rest.startswith("["):
        return None
    try:
        found = loads(rest)
    except Stopped:
        return None
    if not all(isinstance(item, str) for item in found):
        raise Stopped("when using JSON array syntax, arrays must be comprised of strings only")
    return list(found)


def _flags(rest: str, escape: str) -> tuple[str, list[str]]:
    """What follows the words that begin with `--`, and these words without their quotes."""
    flags: list[str] = []
    at = 0
    while True:
        at += len(rest[at:]) - len(rest[at:].lstrip(SPACE))
        if not rest.startswith("--", at):
            return rest[at:], flags
        word, at, quoted = _flag(rest, at, escape)
        if word == "--" and at < len(rest):
            return rest[at:], flags
        if word != "--" and (word or quoted):
            flags.append(word)


def _flag(rest: str, at: int, escape: str) -> tuple[str, int, bool]:
    """One word from where it begins, where it ends, and whether it has quotes."""
    word: list[str] = []
    quote, quoted = "", False
    while at < len(rest):
        c = rest[at]
        if not quote and c in SPACE:
            break
        at += 1
        if c == escape:
            word.append(rest[at : at + 1])
            at += 1
        elif quote and c == quote:
            quote = ""
        elif not quote and c in "'\"":
            quote, quoted = c, True
        else:
            word.append(c)
    return "".join(word), at, quoted
