"""Other values that could stand in the place of one, to see what would move."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.findings import at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelyard.findings import Route

Raw = dict[str, Any]


def alternatives(raw: Raw, route: Route, value: Any) -> Iterator[Any]:
    """Values of the same kind, likely ones first. Many are wrong; trying tells."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1, value * 2, value * 50, 1024)
    elif isinstance(value, float):
        yield from (value / 2, value + (1 - value) / 2, value + 1)
    elif isinstance(value, str):
        yield from _known_to_the_environment(raw, route, value)
        yield from _texts(value)


def _texts(value: str) -> Iterator[str]:
    if re.search(r"[0-9a-f]{64}$", value):
        yield value[:-1] + ("1" if value[-1] != "1" else "2")
    number = re.search(r"[0-9]+", value)
    if number:
        for other in (
            int(number[0]) + 1,
            int(number[0]) * 2,
            int(number[0]) * 1000,
            max(0, int(number[0]) - 1),
        ):
            yield f"{value[: number.start()]}{other}{value[number.end() :]}"
    yield f"{value}x"
    yield f"{value}-x"
    yield f"x{value}"
    if "/" in value:
        yield value.replace("/", "/x", 1)
        yield value.rstrip("/") if value.endswith("/") else f"{value}/"
    yield "x"


_REFERENCES: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    (
        r"gpu\.product$",
        lambda spec: [pool["product"] for pool in (spec.get("pools") or {}).values()],
    ),
    (r"endpoint$", lambda spec: spec.get("endpoints") or {}),
    (
        r"pools\.[^.]+\.product$",
        lambda spec: [pool["product"] for pool in (spec.get("pools") or {}).values()],
    ),
)


def _known_to_the_environment(raw: Raw, route: Route, value: str) -> Iterator[str]:
    path = ".".join(map(str, route))
    for pattern, names in _REFERENCES:
        if re.search(pattern, path):
            yield from (name for name in names(raw["environment"]["spec"]) if name != value)


def expected(error: Any, route: Route) -> Iterator[str]:
    """The values that a type allows, from its refusal of one that it does not."""
    for detail in error.errors(include_url=False):
        if detail["type"] == "literal_error" and tuple(detail["loc"]) == route:
            yield from re.findall(r"'([^']*)'", detail["ctx"]["expected"])


def with_value(raw: Any, route: Route, value: Any) -> Any:
    """A copy with another value at a route; everything beside the route is shared."""
    if not route:
        return value
    step, rest = route[0], route[1:]
    if isinstance(raw, list | tuple):
        copy: Any = list(raw)
        copy[int(step)] = with_value(copy[int(step)], rest, value)
        return copy
    return {
        key: with_value(item, rest, value) if key == step else item for key, item in raw.items()
    }


def with_key(raw: Any, route: Route, name: str) -> Any:
    """A copy with another name for the key at the end of a route, in the same place."""
    parent = at(raw, route[:-1])
    renamed = {(name if key == route[-1] else key): value for key, value in parent.items()}
    return with_value(raw, route[:-1], renamed)


def without(raw: Any, route: Route) -> Any:
    """A copy without the key at the end of a route."""
    parent = at(raw, route[:-1])
    return with_value(
        raw, route[:-1], {key: value for key, value in parent.items() if key != route[-1]}
    )
