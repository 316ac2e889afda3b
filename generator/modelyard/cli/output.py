"""Printing a report in the format that was asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from modelyard.findings import Report

FORMATS = ("text", "json")


def add_output(parser: argparse.ArgumentParser) -> None:
    """The option that chooses the format."""
    parser.add_argument(
        "-o",
        "--output",
        choices=FORMATS,
        default="text",
        metavar="FORMAT",
        help="text for people, json for machines",
    )


def report(found: Report, output: str, **more: Any) -> None:
    """Print a report; `more` are keys of one command alone, in machine formats."""
    if output == "json":
        from modelyard.report import machine

        machine.write(found, sys.stdout, **more)
    else:
        from modelyard.report import text

        if found.findings:
            paint = text.Paint(sys.stdout)
            for finding in found.findings:
                sys.stdout.write(text.finding(finding, paint))


def say(line: str) -> None:
    """A line for people."""
    sys.stdout.write(f"{line}\n")
