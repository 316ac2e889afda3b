"""What is to be built: every default decided, nothing left to guess, nothing that changes later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelyard.spec.environment import EnvironmentSpec
    from modelyard.spec.model import Spec
    from modelyard.spec.resolved import Resolved


@dataclass(frozen=True, slots=True)
class Place:
    """An environment as builders see it."""

    name: str
    spec: EnvironmentSpec
    repository: str
    """The address of the git repository."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the manifests of one model in one environment are made from."""

    model: Resolved
    environment: Place
    source: str
    """The file of the spec."""
    digest: str
    """`sha256:…` over the resolved model: equal digests mean equal intentions."""

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.metadata.name

    @property
    def spec(self) -> Spec:
        """What the model needs."""
        return self.model.spec


@dataclass(frozen=True, slots=True)
class Platform:
    """Everything that the manifests of an environment itself are made from."""

    environment: Place
    kinds: tuple[tuple[str, str, bool], ...]
    """Group, kind and whether it is cluster-scoped, of every object in the environment's tree."""
    source: str
    """The file of the environment."""
    digest: str
    """`sha256:…` over the environment."""
