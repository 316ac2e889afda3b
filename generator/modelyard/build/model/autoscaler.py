"""HorizontalPodAutoscaler: follows the model's load between two bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels

if TYPE_CHECKING:
    from modelyard.plan import Plan
    from modelyard.spec.model import Autoscaling


def build(plan: Plan) -> Manifest | None:
    """The autoscaler of the running release."""
    scaling = plan.spec.serving.autoscaling if plan.spec.serving else None
    if scaling is None:
        return None
    window = scaling.scale_down_after
    return manifest(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        labels.metadata(plan, component=labels.SERVER),
        spec={
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": plan.name},
            "minReplicas": scaling.min,
            "maxReplicas": scaling.max,
            "metrics": _metrics(scaling),
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": window.whole_seconds}}
            if window
            else None,
        },
    )


def _metrics(scaling: Autoscaling) -> list[dict[str, Any]]:
    resources = [
        (name, goal) for name, goal in (("cpu", scaling.cpu), ("memory", scaling.memory)) if goal
    ]
    return [
        {
            "type": "Resource",
            "resource": {
                "name": name,
                "target": {"type": "Utilization", "averageUtilization": goal},
            },
        }
        for name, goal in resources
    ] + [
        {
            "type": "Pods",
            "pods": {
                "metric": {"name": name},
                "target": {"type": "AverageValue", "averageValue": goal},
            },
        }
        for name, goal in (scaling.metrics or {}).items()
    ]
