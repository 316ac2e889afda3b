"""Two objects field by field: lists matched by the keys of their items, and texts that hold JSON read."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from modelyard.diff.comparison import ABSENT, Field
from modelyard.diff.keys import FREE, by_key, named
from modelyard.diff.same import means_the_same
from modelyard.findings import dotted
from modelyard.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.findings import Route

MAX_DEPTH = 100
"""Levels of a text that is read as JSON; deeper ones are compared as texts."""
MAX_ALIGNED = 2_000
"""Items of a list without keys that are aligned; longer ones are compared by their places."""
POD = frozenset(("containers", "initContainers", "volumes"))
"""Keys by which a pod's spec is known."""
SCALARS = frozenset((str, int, bool, float, type(None)))


class Item(str):
    """A step into a list, by what tells its items apart."""

    __slots__ = ()


Path = tuple[str, ...]
"""The names on the way to a field; an `Item` stands in brackets."""


def fields(before: Any, after: Any) -> Iterator[Field]:
    """Every field in which two objects differ, in the order of the second.

    What is there on one side only is one field, however much is in it.
    """
    yield from _Walk(_kind(after) or _kind(before)).values(before, after, (), ())


def _kind(value: Any) -> str:
    return str(value.get("kind", "")) if isinstance(value, dict) else ""


