"""What builtins ask of their operands, and Open Policy Agent's words where one is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.rego.builtins import BuiltinError
from modelyard.rego.values import Set, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.rego.values import Key, Value

MOST_CHARACTERS = 64 << 20
"""The longest text that a builtin makes; one more is refused instead of filling the memory."""

MOST_ITEMS = 10_000_000
"""The longest array that a builtin makes."""

_INT64 = 1 << 63


def wrong(position: int, got: Value, *expected: str) -> BuiltinError:
    """An operand of a type that the builtin does not take."""
    wanted = expected[0] if len(expected) == 1 else f"one of {{{', '.join(expected)}}}"
    return BuiltinError(f"operand {position} must be {wanted} but got {type_name(got)}")


def wrong_element(position: int, whole: Value, got: Value, *expected: str) -> BuiltinError:
    """A collection with an element of a type that the builtin does not take."""
    kind = type_name(whole)
    return BuiltinError(
        f"operand {position} must be {kind} of {expected[0]}s"
        f" but got {kind} containing {type_name(got)}"
    )


def too_large(what: str) -> BuiltinError:
    """A result that would be larger than this engine makes."""
    return BuiltinError(f"{what} is larger than this engine allows")


def string(value: Value, position: int) -> str:
    """An operand that must be text."""
    if type(value) is not str:
        raise wrong(position, value, "string")
    return value


def array(value: Value, position: int) -> list[Value]:
    """An operand that must be an array."""
    if type(value) is not list:
        raise wrong(position, value, "array")
    return value


def object_(value: Value, position: int) -> dict[str | Key, Value]:
    """An operand that must be an object."""
    if type(value) is not dict:
        raise wrong(position, value, "object")
    return value


def set_(value: Value, position: int) -> Set:
    """An operand that must be a set."""
    if type(value) is not Set:
        raise wrong(position, value, "set")
    return value


def number(value: Value, position: int) -> int | float:
    """An operand that must be a number."""
    kind = type(value)
    if kind is not int and kind is not float:
        raise wrong(position, value, "number")
    return value  # type: ignore[no-any-return]


def integer(value: Value, position: int) -> int:
    """An operand that must be a whole number of 64 bits."""
    if type(value) is not int or not -_INT64 <= value < _INT64:
        number(value, position)
        raise BuiltinError(
            f"operand {position} must be integer number but got floating-point number"
        )
    return value


def big_integer(value: Value, position: int) -> int:
    """An operand that must be a whole number, however large."""
    if type(value) is int:
        return value
    if type(value) is float:
        raise BuiltinError(
            f"operand {position} must be integer number but got floating-point number"
        )
    raise wrong(position, value, "integer")


def items(value: Value, position: int, *expected: str) -> Iterable[Value]:
    """The elements of an operand that must be an array or a set."""
    if type(value) is not list and type(value) is not Set:
        raise wrong(position, value, *(expected or ("set", "array")))
    return value


def strings(value: Value, position: int, *expected: str) -> list[str]:
    """The elements of an operand that must be an array or a set of text."""
    found = list(items(value, position, *(expected or ("array", "set"))))
    for item in found:
        if type(item) is not str:
            raise wrong_element(position, value, item, "string")
    return found


def bounded(text: str) -> str:
    """A text, if it is not longer than any may be."""
    if len(text) > MOST_CHARACTERS:
        raise too_large("the text")
    return text


def utf8(text: str) -> bytes:
    """The bytes of a text; what `decoded` could not read comes back as it was."""
    return text.encode("utf-8", "surrogateescape")


def decoded(data: bytes) -> str:
    """The text of bytes, with those that are not UTF-8 kept."""
    return data.decode("utf-8", "surrogateescape")
