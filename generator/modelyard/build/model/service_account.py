"""ServiceAccount: the server's identity in the mesh. It never talks to the Kubernetes API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels

if TYPE_CHECKING:
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """The identity of the server's pods."""
    if plan.spec.serving is None:
        return None
    return manifest(
        "v1",
        "ServiceAccount",
        labels.metadata(plan, component=labels.SERVER, wave=labels.BEFORE),
        automountServiceAccountToken=False,
    )
