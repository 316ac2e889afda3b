"""What teams share, and what they must not."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from modelyard.check.links import together
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import BESIDE_PODS, Claim, Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_OWNERS = ("team", "owner", "cost-center", "cost-centre", "costcenter")


def _owners(labels: dict[str, Any]) -> dict[str, str]:
    """The labels that say whose something is."""
    return {
        str(name): str(value)
        for name, value in labels.items()
        if str(name).rpartition("/")[2].lower().replace("_", "-") in _OWNERS
    }


def _model(labels: dict[str, Any]) -> str:
    return str(labels.get("app.kubernetes.io/name") or labels.get("app") or "")


def _gpus(pod: Pod) -> set[str]:
    """The extended resources that a pod asks for, as a quota counts them."""
    return {
        f"requests.{name}"
        for container in pod.containers
        for name in mapping(mapping(container.value.get("resources")).get("limits"))
        if isinstance(name, str) and "/" in name and "gpu" in name
    }


def _limited(objects: Objects, _context: Context) -> Iterator[Claim]:
    for manifest in objects.of("Namespace", "ResourceQuota", "LimitRange"):
        where = manifest.name if manifest.kind == "Namespace" else manifest.namespace
        hard = [str(name) for name in mapping(manifest.spec.get("hard"))]
        yield Claim(manifest.kind, (where, hard, bool(_owners(manifest.labels))), (), manifest)
    for pod in objects.pods:
        yield Claim("pod", (pod.manifest.namespace, sorted(_gpus(pod)), False), (), pod.manifest)


@rule(
    "tenancy/no-quota",
    "error",
    scope="environment",
    rows=("M01",),
    aliases=("kyverno/add-ns-quota",),
    gather=_limited,
    unread=BESIDE_PODS,
)
def no_quota(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """A namespace of tenants has no quota, or none of GPUs: one team can take all.

    Asked of namespaces that are among the objects, and belong to a team or hold workloads.
    """
    found: dict[str, dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        found[claim.value[0]][claim.key].append(claim)
    for name, kinds in found.items():
        quotas, pods = kinds["ResourceQuota"], kinds["pod"]
        for claim in kinds["Namespace"]:
            lacks = [kind for kind in ("ResourceQuota", "LimitRange") if not kinds[kind]]
            if lacks and (pods or claim.value[2]):
                yield Hit(
                    ("metadata", "name"),
                    f"the namespace {shown(name)} has no {' and no '.join(lacks)}: one workload "
                    "can take what others need",
                    f"add a {' and a '.join(lacks)}, with CPU, memory and GPUs",
                    claim.manifest,
                )
        asked = sorted({gpu for pod in pods for gpu in pod.value[1]})
        counted = [name for quota in quotas for name in quota.value[1]]
        for gpu in asked:
            if quotas and gpu not in counted:
                yield Hit(
                    ("spec", "hard"),
                    f"the quota does not count `{shown(gpu)}`, which pods here ask for",
                    f"add `{shown(gpu)}`",
                    quotas[0].manifest,
                    of_key=True,
                )


@rule(
    "tenancy/owner-differs",
    "warning",
    scope="release",
    rows=("M02",),
    aliases=("polaris/metadataAndInstanceMismatched",),
)
def owner_differs(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Objects of one model name different owners, or its pods none.

    Costs are counted by the labels of pods; alerts find their people by those of the rules.
    """
    said: dict[tuple[str, str, str], list[tuple[Manifest, Route, str]]] = defaultdict(list)
    for manifest in objects.manifests:
        model = _model(manifest.labels)
        for name, value in _owners(manifest.labels).items():
            if model:
                route: Route = ("metadata", "labels", name)
                said[(manifest.namespace, model, name)].append((manifest, route, value))
        for pod in manifest.pods:
            if pod.labels is manifest.labels or pod.labels_route == ("metadata",):
                continue
            own = _owners(pod.labels)
            for name, value in own.items():
                if _model(pod.labels):
                    route = (*pod.labels_route, "labels", name)
                    key = (manifest.namespace, _model(pod.labels), name)
                    said[key].append((manifest, route, value))
            for name, value in _owners(manifest.labels).items():
                if name not in own and pod.labels:
                    yield Hit(
                        (*pod.labels_route, "labels"),
                        f"the pods have no `{shown(name)}`, and the {manifest.kind} has",
                        f"add `{shown(name)}: {shown(value)}`",
                        manifest,
                        of_key=True,
                    )
    for (_, model, name), places in said.items():
        counted = Counter(value for _, _, value in places)
        usual = counted.most_common(1)[0][0]
        for manifest, route, value in places:
            if value != usual:
                yield Hit(
                    route,
                    f"other objects of {shown(model)} have `{shown(name)}: {shown(usual)}`",
                    f"write `{shown(usual)}`",
                    manifest,
                )


_ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")


def _abroad(manifest: Manifest) -> Iterator[tuple[Route, str, str]]:
    """References to objects of a namespace: the place of the namespace, it, and the kind."""
    spec = manifest.spec
    places: list[tuple[Route, Any, str]] = []
    if manifest.kind in _ROUTES:
        for number, item in enumerate(sequence(spec.get("rules"))):
            for place, ref in enumerate(sequence(mapping(item).get("backendRefs"))):
                places.append((("spec", "rules", number, "backendRefs", place), ref, "Service"))
    elif manifest.kind == "Gateway":
        for number, item in enumerate(sequence(spec.get("listeners"))):
            refs = sequence(mapping(mapping(item).get("tls")).get("certificateRefs"))
            for place, ref in enumerate(refs):
                at = ("spec", "listeners", number, "tls", "certificateRefs", place)
                places.append((at, ref, "Secret"))
    elif manifest.kind == "PersistentVolumeClaim":
        ref = spec.get("dataSourceRef")
        places.append((("spec", "dataSourceRef"), ref, str(mapping(ref).get("kind"))))
    for route, ref, kind in places:
        namespace = mapping(ref).get("namespace")
        if isinstance(namespace, str) and not together(namespace, manifest.namespace):
            yield (*route, "namespace"), namespace, str(mapping(ref).get("kind") or kind)


@rule(
    "tenancy/foreign-reference",
    "error",
    scope="release",
    rows=("M03",),
    aliases=("polaris/httpRouteCrossNamespaceBackendRef",),
)
def foreign_reference(objects: Objects, _context: Context) -> Iterator[Hit]:
    """An object refers to one of another namespace, which does not grant it.

    The other side has to agree with a ReferenceGrant (gateway-api.sigs.k8s.io, ReferenceGrant).
    """
    for manifest in objects.of(*_ROUTES, "Gateway", "PersistentVolumeClaim"):
        for route, namespace, kind in _abroad(manifest):
            if not any(
                _grants(grant, manifest, namespace, kind) for grant in objects.of("ReferenceGrant")
            ):
                yield Hit(
                    route,
                    f"the {shown(kind)} is another tenant's, in {shown(namespace)}, and no "
                    "ReferenceGrant lets it be used",
                    f"use one of {shown(manifest.namespace)}, or add a ReferenceGrant to "
                    f"{shown(namespace)}",
                    manifest,
                )


def _grants(grant: Manifest, manifest: Manifest, namespace: str, kind: str) -> bool:
    return (
        grant.namespace == namespace
        and any(
            mapping(one).get("kind") == manifest.kind
            and mapping(one).get("namespace") == manifest.namespace
            for one in sequence(grant.spec.get("from"))
        )
        and any(mapping(one).get("kind") == kind for one in sequence(grant.spec.get("to")))
    )


_CLUSTER = frozenset(
    (
        "ClusterRole", "ClusterRoleBinding", "ClusterPolicy", "CustomResourceDefinition",
        "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "PersistentVolume",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "PriorityClass",
        "StorageClass", "RuntimeClass", "IngressClass", "GatewayClass", "ClusterSecretStore",
        "ClusterIssuer", "APIService", "Node",
    )
)  # fmt: skip
"""Kinds that belong to no namespace, of which a model needs none."""


