"""ExternalSecret: the model's secrets, read from the environment's store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, names, pod

if TYPE_CHECKING:
    from modelyard.plan import Plan


def build(plan: Plan) -> Manifest | None:
    """One Secret that holds every property that the model's pods read, and no other."""
    store = plan.environment.spec.secrets
    if not plan.spec.secrets or store is None:
        return None
    return manifest(
        "external-secrets.io/v1",
        "ExternalSecret",
        labels.metadata(plan, names.secrets(plan), wave=labels.BEFORE),
        spec={
            "refreshInterval": store.refresh.in_go,
            "secretStoreRef": {"kind": store.kind, "name": store.name},
            "target": {
                "name": names.secrets(plan),
                "creationPolicy": "Owner",
                "deletionPolicy": "Retain",
            },
            "data": [
                {
                    "secretKey": pod.secret_key(name, key),
                    "remoteRef": {"key": secret.remote, "property": key},
                }
                for name, secret in plan.spec.secrets.items()
                for key in dict.fromkeys((*(secret.files or ()), *(secret.env or {}).values()))
            ],
        },
    )
