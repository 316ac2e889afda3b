"""Argo CD: what an Application owns, and how it is applied."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from modelyard.check.applications import applications, sources, sync_options
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Claim, Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context


def _owned(objects: Objects, _context: Context) -> Iterator[Claim]:
    for manifest, route, spec in applications(objects):
        to = mapping(spec.get("destination"))
        place = [str(to.get(key)) for key in ("server", "name", "namespace")]
        for at_source, source in sources(spec):
            url = str(source.get("repoURL")).removesuffix(".git").rstrip("/")
            what = source.get("path") or source.get("chart")
            if not isinstance(what, str) or "{{" in f"{what} {place} {url}":
                continue
            helm = mapping(source.get("helm"))
            name = helm.get("releaseName") or (manifest.name if source.get("chart") else "")
            key = "path" if source.get("path") else "chart"
            revision = str(source.get("targetRevision"))
            settings = json.dumps(
                {k: v for k, v in source.items() if k in ("kustomize", "directory", "plugin")},
                default=str,
                sort_keys=True,
            )
            said = f"{what.strip('/')} for {to.get('namespace') or 'its namespaces'}"
            yield Claim(
                f"{url} {what.strip('./')} {place} {name} {settings}",
                (said, manifest.name, revision),
                (*route, *at_source, key),
                manifest,
            )


@rule("argo/owned-twice", "error", scope="environment", rows=("C06",), gather=_owned)
def owned_twice(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """Two Applications sync the same objects to the same place, against each other."""
    first: dict[str, Claim] = {}
    for claim in claims:
        if claim.key in first and first[claim.key].manifest is not claim.manifest:
            other = first[claim.key].manifest
            yield Hit(
                claim.route,
                f"{other.kind} {shown(other.name)} syncs {shown(claim.value[0])} too: each undoes "
                "what the other does",
                f"remove one of them, or give {shown(claim.manifest.name)} another path or destination",
                claim.manifest,
            )
        first.setdefault(claim.key, claim)


@rule(
    "argo/fixed-application-name",
    "error",
    rows=("C06",),
    kinds=("ApplicationSet",),
)
def fixed_application_name(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """An ApplicationSet gives all its Applications one name."""
    generators = sequence(manifest.spec.get("generators"))
    name = mapping(mapping(manifest.spec.get("template")).get("metadata")).get("name")
    if not isinstance(name, str) or "{{" in name or not generators:
        return
    if "name" in str(manifest.spec.get("templatePatch") or ""):
        return
    only = mapping(generators[0])
    elements = mapping(only.get("list")).get("elements")
    if len(generators) == 1 and isinstance(elements, list) and len(elements) == 1:
        return
    dotted = ".name" if manifest.spec.get("goTemplate") is True else "name"
    yield Hit(
        ("spec", "template", "metadata", "name"),
        f"each Application that is generated is called `{shown(name)}`: there can be one",
        f'write what tells them apart, as `"{shown(name)}-{{{{ {dotted} }}}}"`',
    )


@rule("argo/replicas-fight", "error", scope="release", rows=("C09",))
def replicas_fight(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Replicas are ignored when comparing, and yet written at each sync.

    Without `RespectIgnoreDifferences=true` a sync applies what git says, and takes back what the
    autoscaler did (Argo CD, Diffing). Where git says nothing of replicas, there is nothing to take.
    """
    workloads = objects.of("Deployment", "StatefulSet", "Rollout")
    if workloads and not any("replicas" in workload.spec for workload in workloads):
        return
    for manifest, route, spec in applications(objects):
        if any(option == "RespectIgnoreDifferences=true" for option in sync_options(spec)):
            continue
        for number, found in enumerate(sequence(spec.get("ignoreDifferences"))):
            for key in ("jsonPointers", "jqPathExpressions"):
                for place, path in enumerate(sequence(mapping(found).get(key))):
                    if path in ("/spec/replicas", ".spec.replicas"):
                        yield Hit(
                            (*route, "ignoreDifferences", number, key, place),
                            "the difference is not shown, but each sync writes the replicas of git "
                            "over those of the autoscaler",
                            "add `RespectIgnoreDifferences=true` to `syncPolicy.syncOptions`, or "
                            "leave `replicas` out of git",
                            manifest,
                        )


_LARGE = {
    "kube-prometheus-stack": "prometheuses.monitoring.coreos.com",
    "prometheus-operator-crds": "prometheuses.monitoring.coreos.com",
    "external-secrets": "secretstores.external-secrets.io",
    "keda": "scaledjobs.keda.sh",
    "kserve-crd": "inferenceservices.serving.kserve.io",
    "kuberay-operator": "rayservices.ray.io",
    "argo-workflows": "workflows.argoproj.io",
}
"""Charts with definitions that are too large for an annotation, as their own notes say."""

_LIMIT = 262144
"""What all annotations of an object may have together, in bytes (Kubernetes, ValidateAnnotations)."""


_MOST = 1 << 20
"""The bytes of data that a ConfigMap or a Secret may have (kubernetes.io, ConfigMaps)."""


@rule("argo/too-large-to-apply", "warning", scope="release", rows=("C11", "T16"))
def too_large_to_apply(objects: Objects, _context: Context) -> Iterator[Hit]:
    """An object is larger than the annotation that a client-side apply puts it into.

    Argo CD then says `metadata.annotations: Too long`; a server-side apply needs no annotation.
    """
    for manifest in objects.of("ConfigMap", "Secret"):
        size = sum(
            len(text.encode("utf-8", "surrogatepass"))
            for key in ("data", "stringData", "binaryData")
            for text in mapping(manifest.value.get(key)).values()
            if isinstance(text, str)
        )
        if size > _MOST:
            yield Hit(
                ("data",),
                f"{size // 1024} KiB of data, and the server takes {_MOST // 1024} of a {manifest.kind}",
                "split it, or put the data where files belong: a volume, a bucket, an image",
                manifest,
            )
    served = True
    for manifest, route, spec in applications(objects):
        served = "ServerSideApply=true" in sync_options(spec)
        for at_source, source in sources(spec):
            chart = source.get("chart")
            if not served and isinstance(chart, str) and chart in _LARGE and not _skips(source):
                yield Hit(
                    (*route, *at_source, "chart"),
                    f"{shown(chart)} brings {_LARGE[chart]}: too large for a client-side apply",
                    "add `ServerSideApply=true` to `syncPolicy.syncOptions`",
                    manifest,
                )
    for manifest in () if served else objects.manifests:
        size = len(json.dumps(manifest.value, default=str))
        asked = str(manifest.annotations.get("argocd.argoproj.io/sync-options"))
        if size > _LIMIT and "ServerSideApply=true" not in asked and "Replace=true" not in asked:
            yield Hit(
                ("kind",),
                f"{size // 1024} KiB do not fit into the annotation of a client-side apply",
                "add `ServerSideApply=true` to `argocd.argoproj.io/sync-options`",
                manifest,
            )


def _skips(source: dict[str, Any]) -> bool:
    """Whether a chart is installed without its definitions."""
    helm = mapping(source.get("helm"))
    values = mapping(helm.get("valuesObject"))
    crds = mapping(values.get("crds")).get("enabled")
    return helm.get("skipCrds") is True or crds is False or values.get("installCRDs") is False
