"""AppProject: what Argo CD may touch in this environment, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, names

if TYPE_CHECKING:
    from modelyard.plan import Platform


def build(platform: Platform) -> Manifest | None:
    """Least privilege: the kinds are those that the environment's tree holds today."""
    place = platform.environment
    return manifest(
        "argoproj.io/v1alpha1",
        "AppProject",
        labels.platform_metadata(platform, names.project(place), place.spec.argocd.namespace),
        spec={
            "description": f"Models in {place.name}.",
            "sourceRepos": [place.repository],
            "destinations": [
                {
                    "server": place.spec.cluster.server,
                    "name": place.spec.cluster.name,
                    "namespace": place.spec.namespace,
                }
            ],
            "clusterResourceWhitelist": _kinds(platform, cluster=True),
            "namespaceResourceWhitelist": _kinds(platform, cluster=False),
            "orphanedResources": {"warn": True},
        },
    )


def _kinds(platform: Platform, *, cluster: bool) -> list[dict[str, Any]]:
    return [
        {"group": group, "kind": kind}
        for group, kind, scoped in platform.kinds
        if scoped == cluster
    ]
