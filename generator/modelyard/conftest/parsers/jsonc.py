"""JSON with comments, as the library jsonc 1.0.0 turns it into JSON.

Facts: it drops blanks, tabs and line feeds outside strings, and line feeds inside them too; it counts
quotes in comments as well; a single slash outside strings is dropped, and what follows it up to
an asterisk or slash is kept; `#` begins a comment too.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from modelyard.conftest.gotext import decoded
from modelyard.conftest.parsers.json import loads

if TYPE_CHECKING:
    from modelyard.conftest.results import Note


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """The value of a JSON text, without its comments."""
    return loads(_without_comments(decoded(content)))


class _In(Enum):
    TEXT = auto()
    LINE = auto()
    BLOCK = auto()


def _without_comments(text: str) -> str:
    where = _In.TEXT
    quoted = escaped = slash = asterisk = False
    kept: list[str] = []
    for c in text:
        if c == "\\" or escaped:
            escaped = not escaped
            if where is _In.TEXT:
                kept.append(c)
            continue
        quoted ^= c == '"'
        if c == "\n":
            if where is _In.LINE:
                where, slash = _In.TEXT, False
        elif c in " \t" and not quoted:
            continue
        elif where is _In.LINE:
            asterisk = False
        elif where is _In.BLOCK:
            if asterisk and c == "/":
                where, slash = _In.TEXT, False
            elif c == "*":
                asterisk = True
            else:
                asterisk = False
        elif quoted:
            kept.append(c)
        elif c in "*/" and slash:
            where = _In.LINE if c == "/" else _In.BLOCK
        elif c == "#":
            where = _In.LINE
        elif c == "/":
            slash = True
        else:
            kept.append(c)
    return "".join(kept)
