"""What was mended, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.report.diff import between
from modelyard.report.json import place
from modelyard.words import clean, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.fix.rounds import Mended


def lines(mended: Mended, *, dry: bool) -> Iterator[str]:
    """A line for each finding, where it stood; before them what would change, if nothing did."""
    if dry:
        for file, text in sorted(mended.texts.items()):
            yield from between(file, mended.originals[file], text)
    verb = "would fix" if dry else "fixed"
    for change in mended.fixed:
        finding = change.finding
        yield f"{clean(str(change.place))}: {verb}: {clean(finding.message)} [{finding.rule}]"


def summary(mended: Mended, *, dry: bool) -> str:
    """How much was mended."""
    verb = "Would fix" if dry else "Fixed"
    fixed, files = len(mended.fixed), len(mended.texts)
    return f"{verb} {plural(fixed, 'finding')} in {plural(files, 'file')}.\n"


def help_left(help: str, reason: str) -> str:
    """What is to be done by hand, and why."""
    return f"{help} (`--fix` leaves it: {reason})" if help else f"`--fix` leaves it: {reason}"


def document(mended: Mended) -> list[dict[str, Any]]:
    """The same for machines."""
    return [
        {
            "rule": change.finding.rule,
            "message": change.finding.message,
            "location": place(change.place),
            "fingerprint": change.finding.fingerprint,
        }
        for change in mended.fixed
    ]
