"""EDN as olympos.io/encoding/edn gives it to conftest: everything but collections is text.

Facts: `parser/edn/edn.go` of conftest 0.71.1, and what it prints: vectors and lists become arrays, maps
objects, strings stay, and the rest is what Go's `%v` prints: `:keyword`, `1`, `<nil>`, a set as
`map[a:true b:true]`, a tagged value as `#tag value`. What Go prints in no order that holds from
one build to the next (sets of several kinds), and big numbers, are refused here.
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import decimal, decoded, valid
from modelyard.conftest.parsers import MAX_DEPTH, too_deep
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.conftest.results import Note

_SKIPPED = re.compile(r"(?:[\s,]|;[^\n]*(?:\n|$))*")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_TOKEN = re.compile(r"[^\s,()\[\]{}\";\\]+")
_TAG = re.compile(r"#([^\W\d_][^\s,()\[\]{}\";\\]*)")
_END = r"(?=[\s,()\[\]{}\";\\]|$)"
_CHARACTER = re.compile(
    rf"\\(newline|return|space|tab|formfeed|backspace|u[0-9A-Fa-f]{{4}}|\S){_END}"
)
_INNER = r"(?:[.*+!_?$%&=<>:#'-]|[^\W_])"
_SYMBOL = re.compile(rf"/|(?:[.](?![0-9])|[*+!_?$%&=<>-]|[^\W\d_]){_INNER}*(?:/{_INNER}+)?")
_KEYWORD = re.compile(rf":(?!:){_INNER}+(?:/{_INNER}+)?")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_BIG = re.compile(r"[-+]?[0-9][0-9.eE+-]*[NM]")
_NAMES = (_SYMBOL, _KEYWORD)
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
_UTC = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?Z")


class Word(str):
    """What is no string in EDN, as Go prints it."""

    __slots__ = ("kind",)

    kind: str

    def __new__(cls, text: str, kind: str) -> Word:
        """A word of a kind."""
        made = super().__new__(cls, text)
        made.kind = kind
        return made


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """The first value of a text."""
    return _plain(_Reader(decoded(content)).value(0))


def _plain(value: Any) -> Any:
    """A value whose texts are nothing but texts."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else str(value)


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
            return Word(str(ord(self.character())), "integer")
        return self.set(depth) if self.text.startswith("#{", self.at) else self.literal(depth)

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

    def set(self, depth: int) -> Word:
        self.at += 2
        items = self.items("}", depth)
        if not all(isinstance(item, str) for item in items):
            raise self.wrong("a set in which collections are is read by conftest alone")
        return Word(self.printed(dict.fromkeys(items, Word("true", "word"))), "set")

    def printed(self, value: Any) -> str:
        """A value as Go prints it in another."""
        if isinstance(value, list):
            return f"[{' '.join(self.printed(item) for item in value)}]"
        if not isinstance(value, dict):
            return str(value)
        pairs = (f"{key}:{self.printed(value[key])}" for key in self.in_order(value))
        return f"map[{' '.join(pairs)}]"

    def in_order(self, keys: Iterable[str]) -> list[str]:
        kinds = {getattr(key, "kind", "text") for key in keys}
        if len(kinds) > 1:
            raise self.wrong("keys of several kinds in a set or tag are read by conftest alone")
        numbers = kinds <= {"integer", "float"}
        return sorted(keys, key=float) if numbers else sorted(keys)

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

    def tagged(self, name: str, depth: int) -> Word:
        value = self.value(depth + 1)
        if name not in ("inst", "base64"):
            return Word(f"#{name} {self.printed(value)}", "tag")
        moment = _UTC.fullmatch(value) if type(value) is str and name == "inst" else None
        if moment:
            fraction = (moment[3] or "").rstrip("0").rstrip(".")
            return Word(f"{moment[1]} {moment[2]}{fraction} +0000 UTC", "moment")
        if name == "inst" or type(value) is not str:
            raise self.wrong(f"this `#{name}` is read by conftest alone: `--engine conftest`")
        try:
            return Word(f"[{' '.join(map(str, b64decode(value, validate=True)))}]", "bytes")
        except ValueError:
            raise self.wrong("`#base64` must be base64") from None

    def literal(self, depth: int) -> Word:
        tag = _TAG.match(self.text, self.at)
        if tag:
            self.at = tag.end()
            return self.tagged(tag[1], depth)
        match = _TOKEN.match(self.text, self.at)
        if not match or match[0].startswith("#"):
            raise self.wrong("this is not EDN")
        word = match[0]
        kind = "keyword" if word[0] == ":" else "word" if word in _WORDS else "symbol"
        if _BIG.fullmatch(word):
            raise self.wrong("numbers with N and M are read by conftest alone")
        if _INTEGER.fullmatch(word):
            if not -(2**63) <= int(word[:40]) < 2**63:
                raise self.wrong(f"`{shown(word)}` does not fit into 64 bits")
            word, kind = word.removeprefix("+"), "integer"
        elif _FLOAT.fullmatch(word):
            word, kind = decimal(float(word), low=-4, high=6), "float"
        elif re.match(r"[-+]?[0-9]", word) or not _NAMES[kind == "keyword"].fullmatch(word):
            raise self.wrong(f"`{shown(word)}` is not EDN")
        self.at = match.end()
        return Word(_WORDS.get(word, word), kind)

    def wrong(self, what: str) -> Stopped:
        line = self.text.count("\n", 0, self.at) + 1
        return Stopped(f"line {line}: {what}")
