"""PodDisruptionBudget: how many pods a drain of nodes may take at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.model.deployment import TRACK
from modelyard.build.parts import labels

if TYPE_CHECKING:
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """One pod at a time, counted from above: a floor would block the drain at the floor."""
    if plan.spec.serving is None:
        return None
    return manifest(
        "policy/v1",
        "PodDisruptionBudget",
        labels.metadata(plan, component=labels.SERVER),
        spec={
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": labels.selector(plan.name, labels.SERVER, TRACK)},
        },
    )
