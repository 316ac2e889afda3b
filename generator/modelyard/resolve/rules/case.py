"""What a rule looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding, Route
    from modelyard.load.repository import Repository
    from modelyard.plan import Plan
    from modelyard.resolve.resolution import Resolution
    from modelyard.spec.environment import EnvironmentSpec
    from modelyard.spec.model import Egress, Resources, Serving, Spec, Storage, Training

SERVING: Route = ("spec", "serving")
TRAINING: Route = ("spec", "training")


@dataclass(frozen=True, slots=True)
class Case:
    """A plan that has yet to prove itself, and where its values came from."""

    plan: Plan
    resolution: Resolution
    repository: Repository

    @property
    def spec(self) -> Spec:
        """What the model needs."""
        return self.plan.spec

    @property
    def serving(self) -> Serving | None:
        """How the model answers requests."""
        return self.plan.spec.serving

    @property
    def environment(self) -> EnvironmentSpec:
        """What is true of the environment."""
        return self.plan.environment.spec

    @property
    def where(self) -> str:
        """The environment's name."""
        return self.plan.environment.name

    def workloads(self) -> Iterator[tuple[Route, Serving | Training]]:
        """The parts of the spec that become pods."""
        if self.spec.serving is not None:
            yield SERVING, self.spec.serving
        if self.spec.training is not None:
            yield TRAINING, self.spec.training

    def resources(self) -> Iterator[tuple[Route, Resources, Storage]]:
        """What each kind of pod needs."""
        for route, workload in self.workloads():
            yield route, workload.resources, workload.storage

    def egresses(self) -> Iterator[tuple[Route, Egress]]:
        """Every declared egress."""
        for index, egress in enumerate(self.spec.access.egress):
            yield ("spec", "access", "egress", index), egress
        if self.spec.training is not None:
            for index, egress in enumerate(self.spec.training.egress):
                yield (*TRAINING, "egress", index), egress

    def problem(
        self, rule: str, route: Route, message: str, help: str = "", *, key: bool = False
    ) -> Finding:
        """A finding at the line where a person would change the value."""
        return self.resolution.problem(rule, route, message, help, key=key)

    def missing(self, route: Route, why: str, help: str) -> Finding:
        """A finding about a key that nobody wrote."""
        return self.resolution.missing(route, why, help)
