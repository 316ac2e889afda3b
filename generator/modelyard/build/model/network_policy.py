"""NetworkPolicy: connections to and from the server, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, network, ports

if TYPE_CHECKING:
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """In: callers and the scraper. Out: DNS, the mesh, the weights' store and what is declared."""
    serving = plan.spec.serving
    if serving is None:
        return None
    place, access = plan.environment.spec, plan.spec.access
    scraped = [ports.scraped(serving)[1], *([network.ENVOY_METRICS] if place.mesh else [])]
    return manifest(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        labels.metadata(plan, component=labels.SERVER, wave=labels.BEFORE),
        spec={
            "podSelector": {"matchLabels": labels.selector(plan.name, labels.SERVER)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {
                    "from": [network.caller(plan, caller) for caller in access.callers],
                    "ports": network.tcp([serving.port]),
                }
                if access.callers
                else None,
                {
                    "from": [network.workload(place.monitoring.prometheus)],
                    "ports": network.tcp(scraped),
                },
            ],
            "egress": [
                network.dns(plan),
                network.control_plane(plan),
                *network.artifact_stores(plan),
                *(network.egress(plan, egress) for egress in access.egress),
            ],
        },
    )
