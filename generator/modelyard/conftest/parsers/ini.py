"""INI as go-ini 1.67 reads it, with conftest's types.

Facts: the keys before the first section are read and left out; a comment begins at `#` or `;`
wherever it stands; a backslash at the end goes on in the next line; what Go takes for a number or a
truth value becomes one.
"""

from __future__ import annotations

import re
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.flags import truth
from modelyard.conftest.gotext import SPACE, decoded
from modelyard.conftest.parsers import whole
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.conftest.results import Note

DEFAULT = "DEFAULT"

_DIGITS = "[0-9](?:_?[0-9])*"
_HEX = "[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_DECIMAL = re.compile(rf"[-+]?({_DIGITS}(\.({_DIGITS})?)?|\.{_DIGITS})([eE][-+]?{_DIGITS})?")
_HEXADECIMAL = re.compile(rf"[-+]?0[xX](_?{_HEX}(\.({_HEX})?)?|\.{_HEX})[pP][-+]?{_DIGITS}")


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """Sections by name, each with its keys."""
    for mark in (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe"):
        if content.startswith(mark):
            content = content[len(mark) :]
            break
    sections: dict[str, dict[str, str]] = {DEFAULT: {}}
    lines = _lines(content)
    section, count = sections[DEFAULT], 1
    for raw in lines:
        line = raw.lstrip(SPACE)
        if not line or line[0] in "#;":
            continue
        if line[0] == "[":
            section, count = sections.setdefault(_title(line), {}), 1
            continue
        key, rest = _key(line)
        if key == "-":
            key, count = f"#{count}", count + 1
        value = _value(rest, lines)
        if not key:
            raise Stopped("empty key name")
        section[key] = value
    return {
        name: {key: typed(value) for key, value in found.items()}
        for name, found in sections.items()
        if name != DEFAULT
    }


def typed(text: str) -> Any:
    """A value as conftest types it: number, truth value or text."""
    number = _number(text)
    if number is not None:
        return whole(number)
    try:
        return truth(text, "")
    except Stopped:
        return text


def _number(text: str) -> float | None:
    """A finite number that `strconv.ParseFloat` takes."""
    try:
        if _HEXADECIMAL.fullmatch(text):
            return float.fromhex(text.replace("_", ""))
    except OverflowError:
        return None
    number = float(text) if _DECIMAL.fullmatch(text) else inf
    return number if isfinite(number) else None


def _lines(content: bytes) -> Iterator[str]:
    """Lines with their ends, and the last one, which may be empty."""
    *lines, last = decoded(content).split("\n")
    yield from (f"{line}\n" for line in lines)
    if last:
        yield last


def _title(line: str) -> str:
    end = line.rfind("]")
    if end < 0:
        raise Stopped(f"unclosed section: {shown(line.strip())}")
    if end == 1:
        raise Stopped("empty section name")
    return line[1:end]


def _key(line: str) -> tuple[str, str]:
    """The key, and what follows the delimiter."""
    quote = '"""' if line.startswith('"""') and len(line) > 6 else line[0]
    if quote not in ('"""', '"', "`"):
        at = re.search("[=:]", line)
        if not at:
            raise Stopped(f"key-value delimiter not found: {shown(line.strip())}")
        if at.start() == 0:
            raise Stopped(f"empty key name: {shown(line.strip())}")
        return line[: at.start()].strip(SPACE), line[at.end() :]
    start = len(quote)
    end = line.find(quote, start)
    if end < 0:
        raise Stopped(f"missing closing key quote: {shown(line.strip())}")
    at = re.compile("[=:]").search(line, end + start)
    if not at:
        raise Stopped(f"key-value delimiter not found: {shown(line.strip())}")
    return line[start:end].strip(SPACE), line[at.end() :]


def _value(rest: str, lines: Iterator[str]) -> str:
    text = rest.lstrip(SPACE)
    if not text:
        return ""
    quote = '"""' if text.startswith('"""') and len(text) > 3 else "`" if text[0] == "`" else ""
    if quote:
        inside = text[len(quote) :]
        end = inside.rfind(quote)
        return inside[:end] if end >= 0 else _many_lines(inside, quote, lines)
    text = text.strip(SPACE)
    if text.endswith("\\"):
        return _continued(text[:-1], lines)
    comment = re.search("[#;]", text)
    if comment:
        text = text[: comment.start()].strip(SPACE)
    for mark in "'\"":
        if len(text) >= 2 and text[0] == mark and text.find(mark, 1) == len(text) - 1:
            return text[1:-1]
    return text


def _many_lines(text: str, quote: str, lines: Iterator[str]) -> str:
    parts = [text]
    for line in lines:
        end = line.rfind(quote)
        if end >= 0:
            return "".join((*parts, line[:end]))
        parts.append(line)
    raise Stopped(f"a value in {quote} does not end")


def _continued(text: str, lines: Iterator[str]) -> str:
    for raw in lines:
        line = raw.strip(SPACE)
        if not line:
            break
        text += line
        if not text.endswith("\\"):
            break
        text = text[:-1]
    return text
