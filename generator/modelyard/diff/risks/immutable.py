"""Immutable: fields that the API server never lets anybody change.

Facts: the validation of updates in Kubernetes 1.34 (pkg/apis/*/validation, `ValidateImmutableField`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.diff.comparison import ABSENT
from modelyard.diff.risks.case import below, listed, risk, told, value
from modelyard.diff.risks.sync import is_hook, options
from modelyard.quantity import amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Change, Field, Risk
    from modelyard.diff.risks.case import Case
    from modelyard.findings import Route

FIXED: dict[tuple[str, str], tuple[Route, ...]] = {
    ("apps", "Deployment"): (("spec", "selector"),),
    ("apps", "ReplicaSet"): (("spec", "selector"),),
    ("apps", "DaemonSet"): (("spec", "selector"),),
    ("batch", "Job"): (
        ("spec", "selector"),
        ("spec", "template"),
        ("spec", "completionMode"),
        ("spec", "completions"),
        ("spec", "podFailurePolicy"),
        ("spec", "successPolicy"),
        ("spec", "backoffLimitPerIndex"),
        ("spec", "managedBy"),
    ),
    ("rbac.authorization.k8s.io", "RoleBinding"): (("roleRef",),),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (("roleRef",),),
    ("", "Secret"): (("type",),),
    ("", "ResourceQuota"): (("spec", "scopes"), ("spec", "scopeSelector")),
    ("storage.k8s.io", "StorageClass"): (
        ("provisioner",),
        ("parameters",),
        ("reclaimPolicy",),
        ("volumeBindingMode",),
    ),
    ("scheduling.k8s.io", "PriorityClass"): (("value",), ("preemptionPolicy",)),
    ("node.k8s.io", "RuntimeClass"): (("handler",),),
    ("networking.k8s.io", "IngressClass"): (("spec", "controller"),),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        ("spec", "group"),
        ("spec", "scope"),
        ("spec", "names", "kind"),
        ("spec", "names", "plural"),
    ),
    ("snapshot.storage.k8s.io", "VolumeSnapshot"): (("spec", "source"),),
    ("gateway.networking.k8s.io", "GatewayClass"): (("spec", "controllerName"),),
    ("kafka.strimzi.io", "KafkaTopic"): (("spec", "topicName"),),
    ("jobset.x-k8s.io", "JobSet"): (("spec", "replicatedJobs"),),
}
"""Routes below which nothing may change, by group and kind."""

STATEFUL = frozenset(
    (
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "minReadySeconds",
        "persistentVolumeClaimRetentionPolicy",
    )
)  # fmt: skip
"""The only parts of a StatefulSet's spec that may change."""
CLAIM = frozenset(("resources", "volumeAttributesClassName"))
"""The only parts of a claim's spec that may change."""

VOLUME = frozenset(
    (
        "capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName",
        "mountOptions", "volumeAttributesClassName",
    )
)  # fmt: skip
"""The only parts of a volume's spec that may change."""


def find(case: Case) -> Iterator[Risk]:
    """Changes that the API server refuses, unless the object is made anew."""
    for change in case.changes:
        if change.operation == "changed":
            fields = [field for field in _fixed(change) if not field.same]
            if fields:
                yield _risk(change, fields)


def _fixed(change: Change) -> Iterator[Field]:
    identity = (change.group, change.kind)
    routes = FIXED.get(identity, ())
    yield from below(change, *routes) if routes else ()
    if identity == ("apps", "StatefulSet"):
        yield from _others(change, STATEFUL)
    elif identity == ("", "PersistentVolumeClaim"):
        yield from _others(change, CLAIM)
        yield from (
            field for field in below(change, ("spec", "resources", "requests")) if _shrinks(field)
        )
    elif identity == ("", "Service"):
        yield from (field for field in below(change, ("spec", "clusterIP")) if _is_address(change))
    elif (
        identity in (("", "ConfigMap"), ("", "Secret"))
        and value(change.before, "immutable") is True
    ):
        yield from below(change, ("data",), ("stringData",), ("binaryData",), ("immutable",))
    elif identity == ("", "PersistentVolume"):
        yield from _others(change, VOLUME)


def _others(change: Change, mutable: frozenset[str]) -> list[Field]:
    """Fields of the spec beside those that may change."""
    return [
        field
        for field in below(change, ("spec",))
        if len(field.route) > 1 and field.route[1] not in mutable
    ]


def _shrinks(field: Field) -> bool:
    then, now = amount(field.before), amount(field.after)
    return then is not None and (now is None or now < then)


def _is_address(change: Change) -> bool:
    """Whether a Service had an address, or had none on purpose, and keeps its type."""
    then, now = (
        value(m, "spec", "type", default="ClusterIP") for m in (change.before, change.after)
    )
    return then == now and value(change.before, "spec", "clusterIP") not in (None, "")


def _risk(change: Change, fields: list[Field]) -> Risk:
    what = listed(f"`{field.path}`{_words(field)}" for field in fields)
    can = "cannot be changed" if change.kind != "PersistentVolumeClaim" else "cannot be changed so"
    if is_hook(change.after):
        message = (
            f"{what} {can}, and so Argo CD deletes the object and makes it anew, as with each sync"
        )
        return risk("immutable", "note", change, message, fields)
    if {"Force=true", "Replace=true"} <= options(change.after):
        message = (
            f"{what} {can}: Argo CD deletes the object, and what runs in it, and makes it anew"
        )
        return risk("immutable", "warning", change, message, fields)
    message = f"{what} {can}: the API server refuses it, and Argo CD cannot sync the directory"
    return risk("immutable", "error", change, message, fields, _help(change))


def _words(field: Field) -> str:
    if any(isinstance(each, dict | list) or each is ABSENT for each in (field.before, field.after)):
        return ""
    return f" ({told(field.before)} → {told(field.after)})"


def _help(change: Change) -> str:
    if change.kind == "PersistentVolumeClaim":
        return "make a new claim beside it, copy the data, and let the pods use that"
    if change.kind in ("Job", "ConfigMap", "Secret"):
        return "give it another name, as one with a digest of its content"
    return (
        "give the object another name; or, where a gap does no harm, let Argo CD make it anew with the"
        " annotation `argocd.argoproj.io/sync-options: Force=true,Replace=true`"
    )
