"""Data loss: what holds data goes away, lets go of it sooner, or is no longer looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.objects import Manifest, mapping, sequence
from modelyard.diff.comparison import ABSENT
from modelyard.diff.risks.case import below, risk, told, value
from modelyard.diff.risks.sync import options
from modelyard.quantity import amount, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from modelyard.diff.comparison import Change, Field, Level, Risk
    from modelyard.diff.risks.case import Case

HOLDERS = {
    "PersistentVolumeClaim": "the volume behind it is deleted too, unless its reclaim policy is `Retain`",
    "PersistentVolume": "nothing finds the data on it any more",
    "Namespace": "everything in it is deleted",
    "CustomResourceDefinition": "all objects of its kind are deleted",
    "KafkaTopic": "the topic is deleted with its messages",
    "Kafka": "all topics are deleted with their messages, unless their claims are kept",
    "KafkaNodePool": "the brokers' data is deleted, unless their claims are kept",
    "ObjectBucketClaim": "the bucket is deleted with what is in it",
    "Bucket": "the bucket is deleted with what is in it",
    "VolumeSnapshot": "the snapshot is deleted",
    "Cluster": "the database is deleted with its volumes",
    "Postgresql": "the database is deleted with its volumes",
    "Secret": "what is in it is nowhere else, unless somebody kept it",
    "SealedSecret": "the Secret that it unseals is deleted too",
}
"""Kinds that hold data, and what is lost with them."""
RETENTION = ("retention", "ttl", "historyLimit", "keep")
"""Words in the names of settings that say how long, or how much, is kept."""
POLICIES = (
    "reclaimPolicy",
    "persistentVolumeReclaimPolicy",
    "whenDeleted",
    "whenScaled",
    "deletionPolicy",
)
"""Settings that say what becomes of data when its owner goes."""


def find(case: Case) -> Iterator[Risk]:
    """What may be lost."""
    for change in case.changes:
        if change.operation in ("removed", "replaced"):
            yield from _gone(change)
        if change.operation in ("changed", "replaced"):
            yield from _settings(change)
            yield from _volumes(change)


def _gone(change: Change) -> Iterator[Risk]:
    loss = HOLDERS.get(change.kind)
    if change.kind == "StatefulSet":
        loss = _claims(change.before)
    if loss is None:
        return
    told = options(change.before)
    level: Level = "warning"
    message = f"it is removed, and {loss}"
    if "Prune=false" in told:
        level = "note"
        message = (
            "it leaves git and stays in the cluster (`Prune=false`); nobody looks after it any more"
        )
    elif "Prune=confirm" in told:
        message += "; Argo CD asks before it does so (`Prune=confirm`)"
    help_ = "copy what must be kept, or keep it in the cluster with the annotation"
    help_ += " `argocd.argoproj.io/sync-options: Prune=false`, one change earlier"
    yield risk("data-loss", level, change, message, help="" if level == "note" else help_)


def _claims(manifest: dict[str, Any] | None) -> str | None:
    """What becomes of the claims of a StatefulSet."""
    if not sequence(value(manifest, "spec", "volumeClaimTemplates")):
        return None
    policy = value(manifest, "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
    if policy == "Delete":
        return "its claims are deleted too (`whenDeleted: Delete`), with their data"
    return "its claims stay behind without an owner"


def _settings(change: Change) -> Iterator[Risk]:
    """Settings by which data is kept shorter, or goes with its owner."""
    for field in change.fields:
        if field.same or not field.route:
            continue
        key = str(field.route[-1])
        words = f"`{key}` {told(field.before)} → {told(field.after)}"
        if key in POLICIES and field.after in ("Delete", "Recycle", "Merge"):
            if field.before in ("Delete", "Recycle"):
                continue
            yield risk(
                "data-loss", "warning", change, f"data goes when its owner goes: {words}", [field]
            )
        elif any(word in key for word in RETENTION) and _is_less(field):
            yield risk(
                "data-loss", "warning", change, f"less is kept, or not as long: {words}", [field]
            )
        elif change.kind == "KafkaTopic" and key in ("replicas", "cleanup.policy"):
            yield risk(
                "data-loss", "warning", change, f"messages are kept otherwise: {words}", [field]
            )


def _is_less(field: Field) -> bool:
    then, now = _number(field.before), _number(field.after)
    return then is not None and now is not None and (now < then if then >= 0 else now >= 0)


def _number(found: Any) -> Fraction | None:
    if found is ABSENT:
        return None
    return seconds(found) if seconds(found) is not None else amount(found)


def _volumes(change: Change) -> Iterator[Risk]:
    """Volumes of pods that were claims, and are other claims, or none."""
    if change.after is None or change.before is None:
        return
    then, now = _claimed(change, change.before), _claimed(change, change.after)
    for name, claim in then.items():
        if now.get(name) == claim:
            continue
        other = f"the claim {told(now[name])}" if name in now else "nothing that lasts"
        message = f"volume `{name}` was the claim {told(claim)} and is {other}: its pods no longer see that data"
        fields = [field for field in change.fields if f"volumes[{name}]" in field.path]
        yield risk("data-loss", "warning", change, message, fields or below(change, ("spec",)))


def _claimed(change: Change, manifest: dict[str, Any]) -> dict[str, str]:
    """The volumes of a workload's pods that are claims."""
    return {
        str(volume.get("name")): str(claim.get("claimName"))
        for pod in Manifest(manifest, change.file).pods
        for volume in map(mapping, sequence(pod.spec.get("volumes")))
        if (claim := mapping(volume.get("persistentVolumeClaim")))
    }
