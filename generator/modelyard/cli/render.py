"""Render specs into the tree.

examples:
  modelyard render                          bring the whole tree up to date
  modelyard render fraud-detection          one model, in all its environments
  modelyard render --env staging --diff     what would change in staging
  modelyard render --check                  fail if the tree is stale or was edited by hand
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.cli import CLEAN, FINDINGS
from modelyard.cli.common import (
    add_directory,
    add_hook,
    add_selection,
    add_work,
    hook_change,
    session,
)
from modelyard.cli.output import add_reports, printed, report, say

if TYPE_CHECKING:
    import argparse

    from modelyard.work.session import Rendering, Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_selection(parser)
    add_directory(parser)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if something would change"
    )
    parser.add_argument("--diff", action="store_true", help="write nothing; show what would change")
    parser.add_argument(
        "--force",
        action="store_true",
        help="overwrite files that were edited by hand or are not ours",
    )
    add_hook(parser)
    add_reports(parser)
    add_work(parser)


def run(arguments: argparse.Namespace) -> int:
    """Render; exit 1 where `--check` finds something to do, or `--hook` something to add."""
    from modelyard.findings import Report
    from modelyard.work.session import render, would_render

    dry = arguments.check or arguments.diff
    shows_diff = arguments.diff and printed(arguments) == "text"
    if arguments.diff:
        arguments.jobs = 1
    change = hook_change(arguments)
    work = session(arguments, change, force=arguments.force)
    if work is None:
        return CLEAN
    try:
        rendering, findings = would_render(work) if dry else (render(work), [])
        if shows_diff:
            _diff(work)
    finally:
        work.close()
    if shows_diff:
        findings = [finding for finding in findings if finding.rule != "tree/stale"]
    changed = bool(rendering.written or rendering.removed)
    if change is not None and not changed:
        findings += change.not_added(work.selection)
    closing = "" if arguments.diff else _summary(rendering, dry=dry)
    if change is not None and changed and not arguments.diff:
        closing += f"Add it to the commit: git add {change.tree}\n"
    changes = {"written": rendering.written, "removed": rendering.removed}
    report(Report(findings), arguments, closing=closing, changes=changes)
    return FINDINGS if findings or (changed and (dry or change is not None)) else CLEAN


def _summary(rendering: Rendering, *, dry: bool) -> str:
    from modelyard.words import plural

    if not (rendering.written or rendering.removed):
        return "The tree is up to date.\n"
    parts = [
        (rendering.written, "would write" if dry else "wrote"),
        (rendering.removed, "would remove" if dry else "removed"),
    ]
    told = ", ".join(f"{verb} {plural(len(files), 'file')}" for files, verb in parts if files)
    directories = {file.rpartition("/")[0] for file in (*rendering.written, *rendering.removed)}
    lines = (
        [f"  {directory}/" for directory in sorted(directories)] if len(directories) <= 12 else []
    )
    lines.append(f"{told[:1].upper()}{told[1:]} in {plural(len(directories), 'directory')}.")
    return "".join(f"{line}\n" for line in lines)


def _diff(work: Session) -> None:
    """What would change, as a unified diff."""
    from modelyard.report.diff import unified

    for change in work.pool.changes():
        for line in unified(work.repository.root, change):
            say(line)
