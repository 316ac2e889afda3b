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
from modelyard.cli.output import add_output, report, say

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
    add_output(parser)
    add_work(parser)


def run(arguments: argparse.Namespace) -> int:
    """Render; exit 1 where `--check` finds something to do, or `--hook` something to add."""
    from modelyard.findings import Report
    from modelyard.work.session import render, would_render

    dry = arguments.check or arguments.diff
    if arguments.diff:
        arguments.jobs = 1
    change = hook_change(arguments)
    work = session(arguments, change, force=arguments.force)
    if work is None:
        return CLEAN
    try:
        rendering, findings = would_render(work) if dry else (render(work), [])
        if arguments.diff and arguments.output == "text":
            _diff(work)
    finally:
        work.close()
    changes = {"written": rendering.written, "removed": rendering.removed}
    changed = bool(rendering.written or rendering.removed)
    if arguments.diff and arguments.output == "text":
        findings = [finding for finding in findings if finding.rule != "tree/stale"]
    if change is not None and not changed:
        findings += change.not_added(work.selection)
    report(Report(findings), arguments.output, changes=changes)
    if arguments.output == "text" and not arguments.diff:
        _summary(rendering, dry=dry)
        if change is not None and changed:
            say(f"Add it to the commit: git add {change.tree}")
    return FINDINGS if findings or (changed and (dry or change is not None)) else CLEAN


def _summary(rendering: Rendering, *, dry: bool) -> None:
    from modelyard.words import plural

    if not (rendering.written or rendering.removed):
        say("The tree is up to date.")
        return
    parts = [
        (rendering.written, "would write" if dry else "wrote"),
        (rendering.removed, "would remove" if dry else "removed"),
    ]
    told = ", ".join(f"{verb} {plural(len(files), 'file')}" for files, verb in parts if files)
    directories = {file.rpartition("/")[0] for file in (*rendering.written, *rendering.removed)}
    if len(directories) <= 12:
        for directory in sorted(directories):
            say(f"  {directory}/")
    say(f"{told[:1].upper()}{told[1:]} in {plural(len(directories), 'directory')}.")


def _diff(work: Session) -> None:
    """What would change, as a unified diff."""
    from modelyard.report.diff import unified

    for change in work.pool.changes():
        for line in unified(work.repository.root, change):
            say(line)
