"""Parts of values by paths. Facts: Open Policy Agent 1.21's `topdown/json.go`, RFC 6902."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.operands import array, object_, wrong
from modelyard.rego.builtins.text import text
from modelyard.rego.values import UNDEFINED, Set, canonical, equal, key, type_name

if TYPE_CHECKING:
    from modelyard.rego.values import Key, Value

Tree = dict["str | Key", "Tree | None"]
"""Paths in one: each step has what may follow, or nothing where a path ends."""


def _path(value: Value) -> list[Value]:
    """The steps of a path: `a/b`, or an array of them."""
    if type(value) is str:
        if not value:
            return []
        steps = value.lstrip("/").split("/")
        return [step.replace("~1", "/").replace("~0", "~") for step in steps]
    if type(value) is list:
        return value
    raise BuiltinError(
        "operand 2 must be one of {set, array} containing string paths or array of path segments"
        f" but got {type_name(value)}"
    )


def _tree(value: Value) -> Tree:
    if type(value) is not list and type(value) is not Set:
        raise wrong(2, value, "set", "array")
    root: Tree = {}
    for steps in [_path(one) for one in value]:
        node = root
        for step in steps[:-1]:
            below = node.setdefault(key(step), {})
            if below is None:
                break
            node = below
        else:
            if steps:
                node[key(steps[-1])] = None
    return root


@builtin("json.filter")
def filter_(value: Value, paths: Value) -> Value:
    """An object with what paths lead to, and nothing else."""
    object_(value, 1)
    return _filtered(value, _tree(paths))


def _filtered(value: Value, tree: Tree | None) -> Value:
    if tree is None:
        return value
    if type(value) is dict:
        return {
            name: found
            for name, item in value.items()
            if name in tree and (found := _filtered(item, tree[name])) is not UNDEFINED
        }
    if type(value) is list:
        kept = [(item, tree[str(at)]) for at, item in enumerate(value) if str(at) in tree]
        return [_filtered(item, below) for item, below in kept]
    if type(value) is Set:
        kept = [(item, tree[key(item)]) for item in value if key(item) in tree]
        return Set(_filtered(item, below) for item, below in kept)
    return value


@builtin("json.remove")
def remove(value: Value, paths: Value) -> Value:
    """An object without what paths lead to."""
    object_(value, 1)
    return _removed(value, _tree(paths))


def _removed(value: Value, tree: Tree) -> Value:
    """A value without what the tree has; a step that it does not have removes nothing."""

    def without(item: Value, name: str | Key) -> Value:
        below = tree.get(name, tree)
        if below is tree:
            return item
        return UNDEFINED if below is None else _removed(item, below)

    if type(value) is dict:
        kept = ((name, without(item, name)) for name, item in value.items())
        return {name: item for name, item in kept if item is not UNDEFINED}
    if type(value) is list:
        found = [without(item, str(at)) for at, item in enumerate(value)]
        return [item for item in found if item is not UNDEFINED]
    if type(value) is Set:
        found = [without(item, key(item)) for item in value]
        return Set(item for item in found if item is not UNDEFINED)
    return value


@builtin("json.patch")
def patch(value: Value, operations: Value) -> Value:
    """A value after operations of RFC 6902, which also know sets."""
    document = value
    for operation in array(operations, 2):
        if type(operation) is not dict:
            raise BuiltinError(
                "must be an array of JSON-Patch objects, but at least one element is not an object"
            )
        document = _applied(document, operation)
    if document is UNDEFINED:
        return UNDEFINED
    return document


def _attribute(operation: dict[str | Key, Value], name: str) -> Value:
    if name not in operation:
        raise BuiltinError(f"missing required attribute '{name}'")
    return operation[name]


def _applied(document: Value, operation: dict[str | Key, Value]) -> Value:
    """A document after one operation."""
    said = _attribute(operation, "path")
    name = _attribute(operation, "op")
    if type(name) is not str:
        raise BuiltinError(f"attribute 'op' must be a string but found: {type_name(name)}")
    path = _path(said)
    if name == "add":
        return _inserted(document, path, _attribute(operation, "value"))
    if name == "remove":
        return _deleted(document, path)
    if name == "replace":
        without = _deleted(document, path)
        return _inserted(without, path, _attribute(operation, "value"))
    if name in ("move", "copy"):
        origin = _path(_attribute(operation, "from"))
        found = _found(document, origin)
        if name == "move":
            document = _deleted(document, origin)
        return _inserted(document, path, found)
    if name == "test":
        found = _found(document, path)
        wanted = _attribute(operation, "value")
        if not equal(found, wanted):
            raise BuiltinError(
                "value from EditTree != patch value.\n\n"
                f"Expected: {text(wanted)}\n\nFound: {text(found)}"
            )
        return document
    raise BuiltinError(f"unrecognized op: '{name}'")


_GO_TYPES = {
    "null": "ast.Null",
    "boolean": "ast.Boolean",
    "number": "ast.Number",
    "string": "ast.String",
}


def _index(step: Value, length: int) -> int:
    """The place in an array that a step names; `-` is behind its end."""
    if step == "-":
        return length
    if type(step) is int:
        return step
    if type(step) is float:
        raise BuiltinError("invalid number type for indexing")
    if type(step) is not str:
        raise BuiltinError("invalid type for indexing")
    digits = step[1:] if step[:1] in ("-", "+") else step
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        raise BuiltinError("invalid string for indexing")
    if step != "0" and step.startswith("0"):
        raise BuiltinError("leading zeros are not allowed in JSON paths")
    return int(step)


def _step(value: Value, step: Value) -> Value:
    """What a value has at a step of a path."""
    if value is UNDEFINED:
        raise BuiltinError("nil value encountered where composite value was expected")
    kind = type(value)
    if kind is dict:
        if key(step) not in value:
            raise BuiltinError(f"path {text(step)} does not exist in object term {text(value)}")
        return value[key(step)]
    if kind is Set:
        if step not in value:
            raise BuiltinError(f"path {_reference(step)} does not exist in set term {text(value)}")
        return step
    if kind is list:
        at = _index(step, len(value))
        if not 0 <= at < len(value):
            raise BuiltinError(f"path {at} does not exist in array term {text(value)}")
        return value[at]
    raise BuiltinError(
        f"expected composite type for path {text(step)}, found value: {text(value)}"
        f" (type: {_GO_TYPES[type_name(value)]})"
    )


def _reference(step: Value) -> str:
    return step if type(step) is str else text(step)


def _found(document: Value, path: list[Value]) -> Value:
    for step in path:
        document = _step(document, step)
    return document


def _replaced(value: Value, step: Value, new: Value) -> Value:
    """A value with another at a step that it has."""
    if type(value) is dict:
        return {**value, key(step): new}
    if type(value) is list:
        made = list(value)
        made[_index(step, len(value))] = new
        return made
    made_set = Set(item for item in value if not equal(item, step))
    made_set.add(new)
    return made_set


def _inserted(document: Value, path: list[Value], new: Value) -> Value:
    """A document with a value at a path."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if rest:
        return _replaced(document, step, _inserted(_step(document, step), rest, new))
    if document is UNDEFINED:
        raise BuiltinError("deleted node encountered during insert operation")
    kind = type(document)
    if kind is dict:
        return {**document, key(step): new}
    if kind is Set:
        if not equal(step, new):
            raise BuiltinError(
                f"set key {text(step)} does not equal value to be inserted {text(new)}"
            )
        return Set([*document, new])
    if kind is list:
        at = _index(step, len(document))
        if not 0 <= at <= len(document):
            raise BuiltinError("index for array insertion out of bounds")
        return [*document[:at], new, *document[at:]]
    raise _not_composite(document)


def _not_composite(value: Value) -> BuiltinError:
    return BuiltinError(
        f"expected composite type, found value: {text(value)} (type: {_GO_TYPES[type_name(value)]})"
    )


def _deleted(document: Value, path: list[Value]) -> Value:
    """A document without what a path leads to."""
    if document is UNDEFINED:
        raise BuiltinError("deleted node encountered during delete operation")
    if not path:
        return UNDEFINED
    step, rest = path[0], path[1:]
    if rest:
        return _replaced(document, step, _deleted(_step(document, step), rest))
    kind = type(document)
    if kind is dict:
        if key(step) not in document:
            raise _missing(step)
        return {name: item for name, item in document.items() if name != key(step)}
    if kind is Set:
        if step not in document:
            raise _missing(step)
        return Set(item for item in document if canonical(item) != canonical(step))
    if kind is list:
        at = _index(step, len(document))
        if not 0 <= at < len(document):
            raise BuiltinError("index for array delete out of bounds")
        return [*document[:at], *document[at + 1 :]]
    raise _not_composite(document)


def _missing(step: Value) -> BuiltinError:
    return BuiltinError(f"cannot delete child key {text(step)} that does not exist")
