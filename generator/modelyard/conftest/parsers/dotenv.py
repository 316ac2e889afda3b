"""Environment files as gotenv 1.6 reads them.

Facts: lines end in any way; `export` may stand before a name; a quoted value may have many lines;
`$NAME` and `${NAME}` are replaced outside single quotes, by the environment of the run first and
then by names of the file; a line of any other form is an error.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import SPACE, decoded, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.conftest.results import Note

_LINE = (
    r"(?s)\A\s*(?:export\s+)?([\w.]+)(?:\s*=\s*|:\s+?)"
    r"('.*'|\".*\"|[^#\n]+)?\s*(?:#[^\n]*)?\z"
)
_ESCAPED = re.compile(r"\\([^$])")
_VARIABLE = re.compile(r"\\?\$\{?([A-Z0-9_]*)\}?")


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """Values by name."""
    import re2

    form = re2.compile(_LINE)
    found: dict[str, str] = {}
    for number, line in _statements(_text(content)):
        match = form.search(line)
        if not match:
            raise Stopped(f"line {number} is not of the form NAME=VALUE")
        found[match[1]] = _value((match[2] or "").strip(SPACE), found)
    return found


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return decoded(content.removeprefix(b"\xef\xbb\xbf"))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, together with those that their quotes reach over."""
    rest = iter(enumerate(lines(text, any_end=True), 1))
    for number, raw in rest:
        line = raw.strip(SPACE)
        if not line or line[0] == "#":
            continue
        parts, quote = [line], _open_quote(line)
        while quote:
            following = next(rest, None)
            if following is None:
                raise Stopped(f"line {number}: missing quotes")
            parts.append(following[1])
            end = following[1].rfind(quote)
            if end == 0 or (end > 0 and following[1][end - 1] != "\\"):
                quote = ""
        yield number, "\n".join(parts)


def _open_quote(line: str) -> str:
    """The quote that a line leaves open."""
    at = line.find("=")
    at = line.find(":") if at < 0 else at
    if not 0 < at < len(line) - 1:
        return ""
    value = line[at + 1 :].strip(SPACE)
    if value[0] not in "\"'":
        return ""
    end = value[1:].strip(SPACE).rfind(value[0])
    return "" if end >= 0 and value[end] != "\\" else value[0]


def _value(text: str, found: dict[str, str]) -> str:
    quote = text[0] if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'" else ""
    if quote:
        text = text[1:-1]
    if quote == "'":
        return text
    if quote:
        text = _ESCAPED.sub(r"\1", text.replace(r"\n", "\n").replace(r"\r", "\r"))
    return _VARIABLE.sub(lambda match: _replaced(match, found), text)


def _replaced(match: re.Match[str], found: dict[str, str]) -> str:
    text, name = match[0], match[1]
    if text.startswith("\\"):
        return text[1:]
    if not name:
        return text
    return os.environ.get(name, found.get(name, ""))
