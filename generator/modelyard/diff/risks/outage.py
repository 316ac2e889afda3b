"""Outage: the model stops, or stands still for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.links import pods_of, services
from modelyard.check.objects import Manifest, mapping
from modelyard.diff.risks.case import below, risk, told, value
from modelyard.diff.risks.pods import (
    RUNS,
    SERVERS,
    autoscaler,
    counted,
    scale,
    start_seconds,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Change, Risk
    from modelyard.diff.risks.case import Case


def find(case: Case) -> Iterator[Risk]:
    """What keeps a model from answering."""
    for change in case.of(*RUNS):
        if change.operation in ("removed", "replaced"):
            yield _removed(case, change)
    for change in case.of(*SERVERS):
        if change.operation == "changed":
            yield from _handover(case, change)
            yield from _none_left(case, change)
            yield from _all_at_once(case, change)
    for change in case.changes:
        yield from _suspended(change)
    yield from _nobody_behind(case)


def _removed(case: Case, change: Change) -> Risk:
    pods = counted(*scale(case.before, change.before or {}))
    if _is_one_of_several(case, change):
        return risk(
            "capacity", "note", change, f"it is removed with {pods}; others of the model stay"
        )
    if change.operation == "replaced":
        old = told(value(change.before, "metadata", "name"))
        message = f"{old} is removed with {pods} while this one starts"
        return risk("outage", "warning", change, message)
    return risk("outage", "warning", change, f"the model stops: it is removed with {pods}")


def _is_one_of_several(case: Case, change: Change) -> bool:
    """Whether other pods stay behind the same name, as those beside a canary."""
    name = "app.kubernetes.io/name"
    model = value(change.before, "metadata", "labels", name)
    return any(
        pod.labels.get(name) == model and pod.manifest.kind in RUNS for pod in case.after.pods
    )


def _handover(case: Case, change: Change) -> Iterator[Risk]:
    """An autoscaler that comes while `replicas` goes."""
    before, after = change.before or {}, change.after or {}
    then = whole(value(before, "spec", "replicas"), 0)
    if then < 2 or value(after, "spec", "replicas") is not None:
        return
    if autoscaler(case.before, before) is not None or autoscaler(case.after, after) is None:
        return
    message = (
        f"`replicas: {then}` goes while an autoscaler comes: Kubernetes takes missing `replicas` for 1,"
        f" so {then - 1} of {then} pods are stopped, until the autoscaler has counted and they have started anew"
    )
    help_ = (
        f"take two steps: first write `handover: {then}` under `autoscaling`, merge it and let it sync;"
        " then take `handover` out again"
    )
    yield risk("outage", "error", change, message, below(change, ("spec", "replicas")), help_)


def _none_left(case: Case, change: Change) -> Iterator[Risk]:
    least, most = scale(case.before, change.before or {})
    _, now = scale(case.after, change.after or {})
    if now == 0 and most != 0:
        message = f"no pod is left of {counted(least, most)}"
        yield risk("outage", "warning", change, message, below(change, ("spec", "replicas")))


def _all_at_once(case: Case, change: Change) -> Iterator[Risk]:
    """Rollouts that leave no pod: this one, and those to come."""
    after = change.after or {}
    why = _nothing_between(case, after)
    if why is None:
        return
    manifest = Manifest(after, change.file)
    replaced = [
        field for pod in manifest.pods for field in below(change, pod.route[:-1]) if not field.same
    ]
    told_before = _nothing_between(case, change.before or {})
    if replaced:
        wait = max((start_seconds(pod) for pod in manifest.pods), default=0)
        minutes, seconds = divmod(wait, 60)
        long = (
            f", for up to {f'{minutes}m' if minutes else ''}{f'{seconds}s' if seconds else ''}"
            if wait
            else ""
        )
        message = f"while its pods are replaced nobody answers{long}: {why}"
        yield risk("outage", "warning", change, message, replaced)
    elif told_before is None:
        fields = below(change, ("spec", "strategy"), ("spec", "replicas"))
        yield risk(
            "outage", "warning", change, f"each rollout will leave nobody to answer: {why}", fields
        )


def _nothing_between(case: Case, workload: dict[str, Any]) -> str | None:
    """Why a rollout of a workload leaves no pod, if it does."""
    strategy = mapping(value(workload, "spec", "strategy"))
    if strategy.get("type") == "Recreate":
        return "all old pods stop before a new one starts (`Recreate`)"
    rolling = mapping(strategy.get("rollingUpdate"))
    missing = rolling.get("maxUnavailable", "25%")
    least, most = scale(case.after, workload)
    away = _of(missing, least)
    if most == 0 or least == 0 or away < least:
        return None
    pods = "its only pod" if least == 1 else f"all {least} pods"
    when = "" if least == most else " at minimum scale"
    return f"{pods}{when} may be away at once (`maxUnavailable: {missing}`)"


def _of(share: Any, count: int) -> int:
    """A number of pods, or a percentage of them, rounded down as `maxUnavailable` is."""
    text = str(share)
    if text.endswith("%") and text[:-1].isdecimal():
        return int(text[:-1]) * count // 100
    return int(text) if text.isdecimal() else 0


def _suspended(change: Change) -> Iterator[Risk]:
    for field in change.fields:
        if field.route and field.route[-1] in ("suspend", "paused") and field.after is True:
            yield risk("outage", "warning", change, f"it is halted: `{field.path}`", [field])


def _nobody_behind(case: Case) -> Iterator[Risk]:
    """Services that had pods of the model behind them, and have none now."""
    gone = {service.name for service in services(case.before) if pods_of(case.before, service)}
    for service in services(case.after):
        if service.name not in gone or pods_of(case.after, service):
            continue
        for change in case.changes:
            if change.ref.name == service.name and change.kind == "Service":
                break
        else:
            change = next(iter(case.of(*RUNS)), case.changes[0])
        message = f"no pod is behind the Service {told(service.name)} any more: its requests fail"
        fields = below(change, ("spec", "selector"), ("spec", "template", "metadata", "labels"))
        yield risk("outage", "error", change, message, fields)
