"""`stdout`: a line for each message, and a summary.

Facts: `output/standard.go` of conftest 0.71.1. With a trace, it prints that and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.conftest.formats import Style, bullet
from modelyard.conftest.results import total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.conftest.results import Check, Result, Totals

RED, GREEN, YELLOW, BLUE, CYAN = 31, 32, 33, 34, 36


def write(checks: Sequence[Check], style: Style) -> str:
    """The report, or the trace where one was asked for."""
    lines = trace(checks, style) if style.trace else _lines(checks, style)
    return "".join(f"{line}\n" for line in lines)


def trace(checks: Sequence[Check], style: Style) -> Iterator[str]:
    """How each query went."""
    for check in checks:
        for query in check.queries:
            passed = all(result.passed for result in query.results)
            title = f"file: {check.file} | query: {query.text}"
            yield _painted(title, GREEN if passed else RED, style)
            for line in query.trace:
                yield f"{_painted('TRAC ', BLUE, style)}  {line}"


def _lines(checks: Sequence[Check], style: Style) -> Iterator[str]:
    for check in checks:
        for query in check.queries:
            for text in query.prints:
                yield f"{_painted('PRNT ', BLUE, style)}  {text}\n"
    for check in checks:
        yield from _messages("WARN", YELLOW, check, check.warnings, style)
        yield from _messages("FAIL", RED, check, check.failures, style)
        if not style.suppress_exceptions:
            yield from _messages("EXCP", CYAN, check, check.exceptions, style)
    totals = total(checks)
    more = f", {totals.skipped} skipped" if style.show_skipped else ""
    yield ""
    yield _painted(f"{totals}{more}", _colour(totals), style)


def _messages(
    word: str, colour: int, check: Check, results: Sequence[Result], style: Style
) -> Iterator[str]:
    for result in results:
        text = f"{bullet(check)} {result.message}"
        yield f"{_painted(word, colour, style)} {text}"


def _colour(totals: Totals) -> int:
    if totals.failures:
        return RED
    if totals.warnings:
        return YELLOW
    return CYAN if totals.exceptions else GREEN


def _painted(text: str, colour: int, style: Style) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if style.colour else text
