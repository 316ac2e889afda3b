"""The objects of a directory that are added, changed, replaced or removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.diff.comparison import Change
from modelyard.diff.match import fields
from modelyard.diff.noise import is_noise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Operation
    from modelyard.diff.sides import Placed, Sides


def changes(sides: Sides) -> list[Change]:
    """What came of each object that is not the same on both sides, in the order of its file."""
    gone = [placed for identity, placed in sides.before.items() if identity not in sides.after]
    new = [placed for identity, placed in sides.after.items() if identity not in sides.before]
    found = [
        change
        for identity, placed in sides.after.items()
        if identity in sides.before
        for change in _changed(sides, sides.before[identity], placed)
    ]
    found += _moved(sides, gone, new)
    return sorted(found, key=lambda change: (change.file, change.kind, change.name))


def _changed(
    sides: Sides, before: Placed, after: Placed, operation: Operation = "changed"
) -> Iterator[Change]:
    """One object on both sides, if it differs at all."""
    if before.value is after.value:
        return
    every = list(fields(before.value, after.value))
    told = tuple(field for field in every if not is_noise(field))
    if every:
        noise = len(every) - len(told)
        yield Change(
            operation,
            after.ref,
            sides.directory,
            after.file,
            before.value,
            after.value,
            told,
            noise,
        )


def _moved(sides: Sides, gone: list[Placed], new: list[Placed]) -> Iterator[Change]:
    """Objects on one side only; of one kind in one file, one takes the other's place."""
    left = {(placed.file, placed.identity[:2]): placed for placed in gone}
    for placed in new:
        old = left.pop((placed.file, placed.identity[:2]), None)
        if old is None:
            yield Change("added", placed.ref, sides.directory, placed.file, None, placed.value)
        else:
            gone.remove(old)
            yield from _changed(sides, old, placed, "replaced")
    for placed in gone:
        yield Change("removed", placed.ref, sides.directory, placed.file, placed.value, None)
