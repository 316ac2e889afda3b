"""Java's properties as the library properties 1.18 reads them.

Facts: values are given as they are written, although `${name}` that is circular, too deep or not
closed is an error; a backslash before a line end takes one character of it, so that CRLF still ends
the value.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import decoded, valid
from modelyard.words import shown

if TYPE_CHECKING:
    from modelyard.conftest.results import Note

MAX_DEPTH = 64
MAX_EXPANSIONS = 100_000

_BLANK = " \f\t"
_LINE_END = "\n\r"
_LETTERS = {"f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNICODE = re.compile("[0-9a-fA-F]{4}")


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """Values by key."""
    found = _Scanner(decoded(content.removeprefix(b"\xef\xbb\xbf"))).read()
    _Expansion(found).check()
    return found


class _Scanner:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def read(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self.skip(_BLANK + _LINE_END)
            if self.at >= len(self.text):
                return found
            if self.text[self.at] in "#!":
                while self.at < len(self.text) and self.text[self.at] not in _LINE_END:
                    self.at += 1
                continue
            key = self.key()
            if not key:
                raise Stopped(f"line {self.line()}: a value without a key")
            self.skip(_BLANK)
            if self.peek() in (":", "="):
                self.at += 1
            self.skip(_BLANK)
            found[key] = self.value()

    def key(self) -> str:
        parts = []
        while self.at < len(self.text) and self.text[self.at] not in _BLANK + _LINE_END + ":=":
            parts.append(self.escape() if self.peek() == "\\" else self.take())
        return "".join(parts)

    def value(self) -> str:
        parts = []
        while self.at < len(self.text) and self.text[self.at] not in _LINE_END:
            if self.peek() != "\\":
                parts.append(self.take())
            elif self.at + 1 < len(self.text) and self.text[self.at + 1] in _LINE_END:
                self.at += 2
                self.skip(_BLANK)
            else:
                parts.append(self.escape())
        return "".join(parts)

    def escape(self) -> str:
        self.at += 1
        if self.at >= len(self.text):
            raise Stopped(f"line {self.line()}: a backslash at the end")
        character = self.take()
        if character != "u":
            return _LETTERS.get(character, character)
        match = _UNICODE.match(self.text, self.at)
        if not match:
            raise Stopped(f"line {self.line()}: invalid unicode literal")
        self.at = match.end()
        return valid(chr(int(match[0], 16)))

    def take(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def skip(self, characters: str) -> None:
        while self.at < len(self.text) and self.text[self.at] in characters:
            self.at += 1

    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1


class _Expansion:
    """Finds references that cannot be followed."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values = values
        self.done = 0

    def check(self) -> None:
        for key, value in self.values.items():
            if "${" in value:
                self.expand(value, (key,))

    def expand(self, text: str, keys: tuple[str, ...]) -> str:
        self.done += 1
        if len(keys) > MAX_DEPTH or self.done > MAX_EXPANSIONS:
            raise Stopped("expansion too deep")
        while (start := text.find("${")) >= 0:
            end = text.find("}", start)
            if end < 0:
                raise Stopped(f"malformed expression in `{shown(keys[-1])}`")
            name = text[start + 2 : end]
            if name in keys:
                raise Stopped(f"circular reference in `{shown(name)}`")
            value = self.values.get(name)
            inner = self.expand(os.environ.get(name, "") if value is None else value, (*keys, name))
            text = text[:start] + inner + text[end + 1 :]
            if len(text) > MAX_EXPANSIONS:
                raise Stopped("expansion too long")
        return text
