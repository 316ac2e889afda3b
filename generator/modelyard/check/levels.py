"""Levels: how grave an environment takes what a rule finds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelyard.findings import Finding

FIXED = ("exceptions/", "tree/", "yaml/", "policy/")
"""What has no levels: a tree that is not what its spec says, and what cannot be read."""


def leveled(findings: Iterable[Finding], levels: Mapping[Any, str] | None) -> list[Finding]:
    """Findings with the severity that an environment gives them, but for what it ignores."""
    if not levels:
        return list(findings)
    found = []
    for finding in findings:
        category = finding.rule.partition("/")[0]
        level = levels.get(finding.rule, levels.get(category, finding.severity))
        if finding.rule.startswith(FIXED):
            found.append(finding)
        elif level != "ignore":
            found.append(replace(finding, severity="error" if level == "error" else "warning"))
    return found
