"""Objects. Facts: Open Policy Agent 1.21's `topdown/object.go`, `subset.go` and `json.go`."""

from __future__ import annotations

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.operands import array, object_, wrong, wrong_element
from modelyard.rego.values import UNDEFINED, Key, Set, Value, canonical, equal, key, unkey

Object = dict[str | Key, Value]


@builtin("object.get")
def get(value: Value, path: Value, default: Value) -> Value:
    """What an object has at a key, or at a path of keys in an array, or something else."""
    if type(value) is not dict:
        raise wrong(1, value, "object")
    if type(path) is str:
        return value.get(path, default)
    if type(path) is not list:
        return value.get(key(path), default)
    found = value
    for step in path:
        found = look_up(found, step)
        if found is UNDEFINED:
            return default
    return found


def look_up(value: Value, step: Value) -> Value:
    """What a value has at a key, an index or, in a set, as an element."""
    kind = type(value)
    if kind is dict:
        return value.get(key(step), UNDEFINED)
    if kind is list:
        if type(step) is int and 0 <= step < len(value):
            return value[step]
    elif kind is Set:
        return value.items.get(canonical(step), UNDEFINED)
    return UNDEFINED


@builtin("object.keys")
def keys(value: Value) -> Value:
    """The keys of an object."""
    return Set(map(unkey, object_(value, 1)))


def _keys(value: Value) -> list[str | Key]:
    """The keys that an array, a set or an object names."""
    if type(value) is dict:
        return list(value)
    if type(value) is not list and type(value) is not Set:
        raise wrong(2, value, "object", "set", "array")
    return [key(item) for item in value]


@builtin("object.remove")
def remove(value: Value, names: Value) -> Value:
    """An object without some keys."""
    found, gone = object_(value, 1), set(_keys(names))
    return {name: item for name, item in found.items() if name not in gone}


@builtin("object.filter")
def filter_(value: Value, names: Value) -> Value:
    """An object with some keys only."""
    found = object_(value, 1)
    return {name: found[name] for name in _keys(names) if name in found}


@builtin("object.union")
def union(left: Value, right: Value) -> Value:
    """Two objects in one; where both have something, the second wins, and objects are united."""
    return _union(object_(left, 1), object_(right, 2))


def _union(left: Object, right: Object) -> Object:
    made = dict(left)
    for name, item in right.items():
        before = made.get(name)
        made[name] = _union(before, item) if type(before) is dict and type(item) is dict else item
    return made


@builtin("object.union_n")
def union_n(value: Value) -> Value:
    """All objects of an array in one, the later over the earlier."""
    made: Object = {}
    found = array(value, 1)
    for item in found:
        if type(item) is not dict:
            raise wrong_element(1, value, item, "object")
    for item in found:
        made = _union(made, item)
    return made


@builtin("object.subset")
def subset(whole: Value, part: Value) -> Value:
    """Whether an object, a set or an array has all that another has."""
    if type(whole) is list and type(part) is Set:
        # An element that the array has twice counts twice.
        return bool(whole) and sum(item in part for item in whole) >= len(part)
    found = _subset(whole, part)
    if found is None:
        raise BuiltinError("both arguments object.subset must be of the same type or array and set")
    return found


def _subset(whole: Value, part: Value) -> bool | None:
    kind = type(whole)
    if kind is not type(part):
        return None
    if kind is dict:
        return all(
            name in whole and (equal(whole[name], item) or bool(_subset(whole[name], item)))
            for name, item in part.items()
        )
    if kind is Set:
        return bool(part.items.keys() <= whole.items.keys())
    return _run_of(whole, part) if kind is list else None


def _run_of(whole: list[Value], part: list[Value]) -> bool:
    """Whether an array stands in another, in one piece."""
    if not part:
        return True
    names, sought = [canonical(item) for item in whole], [canonical(item) for item in part]
    return any(
        names[at : at + len(sought)] == sought for at, name in enumerate(names) if name == sought[0]
    )
