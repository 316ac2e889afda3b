"""Check that the tree is what the specs say, and sound.

examples:
  modelyard check                           everything
  modelyard check fraud-detection -o json   one model, for machines
  modelyard check --env production          one environment
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from modelyard.cli import CLEAN, FINDINGS
from modelyard.cli.common import add_directory, add_selection, add_work, session
from modelyard.cli.output import add_output, report, say

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_selection(parser)
    add_directory(parser)
    add_output(parser)
    add_work(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check; exit 1 where something is wrong."""
    from modelyard.work.session import check

    work = session(arguments, check=True)
    try:
        found = check(work)
    finally:
        work.close()
    report(found, arguments.output)
    if arguments.output == "text":
        from modelyard.report.text import summary

        say(summary(found))
    sys.stdout.flush()
    return FINDINGS if found.count("error") else CLEAN