@rule(
    "tenancy/outside-namespace",
    "error",
    scope="release",
    rows=("M04",),
    needs=("environment",),
)
def outside_namespace(objects: Objects, context: Context) -> Iterator[Hit]:
    """A model brings objects of the whole cluster, or of a namespace that is not its own.

    Asked where all workloads are of the environment's namespace for models.
    """
    if context.environment is None or not objects.pods:
        return
    own = str(context.environment.namespace)
    if any(pod.manifest.namespace != own for pod in objects.pods):
        return
    for manifest in objects.manifests:
        if manifest.kind in _CLUSTER:
            yield Hit(
                ("kind",),
                f"a {manifest.kind} is of the whole cluster, and a model's team owns {own} only",
                "leave it to the platform's tree, or write its namespaced kind",
                manifest,
            )
        elif manifest.namespace not in ("", own) and manifest.kind != "Application":
            yield Hit(
                ("metadata", "namespace"),
                f"the workloads are in {own}, and this goes into another team's namespace",
                f"write `namespace: {own}`, or leave it to the tree of {shown(manifest.namespace)}",
                manifest,
            )


_GROUP = re.compile(r"(^|_)(CONSUMER_GROUP(_ID)?|GROUP_ID|KAFKA_GROUP)$")


def _shared(objects: Objects, _context: Context) -> Iterator[Claim]:
    for pod in objects.pods:
        model = _model(pod.labels)
        team = next(iter(_owners({**pod.manifest.labels, **pod.labels}).values()), model)
        if not model:
            continue
        for container in pod.containers:
            for index, item in enumerate(sequence(container.value.get("env"))):
                name, value = mapping(item).get("name"), mapping(item).get("value")
                if (
                    isinstance(name, str)
                    and isinstance(value, str)
                    and _GROUP.search(name)
                    and value
                ):
                    route = (*container.route, "env", index, "value")
                    yield Claim(f"group {value}", (model, value), route, pod.manifest)
        for index, volume in enumerate(sequence(pod.spec.get("volumes"))):
            claim = mapping(mapping(volume).get("persistentVolumeClaim"))
            name = claim.get("claimName")
            if isinstance(name, str) and not claim.get("readOnly") and _writes(pod, volume):
                route = (*pod.route, "volumes", index, "persistentVolumeClaim", "claimName")
                key = f"claim {pod.manifest.namespace}/{name}"
                yield Claim(key, (team, name), route, pod.manifest)


def _writes(pod: Pod, volume: Any) -> bool:
    """Whether a container mounts a volume to write to it."""
    name = mapping(volume).get("name")
    return any(
        mapping(mount).get("name") == name and not mapping(mount).get("readOnly")
        for container in pod.containers
        for mount in sequence(container.value.get("volumeMounts"))
    )


@rule("tenancy/shared-state", "error", scope="environment", rows=("M05",), gather=_shared)
def shared_state(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """Two models share a consumer group, or two teams write to one volume.

    Members of a group share the messages of its topics: each model gets some, and none gets all
    (kafka.apache.org, Consumers).
    """
    first: dict[str, Claim] = {}
    for claim in claims:
        before = first.setdefault(claim.key, claim)
        if before.value[0] == claim.value[0]:
            continue
        whose = f"{before.manifest.kind} {shown(before.manifest.name)}"
        if claim.key.startswith("group "):
            yield Hit(
                claim.route,
                f"{whose} is of the consumer group `{shown(claim.value[1])}` too: each gets a part of "
                "the messages",
                f"write a group of its own, as `{shown(claim.value[0])}`",
                claim.manifest,
            )
        else:
            yield Hit(
                claim.route,
                f"{whose}, of another team, writes to `{shown(claim.value[1])}` too",
                "use a claim of its own, or mount it `readOnly: true`",
                claim.manifest,
            )
