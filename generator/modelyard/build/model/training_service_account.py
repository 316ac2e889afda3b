"""ServiceAccount: the identity of training, which may reach other places than the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, names

if TYPE_CHECKING:
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """The identity of the training pods."""
    if plan.spec.training is None:
        return None
    return manifest(
        "v1",
        "ServiceAccount",
        labels.metadata(plan, names.training(plan), component=labels.TRAINING, wave=labels.BEFORE),
        automountServiceAccountToken=False,
    )
