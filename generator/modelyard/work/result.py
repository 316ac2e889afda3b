"""What passes between workers and the session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.check.exceptions import Exemption
    from modelyard.check.inspection import Inspection
    from modelyard.findings import Finding, Summary
    from modelyard.write.state import Fingerprint

Task = tuple[str, tuple[str, ...], frozenset[str]]
"""A model, environments, and those in which its tree is known to be what rendering would make."""

Asked = Callable[[str, str], bool]
"""Whether a directory is to be checked, by its environment and model."""


@dataclass(slots=True)
class Result:
    """What came of one directory."""

    directory: str
    model: str
    environment: str
    kinds: tuple[Any, ...] = ()
    refers_to: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    foreign: bool = False
    """Whether the directory holds anything that is not ours."""
    exists: bool = True
    """Whether the directory was there before."""
    fingerprint: Fingerprint | None = None
    findings: list[Finding] = field(default_factory=list)
    summary: Summary | None = None
    """What was looked at, where it was checked."""
    claims: tuple[tuple[str, Any], ...] = ()
    """What rules of the whole environment have gathered here: the rule, and a packed claim."""
    exemptions: tuple[Exemption, ...] = ()
    """The exceptions that hold here. A directory that has some is looked at in every run, because
    what they are about is in every report."""

    def inspected(self, inspection: Inspection) -> None:
        """Take what came of looking at the directory."""
        self.findings, self.summary = inspection.findings, inspection.summary
        self.claims, self.exemptions = inspection.claims, inspection.exemptions


@dataclass(slots=True)
class Share:
    """What came of a share of the work."""

    results: list[Result] = field(default_factory=list)
    deployed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of every model that could be loaded, its environments."""
    findings: list[Finding] = field(default_factory=list)
    """What keeps models from being rendered at all."""

    def add(self, other: Share, models: Sequence[str]) -> None:
        """What came of other work too; results in the order of the models."""
        order = {name: position for position, name in enumerate(models)}
        self.results += other.results
        self.deployed |= other.deployed
        self.findings += other.findings
        self.results.sort(key=lambda result: (order[result.model], result.environment))
