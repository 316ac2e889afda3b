"""A model in one environment, after all layers: nothing is missing any more."""

from typing import Annotated

from pydantic import Field

from modelyard.spec.base import Strict
from modelyard.spec.model import Canary, Metadata, Patch, Release, Spec
from modelyard.spec.values import ReleaseName


class PlannedRelease(Release):
    """A release with its name."""

    name: ReleaseName
    """The name under which the model declares it."""


class PlannedCanary(Canary):
    """A canary with what was built for it."""

    built: PlannedRelease
    """The release that is tried."""


class Resolved(Strict):
    """A model in one environment, after all layers."""

    metadata: Metadata
    """Who the model is."""
    spec: Spec
    """What it needs, defaults included."""
    release: PlannedRelease
    """The release that runs."""
    canary: PlannedCanary | None = None
    """A second release that gets a share of the traffic."""
    patches: Annotated[tuple[Patch, ...], Field(strict=False)] = ()
    """Patches, in the order in which they apply."""
