"""What compiled policies call while they are evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.rego.builtins.text import text as shown
from modelyard.rego.errors import RegoError
from modelyard.rego.values import (
    UNDEFINED,
    Key,
    Set,
    Value,
    equal,
    key,
    order,
    pairs,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from modelyard.rego.builtins import BuiltinError
    from modelyard.rego.syntax import At

U = UNDEFINED
MISSING = object()


class Evaluation:
    """One document that policies are asked about, and what was learnt of it so far."""

    __slots__ = (
        "cases",
        "data",
        "errors",
        "extent",
        "input",
        "memo",
        "mocks",
        "overrides",
        "prints",
    )

    def __init__(
        self,
        input: Value,  # noqa: A002 - it is what Rego calls it
        data: dict[str | Key, Value],
        extent: Callable[[Evaluation, tuple[str, ...]], Value],
    ) -> None:
        self.input = input
        self.data = data
        self.extent = extent
        self.memo: dict[int, Value] = {}
        self.prints: list[str] = []
        self.cases: list[tuple[Value, ...]] = []
        self.errors: list[RegoError] = []
        self.overrides: dict[tuple[str, ...], Value] = {}
        self.mocks: dict[str, Callable[..., Value] | Value] = {}

    def replaced(self, changes: Iterable[tuple[tuple[str, ...], Value]]) -> Evaluation:
        """The same document with what `with` says."""
        found = Evaluation(self.input, self.data, self.extent)
        found.prints, found.errors = self.prints, self.errors
        found.overrides, found.mocks = dict(self.overrides), dict(self.mocks)
        for path, value in changes:
            if path[0] == "input":
                found.input = replaced(found.input, path[1:], value)
            elif path[0] == "data":
                found.overrides = {
                    other: item
                    for other, item in found.overrides.items()
                    if other[: len(path) - 1] != path[1:]
                }
                found.overrides[path[1:]] = value
                found.data = replaced(found.data, path[1:], value)
            else:
                found.mocks[path[0]] = value
        return found

    def mocked(self, name: str, real: Callable[..., Value], *args: Value) -> Value:
        """Call a function that `with` may have replaced."""
        mock = self.mocks.get(name, MISSING)
        if mock is MISSING:
            return real(*args)
        if callable(mock) and not isinstance(mock, Set):
            inner = self.replaced(())
            del inner.mocks[name]
            return mock(inner, *args)
        return mock

    def failed(self, name: str, error: BuiltinError, file: str, at: At) -> None:
        """A builtin erred, which makes what it stands in undefined."""
        if len(self.errors) < 100:
            message = str(error)
            prefix = "" if message.startswith(f"{name}:") else f"{name}: "
            self.errors.append(RegoError("eval_builtin_error", prefix + message, file, at))

    def print(self, place: str, parts: tuple[Value, ...]) -> None:
        """`print(…)`: text as it is, other values as Rego writes them."""
        if len(self.prints) >= 10_000:
            return
        line = " ".join(part if type(part) is str else shown(part) for part in parts)
        self.prints.append(f"{place}: {line}")


def replaced(value: Value, path: tuple[str, ...], new: Value) -> Value:
    """A copy of a value with another one at a path; what is no object on the way becomes one."""
    if not path:
        return new
    found = dict(value) if type(value) is dict else {}
    found[path[0]] = replaced(found.get(path[0]), path[1:], new)
    return found


def lookup(value: Value, name: Value) -> Value:
    """`value[name]`."""
    kind = type(value)
    if kind is dict:
        return value.get(name if type(name) is str else Key(name), U)
    if kind is list:
        if type(name) is float and name.is_integer():
            name = int(name)
        if type(name) is int and 0 <= name < len(value):
            return value[name]
        return U
    if kind is Set:
        return name if name in value else U
    return U


def walk_path(value: Value, path: Iterable[Value]) -> Value:
    """`value[a][b]…`."""
    for name in path:
        if value is U:
            return U
        value = lookup(value, name)
    return value


def entries(value: Value) -> Iterable[tuple[Value, Value]]:
    """What `value[k]` goes through: keys and values, in Rego's order."""
    kind = type(value)
    if kind is list:
        return enumerate(value)
    if kind is dict:
        return pairs(value)
    if kind is Set:
        return [(item, item) for item in value]
    return ()


