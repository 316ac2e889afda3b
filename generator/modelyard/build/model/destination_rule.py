"""DestinationRule: limits of the connections to the running release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.parts import services

if TYPE_CHECKING:
    from modelyard.build.manifest import Manifest
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """Limits of the running release's Service."""
    return services.destination_rule(plan, plan.name)
