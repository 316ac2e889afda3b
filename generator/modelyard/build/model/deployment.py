"""Deployment: the pods of the running release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.parts import server

if TYPE_CHECKING:
    from modelyard.build.manifest import Manifest
    from modelyard.plan import Plan

TRACK = "stable"


def build(plan: Plan) -> Manifest | None:
    """The running release. Where an autoscaler decides the number of pods, git does not."""
    serving = plan.spec.serving
    if serving is None:
        return None
    scaling = serving.autoscaling
    return server.deployment(
        plan,
        serving,
        plan.model.release,
        name=plan.name,
        track=TRACK,
        replicas=scaling.handover if scaling else serving.replicas,
    )
