"""`github`: workflow commands, which GitHub shows as annotations at their lines.

Facts: docs.github.com, "Workflow commands for GitHub Actions"; a step has room for 10 errors, 10
warnings and 10 notices, and what goes beyond is dropped without a word. So the worst come first, and
the last notice says how many were left out.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from modelyard.report.places import elsewhere, mend_at, path, tally, why, worst_first
from modelyard.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding, Report
    from modelyard.report import Look

ROOM = {"error": 10, "warning": 10, "notice": 9}
"""Annotations of a step; the tenth notice is the one about the others."""

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_DATA_ESCAPES = str.maketrans(_DATA)
_PROPERTY_ESCAPES = str.maketrans({**_DATA, ":": "%3A", ",": "%2C"})


def write(report: Report, look: Look) -> str:
    """A command for each finding, as far as there is room."""
    return "".join(f"{line}\n" for line in _commands(report, look))


def _commands(report: Report, look: Look) -> Iterator[str]:
    told: Counter[str] = Counter()
    for found in worst_first(report.findings):
        level = _level(found)
        told[level] += 1
        if told[level] <= ROOM[level]:
            yield _command(level, found, look)
    left = {level: max(0, told[level] - room) for level, room in ROOM.items()}
    if any(left.values()):
        more = tally(left["error"], left["warning"], left["notice"])
        yield (
            f"::notice title=modelyard::{more} more, for which a step has no room: see the summary"
            " of this run, or `modelyard check`"
        )


def _level(found: Finding) -> str:
    return "notice" if found.suppressed else found.severity


def _command(level: str, found: Finding, look: Look) -> str:
    where = mend_at(found, look)
    file = path(where, look)
    place = f"file={_property(file)},line={where.line},col={where.column}," if file else ""
    message = "\n".join(clean(line) for line in _message(found, look))
    return f"::{level} {place}title={_property(found.rule)}::{message.translate(_DATA_ESCAPES)}"


def _message(found: Finding, look: Look) -> Iterator[str]:
    yield found.message
    if found.suppressed:
        yield f"suppressed: {why(found.suppressed)}"
    if found.help:
        yield f"help: {found.help}"
    if path(mend_at(found, look), look) is None or elsewhere(found, look):
        yield f"seen at {found.location}"
    for one in found.related:
        yield f"also {one.rule}: {one.message}"


def _property(text: str) -> str:
    return clean(text).translate(_PROPERTY_ESCAPES)
