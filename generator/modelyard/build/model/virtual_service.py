"""VirtualService: how requests are split between releases, and how long callers wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, names

if TYPE_CHECKING:
    from modelyard.plan import Plan
    from modelyard.spec.model import Serving

NEVER_REACHED = "connect-failure,refused-stream"
"""Conditions in which no pod has seen the request, so that trying again cannot repeat its work."""


def build(plan: Plan) -> Manifest | None:
    """Only where traffic is split or limited; elsewhere the Service alone will do."""
    serving, canary = plan.spec.serving, plan.model.canary
    traffic = serving.traffic if serving else None
    routed = traffic is not None and (traffic.timeout is not None or traffic.retries is not None)
    if serving is None or plan.environment.spec.mesh is None or not (routed or canary):
        return None
    return manifest(
        "networking.istio.io/v1",
        "VirtualService",
        labels.metadata(plan, component=labels.SERVER, wave=labels.AFTER),
        spec={
            "hosts": [names.fqdn(plan, plan.name)],
            "http": [
                {
                    "name": "model",
                    "route": _routes(plan, serving),
                    "timeout": traffic.timeout.in_go if traffic and traffic.timeout else None,
                    "retries": {
                        "attempts": traffic.retries,
                        "retryOn": NEVER_REACHED if traffic.retries else None,
                    }
                    if traffic and traffic.retries is not None
                    else None,
                }
            ],
        },
    )


def _routes(plan: Plan, serving: Serving) -> list[dict[str, Any]]:
    canary = plan.model.canary
    if canary is None:
        return [{"destination": _destination(plan, plan.name, serving)}]
    return [
        {"destination": _destination(plan, plan.name, serving), "weight": 100 - canary.weight},
        {"destination": _destination(plan, names.canary(plan), serving), "weight": canary.weight},
    ]


def _destination(plan: Plan, name: str, serving: Serving) -> dict[str, Any]:
    return {"host": names.fqdn(plan, name), "port": {"number": serving.port}}
