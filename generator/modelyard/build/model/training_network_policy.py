"""NetworkPolicy: connections from training pods; nobody connects to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, names, network

if TYPE_CHECKING:
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """Out: DNS, the mesh and what training declares. In: nothing."""
    training = plan.spec.training
    if training is None:
        return None
    return manifest(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        labels.metadata(plan, names.training(plan), component=labels.TRAINING, wave=labels.BEFORE),
        spec={
            "podSelector": {"matchLabels": labels.selector(plan.name, labels.TRAINING)},
            "policyTypes": ["Ingress", "Egress"],
            "egress": [
                network.dns(plan),
                network.control_plane(plan),
                *(network.egress(plan, egress) for egress in training.egress),
            ],
        },
    )
