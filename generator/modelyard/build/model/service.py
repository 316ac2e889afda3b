"""Service: the address of the running release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.model.deployment import TRACK
from modelyard.build.parts import services

if TYPE_CHECKING:
    from modelyard.build.manifest import Manifest
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """The pods of the running release; a canary has a Service of its own."""
    return services.service(plan, plan.name, TRACK) if plan.spec.serving else None
