"""Values as Rego writes them."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING

from modelyard.rego.values import Set, pairs

if TYPE_CHECKING:
    from modelyard.rego.values import Value


def shown(value: Value) -> str:
    """The text of a value: `{"a": 1}`, `[1, 2]`, `{1, 2}`, `set()`."""
    kind = type(value)
    if kind is str:
        return quoted(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is float:
        return number(value)
    if kind is list:
        return f"[{', '.join([shown(item) for item in value])}]"
    if kind is dict:
        inner = ", ".join([f"{shown(name)}: {shown(item)}" for name, item in pairs(value)])
        return f"{{{inner}}}"
    if kind is Set:
        return f"{{{', '.join([shown(item) for item in value])}}}" if len(value) else "set()"
    return repr(value)


def quoted(text: str) -> str:
    """A string in quotes, as JSON has it."""
    return json.dumps(text, ensure_ascii=False)


def number(value: float) -> str:
    """A number as Go writes the shortest one that reads back."""
    if type(value) is int:
        return str(value)
    if value.is_integer() and abs(value) < 1e21 and isfinite(value):
        return str(int(value))
    text = repr(value)
    mantissa, sign, exponent = text.partition("e")
    if sign:
        number = int(exponent)
        return f"{mantissa.removesuffix('.0')}e{'-' if number < 0 else '+'}{abs(number):02d}"
    return text
