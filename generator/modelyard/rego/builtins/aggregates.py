"""Counts, sums and extremes. Facts: Open Policy Agent 1.21's `topdown/aggregates.go`."""

from __future__ import annotations

from math import prod

from modelyard.rego.builtins import builtin
from modelyard.rego.builtins.arithmetic import add
from modelyard.rego.builtins.arithmetic import product as product_of
from modelyard.rego.builtins.operands import items, wrong, wrong_element
from modelyard.rego.values import UNDEFINED, Value, order, ordered


@builtin("count")
def count(value: Value) -> Value:
    """How many elements, entries or characters a value has."""
    try:
        return len(value)
    except TypeError:
        raise wrong(1, value, "array", "object", "set", "string") from None


def _numbers(value: Value) -> list[int | float]:
    found = list(items(value, 1))
    for item in found:
        if type(item) is not int and type(item) is not float:
            raise wrong_element(1, value, item, "number")
    return found


@builtin("sum")
def sum_(value: Value) -> Value:
    """The sum of an array or a set of numbers."""
    numbers = _numbers(value)
    if all(type(item) is int for item in numbers):
        return sum(numbers)
    return add(*numbers)


@builtin("product")
def product(value: Value) -> Value:
    """The product of an array or a set of numbers."""
    numbers = _numbers(value)
    if all(type(item) is int for item in numbers):
        return prod(numbers)
    return product_of(numbers)


@builtin("max")
def max_(value: Value) -> Value:
    """The last element in Rego's order; of nothing, nothing."""
    return max(items(value, 1), key=order, default=UNDEFINED)


@builtin("min")
def min_(value: Value) -> Value:
    """The first element in Rego's order; of nothing, nothing."""
    return min(items(value, 1), key=order, default=UNDEFINED)


@builtin("sort")
def sort(value: Value) -> Value:
    """The elements in Rego's order."""
    return ordered(items(value, 1))


@builtin("all")
def all_(value: Value) -> Value:
    """Whether every element is true."""
    return all(item is True for item in items(value, 1, "array", "set"))


@builtin("any")
def any_(value: Value) -> Value:
    """Whether an element is true."""
    return any(item is True for item in items(value, 1, "array", "set"))
