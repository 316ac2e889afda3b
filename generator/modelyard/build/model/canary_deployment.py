"""Deployment: the pods of the release that is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.parts import names, server

if TYPE_CHECKING:
    from modelyard.build.manifest import Manifest
    from modelyard.plan import Plan

TRACK = "canary"


def build(plan: Plan) -> Manifest | None:
    """A fixed number of pods beside those of the running release."""
    serving, canary = plan.spec.serving, plan.model.canary
    if serving is None or canary is None:
        return None
    return server.deployment(
        plan, serving, canary.built, name=names.canary(plan), track=TRACK, replicas=canary.replicas
    )