def members(value: Value) -> Iterable[Value]:
    """What `value[_]` goes through."""
    kind = type(value)
    if kind is list or kind is Set:
        return value  # type: ignore[no-any-return]
    if kind is dict:
        return [item for _, item in pairs(value)]
    return ()


def member_2(item: Value, value: Value) -> bool:
    """`item in value`."""
    kind = type(value)
    if kind is Set:
        return item in value
    if kind is list:
        if type(item) is str:
            return item in value
        return any(equal(item, other) for other in value)
    if kind is dict:
        return any(equal(item, other) for other in value.values())
    return False


def member_3(name: Value, item: Value, value: Value) -> bool:
    """`name, item in value`."""
    if type(value) not in (list, dict, Set):
        return False
    found = lookup(value, name)
    return found is not U and equal(found, item)


def lt(left: Value, right: Value) -> bool:
    """`left < right`."""
    kind = type(left)
    if kind is type(right) and (kind is int or kind is str or kind is float):
        return bool(left < right)
    return order(left) < order(right)


def lte(left: Value, right: Value) -> bool:
    """`left <= right`."""
    return not lt(right, left)


def gt(left: Value, right: Value) -> bool:
    """`left > right`."""
    return lt(right, left)


def gte(left: Value, right: Value) -> bool:
    """`left >= right`."""
    return not lt(left, right)


def conflict(message: str, file: str, at: At) -> RegoError:
    """Two values where there can be one."""
    return RegoError("eval_conflict_error", message, file, at)


def same(old: Value, new: Value, file: str, at: At, function: bool) -> Value:
    """The one value of a rule that yields several times."""
    if old is not U and not equal(old, new):
        raise conflict(
            "functions must not produce multiple outputs for same inputs"
            if function
            else "complete rules must not produce multiple outputs",
            file,
            at,
        )
    return new


def put(found: dict[str | Key, Value], name: Value, value: Value, file: str, at: At) -> None:
    """An entry of an object that a comprehension makes."""
    entry = key(name)
    if entry in found and not equal(found[entry], value):
        raise conflict("object keys must be unique", file, at)
    found[entry] = value


def put_path(
    found: dict[str | Key, Value], path: tuple[Value, ...], value: Value, file: str, at: At
) -> None:
    """An entry of an object that a rule makes."""
    for name in path[:-1]:
        found = found.setdefault(key(name), {})
        if type(found) is not dict:
            raise conflict("object keys must be unique", file, at)
    put(found, path[-1], value, file, at)


def put_member(found: dict[str | Key, Value], path: tuple[Value, ...], value: Value) -> None:
    """An element of a set within an object that a rule makes."""
    for name in path[:-1]:
        found = found.setdefault(key(name), {})
    found.setdefault(key(path[-1]), Set()).add(value)


def template(parts: tuple[Any, ...]) -> str:
    """The text of a template string; what is undefined says so."""
    return "".join(
        part if type(part) is str else "<undefined>" if part is U else shown(part) for part in parts
    )


def joined(old: Value, new: Value) -> Value:
    """What two rules yield for the same place."""
    if old is U:
        return new
    if type(old) is dict and type(new) is dict:
        both = dict(old)
        for name, item in new.items():
            both[name] = joined(both.get(name, U), item)
        return both
    if type(old) is Set and type(new) is Set:
        return Set([*old.items.values(), *new.items.values()])
    if not equal(old, new):
        raise RegoError("eval_conflict_error", "object keys must be unique")
    return old


def merged(below: Value, above: Mapping[str | Key, Value]) -> dict[str | Key, Value]:
    """Data that policies make over data that was given."""
    found: dict[str | Key, Value] = dict(below) if type(below) is dict else {}
    for name, item in above.items():
        if type(item) is dict and type(found.get(name)) is dict:
            found[name] = merged(found[name], item)
        else:
            found[name] = item
    return found
