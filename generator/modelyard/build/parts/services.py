"""Services and what the mesh does for the requests to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, names, ports

if TYPE_CHECKING:
    from modelyard.plan import Plan


def service(plan: Plan, name: str, track: str) -> Manifest | None:
    """The address of the pods of one track."""
    serving = plan.spec.serving
    if serving is None:
        return None
    return manifest(
        "v1",
        "Service",
        labels.metadata(plan, name, component=labels.SERVER, labels={labels.TRACK: track}),
        spec={
            "type": "ClusterIP",
            "selector": labels.selector(plan.name, labels.SERVER, track),
            "ports": [
                {
                    "name": port,
                    "port": number,
                    "targetPort": port,
                    "protocol": "TCP",
                    "appProtocol": "http",
                }
                for port, number in ports.listed(serving)
            ],
        },
    )


def destination_rule(plan: Plan, name: str) -> Manifest | None:
    """The limits of connections to a Service, and when a failing pod is left out."""
    serving = plan.spec.serving
    traffic = serving.traffic if serving else None
    if traffic is None or plan.environment.spec.mesh is None:
        return None
    if not (traffic.max_connections or traffic.max_pending_requests or traffic.eject_after):
        return None
    return manifest(
        "networking.istio.io/v1",
        "DestinationRule",
        labels.metadata(plan, name, component=labels.SERVER, wave=labels.AFTER),
        spec={
            "host": names.fqdn(plan, name),
            "trafficPolicy": {
                "tls": {"mode": "ISTIO_MUTUAL"},
                "connectionPool": {
                    "tcp": {"maxConnections": traffic.max_connections}
                    if traffic.max_connections
                    else None,
                    "http": {"http1MaxPendingRequests": traffic.max_pending_requests}
                    if traffic.max_pending_requests
                    else None,
                }
                if traffic.max_connections or traffic.max_pending_requests
                else None,
                "outlierDetection": {
                    "consecutiveGatewayErrors": traffic.eject_after,
                    "interval": "10s",
                    "baseEjectionTime": "30s",
                    "maxEjectionPercent": 50,
                }
                if traffic.eject_after
                else None,
            },
        },
    )
