"""EDN as olympos.io/encoding/edn gives it to conftest: everything but collections is text.

Facts: `parser/edn/edn.go` of conftest 0.71.1: vectors and lists become arrays, maps objects, strings stay, and
the rest is what `%v` prints: `:keyword`, `1`, `true`, `<nil>`. Sets, tagged values and big numbers,
which it prints as Go's structures, are refused here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import decimal, decoded, valid
from modelyard.conftest.parsers import MAX_DEPTH, too_deep
from modelyard.words import shown

if TYPE_CHECKING:
    from modelyard.conftest.results import Note

_SKIPPED = re.compile(r"(?:[\s,]|;[^\n]*(?:\n|$))*")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_TOKEN = re.compile(r"[^\s,()\[\]{}\";\\]+")
_CHARACTER = re.compile(r"\\(newline|return|space|tab|formfeed|backspace|u[0-9A-Fa-f]{4}|\S)")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_BIG = re.compile(r"[-+]?[0-9][0-9.eE+-]*[NM]")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n", "\\": "\\", '"': '"', "b": "\b", "f": "\f"}
_CHARACTERS = {
    "newline": "\n",
    "return": "\r",
    "space": " ",
    "tab": "\t",
    "formfeed": "\f",
    "backspace": "\b",
}
_WORDS = {"nil": "<nil>", "true": "true", "false": "false"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """The first value of a text."""
    return _Reader(decoded(content)).value(0)


class _Reader:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise too_deep()
        self.skip(depth)
        first = self.text[self.at : self.at + 1]
        if not first:
            raise self.wrong("the text ends too early")
        if first in _CLOSING:
            self.at += 1
            items = self.items(_CLOSING[first], depth)
            return items if first != "{" else self.mapping(items)
        if first == '"':
            return self.string()
        if first == "\\":
            return str(ord(self.character()))
        return self.literal()

    def items(self, closing: str, depth: int) -> list[Any]:
        found: list[Any] = []
        while True:
            self.skip(depth)
            if self.text[self.at : self.at + 1] == closing:
                self.at += 1
                return found
            found.append(self.value(depth + 1))

    def mapping(self, items: list[Any]) -> dict[str, Any]:
        keys, values = items[::2], items[1::2]
        if len(keys) != len(values):
            raise self.wrong("a key has no value")
        if not all(isinstance(key, str) for key in keys):
            raise self.wrong("a collection cannot be a key")
        return dict(zip(keys, values, strict=True))

    def skip(self, depth: int) -> None:
        """Blanks, commas, comments, and values after `#_`."""
        while True:
            match = _SKIPPED.match(self.text, self.at)
            assert match
            self.at = match.end()
            if not self.text.startswith("#_", self.at):
                return
            self.at += 2
            self.value(depth + 1)

    def string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if not match:
            raise self.wrong("a string does not end")
        self.at = match.end()
        return valid(_ESCAPE.sub(self.unescaped, match[1]))

    def unescaped(self, match: re.Match[str]) -> str:
        word = match[1]
        if len(word) > 1:
            return chr(int(word[1:], 16))
        if word not in _ESCAPES:
            raise self.wrong(f"there is no escape `\\{shown(word)}`")
        return _ESCAPES[word]

    def character(self) -> str:
        match = _CHARACTER.match(self.text, self.at)
        if not match:
            raise self.wrong("a character is missing")
        self.at = match.end()
        word = match[1]
        return _CHARACTERS.get(word) or (chr(int(word[1:], 16)) if len(word) > 1 else word)

    def literal(self) -> str:
        match = _TOKEN.match(self.text, self.at)
        if not match or match[0].startswith("#"):
            raise self.wrong("sets and tags are read by conftest alone: `--engine conftest`")
        word = match[0]
        if _BIG.fullmatch(word):
            raise self.wrong("numbers with N and M are read by conftest alone")
        if _INTEGER.fullmatch(word):
            if not -(2**63) <= int(word[:40]) < 2**63:
                raise self.wrong(f"`{shown(word)}` does not fit into 64 bits")
            word = word.removeprefix("+")
        elif _FLOAT.fullmatch(word):
            word = decimal(float(word), low=-4, high=6)
        elif re.match(r"[-+]?[0-9]", word) or word.startswith(("::", ":/")) or word == ":":
            raise self.wrong(f"`{shown(word)}` is not EDN")
        self.at = match.end()
        return _WORDS.get(word, word)

    def wrong(self, what: str) -> Stopped:
        line = self.text.count("\n", 0, self.at) + 1
        return Stopped(f"line {line}: {what}")
