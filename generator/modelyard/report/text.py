"""`text`: findings as people read them: the place, what is wrong, and what to write instead."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from modelyard.report.places import counted, why
from modelyard.words import clean, harmless, plural

if TYPE_CHECKING:
    from modelyard.findings import Finding, Report
    from modelyard.report import Look

_COLORS = {"error": "31;1", "warning": "33;1", "place": "1", "help": "36", "quiet": "2"}


def write(report: Report, look: Look) -> str:
    """Every finding, and what the command says at its end."""
    paint = Paint(on=look.colour)
    return "".join(finding(found, paint) for found in report.findings) + look.closing


def is_coloured(stream: TextIO) -> bool:
    """Whether to paint: only on a terminal, and not where `NO_COLOR` asks for none."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


class Paint:
    """Colour, where it is wanted."""

    def __init__(self, *, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, color: str) -> str:
        """The text in its colour, or as it is."""
        return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if self.on else text


def finding(found: Finding, paint: Paint) -> str:
    """One finding: one line for the place and the mistake, others for the way out."""
    if found.suppressed:
        return _suppressed(found, paint)
    place, rule = f"{_tidy(str(found.location))}:", f"[{_tidy(found.rule)}]"
    severity = f"{paint(found.severity, found.severity)}:"
    lines = [f"{paint(place, 'place')} {severity} {_tidy(found.message)} {paint(rule, 'quiet')}"]
    lines += [f"  {paint('because', 'help')} {_tidy(str(found.cause))}"] if found.cause else []
    lines += [f"  {paint('help', 'help')} {_tidy(found.help)}"] if found.help else []
    lines += [_tidy(f"  also {other.rule}: {other.message}") for other in found.related]
    return "".join(f"{line}\n" for line in lines)


def _suppressed(found: Finding, paint: Paint) -> str:
    assert found.suppressed is not None
    line = f"{found.location}: suppressed: {found.message} [{found.rule}] ({why(found.suppressed)})"
    return f"{paint(_tidy(line), 'quiet')}\n"


def _tidy(text: str) -> str:
    return harmless(clean(text))


def summary(report: Report) -> str:
    """How much was looked at, and what came of it."""
    seen = report.summary
    looked = f"{plural(seen.objects, 'object')} in {plural(seen.files, 'file')}"
    return f"{looked}: {counted(report)}"
