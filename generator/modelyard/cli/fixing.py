"""What `check --fix` does around a check: mend, write or show it, and tell what is left."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from modelyard.cli.output import printed, say

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from modelyard.findings import Report
    from modelyard.fix.rounds import Mended


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left once all is mended that can be."""

    report: Report
    closing: str = ""
    """For people, after the findings."""
    more: dict[str, Any] = field(default_factory=dict)
    """For machines."""
    undone: bool = False
    """Whether something would change, and did not."""


def manifests(arguments: argparse.Namespace, check: Callable[..., Report]) -> Outcome:
    """Mend what others wrote, in place."""
    from modelyard.fix.files import Folder
    from modelyard.fix.manifests import mend

    files = Folder(arguments.directory.resolve())
    found, mended = mend(files, check)
    if not arguments.diff:
        files.write(mended.texts)
    return _told(found, mended, arguments)


def _told(found: Report, mended: Mended, arguments: argparse.Namespace) -> Outcome:
    """What was mended, and what is left."""
    from modelyard.report import mended as words

    dry: bool = arguments.diff
    if printed(arguments) == "text":
        for line in words.lines(mended, dry=dry):
            say(line)
    found.findings = [
        replace(finding, help=words.help_left(finding.help, mended.reasons[id(finding)]))
        if id(finding) in mended.reasons
        else finding
        for finding in found.findings
    ]
    closing = f"{words.summary(mended, dry=dry)}\n"
    return Outcome(found, closing, {"fixed": words.document(mended)}, dry and bool(mended.texts))
