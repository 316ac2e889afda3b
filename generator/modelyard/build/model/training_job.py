"""Job: trains the model once for each change of how it is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard import digest
from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, names, training

if TYPE_CHECKING:
    from modelyard.plan import Plan

DIGITS = 10
"""Of the digest of the Job's spec. Because no release is named in that spec, a new release does
not train the model again."""


def build(plan: Plan) -> Manifest | None:
    """A Job named after its content: its template cannot be changed, so a change is a new Job."""
    wanted = plan.spec.training
    if wanted is None or wanted.schedule is not None:
        return None
    found = manifest(
        "batch/v1",
        "Job",
        labels.metadata(
            plan,
            component=labels.TRAINING,
            labels=training.queue_labels(plan),
            annotations={labels.SPEC_DIGEST: plan.digest},
        ),
        spec=training.job(plan, wanted),
    )
    content = digest.of_value(found["spec"])[:DIGITS]
    found["metadata"]["name"] = f"{names.training(plan)}-{content}"
    return found
