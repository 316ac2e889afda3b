"""New values as text that fits where it is put."""

from __future__ import annotations

import json
from typing import Any

from modelyard.format.yaml import emit, scalar

_CLOSES = frozenset(",[]{}")
"""What ends a plain text between brackets."""


def inline(
    value: Any, *, as_json: bool = False, quotes: str | None = None, bare: bool = False
) -> str:
    """A value on one line; `quotes` are those to keep, and `bare` is what stands in no brackets."""
    if isinstance(value, dict):
        pairs = (
            f"{inline(key, as_json=as_json)}: {inline(item, as_json=as_json)}"
            for key, item in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(inline(item, as_json=as_json) for item in value)}]"
    if not isinstance(value, str) or as_json or quotes == '"':
        return json.dumps(value, ensure_ascii=False)
    if quotes == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    text = scalar(value)
    if bare or text[:1] in ("'", '"') or not _CLOSES & set(text):
        return text
    return json.dumps(value, ensure_ascii=False)


def lines(value: Any, indentation: int, ending: str, *, as_item: bool = False) -> str:
    """A mapping or an item of a list on lines of its own."""
    text = (
        emit(value).decode()
        if isinstance(value, dict) and value
        else f"{inline(value, bare=True)}\n"
    )
    lead = "- " if as_item else ""
    margin = " " * indentation
    found = [
        f"{margin}{lead if number == 0 else ' ' * len(lead)}{line}" if line else ""
        for number, line in enumerate(text.removesuffix("\n").split("\n"))
    ]
    return ending.join(found) + ending
