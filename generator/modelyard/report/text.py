"""Findings as people read them: the place, what is wrong, and what to write instead."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from modelyard.words import clean, plural

if TYPE_CHECKING:
    from modelyard.findings import Finding, Report

_COLORS = {"error": "31;1", "warning": "33;1", "place": "1", "help": "36", "quiet": "2"}


class Paint:
    """Colour, only on a terminal, and not where `NO_COLOR` asks for none."""

    def __init__(self, stream: TextIO) -> None:
        self.on = (
            stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        )

    def __call__(self, text: str, color: str) -> str:
        """The text in its colour, or as it is."""
        return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if self.on else text


def write(report: Report, stream: TextIO) -> None:
    """Every finding, and a line that says how much was looked at."""
    paint = Paint(stream)
    for found in report.findings:
        stream.write(finding(found, paint))
    stream.write(f"{summary(report)}\n")


def finding(found: Finding, paint: Paint) -> str:
    """One finding: one line for the place and the mistake, others for the way out."""
    head = (
        f"{paint(f'{clean(str(found.location))}:', 'place')} {paint(found.severity, found.severity)}: "
        f"{clean(found.message)} {paint(f'[{found.rule}]', 'quiet')}\n"
    )
    cause = f"  {paint('because', 'help')} {clean(str(found.cause))}\n" if found.cause else ""
    help_ = f"  {paint('help', 'help')} {clean(found.help)}\n" if found.help else ""
    return head + cause + help_


def summary(report: Report) -> str:
    """How much was looked at, and what came of it."""
    errors, warnings = report.count("error"), report.count("warning")
    seen = report.summary
    looked = f"{plural(seen.objects, 'object')} in {plural(seen.files, 'file')}"
    if not report.findings:
        return f"{looked}: nothing wrong"
    told = [plural(errors, "error")] if errors else []
    told += [plural(warnings, "warning")] if warnings else []
    return f"{looked}: {', '.join(told)}"
