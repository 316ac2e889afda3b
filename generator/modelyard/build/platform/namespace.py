"""Namespace: where models run, under the restricted pod security standard and in the mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels

if TYPE_CHECKING:
    from modelyard.plan import Platform


def build(platform: Platform) -> Manifest | None:
    """Because deleting a namespace deletes everything in it, Argo CD may not prune it."""
    place = platform.environment.spec
    return manifest(
        "v1",
        "Namespace",
        labels.platform_metadata(
            platform,
            place.namespace,
            None,
            labels={**_pod_security(place.cluster.kubernetes), **_injection(platform)},
            annotations={
                labels.WAVE: "-2",
                "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
            },
        ),
    )


def _pod_security(kubernetes: str) -> dict[str, str]:
    return {
        f"pod-security.kubernetes.io/{mode}{what}": value
        for mode in ("enforce", "audit", "warn")
        for what, value in (("", "restricted"), ("-version", f"v{kubernetes}"))
    }


def _injection(platform: Platform) -> dict[str, str]:
    mesh = platform.environment.spec.mesh
    if mesh is None:
        return {}
    return {"istio.io/rev": str(mesh.revision)} if mesh.revision else {"istio-injection": "enabled"}
