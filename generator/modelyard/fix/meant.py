"""What a document means once it is changed: what an edited text is held against."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from modelyard.findings import at
from modelyard.fix.nodes import CannotFix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from modelyard.findings import Fix, Route


def meant(value: Any, fix: Fix, raw: Callable[[Route], str]) -> Any:
    """A value with a fix; `raw` says how a scalar is written. Raises `CannotFix`."""
    try:
        return _changed(deepcopy(value), fix, raw)
    except (LookupError, TypeError, AttributeError):
        raise CannotFix("the place is not there any more") from None


def _changed(found: Any, fix: Fix, raw: Callable[[Route], str]) -> Any:
    for route, name in fix.rename:
        parent = at(found, route[:-1])
        parent[name] = parent.pop(route[-1])
    for route in fix.quote:
        at(found, route[:-1])[route[-1]] = raw(route)
    for route, new in fix.put:
        found = _put(found, route, deepcopy(new))
    for route in last_first(fix.drop):
        del at(found, route[:-1])[route[-1]]
    return found


def last_first(routes: Iterable[Route]) -> list[Route]:
    """Routes in the order in which taking one away moves none of the others."""
    return sorted(
        routes,
        key=lambda route: [(step, "") if isinstance(step, int) else (-1, step) for step in route],
        reverse=True,
    )


def _put(value: Any, route: Route, new: Any) -> Any:
    """A value with another inside; missing parents are made."""
    if not route:
        return new
    step, rest = route[0], route[1:]
    if value is None:
        value = {} if isinstance(step, str) else []
    if isinstance(value, dict) and isinstance(step, str):
        value[step] = _put(value.get(step), rest, new)
    elif isinstance(value, list) and isinstance(step, int) and step <= len(value):
        value[step : step + 1] = [_put(value[step] if step < len(value) else None, rest, new)]
    else:
        raise CannotFix("something else stands there")
    return value


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, `1` and `true` being two."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)
