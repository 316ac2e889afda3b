"""ApplicationSet: one Application for each rendered directory of the environment.

Because it reads the locks and not the directories' names, a directory that we did not render is
never deployed, and renaming one never deletes a running model. Facts:
argo-cd.readthedocs.io/en/stable/operator-manual/applicationset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels, names

if TYPE_CHECKING:
    from modelyard.plan import Platform

PATCH = """\
spec:
  ignoreDifferences: {{ toJson .ignoreDifferences }}
"""

SYNC_OPTIONS = (
    "ServerSideApply=true",
    "RespectIgnoreDifferences=true",
    "FailOnSharedResource=true",
    "PruneLast=true",
)


def build(platform: Platform) -> Manifest | None:
    """Deletions are never by accident: see `keepOnDeletion` of the environment."""
    place = platform.environment
    argocd, cluster = place.spec.argocd, place.spec.cluster
    automated = {"prune": True, "selfHeal": True, "allowEmpty": False}
    return manifest(
        "argoproj.io/v1alpha1",
        "ApplicationSet",
        labels.platform_metadata(platform, names.project(place), place.spec.argocd.namespace),
        spec={
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "syncPolicy": {
                "applicationsSync": "create-update" if argocd.keep_on_deletion else "sync",
                "preserveResourcesOnDeletion": argocd.keep_on_deletion,
            },
            "generators": [
                {
                    "git": {
                        "repoURL": place.repository,
                        "revision": argocd.revision,
                        "files": [{"path": f"deploy/{place.name}/*/release.lock"}],
                    }
                }
            ],
            "template": {
                "metadata": {
                    "name": "{{ .application }}",
                    "labels": {labels.MANAGED_BY: "modelyard", labels.ENVIRONMENT: place.name},
                },
                "spec": {
                    "project": names.project(place),
                    "source": {
                        "repoURL": place.repository,
                        "targetRevision": argocd.revision,
                        "path": "{{ .path.path }}",
                    },
                    "destination": {
                        "server": cluster.server,
                        "name": cluster.name,
                        "namespace": place.spec.namespace,
                    },
                    "syncPolicy": {
                        "automated": automated if argocd.sync == "automatic" else None,
                        "syncOptions": SYNC_OPTIONS,
                        "retry": {
                            "limit": 5,
                            "backoff": {"duration": "10s", "factor": 2, "maxDuration": "5m"},
                        },
                    },
                },
            },
            "templatePatch": PATCH,
        },
    )
