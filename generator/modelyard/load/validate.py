"""A value against a type: quickly by its shape, or by pydantic, which also says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from modelyard.spec import shapes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from modelyard.findings import Finding, Route
    from modelyard.load.document import Document, Place
    from modelyard.spec.kinds import Kind

Typed = TypeVar("Typed", bound="BaseModel")


def validate(
    document: Document, kind: Kind[Typed], route: Route = (), *, partial: bool = False
) -> tuple[Typed | None, list[Finding]]:
    """The value at `route` as a `kind`, and what is wrong with it.

    With `partial`, keys may be missing: the value is a layer that others complete.
    """
    return check(kind, document.at(route), lambda loc: (document, route + loc), partial=partial)


def check(
    kind: Kind[Typed], value: Any, place: Callable[[Route], Place], *, partial: bool = False
) -> tuple[Typed | None, list[Finding]]:
    """A value as a `kind`. `place` says where each route of the value was written."""
    known = shapes.known()
    if known is not None:
        try:
            return cast("Typed", known.read(kind.shape, value, partial=partial)), []
        except shapes.Unsure:
            pass
    from modelyard.load.mistakes import validated

    return validated(kind.type, value, place, partial=partial)


def keys(kind: Kind[Any]) -> tuple[str, ...]:
    """The keys of a mapping, as they are written."""
    known = shapes.known()
    if known is not None:
        return known.keys(kind.shape)
    from modelyard.load.mistakes import known_keys

    return tuple(known_keys(kind.type))
