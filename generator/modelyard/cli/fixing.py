"""What `check --fix` does around a check: mend, write or show it, and tell what is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelyard.cli import CLEAN, FINDINGS, REFUSED
from modelyard.cli.output import printed, report, say
from modelyard.errors import Refused
from modelyard.findings import Report

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection

    from modelyard.findings import Finding
    from modelyard.fix.rounds import Mended


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was mended, and what is left."""

    mended: Mended
    report: Report
    is_refused: bool = False
    """Whether the tree was not looked at."""
    renders: bool = False
    """Whether the tree has to be rendered again."""


def manifests(arguments: argparse.Namespace, check: Callable[..., Report]) -> Outcome:
    """Mend what others wrote, in place."""
    from modelyard.fix.files import Folder
    from modelyard.fix.manifests import mend

    files = Folder(arguments.directory.resolve())
    found, mended = mend(files, check)
    if not arguments.diff:
        files.write(mended.texts)
    return Outcome(mended, found)


def specs(arguments: argparse.Namespace, check: Callable[..., Report]) -> Outcome:
    """Mend what people write in a repository of ours; the tree is left to `render`."""
    from modelyard.fix.files import Folder
    from modelyard.fix.specs import mend
    from modelyard.load.repository import find_root
    from modelyard.write.exclusive import exclusive

    root = find_root(arguments.directory)
    files = Folder(root)
    found, is_refused = _asked(check)
    mended = mend(root, files, found.findings)
    if mended.texts and not arguments.diff:
        with exclusive(root):
            files.write(mended.texts)
        again, is_refused = _asked(check)
        stale = {one.location.file for one in again.findings if one.rule == "tree/stale"}
        again.findings = [*_kept(again, stale), *_left(found, mended, stale)]
        again.findings.sort(key=lambda finding: finding.sort_key)
        return Outcome(mended, again, is_refused, renders=bool(stale))
    left = [one for one in found.findings if not mended.is_fixed(one)]
    found.findings = sorted([*left, *mended.uncovered], key=lambda finding: finding.sort_key)
    return Outcome(mended, found, is_refused)


def _kept(found: Report, stale: Collection[str]) -> list[Finding]:
    """What is wrong, but for what only old files say, which `render` will overwrite."""
    return [
        one for one in found.findings if one.location.file not in stale or one.rule == "tree/stale"
    ]


def _left(found: Report, mended: Mended, stale: Collection[str]) -> list[Finding]:
    """What was wrong with files that `render` will overwrite, and still will be."""
    return [
        one
        for one in found.findings
        if one.location.file in stale and not mended.is_fixed(one) and one.rule != "tree/stale"
    ]


def _asked(check: Callable[..., Report]) -> tuple[Report, bool]:
    """What is wrong, and whether the input was refused for it."""
    try:
        return check(), False
    except Refused as refusal:
        return Report(list(refusal.findings)), True


def tell(outcome: Outcome, arguments: argparse.Namespace, closing: str, *, baseline: bool) -> int:
    """Print what was mended, and what is left; returns the exit code."""
    from modelyard.fix.rounds import key
    from modelyard.report import mended as words

    mended, found, dry = outcome.mended, outcome.report, arguments.diff
    if printed(arguments) == "text":
        for line in words.lines(mended, dry=dry):
            say(line)
    found.findings = [
        replace(finding, help=words.help_left(finding.help, mended.reasons[key(finding)]))
        if finding.fix is not None and key(finding) in mended.reasons
        else finding
        for finding in found.findings
    ]
    closing = words.summary(mended, dry=dry) + ("" if outcome.is_refused else closing)
    if outcome.renders:
        closing += "Run `modelyard render` to bring the tree up to date.\n"
    fixed = words.document(mended)
    refused = outcome.is_refused and bool(found.findings)
    report(found, arguments, closing=closing, refused=refused, baseline=baseline, fixed=fixed)
    if refused:
        return REFUSED
    return FINDINGS if found.count("error") or (dry and mended.texts) else CLEAN
