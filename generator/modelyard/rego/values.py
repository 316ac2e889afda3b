"""The values of Rego, as Python has them.

Null, booleans, strings and numbers are Python's own; an array is a list. An object is a dict whose
keys are `str`, or `Key` around what is not a string. A set is a `Set`. Because Python takes `True`
for `1`, values are compared by `equal`, `canonical` and `order` and never by `==`, but for strings.

Facts: the order of values is that of Open Policy Agent's `ast.Compare`: null, boolean, number,
string, array, object, set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

Value = Any
"""`None`, `bool`, `int`, `float`, `str`, `list[Value]`, `dict[str | Key, Value]` or `Set`."""


class Undefined:
    """What a reference has that leads nowhere. There is one, and it is no value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "undefined"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = Undefined()


class Key:
    """The key of an object that is not a string."""

    __slots__ = ("canon", "value")

    def __init__(self, value: Value) -> None:
        self.value = value
        self.canon = canonical(value)

    def __hash__(self) -> int:
        return hash(self.canon)

    def __eq__(self, other: object) -> bool:
        return type(other) is Key and self.canon == other.canon

    def __repr__(self) -> str:
        return f"Key({self.value!r})"


def key(value: Value) -> str | Key:
    """What an object has as the key for a value."""
    return value if type(value) is str else Key(value)


def unkey(key: str | Key) -> Value:
    """The value that a key of an object stands for."""
    return key.value if type(key) is Key else key


class Set:
    """A set of values, iterated in Rego's order."""

    __slots__ = ("_sorted", "items")

    def __init__(self, values: Iterable[Value] = ()) -> None:
        self.items: dict[Hashable, Value] = {canonical(value): value for value in values}
        self._sorted: list[Value] | None = None

    def add(self, value: Value) -> None:
        """Put a value in; only whoever makes a set does so, before anybody else sees it."""
        self.items[canonical(value)] = value
        self._sorted = None

    def __iter__(self) -> Iterator[Value]:
        if self._sorted is None:
            self._sorted = ordered(self.items.values())
        return iter(self._sorted)

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, value: Value) -> bool:
        return canonical(value) in self.items

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Set) and self.items.keys() == other.items.keys()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Set({list(self)!r})"


def canonical(value: Value) -> Hashable:
    """Something hashable that two values share when they are equal in Rego, and only then."""
    kind = type(value)
    if kind is str or value is None:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return ("b", value)
    if kind is int or kind is float:
        return ("n", value)
    if kind is list:
        return ("a", tuple([canonical(item) for item in value]))
    if kind is dict:
        return (
            "o",
            frozenset(
                [
                    (name if type(name) is str else name.canon, canonical(item))
                    for name, item in value.items()
                ]
            ),
        )
    return ("s", frozenset(value.items))


def equal(left: Value, right: Value) -> bool:
    """Whether two values are the same value of Rego."""
    kind = type(left)
    if kind is str or left is None:
        return bool(left == right)
    if kind is bool or type(right) is bool:
        return left is right
    if kind is int or kind is float:
        return bool(left == right)
    if kind is not type(right) or len(left) != len(right):
        return False
    if kind is list:
        return all(map(equal, left, right))
    if kind is dict:
        for name, item in left.items():
            other = right.get(name, UNDEFINED)
            if other is UNDEFINED or not equal(item, other):
                return False
        return True
    return bool(left == right)


def order(value: Value) -> tuple[Any, ...]:
    """A key by which Python sorts values as Rego does."""
    kind = type(value)
    if kind is str:
        return (3, value)
    if value is None:
        return (0,)
    if kind is bool:
        return (1, value)
    if kind is int or kind is float:
        return (2, value)
    if kind is list:
        return (4, *[order(item) for item in value])
    if kind is dict:
        pairs = sorted((order(unkey(name)), order(item)) for name, item in value.items())
        return (5, *pairs)
    return (6, *[order(item) for item in value])


def ordered(values: Iterable[Value]) -> list[Value]:
    """Values in Rego's order."""
    found = list(values)
    if all(type(value) is str for value in found):
        return sorted(found)
    return sorted(found, key=order)


def pairs(value: dict[str | Key, Value]) -> list[tuple[Value, Value]]:
    """The entries of an object in the order of their keys."""
    if all(type(name) is str for name in value):
        return sorted(value.items(), key=_first)
    return sorted(
        ((unkey(name), item) for name, item in value.items()), key=lambda pair: order(pair[0])
    )


def _first(pair: tuple[str, Value]) -> str:
    return pair[0]


def type_name(value: Value) -> str:
    """What `type_name` says of a value."""
    if value is None:
        return "null"
    return _NAMES[type(value)]


_NAMES: dict[type, str] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    Set: "set",
}
