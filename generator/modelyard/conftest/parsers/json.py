"""JSON as Go's `encoding/json` reads it into an interface.

Facts: a leading byte order mark is conftest's to remove; of duplicate keys the last counts; what is
not UTF-8 becomes a replacement character; a number must fit into 64 bits of floating point.
"""

from __future__ import annotations

import json
from math import isinf
from typing import TYPE_CHECKING, Any, NoReturn

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import decoded, valid
from modelyard.conftest.parsers import whole

if TYPE_CHECKING:
    from modelyard.conftest.results import Note


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """The value of a JSON text."""
    return loads(decoded(content.removeprefix(b"\xef\xbb\xbf") if len(content) > 2 else content))


def loads(text: str) -> Any:
    """The value of a text without a byte order mark."""
    try:
        found = json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        raise Stopped(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    return _valid(found) if "\\u" in text else found


def _number(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise Stopped(f"the number {text[:40]} is too large")
    return whole(number)


def _no_constant(text: str) -> NoReturn:
    raise Stopped(f"`{text}` is not JSON")


def _valid(value: Any) -> Any:
    """A value whose strings have no halves of characters, as escapes can write them."""
    if isinstance(value, str):
        return valid(value)
    if isinstance(value, dict):
        return {valid(name): _valid(item) for name, item in value.items()}
    return [_valid(item) for item in value] if isinstance(value, list) else value
