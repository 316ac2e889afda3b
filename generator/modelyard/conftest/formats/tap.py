"""`tap`: one plan for all checks, and numbers that go on from file to file.

Facts: `output/tap.go` of conftest 0.71.1.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from modelyard.conftest.formats import Style, bullet
from modelyard.conftest.results import total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.conftest.results import Check


def write(checks: Sequence[Check], style: Style) -> str:  # noqa: ARG001 - every format has it
    """The report; nothing where nothing was tested."""
    return "".join(f"{line}\n" for line in _lines(checks))


def _lines(checks: Sequence[Check]) -> Iterator[str]:
    tests = total(checks).tests
    if tests:
        yield f"1..{tests}"
    numbers = count(1)
    for check in checks:
        for title, status, messages in _sections(check):
            if title and messages:
                yield f"# {title}"
            for message in messages:
                yield f"{status} {next(numbers)} {bullet(check)} {message}"


def _sections(check: Check) -> Iterator[tuple[str, str, list[str]]]:
    yield "", "not ok", [result.message for result in check.failures]
    yield "warnings", "not ok", [result.message for result in check.warnings]
    yield "exceptions", "ok", [result.message for result in check.exceptions]
    yield "skip", "ok", [result.message for result in check.skipped]
    yield "successes", "ok", ["SUCCESS"] * check.successes
