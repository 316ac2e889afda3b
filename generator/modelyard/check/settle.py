"""The last step of a check: what exceptions say, and what follows from what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.check import exceptions
from modelyard.check.causes import folded

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from modelyard.check.exceptions import Exemption
    from modelyard.check.judge import Judge
    from modelyard.findings import Finding


def settled(
    findings: Sequence[Finding],
    exemptions: Sequence[Exemption],
    judge: Judge,
    *,
    today: str,
    seen: Collection[str],
    undecided: Collection[str] = (),
) -> list[Finding]:
    """Findings as they are reported, in reading order; see `exceptions.settle` and `causes.folded`."""
    names = {finding.rule: (finding.rule,) for finding in findings} | judge.meanings
    if not judge.rules:  # Because where no rule was asked, exceptions from rules are about nothing.
        exemptions = [exemption for exemption in exemptions if exemption.rule in names]
    found = exceptions.settle(
        findings, exemptions, names, today=today, seen=seen, undecided=undecided
    )
    follows = {rule.name: rule.follows for rule in judge.rules if rule.follows}
    found.sort(key=lambda finding: finding.sort_key)
    return folded(found, follows)
