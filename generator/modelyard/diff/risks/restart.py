"""Restart: pods that run now are replaced, because what they are made from is another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.check.objects import BATCH, Manifest, mapping
from modelyard.diff.risks.case import below, listed, risk, told, value
from modelyard.diff.risks.pods import scale, start_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Pod
    from modelyard.diff.comparison import Change, Field, Risk
    from modelyard.diff.risks.case import Case

LATER = frozenset(
    ("CronJob", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "ScaledJob")
)
"""Kinds whose running pods stay; the next ones are made anew."""
SLOW = 60
"""Seconds from which on the start of a pod is worth a word."""


def find(case: Case) -> Iterator[Risk]:
    """Workloads whose template is another one."""
    for change in case.changes:
        if change.operation != "changed" or change.after is None:
            continue
        manifest = Manifest(change.after, change.file)
        touched = [
            field
            for pod in manifest.pods
            for field in below(change, _template(pod))
            if not field.same
        ]
        if not touched:
            continue
        if change.kind in LATER:
            message = f"the next run uses {_what(manifest, touched)}; what runs now is left alone"
            yield risk("behaviour", "note", change, message, touched)
        elif change.kind not in BATCH and change.kind != "Pod":
            yield risk(
                "restart", "note", change, _message(case, change, manifest, touched), touched
            )


def _template(pod: Pod) -> tuple[str | int, ...]:
    """From the place of a pod's spec to that of the whole template."""
    return pod.route[:-1] if pod.route[-1:] == ("spec",) and len(pod.route) > 1 else pod.route


def _message(case: Case, change: Change, manifest: Manifest, touched: list[Field]) -> str:
    why = _what(manifest, touched)
    if all(field.moved for field in touched):
        why = f"only the order of {why} is another one, which counts"
        return f"{_who(case, change)} replaced although {why}"
    return f"{_who(case, change)} replaced{_pace(change)}, for {why}{_start(manifest)}"


def _who(case: Case, change: Change) -> str:
    """The pods, as many as there are."""
    least, most = scale(case.after, change.after or {})
    if most is None:
        return "all its pods are"
    if least == most:
        return "its one pod is" if most == 1 else f"all {most} pods are"
    return f"all pods ({least} to {most}) are"


def _pace(change: Change) -> str:
    strategy = mapping(value(change.after, "spec", "strategy"))
    if change.kind == "StatefulSet":
        if value(change.after, "spec", "updateStrategy", "type") == "OnDelete":
            return " when somebody deletes them"
        return " one by one"
    if strategy.get("type") == "Recreate":
        return " all at once"
    rolling = mapping(strategy.get("rollingUpdate"))
    if not rolling:
        return ""
    surge, missing = (rolling.get(key, "25%") for key in ("maxSurge", "maxUnavailable"))
    return f" ({surge} more and {missing} fewer at a time)"


def _start(manifest: Manifest) -> str:
    longest = max((start_seconds(pod) for pod in manifest.pods), default=0)
    if longest < SLOW:
        return ""
    minutes, seconds = divmod(longest, 60)
    return f"; each may take {minutes}m{f'{seconds}s' if seconds else ''} to start"


def _what(manifest: Manifest, touched: list[Field]) -> str:
    """What changed in a template, shortly: `image`, `env LOG_LEVEL`."""
    ordered = sorted(touched, key=_weight)
    return listed(_short(manifest, field) for field in ordered)


def _weight(field: Field) -> int:
    """The image first, and labels last."""
    names = [step for step in field.route if isinstance(step, str)]
    return 0 if names[-1:] == ["image"] else 2 if "labels" in names or "annotations" in names else 1


def _short(manifest: Manifest, field: Field) -> str:
    names = [step for step in field.route if isinstance(step, str)]
    if names and names[-1] == "image":
        return _image(field)
    route = next(
        (_template(p) for p in manifest.pods if field.route[: len(_template(p))] == _template(p)),
        (),
    )
    depth = len(route)
    rest = field.path
    for step in route[:depth]:
        rest = rest.removeprefix(str(step)).removeprefix(".")
    return f"`{rest.removeprefix('spec.')}`"


def _image(field: Field) -> str:
    """An image by its tag, where both sides have one; never with its whole address."""
    old, new = (_tag(each) for each in (field.before, field.after))
    return f"the image {told(old)} → {told(new)}" if old and new and old != new else "another image"


def _tag(image: object) -> str:
    name = str(image).partition("@")[0].rpartition("/")[2]
    return name.rpartition(":")[2] if ":" in name else ""
