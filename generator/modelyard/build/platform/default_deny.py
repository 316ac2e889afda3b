"""NetworkPolicy: what no other policy allows is denied, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels

if TYPE_CHECKING:
    from modelyard.plan import Platform


def build(platform: Platform) -> Manifest | None:
    """Every pod of the namespace; each model's own policy allows what it needs."""
    place = platform.environment.spec
    return manifest(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        labels.platform_metadata(
            platform, "default-deny", place.namespace, annotations={labels.WAVE: "-1"}
        ),
        spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    )
