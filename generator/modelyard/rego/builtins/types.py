"""What kind of value something is, and casts. Facts: Open Policy Agent 1.21's `topdown/casts.go`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.rego.builtins import builtin
from modelyard.rego.builtins.operands import wrong
from modelyard.rego.values import Set, Value, ordered, type_name

if TYPE_CHECKING:
    from modelyard.rego.builtins import Function


@builtin("type_name")
def type_name_(value: Value) -> Value:
    """The name of a value's type."""
    return type_name(value)


def _is(kind: str) -> Function:
    return lambda value: type_name(value) == kind


def _cast(kind: str) -> Function:
    def cast(value: Value) -> Value:
        if type_name(value) != kind:
            raise wrong(1, value, kind)
        return value

    return cast


for _kind in ("array", "boolean", "null", "number", "object", "set", "string"):
    builtin(f"is_{_kind}")(_is(_kind))
for _kind in ("boolean", "null", "object", "string"):
    builtin(f"cast_{_kind}")(_cast(_kind))


@builtin("cast_array")
def cast_array(value: Value) -> Value:
    """An array, also of the elements of a set."""
    if type(value) is Set:
        return ordered(value)
    if type(value) is not list:
        raise wrong(1, value, "array", "set")
    return value


@builtin("cast_set")
def cast_set(value: Value) -> Value:
    """A set, also of the elements of an array."""
    if type(value) is list:
        return Set(value)
    if type(value) is not Set:
        raise wrong(1, value, "array", "set")
    return value
