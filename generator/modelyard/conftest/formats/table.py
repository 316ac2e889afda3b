"""`table`: a row for each result, in a box.

Facts: `output/table.go` of conftest 0.71.1 and the defaults of tablewriter 1.1.5: cells are trimmed,
a tab is eight spaces, lines of a cell that are blank in all cells are left out.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

from modelyard.conftest.gotext import SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.conftest.formats import Style
    from modelyard.conftest.results import Check

HEADER = ("RESULT", "FILE", "NAMESPACE", "MESSAGE")

_ESCAPE = re.compile("\x1b(\\[[^@-~]*[@-~]|\\][^\x07]*(\x07|\x1b\\\\))")


def write(checks: Sequence[Check], _style: Style) -> str:
    """The report; nothing where there is no row."""
    rows = [[_cell(cell) for cell in row] for row in _rows(checks)]
    if not rows:
        return ""
    widths = [
        max(len(title), *(_width(line) for row in rows for line in row[column]))
        for column, title in enumerate(HEADER)
    ]
    return "".join(f"{line}\n" for line in _box(rows, widths))


def _rows(checks: Sequence[Check]) -> Iterator[tuple[str, str, str, str]]:
    for check in checks:
        kinds = (
            ("success", ["SUCCESS"] * check.successes),
            ("exception", [result.message for result in check.exceptions]),
            ("warning", [result.message for result in check.warnings]),
            ("skipped", [result.message for result in check.skipped]),
            ("failure", [result.message for result in check.failures]),
        )
        for kind, messages in kinds:
            for message in messages:
                yield kind, check.file, check.namespace, message


def _cell(text: str) -> list[str]:
    return text.strip(SPACE).replace("\t", " " * 8).split("\n")


def _box(rows: list[list[list[str]]], widths: list[int]) -> Iterator[str]:
    yield _rule("┌┬┐", widths)
    yield _line([_centred(title, width) for title, width in zip(HEADER, widths, strict=True)])
    yield _rule("├┼┤", widths)
    for row in rows:
        for at, cells in enumerate(zip_longest(*row, fillvalue="")):
            if at == 0 or any(cell.strip(SPACE) for cell in cells):
                yield _line(
                    [_padded(cell, width) for cell, width in zip(cells, widths, strict=True)]
                )
    yield _rule("└┴┘", widths)


def _rule(corners: str, widths: list[int]) -> str:
    inner = corners[1].join("─" * (width + 2) for width in widths)
    return f"{corners[0]}{inner}{corners[2]}"


def _line(cells: list[str]) -> str:
    return f"│{'│'.join(cells)}│"


def _centred(title: str, width: int) -> str:
    left = (width + 2 - len(title)) // 2
    return (" " * left + title).ljust(width + 2)


def _padded(cell: str, width: int) -> str:
    return f" {cell}{' ' * (width - _width(cell) + 1)}"


def _width(text: str) -> int:
    """Columns in a terminal."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(_columns(character) for character in _ESCAPE.sub("", text))


def _columns(character: str) -> int:
    if category(character) in ("Cc", "Cf", "Mn", "Me", "Zl", "Zp", "Cs"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
