"""Arrays. Facts: Open Policy Agent 1.21's `topdown/array.go`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.rego.builtins import builtin
from modelyard.rego.builtins.operands import array, integer

if TYPE_CHECKING:
    from modelyard.rego.values import Value


@builtin("array.concat")
def concat(left: Value, right: Value) -> Value:
    """One array behind the other."""
    return array(left, 1) + array(right, 2)


@builtin("array.slice")
def slice_(value: Value, start: Value, stop: Value) -> Value:
    """The elements from `start` to before `stop`, both moved into the array."""
    found, first, last = array(value, 1), integer(start, 2), integer(stop, 3)
    return found[max(first, 0) : max(last, 0)]


@builtin("array.reverse")
def reverse(value: Value) -> Value:
    """The array from its end."""
    return array(value, 1)[::-1]


@builtin("array.flatten")
def flatten(value: Value) -> Value:
    """The array with the elements of arrays in it, one level deep."""
    flat: list[Value] = []
    for item in array(value, 1):
        if type(item) is list:
            flat.extend(item)
        else:
            flat.append(item)
    return flat
