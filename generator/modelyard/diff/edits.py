"""What people wrote otherwise: the merged values of a model, or of an environment, on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.diff.comparison import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Route

Raw = dict[str, Any]
Edit = tuple["Route", Any]
"""A place in the values that are now, and what stood there before; `ABSENT` where nothing did."""


def edits(before: Raw, after: Raw) -> list[Edit]:
    """Every place in which two trees of values differ, each the smallest that a person would write.

    Another release is one edit, whatever comes with it; defaults of an environment are seen where
    they are merged.
    """
    return list(_edits(before, after, ()))


def _edits(before: Any, after: Any, route: Route) -> Iterator[Edit]:
    if route == ("environment", "spec", "defaults"):
        return
    if isinstance(before, dict) and isinstance(after, dict) and not _switched(before, after, route):
        for key in {**after, **before}:
            then, now = before.get(key, ABSENT), after.get(key, ABSENT)
            if then != now or type(then) is not type(now):
                yield from _edits(then, now, (*route, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (then, now) in enumerate(zip(before, after, strict=True)):
            if then != now or type(then) is not type(now):
                yield from _edits(then, now, (*route, index))
    else:
        yield route, before


def _switched(before: Raw, after: Raw, route: Route) -> bool:
    """Whether another release was chosen."""
    if route == ("release",):
        return before.get("name") != after.get("name")
    return route == ("canary",) and before.get("release") != after.get("release")


def undone(raw: Raw, edit: Edit) -> Raw:
    """The values with one edit taken back; everything beside it is shared."""
    route, value = edit
    found: Raw = _put(raw, route, value)
    return found


def _put(value: Any, route: Route, new: Any) -> Any:
    step, rest = route[0], route[1:]
    if isinstance(value, list | tuple):
        copy: Any = list(value)
        copy[int(step)] = _put(copy[int(step)], rest, new) if rest else new
        return copy
    found = dict(value)
    if rest:
        found[step] = _put(value[step], rest, new)
    elif new is ABSENT:
        found.pop(step, None)
    else:
        found[step] = new
    return found
