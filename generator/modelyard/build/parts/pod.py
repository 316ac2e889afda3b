"""Pods: restricted security, writable places, and GPUs.

Facts: kubernetes.io/docs/concepts/security/pod-security-standards (restricted) and
kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.build.manifest import plain
from modelyard.build.parts import names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.plan import Plan
    from modelyard.spec.environment import Pool
    from modelyard.spec.model import Gpu, Resources, Serving, Storage, Training

CONTAINER_SECURITY = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}

MODEL_DIRECTORY = "/models"


def pod(
    plan: Plan,
    workload: Serving | Training,
    *,
    service_account: str,
    containers: list[dict[str, Any]],
    **more: Any,
) -> dict[str, Any]:
    """A pod spec; `more` are keys that only one kind of pod has."""
    pool = pool_of(plan, workload.gpu)
    pull_secrets = plan.environment.spec.images.pull_secrets
    priorities = plan.environment.spec.priority_classes or {}
    return {
        "serviceAccountName": service_account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "imagePullSecrets": [{"name": name} for name in pull_secrets] if pull_secrets else None,
        "priorityClassName": priorities.get(plan.model.metadata.tier),
        "runtimeClassName": pool.runtime_class if pool else None,
        "nodeSelector": plain(pool.labels) if pool else None,
        "tolerations": tolerations(pool),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": workload.user,
            "runAsGroup": workload.user,
            "fsGroup": workload.user,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **more,
        "containers": containers,
    }


def pool_of(plan: Plan, gpu: Gpu | None) -> Pool | None:
    """The environment's pool of the product that is asked for."""
    pools = (plan.environment.spec.pools or {}).values()
    return next((pool for pool in pools if gpu and pool.product == gpu.product), None)


def tolerations(pool: Pool | None) -> list[dict[str, Any]] | None:
    """One toleration for each taint of a pool."""
    if pool is None or not pool.taints:
        return None
    return [
        {
            "key": taint.key,
            "operator": "Equal" if taint.value is not None else "Exists",
            "value": taint.value,
            "effect": taint.effect,
        }
        for taint in pool.taints
    ]


def resources(plan: Plan, wanted: Resources, gpu: Gpu | None) -> dict[str, Any]:
    """Requests and limits; GPUs are whole and the same in both."""
    pool = pool_of(plan, gpu)
    gpus = {str(pool.resource): gpu.count} if pool and gpu else {}
    return {
        "requests": {
            "cpu": wanted.requests.cpu,
            "memory": wanted.requests.memory,
            "ephemeral-storage": wanted.requests.ephemeral_storage,
            **gpus,
        },
        "limits": {
            "cpu": wanted.limits.cpu,
            "memory": wanted.limits.memory,
            "ephemeral-storage": wanted.limits.ephemeral_storage,
            **gpus,
        },
    }


def variables(
    plan: Plan, own: Mapping[str, str], written: Mapping[Any, str] | None, user: str
) -> list[dict[str, Any]]:
    """Environment variables: ours first, then the spec's, then those from secrets."""
    set_here = {**own, **plain(written)}
    secret = [
        {
            "name": variable,
            "valueFrom": {
                "secretKeyRef": {"name": names.secrets(plan), "key": secret_key(name, key)}
            },
        }
        for name, found in (plan.spec.secrets or {}).items()
        if user in found.used_by
        for variable, key in (found.env or {}).items()
    ]
    return [{"name": name, "value": value} for name, value in set_here.items()] + secret


def secret_key(secret: str, key: str) -> str:
    """The key of a property in the Secret that holds all of a model's."""
    return f"{secret}.{key}"


def volumes(plan: Plan, storage: Storage, user: str, *, model: bool) -> list[dict[str, Any]]:
    """The writable directories, each with a size, and the files of secrets."""
    return [
        {"name": "tmp", "emptyDir": {"sizeLimit": storage.tmp}},
        {"name": "cache", "emptyDir": {"sizeLimit": storage.cache}},
        *([{"name": "model", "emptyDir": {"sizeLimit": storage.model}}] if model else []),
        *(
            [
                {
                    "name": "shared-memory",
                    "emptyDir": {"medium": "Memory", "sizeLimit": storage.shared_memory},
                }
            ]
            if storage.shared_memory
            else []
        ),
        *(
            {
                "name": f"secret-{name}",
                "secret": {
                    "secretName": names.secrets(plan),
                    "items": [{"key": secret_key(name, key), "path": key} for key in found.files],
                },
            }
            for name, found in (plan.spec.secrets or {}).items()
            if found.files and user in found.used_by
        ),
    ]


def mounts(plan: Plan, storage: Storage, user: str, *, model: bool) -> list[dict[str, Any]]:
    """Where the volumes are."""
    return [
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a path in the container
        {"name": "cache", "mountPath": "/cache"},
        *([{"name": "model", "mountPath": MODEL_DIRECTORY, "readOnly": True}] if model else []),
        *([{"name": "shared-memory", "mountPath": "/dev/shm"}] if storage.shared_memory else []),  # noqa: S108
        *(
            {"name": f"secret-{name}", "mountPath": f"/secrets/{name}", "readOnly": True}
            for name, found in (plan.spec.secrets or {}).items()
            if found.files and user in found.used_by
        ),
    ]
