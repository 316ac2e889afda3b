"""Plain values as JSON that people can read: two spaces a level, keys in the order of the mapping.

A collection that holds no other stands on one line, if it fits. Because the standard library's own indenting
encoder is slow, and faster ones take longer to import than a changed model takes to render, only
those lines are left to it, and the rest is written out here.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Any

_flat = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def emit(value: Any) -> str:
    """One JSON text, with a newline at its end. Raises `ValueError` for NaN."""
    out: list[str] = []
    _value(out, value, "\n")
    out.append("\n")
    return "".join(out)


_WIDTH = 88
"""Characters, from the first bracket on, that a collection may have on one line."""


def _value(out: list[str], value: Any, margin: str) -> None:
    kind = type(value)
    if kind is str:
        out.append(encode_basestring(value))
    elif kind is dict and not _COLLECTIONS.isdisjoint(map(type, value.values())):
        _members(out, value, margin)
    elif kind in _LISTS and not _COLLECTIONS.isdisjoint(map(type, value)):
        _items(out, value, margin)
    else:
        text = _flat(value)
        if len(text) <= _WIDTH or kind not in _COLLECTIONS:
            out.append(text)
        elif kind is dict:
            _members(out, value, margin)
        else:
            _items(out, value, margin)


def _members(out: list[str], value: dict[str, Any], margin: str) -> None:
    inner, lead = f"{margin}  ", "{"
    for key, item in value.items():
        out.append(f"{lead}{inner}{encode_basestring(key)}: ")
        _value(out, item, inner)
        lead = ","
    out.append(f"{margin}}}")


def _items(out: list[str], value: list[Any] | tuple[Any, ...], margin: str) -> None:
    inner, lead = f"{margin}  ", "["
    for item in value:
        out.append(f"{lead}{inner}")
        _value(out, item, inner)
        lead = ","
    out.append(f"{margin}]")


_LISTS = frozenset((list, tuple))
_COLLECTIONS = frozenset((list, tuple, dict))
