"""DestinationRule: limits of the connections to the release that is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.parts import names, services

if TYPE_CHECKING:
    from modelyard.build.manifest import Manifest
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """The limits of the running release hold for the canary too."""
    return services.destination_rule(plan, names.canary(plan)) if plan.model.canary else None
