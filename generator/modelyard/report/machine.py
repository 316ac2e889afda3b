"""Findings as JSON, in a form that does not change without a new version of modelyard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from modelyard.findings import Finding, Location, Report, Suppression


def write(report: Report, stream: TextIO, **more: Any) -> None:
    """One JSON object; `more` are keys of one command alone."""
    json.dump({**document(report), **more}, stream, indent=2, ensure_ascii=False)
    stream.write("\n")


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
            "skipped": seen.skipped,
        },
    }


def finding(found: Finding) -> dict[str, Any]:
    """One finding; `object` and `cause` are null where there is none."""
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
        "route": list(found.route),
        "cause": found.cause and {**place(found.cause.location), "path": found.cause.path},
        "help": found.help,
        "fingerprint": found.fingerprint,
        "related": [finding(one) for one in found.related],
        "suppressed": found.suppressed and _suppression(found.suppressed),
    }


def _suppression(why: Suppression) -> dict[str, Any]:
    return {
        "kind": why.kind,
        "reason": why.reason,
        "owner": why.owner,
        "expires": why.expires,
        "location": why.location and place(why.location),
    }


def place(location: Location) -> dict[str, Any]:
    """A place in a file."""
    return {"file": location.file, "line": location.line, "column": location.column}
