"""Service: the address of the release that is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.model.canary_deployment import TRACK
from modelyard.build.parts import names, services

if TYPE_CHECKING:
    from modelyard.build.manifest import Manifest
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """The pods of the canary alone, so that only the VirtualService sends requests to them."""
    return services.service(plan, names.canary(plan), TRACK) if plan.model.canary else None
