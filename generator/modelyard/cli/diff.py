"""Say what a change does to every environment: objects, fields, and what is risky about it.

examples:
  modelyard diff                            since this branch left the default branch
  modelyard diff --base v1.4 churn          one model, since a tag
  modelyard diff --env production -o json   one environment, for machines
  modelyard diff -o markdown > comment.md   the comment for a pull request
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from modelyard.cli import CLEAN, FINDINGS
from modelyard.cli.common import add_directory, add_jobs, add_selection, repository

if TYPE_CHECKING:
    import argparse


FORMATS = ("text", "json", "markdown")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_selection(parser)
    parser.add_argument(
        "--base",
        metavar="REV",
        help="the revision whose tree Argo CD has (default: where this branch left the default"
        " branch; on that branch, the last commit)",
    )
    add_directory(parser)
    parser.add_argument(
        "-o",
        "--output",
        choices=FORMATS,
        default="text",
        metavar="FORMAT",
        help="text for people, json for machines, markdown for a pull request",
    )
    parser.add_argument(
        "--exit-code", action="store_true", help="exit 1 where anything differs at all"
    )
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare; exit 1 where a change cannot work."""
    from modelyard.diff import changes
    from modelyard.diff.report import write
    from modelyard.load.selection import choose

    found = repository(arguments)
    selection = choose(found, arguments.models, arguments.env, arguments.directory.resolve())
    comparison = changes(found, arguments.base, selection=selection, jobs=arguments.jobs)
    write(comparison, sys.stdout, arguments.output, found)
    if comparison.count("error") or (arguments.exit_code and comparison):
        return FINDINGS
    return CLEAN
