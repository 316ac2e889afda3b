"""`github`: commands of GitHub's workflows, a group for each check.

Facts: `output/github.go` of conftest 0.71.1. Because a line of a message that begins with `::` would
be a command, line ends in messages are escaped here; conftest prints them, and GitHub cuts the
message there. A `%` in a message stays one; conftest takes it for a verb of `Sprintf`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from modelyard.conftest.gotext import quoted
from modelyard.conftest.results import Place, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.conftest.formats import Style
    from modelyard.conftest.results import Check, Result

_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
_MESSAGE = str.maketrans({"\r": "%0D", "\n": "%0A"})


def write(checks: Sequence[Check], style: Style) -> str:
    """The report."""
    return "".join(f"{line}\n" for line in (*_lines(checks, style), str(total(checks))))


def _lines(checks: Sequence[Check], style: Style) -> Iterator[str]:
    for check in checks:
        tests = check.totals.tests
        if style.hide_passed and tests == check.successes:
            continue
        yield (
            f"::group::Testing {quoted(check.file)} against {tests} policies"
            f" in namespace {quoted(check.namespace)}"
        )
        for level, results in (
            ("error", check.failures),
            ("warning", check.warnings),
            ("notice", check.exceptions),
        ):
            for result in results:
                yield from _annotations(level, check.file, result, result.message)
        for result in check.skipped:
            text = f"Test was skipped: {result.message}"
            yield from _annotations("notice", check.file, result, text)
        yield _annotation(
            "notice", _start(check.file), f"Number of successful checks: {check.successes}"
        )
        yield "::endgroup::"


def _annotations(level: str, file: str, result: Result, message: str) -> Iterator[str]:
    """One for the file, or for the policy's place in it; two where that is in another file."""
    if result.place is None:
        yield _annotation(level, _start(file), message)
    elif result.place.file == file:
        yield _annotation(level, result.place, message)
    else:
        place = Place(_relative(result.place.file), result.place.line)
        yield _annotation(level, place, message)
        yield _annotation(level, _start(file), f"(ORIGINATING FROM {place}) {message}")


def _annotation(level: str, place: Place, message: str) -> str:
    file = place.file.translate(_PROPERTY)
    return f"::{level} file={file},line={place.row}::{message.translate(_MESSAGE)}"


def _start(file: str) -> Place:
    return Place(file, 1)


def _relative(file: str) -> str:
    return os.path.relpath(file) if os.path.isabs(file) else file  # noqa: PTH117 - it is text
