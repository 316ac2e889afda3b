"""Capacity: how many pods there are, what each asks for, and where they may run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.diff.comparison import ABSENT
from modelyard.diff.risks.case import below, risk, told
from modelyard.diff.risks.pods import AUTOSCALERS
from modelyard.quantity import amount

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from modelyard.diff.comparison import Change, Field, Level, Risk
    from modelyard.diff.risks.case import Case

NUMBERS = {
    "replicas": "runs {} pods",
    "minReplicas": "always has {} pods",
    "maxReplicas": "has at most {} pods",
    "minReplicaCount": "always has {} pods",
    "maxReplicaCount": "has at most {} pods",
    "parallelism": "runs {} pods at once",
    "completions": "needs {} pods to finish",
    "maxSurge": "has {} pods more during a rollout",
}
"""Fields that are numbers of pods, and how that is said."""
SCALING = (
    "metrics",
    "behavior",
    "triggers",
    "pollingInterval",
    "cooldownPeriod",
    "fallback",
    "advanced",
)
PLACES = {
    "nodeSelector": "its pods run on other nodes",
    "affinity": "its pods run on other nodes",
    "tolerations": "its pods may run on other nodes",
    "topologySpreadConstraints": "its pods are spread otherwise",
    "priorityClassName": "its pods have another priority",
    "runtimeClassName": "its pods run in another runtime",
    "schedulerName": "its pods are placed by another scheduler",
    "strategy": "rollouts go otherwise",
    "updateStrategy": "rollouts go otherwise",
    "progressDeadlineSeconds": "a rollout is given up after another time",
    "minReadySeconds": "a new pod counts after another time",
    "terminationGracePeriodSeconds": "its pods get another time to stop",
    "activeDeadlineSeconds": "it may run for another time",
    "backoffLimit": "it is tried more or less often",
    "schedule": "it starts at other times",
    "concurrencyPolicy": "runs may overlap, or no longer do",
    "timeZone": "it starts at other times",
}
"""Fields that say where and when pods run, and how that is said."""
BUDGETS = {"maxUnavailable": 1, "minAvailable": -1}
"""Fields of a disruption budget; the sign is that of what may be away when the number grows."""


def find(case: Case) -> Iterator[Risk]:
    """What is asked of the cluster, and by which rules."""
    for change in case.changes:
        if change.kind in AUTOSCALERS:
            yield from _autoscaler(change)
        elif change.kind == "PodDisruptionBudget":
            yield from _budget(change)
        elif change.kind in ("ResourceQuota", "LimitRange"):
            yield from _quota(change)
        yield from _resources(change)
        for field in change.fields:
            found = _field(change, field)
            if found is not None:
                yield found


def _autoscaler(change: Change) -> Iterator[Risk]:
    if change.operation == "added":
        yield risk(
            "capacity", "note", change, "an autoscaler decides the number of pods from now on"
        )
    elif change.operation == "removed":
        yield risk(
            "capacity", "warning", change, "no autoscaler decides the number of pods any more"
        )
    scaling = [
        field
        for field in below(change, *(("spec", key) for key in SCALING))
        if not field.same and not field.moved
    ]
    for field in scaling:
        words = f"`{field.path.removeprefix('spec.')}` {told(field.before)} → {told(field.after)}"
        yield risk("capacity", "warning", change, f"it scales at other values: {words}", [field])


def _budget(change: Change) -> Iterator[Risk]:
    if change.operation == "removed":
        message = "nothing limits how many pods a drain of nodes takes away at once"
        yield risk("capacity", "warning", change, message)
    elif change.operation == "added":
        yield risk("capacity", "note", change, "drains of nodes take fewer pods away at once")
    for field in below(change, ("spec",)):
        key = str(field.route[-1])
        more = _direction(field) * BUDGETS.get(key, 0)
        words = f"`{key}` {told(field.before)} → {told(field.after)}"
        how = "more" if more > 0 else "fewer" if more < 0 else "other"
        level: Level = "note" if more < 0 else "warning"
        yield risk(
            "capacity",
            level,
            change,
            f"a drain of nodes may take {how} pods away: {words}",
            [field],
        )


def _quota(change: Change) -> Iterator[Risk]:
    if change.operation != "changed":
        verb = "is limited from now on" if change.operation == "added" else "is no longer limited"
        yield risk("capacity", "warning", change, f"what the namespace may use {verb}")
    for field in below(change, ("spec",)):
        if field.same:
            continue
        words = f"`{field.path.removeprefix('spec.')}` {told(field.before)} → {told(field.after)}"
        how = {1: "more", -1: "less"}.get(_direction(field), "something else")
        level: Level = "note" if how == "more" else "warning"
        who = (
            "the namespace may use"
            if change.kind == "ResourceQuota"
            else "containers get by default, or may ask for,"
        )
        yield risk("capacity", level, change, f"{who} {how}: {words}", [field])


def _field(change: Change, field: Field) -> Risk | None:
    """What a field of a workload asks of the cluster, if it does."""
    if field.same or field.moved or change.kind == "PodDisruptionBudget":
        return None
    names = [str(step) for step in field.route if isinstance(step, str)]
    last = names[-1] if names else ""
    if last == "replicas" and field.after is ABSENT:
        message = f"git no longer says how many pods it has (it said {told(field.before)})"
        return risk("capacity", "note", change, message, [field])
    if last in NUMBERS and "spec" in names:
        words = NUMBERS[last].format(f"{told(field.before)} → {told(field.after)}")
        level: Level = "warning" if _direction(field) < 0 else "note"
        return risk("capacity", level, change, f"the model {words}", [field])
    if "resources" in names:
        return None
    if last in ("sizeLimit", "storage"):
        words = f"`{field.path.rpartition('spec.')[2]}` {told(field.before)} → {told(field.after)}"
        return risk("capacity", "note", change, f"it may store more or less: {words}", [field])
    place = next((name for name in names if name in PLACES), None)
    if place is not None and "data" not in names[:1]:
        words = f"`{field.path.rpartition('spec.')[2]}` {told(field.before)} → {told(field.after)}"
        return risk("capacity", "warning", change, f"{PLACES[place]}: {words}", [field])
    return None


def _resources(change: Change) -> Iterator[Risk]:
    """What one pod asks for, or may use; said once where both are the same."""
    found: dict[tuple[str, str, str, str], list[Field]] = {}
    for field in change.fields:
        names = [str(step) for step in field.route if isinstance(step, str)]
        if "resources" in names and not field.same and change.kind != "ResourceQuota":
            where = field.path.rpartition(".resources")[0].rpartition(".")[2]
            key = (where, names[-1], told(field.before), told(field.after))
            found.setdefault(key, []).append(field)
    for (where, what, then, now), fields in found.items():
        only_limit = all("limits" in field.route for field in fields)
        what = "resources" if what in ("resources", "requests", "limits") else what
        more = {1: "more", -1: "less"}.get(_direction(fields[0]), "other amounts of")
        level: Level = "warning" if only_limit and more == "less" else "note"
        who = "it holds" if change.kind == "PersistentVolumeClaim" else "each pod asks for"
        who = "each pod may use" if only_limit else who
        yield risk(
            "capacity", level, change, f"{who} {more} {what}: {then} → {now} (`{where}`)", fields
        )


def _direction(field: Field) -> int:
    """1 where a number grows, -1 where it shrinks, 0 where nobody can tell."""
    then, now = _number(field.before), _number(field.after)
    if then is None or now is None or then == now:
        return 0
    return 1 if now > then else -1


def _number(found: Any) -> Fraction | None:
    if found is ABSENT:
        return None
    return amount(found.rstrip("%") if isinstance(found, str) else found)
