"""Two objects field by field: lists matched by the keys of their items, and texts that hold JSON read."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from modelyard.diff.comparison import ABSENT, Field
from modelyard.diff.keys import FREE, by_key, named
from modelyard.diff.same import means_the_same
from modelyard.findings import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.findings import Route

MAX_DEPTH = 100
"""Levels of a text that is read as JSON; deeper ones are compared as texts."""
MAX_ALIGNED = 2_000
"""Items of a list without keys that are aligned; longer ones are compared by their places."""
POD = frozenset(("containers", "initContainers", "volumes"))


def fields(before: Any, after: Any) -> Iterator[Field]:
    """Every field in which two objects differ, in the order of the second.

    What is there on one side only is one field, however much is in it.
    """
    yield from _Walk(_kind(after) or _kind(before)).values(before, after, (), "")


def _kind(value: Any) -> str:
    return str(value.get("kind", "")) if isinstance(value, dict) else ""


class _Walk:
    """One comparison, from the outside in."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def values(
        self, before: Any, after: Any, route: Route, path: str, *, pod: bool = False
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
            same = means_the_same(self.kind, route, before, after)
            yield Field(path, route, before, after, same=same)

    def mappings(
        self, before: dict[str, Any], after: dict[str, Any], route: Route, path: str, *, pod: bool
    ) -> Iterator[Field]:
        """Keys that came, went, or hold something else."""
        pod = pod or (bool(route) and not POD.isdisjoint(after) and isinstance(route[-1], str))
        for key, item in after.items():
            inner, name = (*route, key), _joined(path, key)
            if key in before:
                yield from self.values(before[key], item, inner, name, pod=pod)
            else:
                yield self.one_sided(inner, name, after=item)
        for key, item in before.items():
            if key not in after:
                yield self.one_sided((*route, key), _joined(path, key), before=item)

    def one_sided(
        self, route: Route, path: str, *, before: Any = ABSENT, after: Any = ABSENT
    ) -> Field:
        """A field that came or went."""
        return Field(
            path, route, before, after, same=means_the_same(self.kind, route, before, after)
        )

    def texts(self, before: str, after: str, route: Route, path: str) -> Iterator[Field]:
        """Two texts; where both are JSON, what differs in it."""
        if before == after:
            return
        parsed = _json(before), _json(after)
        if parsed[0] is not None and parsed[1] is not None:
            found = list(self.values(parsed[0], parsed[1], route, path))
            yield from found or [Field(path, route, before, after, same=True)]
            return
        same = means_the_same(self.kind, route, before, after)
        yield Field(path, route, before, after, same=same)

    def lists(
        self, before: list[Any], after: list[Any], route: Route, path: str, *, pod: bool
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
            inner, told = (*route, index), f"{path}[{named(found)}]"
            if found in then:
                yield from self.values(before[then[found]], after[index], inner, told, pod=pod)
            else:
                yield self.one_sided(inner, told, after=after[index])
        for found, index in then.items():
            if found not in now:
                yield self.one_sided(
                    (*route, index), f"{path}[{named(found)}]", before=before[index]
                )
        kept = [found for found in then if found in now]
        order = [found for found in now if found in then]
        if kept != order and (pod or name not in FREE):
            told_before, told_after = ([named(each) for each in them] for them in (kept, order))
            yield Field(path, route, told_before, told_after, moved=True)

    def unkeyed(
        self, before: list[Any], after: list[Any], route: Route, path: str, *, name: str, pod: bool
    ) -> Iterator[Field]:
        """Two lists whose items are told apart by what they are."""
        then, now = [_canonical(item) for item in before], [_canonical(item) for item in after]
        if then == now:
            return
        if sorted(then) == sorted(now):
            if pod or name not in FREE:
                yield Field(path, route, before, after, moved=True)
            return
        if all(not isinstance(item, dict | list) for item in (*before, *after)):
            yield from self.scalars(before, after, route, path, name=name, pod=pod)
            return
        for old, new in _paired(then, now, ordered=pod or name not in FREE):
            if old is not None and new is not None:
                inner = (*route, new)
                yield from self.values(before[old], after[new], inner, f"{path}[{new}]", pod=pod)
            elif new is not None:
                yield self.one_sided((*route, new), f"{path}[{new}]", after=after[new])
            elif old is not None:
                yield self.one_sided((*route, old), f"{path}[{old}]", before=before[old])

    def scalars(
        self, before: list[Any], after: list[Any], route: Route, path: str, *, name: str, pod: bool
    ) -> Iterator[Field]:
        """Lists of scalars: as sets where their order means nothing, else as one field."""
        if pod or name not in FREE:
            yield Field(path, route, before, after)
            return
        for index, item in enumerate(after):
            if not any(equal(item, other) for other in before):
                yield Field(f"{path}[{item}]", (*route, index), ABSENT, item)
        for index, item in enumerate(before):
            if not any(equal(item, other) for other in after):
                yield Field(f"{path}[{item}]", (*route, index), item, ABSENT)


def equal(before: Any, after: Any) -> bool:
    """Whether two scalars, or a scalar and a collection, are the same in JSON."""
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if isinstance(before, int | float) and isinstance(after, int | float):
        return before == after
    return type(before) is type(after) and bool(before == after)


def _joined(path: str, key: Any) -> str:
    return f"{path}{dotted(('x', str(key)))[1:]}".removeprefix(".")


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
