"""Ignore files of git and docker as go-ignore 0.3 lists them.

Facts: every line is an entry, the empty one after the last line end too; blanks at the end are
cut unless a backslash stands before them; removing backslashes, it takes bytes for characters. A line that ends in
a backslash makes conftest crash; here it is an entry.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.conftest.gotext import SPACE, decoded

if TYPE_CHECKING:
    from modelyard.conftest.results import Note

_BACKSLASH = re.compile(rb"\\(\\?)")


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """One document: the entries in order."""
    return [[_entry(line) for line in content.split(b"\n")]]


def _entry(line: bytes) -> dict[str, str]:
    bare = line.rstrip(b" ")
    if bare.endswith(b"\\"):
        bare = line[: len(bare) + 1]
    original = decoded(line)
    if not bare:
        kind, value = "Empty", original
    elif line.startswith(b"#"):
        kind, value = "Comment", decoded(bare[1:]).strip(SPACE)
    elif line.startswith(b"!"):
        kind, value = "NegatedPath", _unescaped(bare[1:])
    else:
        kind, value = "Path", _unescaped(bare)
    return {"Kind": kind, "Value": value, "Original": original}


def _unescaped(text: bytes) -> str:
    return _BACKSLASH.sub(rb"\1", text).decode("latin-1")
