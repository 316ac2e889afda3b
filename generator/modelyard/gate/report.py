"""A verdict for people: whether the gate is open, why, and what the change does.

As Markdown it is the comment of a pull request, found again by its marker, and one line where there is
nothing to say. Findings come before what changes, and may take most of the room.
"""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Any

from modelyard.diff.report import json, markdown, text
from modelyard.diff.report.page import sentence, size
from modelyard.report import LIMIT
from modelyard.report import markdown as findings_markdown
from modelyard.report import text as findings_text
from modelyard.words import clean

if TYPE_CHECKING:
    from modelyard.diff.report.links import Link
    from modelyard.findings import Report
    from modelyard.gate.run import Verdict
    from modelyard.report import Look

MARKER = "<!-- modelyard:gate -->"
MOST_FINDINGS = 40_000
"""Characters of the part about findings; what changes has the rest."""
SHOWN = 8
"""Files of which the first sentence says that they were edited."""


class Writer:
    """Writes what came of a change."""

    def __init__(self, verdict: Verdict, link: Link) -> None:
        self.verdict, self.link = verdict, link

    def text(self, report: Report, look: Look) -> str:
        """For a terminal."""
        found = findings_text.write(report, replace(look, closing=""))
        stream = StringIO()
        if self.verdict.comparison:
            text.write(self.verdict.comparison, stream)
        edits = f"{self.edits()}\n" if self.verdict.edits else ""
        return f"{edits}{found}{stream.getvalue()}{self.closing()}\n"

    def markdown(self, report: Report, look: Look) -> str:
        """For a comment, or the summary of a run."""
        verdict = self.verdict
        compared = verdict.comparison
        if not report.findings and not compared and verdict.passes:
            return f"{MARKER}\n{sentence(self.closing())}\n"
        head = f"{MARKER}\n## {sentence(self.closing())}\n"
        if verdict.edits:
            head += f"\n> {sentence(self.edits())}\n"
        found = ""
        if report.findings or verdict.refused:
            found = "\n" + findings_markdown.write(report, replace(look, limit=MOST_FINDINGS))
        body = ""
        if compared is not None:
            room = LIMIT - size(head) - size(found) - 2
            body = "\n" + markdown.comment(compared, self.link, room).partition("\n")[2].lstrip(
                "\n"
            )
        return f"{head}{found}{body}"

    def more(self) -> dict[str, Any]:
        """For machines: the verdict, and what changes."""
        verdict = self.verdict
        about = {"base": verdict.base, "passes": verdict.passes, "refused": verdict.refused}
        return {
            "gate": about,
            "diff": json.document(verdict.comparison) if verdict.comparison else None,
        }

    def edits(self) -> str:
        """What the change edits of its own judges, in one sentence."""
        files = list(dict.fromkeys(edit.location.file for edit in self.verdict.edits))
        named = ", ".join(f"`{clean(file).replace('`', chr(39))}`" for file in files[:SHOWN])
        more = f" and {len(files) - SHOWN} more" if len(files) > SHOWN else ""
        base = _name(self.verdict.base)
        how = (
            "an owner trusts that"
            if self.verdict.trusted
            else f"it is judged by what {base} has, too"
        )
        return f"This change edits what changes are judged by: {named}{more}; {how}."

    def closing(self) -> str:
        """The verdict."""
        verdict = self.verdict
        nothing = " nothing that modelyard renders has changed" if not verdict.comparison else ""
        if verdict.passes:
            return f"The gate is open:{nothing or ' the change is sound'}, compared with {_name(verdict.base)}."
        why = (
            "the change cannot be rendered"
            if verdict.refused
            else "something stands against the change"
        )
        return f"The gate is shut: {why}."


def _name(base: str) -> str:
    return f"`{clean(base).replace('`', chr(39))[:80]}`"
