"""Unread: files that make no sense on one side, so that nobody can say what changes in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.diff.comparison import Risk
from modelyard.findings import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.risks.case import Case


def find(case: Case) -> Iterator[Risk]:
    """One word for each such file."""
    for file in sorted(set(case.sides.unread)):
        name = file.rpartition("/")[2]
        message = (
            f"`{name}` cannot be read on one side, and so its objects look as if they came or went"
        )
        yield Risk("behaviour", "warning", message, Location(file, 1, 1))
