"""Decide whether a change may be merged: what it renders to, whether that is sound, what it does.

examples:
  modelyard gate --base origin/main         what this branch would be told
  modelyard gate --base HEAD^1 -o json      a merge commit, for machines
  modelyard gate --base main --trust-head   an owner takes the change's word for what judges it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.cli import CLEAN, FINDINGS, REFUSED
from modelyard.cli.common import add_directory, add_work, repository
from modelyard.cli.output import add_reports, report

if TYPE_CHECKING:
    import argparse

    from modelyard.gate.run import Verdict


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--base",
        metavar="REV",
        help="the revision that the change is to be merged into (default: the default branch)",
    )
    parser.add_argument(
        "--trust-head",
        action="store_true",
        help="for owners: what the change edits of its own judges holds at once",
    )
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="do not count what the base has in this file of the repository",
    )
    add_directory(parser)
    add_reports(parser)
    add_work(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judge; exit 1 where anything stands against the change, 2 where it cannot be rendered."""
    from datetime import UTC, datetime

    from modelyard.gate import gate
    from modelyard.gate.run import Wanted
    from modelyard.write.state import State

    found = repository(arguments)
    wanted = Wanted(
        base=arguments.base,
        today=str(datetime.now(UTC).date()),
        trust_head=arguments.trust_head,
        baseline=arguments.baseline,
        jobs=arguments.jobs,
    )
    verdict = gate(found, wanted, State(found.root, use=not arguments.no_cache))
    _show(verdict, arguments)
    if verdict.refused:
        return REFUSED
    return CLEAN if verdict.passes else FINDINGS


def _show(verdict: Verdict, arguments: argparse.Namespace) -> None:
    """What the change edits of its judges, what is wrong with it, what it does; and the verdict.

    Because a comment is posted in our name, its links lead to the address that the base knows.
    """
    from dataclasses import replace

    from modelyard.diff.report.links import links
    from modelyard.gate.report import Writer

    writer = Writer(verdict, links(verdict.past))
    whole = replace(verdict.report, findings=[*verdict.edits, *verdict.report.findings])
    own = {"text": writer.text, "markdown": writer.markdown}
    refused, baseline = verdict.refused, arguments.baseline is not None
    report(whole, arguments, refused=refused, baseline=baseline, own=own, **writer.more())
