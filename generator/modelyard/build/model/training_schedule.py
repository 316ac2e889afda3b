"""CronJob: trains the model on a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, names, training

if TYPE_CHECKING:
    from modelyard.plan import Plan

START_WITHIN_SECONDS = 3600
"""How late a run may start, after which it is skipped."""


def build(plan: Plan) -> Manifest | None:
    """One run at a time; a run that is still going when the next is due goes on."""
    wanted = plan.spec.training
    if wanted is None or wanted.schedule is None:
        return None
    queue = training.queue_labels(plan)
    return manifest(
        "batch/v1",
        "CronJob",
        labels.metadata(
            plan,
            names.training(plan),
            component=labels.TRAINING,
            annotations={labels.SPEC_DIGEST: plan.digest},
        ),
        spec={
            "schedule": wanted.schedule,
            "timeZone": wanted.time_zone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": START_WITHIN_SECONDS,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "metadata": {"labels": {**labels.common(plan, labels.TRAINING), **queue}},
                "spec": training.job(plan, wanted),
            },
        },
    )
