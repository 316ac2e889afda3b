"""Where a finding is shown, and which are shown first."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from modelyard.bundle import PREFIX
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.findings import Finding, Location, Report, Suppression
    from modelyard.report import Look


def mend_at(found: Finding, look: Look) -> Location:
    """What a person would edit: the line of the spec behind a finding, where the repository has it.

    Because that line is what a pull request changes, annotations belong there rather than in the
    rendered files, which many review tools fold away.
    """
    cause = found.cause
    return cause.location if cause and path(cause.location, look) else found.location


def elsewhere(found: Finding, look: Look) -> Location | None:
    """Where the finding itself is, if that is not where it is mended."""
    return found.location if mend_at(found, look) != found.location else None


def path(location: Location, look: Look) -> str | None:
    """A file's path in the git repository; nothing for one that is not in it."""
    if location.file.startswith((PREFIX, "/")):
        return None
    found = posixpath.normpath(posixpath.join(look.prefix, location.file))
    return None if found.startswith(("../", "/")) or found == ".." else found


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, then warnings, then what does not count, each in reading order."""
    return sorted(
        findings,
        key=lambda found: (found.suppressed is not None, found.severity, found.sort_key),
    )


def counted(report: Report) -> str:
    """What came of a run: `2 errors, 1 warning, 3 suppressed`, or `nothing wrong`."""
    errors, warnings = report.count("error"), report.count("warning")
    told = tally(errors, warnings, report.suppressed)
    return told if errors or warnings else ", ".join(filter(None, ("nothing wrong", told)))


def tally(errors: int, warnings: int, suppressed: int) -> str:
    """Numbers of findings in words; nothing for none."""
    told = [plural(errors, "error")] if errors else []
    told += [plural(warnings, "warning")] if warnings else []
    told += [f"{suppressed:,} suppressed"] if suppressed else []
    return ", ".join(told)


def why(suppression: Suppression) -> str:
    """Why a finding does not count, and for how long: `exception: …; RISK-12; until 2027-03-31`."""
    parts = [
        f"{suppression.kind}: {suppression.reason}" if suppression.reason else suppression.kind
    ]
    parts += [suppression.owner] if suppression.owner else []
    parts += [f"until {suppression.expires}"] if suppression.expires else []
    return "; ".join(parts)
