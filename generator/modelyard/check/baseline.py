"""A baseline: what a team starts with, so that only what is new counts.

One line for each finding, in the order of the report, so that a reviewer sees what comes and goes. An
entry is a fingerprint, which moved lines do not change; the other words are for people.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelyard.errors import Refused
from modelyard.findings import Finding, Suppression
from modelyard.load.document import parse
from modelyard.load.reader import refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from modelyard.findings import Location
    from modelyard.load.document import Document

MOST_BYTES = 16 << 20
_WAY_OUT = "write it anew with `modelyard check --write-baseline FILE`"


class Baseline:
    """Findings that were there before."""

    def __init__(self, document: Document, entries: Sequence[dict[str, Any]]) -> None:
        self.document = document
        self.entries = entries

    def applied(self, findings: Iterable[Finding], *, whole: bool) -> list[Finding]:
        """Findings, those of the baseline marked so; and, of a whole run, the entries that are stale."""
        left = Counter(str(entry["fingerprint"]) for entry in self.entries)
        found = []
        for finding in findings:
            known = finding.suppressed is None and left[finding.fingerprint] > 0
            if known:
                left[finding.fingerprint] -= 1
                reason = "was there when the baseline was written"
                finding = replace(finding, suppressed=Suppression("baseline", reason))
            found.append(finding)
        return found + (self._stale(left) if whole else [])

    def _stale(self, left: Counter[str]) -> list[Finding]:
        found = []
        for index in range(len(self.entries) - 1, -1, -1):
            entry = self.entries[index]
            if left[entry["fingerprint"]] > 0:
                left[entry["fingerprint"]] -= 1
                found.append(
                    Finding(
                        "baseline/stale",
                        f"{entry.get('where', 'nothing')} does not break `{entry.get('rule')}` any more",
                        self._place(index),
                        "warning",
                        help="take the entry out, or write the baseline anew, so that it cannot come back",
                    )
                )
        return found[::-1]

    def _place(self, index: int) -> Location:
        return self.document.locate(("findings", index))


def read(file: str, text: str) -> Baseline:
    """A baseline; raises `Refused` for what is none."""
    documents, wrong = parse(file, text, kubernetes=True, limit=MOST_BYTES)
    if wrong:
        raise Refused(wrong)
    value = documents[0].value if len(documents) == 1 else None
    value = value if isinstance(value, dict) else {}
    entries = value.get("findings")
    if not isinstance(entries, list) or value.get("version") != 1:
        raise refused("baseline/unreadable", "the file is no baseline", file, _WAY_OUT)
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("fingerprint"), str):
            there = documents[0].locate(("findings", index))
            message = "an entry of the baseline has no `fingerprint`"
            raise refused("baseline/unreadable", message, file, _WAY_OUT, there.line, there.column)
    return Baseline(documents[0], entries)


def written(findings: Iterable[Finding]) -> str:
    """A baseline of findings, those that exceptions are about left out."""
    entries = [
        json.dumps(
            {
                "fingerprint": finding.fingerprint,
                "rule": finding.rule,
                "where": _where(finding),
            },
            ensure_ascii=True,
        )
        for finding in findings
        if finding.suppressed is None or finding.suppressed.kind == "baseline"
    ]
    listed = ",\n".join(f"    {entry}" for entry in entries)
    return '{\n  "version": 1,\n  "findings": [' + (f"\n{listed}\n  " if listed else "") + "]\n}\n"


def _where(finding: Finding) -> str:
    about = finding.object
    if about is None:
        return finding.location.file
    name = f"{about.namespace}/{about.name}" if about.namespace else about.name
    return f"{about.kind} {name}"
