"""A comparison for people, for machines and for a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.diff.comparison import Comparison


def _text(comparison: Comparison, stream: TextIO) -> None:
    from modelyard.diff.report.text import write

    write(comparison, stream)


def _json(comparison: Comparison, stream: TextIO) -> None:
    from modelyard.diff.report.json import write

    write(comparison, stream)


WRITERS: dict[str, Callable[[Comparison, TextIO], None]] = {
    "text": _text,
    "json": _json,
}
