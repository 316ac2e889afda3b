"""What rules of the whole environment want to know of directories that nobody looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelyard import pipeline
from modelyard.check.inspection import Inspector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.check.exceptions import Exemption
    from modelyard.findings import Finding
    from modelyard.load.repository import Repository
    from modelyard.work.result import Task


@dataclass(slots=True)
class Gathered:
    """What came of a share of the directories."""

    claims: dict[tuple[str, str], list[tuple[str, Any]]] = field(default_factory=dict)
    """By environment and model: the rule, and a packed claim."""
    exemptions: list[Exemption] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    """What keeps models from being rendered, and rules that had to be stopped."""

    def add(self, other: Gathered) -> None:
        """What came of other directories too."""
        self.claims |= other.claims
        self.exemptions += other.exemptions
        self.findings += other.findings

    def of(self, environment: str) -> list[tuple[str, Any]]:
        """The claims of all models of an environment, in their order."""
        found = sorted(key for key in self.claims if key[0] == environment)
        return [claim for key in found for claim in self.claims[key]]


class Gatherer:
    """Builds directories and asks rules what they want to know of them, here or in a worker."""

    def __init__(
        self, repository: Repository, facts: Repository, rules: frozenset[str] | None = None
    ) -> None:
        """`facts` says what is true of the environments. Of `rules`, all are asked by default."""
        self.repository, self.rules = repository, rules
        self.inspector = Inspector(repository, facts=facts)

    def prepare(self, tasks: Iterable[Task]) -> Gathered:
        """Everything that the tasks come to."""
        found, without = Gathered(), self.inspector.judge.unread(self.rules)
        for model, wanted, _ in tasks:
            outputs, findings = pipeline.model_outputs(self.repository, model, wanted, without)
            found.findings += findings
            for output in outputs:
                claims, stopped = self.inspector.claims(output, self.rules)
                found.claims[output.tree.environment, model] = claims
                found.exemptions += self.inspector.exemptions_of(output)
                found.findings += stopped
        return found

    def commit(self) -> None:
        """Nothing is ever written."""

    def forget(self) -> None:
        """Nothing is kept between shares."""
