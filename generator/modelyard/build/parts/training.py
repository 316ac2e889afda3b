"""The Job that trains a model: run once for each change, or on a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.build.parts import labels, names, pod

if TYPE_CHECKING:
    from modelyard.plan import Plan
    from modelyard.spec.model import Training

QUEUE = "kueue.x-k8s.io/queue-name"


def queue_labels(plan: Plan) -> dict[str, str]:
    """The label by which Kueue takes a Job into a queue."""
    queue = plan.environment.spec.queue
    return {QUEUE: queue} if queue else {}


def job(plan: Plan, training: Training) -> dict[str, Any]:
    """The spec of the Job. Because Argo CD would run a vanished Job again, it has no TTL."""
    return {
        "backoffLimit": training.retries,
        "activeDeadlineSeconds": training.deadline.whole_seconds,
        "template": {
            "metadata": {"labels": {**labels.common(plan, labels.TRAINING), **_mesh_labels(plan)}},
            "spec": pod.pod(
                plan,
                training,
                service_account=names.training(plan),
                restartPolicy="Never",
                volumes=pod.volumes(plan, training.storage, "training", model=False),
                containers=[_container(plan, training)],
            ),
        },
    }


def _container(plan: Plan, training: Training) -> dict[str, Any]:
    return {
        "name": "trainer",
        "image": training.image,
        "command": list(training.command) if training.command is not None else None,
        "args": list(training.args) if training.args is not None else None,
        "env": pod.variables(plan, {"MODEL_NAME": plan.name}, training.env, "training"),
        "resources": pod.resources(plan, training.resources, training.gpu),
        "securityContext": pod.CONTAINER_SECURITY,
        "volumeMounts": pod.mounts(plan, training.storage, "training", model=False),
    }


def _mesh_labels(plan: Plan) -> dict[str, str]:
    """A classic sidecar would keep a finished Job running for ever."""
    mesh = plan.environment.spec.mesh
    if mesh is None or mesh.native_sidecars:
        return {}
    return {"sidecar.istio.io/inject": "false"}
