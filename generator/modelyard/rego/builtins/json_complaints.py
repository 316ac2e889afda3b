"""What is wrong with a text that is not JSON, in the words of Go's `encoding/json`."""

from __future__ import annotations

import json
import re

from modelyard.rego.builtins.text import quoted

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*')
_LITERALS = {"t": "true", "f": "false", "n": "null"}


class _Wrong(Exception):  # noqa: N818 - it is what the text is
    """The text ends, or goes on as it may not."""


def complaint(data: bytes) -> str | None:
    """Why bytes are no single JSON value. A `null` behind it is none, as nobody looks at it."""
    text = data.decode("latin-1")
    try:
        end = _value(text, _space(text, 0))
    except _Wrong as error:
        return str(error) if text.strip(" \t\r\n") else "EOF"
    end = _space(text, end)
    if end == len(text):
        return None
    if text[end] in "[{":
        return _trailing(text[end])
    try:
        after = _value(text, end)
    except _Wrong as error:
        return str(error)
    return _trailing(text[end:after])


def _trailing(word: str) -> str | None:
    if word == "null":
        return None
    if word in ("true", "false"):
        word = f"%!s(bool={word})"
    if word[0] == '"':
        word = re.sub("[\ud800-\udfff]", "\ufffd", json.loads(word.encode("latin-1")))
    return f"error: invalid character '{word}' after top-level value"


def _space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _bad(text: str, at: int, where: str) -> _Wrong:
    if at >= len(text):
        return _Wrong("unexpected EOF")
    return _Wrong(f"invalid character {_quoted(text[at])} {where}")


def _quoted(char: str) -> str:
    """A byte as Go shows it."""
    return quoted(char, "'") if char != '"' else "'\"'"


def _value(text: str, at: int) -> int:
    """Where the value ends that begins here."""
    closers: list[str] = []
    while True:
        char = text[at : at + 1]
        if char and char in "[{":
            closer = "]" if char == "[" else "}"
            at = _space(text, at + 1)
            if text[at : at + 1] != closer:
                closers.append(closer)
                at = _key(text, at) if closer == "}" else at
                continue
            at += 1
        else:
            at = _scalar(text, at)
        while closers:
            at = _space(text, at)
            char = text[at : at + 1]
            if char == closers[-1]:
                closers.pop()
                at += 1
                continue
            if char != ",":
                what = "array element" if closers[-1] == "]" else "object key:value pair"
                raise _bad(text, at, f"after {what}")
            at = _space(text, at + 1)
            if closers[-1] == "}":
                at = _key(text, at)
            break
        else:
            return at


def _key(text: str, at: int) -> int:
    """Where the value of an entry begins."""
    if text[at : at + 1] != '"':
        raise _bad(text, at, "looking for beginning of object key string")
    at = _space(text, _scalar(text, at))
    if text[at : at + 1] != ":":
        raise _bad(text, at, "after object key")
    return _space(text, at + 1)


def _scalar(text: str, at: int) -> int:
    char = text[at : at + 1]
    if char == '"':
        return _string(text, at)
    if char in _LITERALS:
        word = _LITERALS[char]
        for place, wanted in enumerate(word):
            if text[at + place : at + place + 1] != wanted:
                raise _bad(text, at + place, f"in literal {word} (expecting '{wanted}')")
        return at + len(word)
    if not char or char not in "-0123456789":
        raise _bad(text, at, "looking for beginning of value")
    match = _NUMBER.match(text, at)
    if match is None:
        raise _bad(text, at + 1, "in numeric literal")
    end = match.end()
    after = text[end : end + 1]
    if after == "." and "." not in match[0] and "e" not in match[0].lower():
        raise _bad(text, end + 1, "after decimal point in numeric literal")
    if after and after in "eE" and "e" not in match[0].lower():
        sign = text[end + 1 : end + 2] in ("+", "-")
        raise _bad(text, end + 1 + sign, "in exponent of numeric literal")
    return end


def _string(text: str, at: int) -> int:
    match = _STRING.match(text, at)
    end = match.end() if match else at
    if text[end : end + 1] == '"':
        return end + 1
    if text[end : end + 1] != "\\":
        raise _bad(text, end, "in string literal")
    if text[end + 1 : end + 2] != "u":
        raise _bad(text, end + 1, "in string escape code")
    digits = re.compile("[0-9a-fA-F]*").match(text, end + 2)
    raise _bad(text, digits.end() if digits else end, r"in \u hexadecimal character escape")
