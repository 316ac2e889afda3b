"""`json`: findings in a form that does not change without a new version of modelyard."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from modelyard.findings import cut

if TYPE_CHECKING:
    from modelyard.findings import Finding, Location, Report, Suppression
    from modelyard.report import Look


def write(report: Report, look: Look) -> str:
    """One JSON object, with the keys of the command alone after those of every report."""
    return encoded({**document(report), **look.more})


def encoded(value: Any) -> str:
    """JSON that moves no cursor, hides nothing, and gives a build no commands; it says the same."""
    text = json.dumps(value, indent=2, ensure_ascii=False).replace("##", "#\\u0023")
    return _UNSEEN.sub(_escaped, text) + "\n"


_UNSEEN = re.compile(r"[^\x20-\x7e\n]")


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable():
        return character
    if "\ud800" <= character <= "\udfff":
        return "\N{REPLACEMENT CHARACTER}"
    return json.dumps(character)[1:-1]


def document(report: Report) -> dict[str, Any]:
    """`findings` and `summary`."""
    seen = report.summary
    return {
        "findings": [finding(found) for found in report.findings],
        "summary": {
            "files": seen.files,
            "objects": seen.objects,
            "checks": seen.checks,
            "errors": report.count("error"),
            "warnings": report.count("warning"),
            "suppressed": report.suppressed,
            "skipped": seen.skipped,
        },
    }


def finding(found: Finding) -> dict[str, Any]:
    """One finding; `object`, `cause` and `suppressed` are null where there is none."""
    about = found.object
    return {
        "rule": found.rule,
        "severity": found.severity,
        "message": found.message,
        "location": place(found.location),
        "object": about
        and {
            "apiVersion": about.api_version,
            "kind": about.kind,
            "namespace": about.namespace,
            "name": about.name,
        },
        "route": [cut(step) if isinstance(step, str) else step for step in found.route],
        "cause": found.cause and {**place(found.cause.location), "path": found.cause.path},
        "help": found.help,
        "fingerprint": found.fingerprint,
        "related": [finding(one) for one in found.related],
        "suppressed": found.suppressed and suppression(found.suppressed),
        "fixable": found.fix is not None,
    }


def suppression(said: Suppression) -> dict[str, Any]:
    """Why a finding does not count; `location` is null where nobody said it in a file."""
    return {
        "kind": said.kind,
        "reason": said.reason,
        "owner": said.owner,
        "expires": said.expires,
        "location": said.location and place(said.location),
    }


def place(location: Location) -> dict[str, Any]:
    """A place in a file."""
    return {"file": location.file, "line": location.line, "column": location.column}
