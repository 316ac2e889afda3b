"""Sets. Facts: Open Policy Agent 1.21's `topdown/sets.go` and `binary.go`."""

from __future__ import annotations

from modelyard.rego.builtins import builtin
from modelyard.rego.builtins.operands import set_
from modelyard.rego.values import Set, Value


def difference(left: Set, right: Set) -> Set:
    """What is in the first set alone."""
    found = Set()
    found.items = {name: item for name, item in left.items.items() if name not in right.items}
    return found


def intersect(left: Set, right: Set) -> Set:
    """What both sets have."""
    found = Set()
    found.items = {name: item for name, item in left.items.items() if name in right.items}
    return found


def unite(*sets: Set) -> Set:
    """What any of the sets has."""
    found = Set()
    for one in reversed(sets):
        found.items.update(one.items)
    return found


@builtin("and")
def and_(left: Value, right: Value) -> Value:
    """The infix `&`."""
    return intersect(set_(left, 1), set_(right, 2))


@builtin("or")
def or_(left: Value, right: Value) -> Value:
    """The infix `|`."""
    return unite(set_(left, 1), set_(right, 2))


@builtin("set_diff")
def set_diff(left: Value, right: Value) -> Value:
    """What is in the first set alone; today's name for it is `-`."""
    return difference(set_(left, 1), set_(right, 2))


@builtin("intersection")
def intersection(value: Value) -> Value:
    """What all sets in a set have."""
    sets = [set_(item, 1) for item in set_(value, 1)]
    if not sets:
        return Set()
    found = sets[0]
    for other in sets[1:]:
        found = intersect(found, other)
    return found


@builtin("union")
def union(value: Value) -> Value:
    """What any set in a set has."""
    return unite(*[set_(item, 1) for item in set_(value, 1)])