class _Walk:
    """One comparison, from the outside in.

    Beside the route goes the path of names, which is written out only where something differs.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def values(
        self, before: Any, after: Any, route: Route, path: Path, *, pod: bool = False
    ) -> Iterator[Field]:
        """What differs at a place; `pod` is whether it lies in the template of a pod."""
        if before is after:
            return
        if isinstance(before, dict) and isinstance(after, dict):
            yield from self.mappings(before, after, route, path, pod=pod)
        elif isinstance(before, list) and isinstance(after, list):
            yield from self.lists(before, after, route, path, pod=pod)
        elif isinstance(before, str) and isinstance(after, str):
            yield from self.texts(before, after, route, path)
        elif not equal(before, after):
            yield self.field(route, path, before, after)

    def field(
        self,
        route: Route,
        path: Path,
        before: Any = ABSENT,
        after: Any = ABSENT,
        *,
        moved: bool = False,
    ) -> Field:
        """A field that differs."""
        same = not moved and means_the_same(self.kind, route, before, after)
        return Field(_written(path), route, before, after, same=same, moved=moved)

    def mappings(
        self, before: dict[str, Any], after: dict[str, Any], route: Route, path: Path, *, pod: bool
    ) -> Iterator[Field]:
        """Keys that came, went, or hold something else."""
        pod = pod or (bool(route) and not POD.isdisjoint(after) and isinstance(route[-1], str))
        for key, item in after.items():
            if key not in before:
                yield self.field((*route, key), (*path, key), after=item)
                continue
            then = before[key]
            if type(then) is type(item) and type(item) in SCALARS and then == item:
                continue
            yield from self.values(then, item, (*route, key), (*path, key), pod=pod)
        for key, item in before.items():
            if key not in after:
                yield self.field((*route, key), (*path, key), before=item)

    def texts(self, before: str, after: str, route: Route, path: Path) -> Iterator[Field]:
        """Two texts; where both are JSON, what differs in it."""
        if before == after:
            return
        parsed = _json(before), _json(after)
        if parsed[0] is None or parsed[1] is None:
            yield self.field(route, path, before, after)
            return
        found = list(self.values(parsed[0], parsed[1], route, path))
        yield from found or [Field(_written(path), route, before, after, same=True)]

    def lists(
        self, before: list[Any], after: list[Any], route: Route, path: Path, *, pod: bool
    ) -> Iterator[Field]:
        """Two lists, by the keys of their items where they have some."""
        name = next((step for step in reversed(route) if isinstance(step, str)), "")
        key = by_key(name, before, after)
        if key is None:
            yield from self.unkeyed(before, after, route, path, name=name, pod=pod)
            return
        then = {key(item): index for index, item in enumerate(before)}
        now = {key(item): index for index, item in enumerate(after)}
        for found, index in now.items():
            inner, told = (*route, index), (*path, Item(named(found)))
            if found in then:
                yield from self.values(before[then[found]], after[index], inner, told, pod=pod)
            else:
                yield self.field(inner, told, after=after[index])
        for found, index in then.items():
            if found not in now:
                told = (*path, Item(named(found)))
                yield self.field((*route, index), told, before=before[index])
        kept = [found for found in then if found in now]
        order = [found for found in now if found in then]
        if kept != order and (pod or name not in FREE):
            names = ([named(each) for each in them] for them in (kept, order))
            yield self.field(route, path, *names, moved=True)

    def unkeyed(
        self, before: list[Any], after: list[Any], route: Route, path: Path, *, name: str, pod: bool
    ) -> Iterator[Field]:
        """Two lists whose items are told apart by what they are."""
        ordered = pod or name not in FREE
        then, now = [_canonical(item) for item in before], [_canonical(item) for item in after]
        if then == now:
            return
        if sorted(then) == sorted(now):
            if ordered:
                yield self.field(route, path, before, after, moved=True)
            return
        if all(not isinstance(item, dict | list) for item in (*before, *after)):
            yield from self.scalars(before, after, route, path, ordered=ordered)
            return
        for old, new in _paired(then, now, ordered=ordered):
            told = (*path, Item(str(new if new is not None else old)))
            if old is not None and new is not None:
                yield from self.values(before[old], after[new], (*route, new), told, pod=pod)
            elif new is not None:
                yield self.field((*route, new), told, after=after[new])
            elif old is not None:
                yield self.field((*route, old), told, before=before[old])

    def scalars(
        self, before: list[Any], after: list[Any], route: Route, path: Path, *, ordered: bool
    ) -> Iterator[Field]:
        """Lists of scalars: as sets where their order means nothing, else as one field."""
        if ordered:
            yield self.field(route, path, before, after)
            return
        for index, item in enumerate(after):
            if not any(equal(item, other) for other in before):
                yield self.field((*route, index), (*path, Item(str(item))), after=item)
        for index, item in enumerate(before):
            if not any(equal(item, other) for other in after):
                yield self.field((*route, index), (*path, Item(str(item))), before=item)


def _written(path: Path) -> str:
    """A path as people read it: `spec.containers[server].image`."""
    steps = (f"[{step}]" if isinstance(step, Item) else dotted(("x", step))[1:] for step in path)
    return clean("".join(steps).removeprefix("."))


def equal(before: Any, after: Any) -> bool:
    """Whether two scalars, or a scalar and a collection, are the same in JSON."""
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if isinstance(before, int | float) and isinstance(after, int | float):
        return before == after
    return type(before) is type(after) and bool(before == after)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _json(text: str) -> Any:
    """The value of a text that holds a JSON object or list; nothing for any other."""
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if _is_shallow(value) else None


def _is_shallow(value: Any) -> bool:
    """Whether a value is nested no deeper than a manifest may be."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for item in level
            for inner in (
                item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
            )
        ]
        if not level:
            return True
    return False


def _paired(
    before: Sequence[str], after: Sequence[str], *, ordered: bool
) -> Iterator[tuple[int | None, int | None]]:
    """Indexes of items that belong together: equal ones first, the others in their order."""
    if len(before) + len(after) > MAX_ALIGNED:
        equal_ones: list[tuple[int, int]] = []
    elif ordered:
        blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        equal_ones = [(a + i, b + i) for a, b, size in blocks for i in range(size)]
    else:
        equal_ones = list(_equal_ones(before, after))
    used_before, used_after = ({pair[side] for pair in equal_ones} for side in (0, 1))
    old = [index for index in range(len(before)) if index not in used_before]
    new = [index for index in range(len(after)) if index not in used_after]
    both = min(len(old), len(new))
    yield from zip(old[:both], new[:both], strict=True)
    yield from ((None, index) for index in new[both:])
    yield from ((index, None) for index in old[both:])


def _equal_ones(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int]]:
    places: dict[str, list[int]] = {}
    for index, item in enumerate(before):
        places.setdefault(item, []).append(index)
    for index, item in enumerate(after):
        if places.get(item):
            yield places[item].pop(0), index
