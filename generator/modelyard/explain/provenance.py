"""Which values decide a field: change one value at a time, build again, and see what moves.

Because it asks the builder itself, it is right for whatever that does, and the builder need not
know of it. A build takes a fraction of a millisecond, and none is made before somebody asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from modelyard.explain.alternatives import alternatives, expected, with_key, with_value, without
from modelyard.explain.subject import Subject, subject
from modelyard.findings import at, leads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.build.manifest import Manifest
    from modelyard.findings import Cause, Route
    from modelyard.load.repository import Repository
    from modelyard.pipeline import Output

MAX_TRIES = 12


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a field came from."""

    file: str
    route: Route
    value: Any
    builder: str
    causes: tuple[Cause, ...]
    """The lines that set its value; without any it is a constant of the builder."""
    there_because: tuple[Cause, ...]
    """The lines without which it would not be there at all."""


class Provenance:
    """Answers for every field of one file."""

    def __init__(self, repository: Repository, output: Output, file: str) -> None:
        self.file = file
        self.subject: Subject = subject(repository, output, file)
        self.base: Manifest = self.subject.manifest

    def explain(self, route: Route) -> list[Explanation]:
        """Every leaf at or below a route; raises `LookupError` where there is none."""
        return [self._leaf(leaf) for leaf in leaves(at(self.base, route), route)]

    def causes(self, route: Route) -> tuple[Cause, ...]:
        """The lines that set a field; none for a constant, and for a field that is not there."""
        return tuple(dict.fromkeys(map(self.subject.cause, _deciding(self.values, {route}))))

    def first_cause(self, route: Route) -> Cause | None:
        """The line to change for a field, or for the nearest field around it that is there."""
        while not leads(self.base, route):
            route = route[:-1]
        inside = set(leaves(at(self.base, route), route))
        for origin in _deciding(self.values, inside):
            return self.subject.cause(origin)
        for origin in _deciding(self.sections, inside):
            return self.subject.section(origin)
        return None

    @cached_property
    def values(self) -> dict[Route, set[Route]]:
        """Of every value that was written somewhere: the fields that it moves."""
        origins = ((origin, self._moved_by(origin)) for origin in _origins(self.subject.raw))
        return {origin: moved for origin, moved in origins if moved}

    @cached_property
    def sections(self) -> dict[Route, set[Route]]:
        """Of every section that can be left out: the fields that are there because of it."""
        found = {}
        for route in _sections(self.subject.raw):
            other = self.subject.rebuilt(without(self.subject.raw, route))
            if isinstance(other, dict):
                found[route] = set(gone(self.base, other))
        return found

    def _leaf(self, route: Route) -> Explanation:
        because = map(self.subject.section, _deciding(self.sections, {route}))
        return Explanation(
            self.file,
            route,
            at(self.base, route),
            self.subject.builder,
            self.causes(route),
            tuple(dict.fromkeys(because)),
        )

    def _moved_by(self, origin: Route) -> set[Route]:
        """Every field that some other value, or another name of its key, moves."""
        moved: set[Route] = set()
        for raw in self._tries(origin):
            other = self.subject.rebuilt(raw)
            if isinstance(other, dict):
                moved |= set(changed(self.base, other))
        return moved

    def _tries(self, origin: Route) -> Iterator[dict[str, Any]]:
        """The values with others in the place of one; what a type allows, it says itself."""
        raw = self.subject.raw
        value = at(raw, origin)
        todo = list(alternatives(raw, origin, value))
        tried: list[Any] = [value]
        while todo and len(tried) <= MAX_TRIES:
            other = todo.pop(0)
            tried.append(other)
            found = with_value(raw, origin, other)
            yield found
            if len(tried) == 2 and isinstance(value, str):
                error = self.subject.rebuilt(found)
                if isinstance(error, ValidationError):
                    allowed = list(expected(error, _typed(origin)))
                    todo = [word for word in allowed if word not in tried] or todo
        if isinstance(origin[-1], str):
            yield from (with_key(raw, origin, f"{origin[-1]}{more}") for more in ("x", "-x"))


def _deciding(moving: dict[Route, set[Route]], fields: set[Route]) -> list[Route]:
    """What moves any of some fields; first what moves little else and says it most precisely."""
    found = [
        (len(moved), -len(origin), origin) for origin, moved in moving.items() if moved & fields
    ]
    return [origin for *_, origin in sorted(found, key=lambda one: one[:2])]


def cause_of(repository: Repository, output: Output, file: str, route: Route) -> Cause | None:
    """The line to change for a field of a rendered file."""
    return Provenance(repository, output, file).first_cause(route)


def changed(base: Any, other: Any, route: Route = ()) -> Iterator[Route]:
    """Every leaf of `base` that is another one, or none, in `other`."""
    if isinstance(base, dict) and base and isinstance(other, dict):
        for key, item in base.items():
            yield from changed(item, other.get(key, _MISSING), (*route, key))
    elif isinstance(base, list) and base and isinstance(other, list):
        for index, item in enumerate(base):
            there = other[index] if index < len(other) else _MISSING
            yield from changed(item, there, (*route, index))
    elif type(base) is not type(other) or base != other:
        yield from leaves(base, route)


_MISSING = object()


def gone(base: Any, other: Any, route: Route = ()) -> Iterator[Route]:
    """Every leaf of `base` that is not there in `other`; items of shorter lists may have moved up."""
    if isinstance(base, dict) and base and isinstance(other, dict):
        for key, item in base.items():
            yield from gone(item, other.get(key, _MISSING), (*route, key))
    elif isinstance(base, list) and base and isinstance(other, list):
        moved_up = list(other) if len(other) < len(base) else None
        for index, item in enumerate(base):
            if moved_up is None:
                yield from gone(item, other[index], (*route, index))
            elif item in moved_up:
                moved_up.remove(item)
            else:
                yield from leaves(item, (*route, index))
    elif other is _MISSING:
        yield from leaves(base, route)


def leaves(value: Any, route: Route) -> Iterator[Route]:
    """The routes of all scalars, and of all empty mappings and lists."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*route, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*route, index))
    else:
        yield route


def _origins(raw: dict[str, Any]) -> Iterator[Route]:
    """Every scalar that decides something; defaults of an environment are layers of `spec`."""
    for route in leaves(raw, ()):
        value = at(raw, route)
        if isinstance(value, str | int | float) and route[:3] != (
            "environment",
            "spec",
            "defaults",
        ):
            yield route


def _sections(raw: dict[str, Any]) -> Iterator[Route]:
    """Every mapping in the values, outer ones first."""
    todo: list[Route] = [("spec",), ("canary",), ("environment", "spec")]
    while todo:
        route = todo.pop(0)
        try:
            value = at(raw, route)
        except LookupError:
            continue
        if isinstance(value, dict):
            if route[1:] and route != ("environment", "spec", "defaults"):
                yield route
            todo += [(*route, key) for key in value]
        elif isinstance(value, str | int | float):
            yield route


def _typed(origin: Route) -> Route:
    """A route in the values as pydantic names it in the part that it refuses."""
    return origin[1:] if origin[0] in ("environment", "repository") else origin
