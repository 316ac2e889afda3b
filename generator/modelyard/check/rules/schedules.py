"""What runs by the clock: whether the schedule can be read, in which zone, and what runs may overlap.

Facts: kubernetes.io, CronJob; argo-workflows.readthedocs.io, Cron Workflows; keda.sh, Cron.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.cron import period, problem, unknown_zone
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.check.timing import whole
from modelyard.load.suggest import nearest
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_KINDS = ("CronJob", "CronWorkflow", "ScaledObject", "ScaledJob")


def _schedules(manifest: Manifest) -> Iterator[tuple[Route, str]]:
    """Every schedule of an object."""
    spec = manifest.spec
    places: list[tuple[Route, Any]] = [(("spec", "schedule"), spec.get("schedule"))]
    if manifest.kind == "CronWorkflow":
        found = sequence(spec.get("schedules"))
        places += [(("spec", "schedules", number), text) for number, text in enumerate(found)]
    if manifest.kind in ("ScaledObject", "ScaledJob"):
        places = [
            ((*route, key), told.get(key)) for route, told in _triggers(spec) for key in _ENDS
        ]
    for route, text in places:
        if isinstance(text, str) and "{{" not in text:
            yield route, text


_ENDS = ("start", "end")


def _triggers(spec: dict[str, Any]) -> Iterator[tuple[Route, dict[str, Any]]]:
    """The triggers of KEDA that go by the clock."""
    for number, item in enumerate(sequence(spec.get("triggers"))):
        if mapping(item).get("type") == "cron":
            yield ("spec", "triggers", number, "metadata"), mapping(mapping(item).get("metadata"))


@rule(
    "reliability/invalid-schedule",
    "error",
    rows=("R21",),
    kinds=_KINDS,
    aliases=("datree/CRONJOB_INVALID_SCHEDULE_VALUE",),
)
def invalid_schedule(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A schedule cannot be read, or never comes."""
    for route, text in _schedules(manifest):
        if manifest.kind == "CronJob" and "TZ" in text:
            yield Hit(
                route,
                "a zone in the schedule is refused by the server",
                "write it as `timeZone`, beside `schedule`",
            )
        elif manifest.kind == "CronWorkflow" and text.startswith(("TZ=", "CRON_TZ=")):
            continue
        elif found := problem(text, described=manifest.kind in ("CronJob", "CronWorkflow")):
            yield Hit(route, *found)
    for route, told in _triggers(manifest.spec) if manifest.kind in _KINDS[2:] else ():
        if told.get("start") is not None and told.get("start") == told.get("end"):
            yield Hit(
                (*route, "end"),
                "it ends when it starts: the trigger is refused",
                "write when the extra pods are no longer needed",
            )


@rule("reliability/unknown-time-zone", "error", rows=("R21",), kinds=_KINDS)
def unknown_time_zone(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A time zone does not exist, so the object is refused or never runs."""
    for route, name in _zones(manifest):
        if isinstance(name, str) and "{{" not in name and unknown_zone(name):
            yield Hit(route, f"there is no time zone `{shown(name)}`", _meant(name))
        elif name is None and len(route) > 2:
            yield Hit(
                route,
                "the trigger has no `timezone`, without which KEDA refuses it",
                "write `timezone: Etc/UTC`, or the zone that is meant",
            )


def _zones(manifest: Manifest) -> Iterator[tuple[Route, Any]]:
    """Every place for a time zone, and what stands there."""
    if manifest.kind in ("CronJob", "CronWorkflow"):
        key = "timeZone" if manifest.kind == "CronJob" else "timezone"
        yield ("spec", key), manifest.spec.get(key)
    for route, told in _triggers(manifest.spec):
        yield (*route, "timezone"), told.get("timezone")


def _meant(name: str) -> str:
    from modelyard.check.zones import known

    near = nearest(name, sorted(known()), cutoff=0.8)
    return f"did you mean `{near}`?" if near else "write one of IANA's, as `Europe/Berlin`"


@rule(
    "reliability/overlapping-runs",
    "warning",
    rows=("R24",),
    kinds=("CronJob", "CronWorkflow"),
)
def overlapping_runs(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A run starts while the one before may still be running.

    Two trainings then write the same model, and need GPUs twice. Who writes `Allow` means it, unless
    a run may take longer than until the next.
    """
    policy, limit = manifest.spec.get("concurrencyPolicy"), _limit(manifest)
    gaps = [period(text) for _, text in _schedules(manifest)]
    gap = min((found for found in gaps if found is not None), default=None)
    longer = limit is not None and gap is not None and limit[1] > gap
    if policy is None and manifest.spec:
        yield Hit(
            ("spec", "concurrencyPolicy"),
            "it says no `concurrencyPolicy`: a run starts though the last one still runs"
            + (f", which may take {limit[1]} s of {gap} s" if limit and longer else ""),
            "write `concurrencyPolicy: Forbid`, or `Replace`",
        )
    elif limit is not None and longer and policy in ("Allow", "Replace"):
        effect = (
            "it is killed by the next" if policy == "Replace" else "the next one starts beside it"
        )
        yield Hit(
            limit[0],
            f"a run may take {limit[1]} s, and the next is due after {gap} s: {effect}",
            "write `concurrencyPolicy: Forbid`, or a deadline before the next run",
        )


def _limit(manifest: Manifest) -> tuple[Route, int] | None:
    """How long a run may take, and where that is said."""
    route: Route = ("spec", "workflowSpec")
    inner = mapping(manifest.spec.get("workflowSpec"))
    if manifest.kind == "CronJob":
        route = ("spec", "jobTemplate", "spec")
        inner = mapping(mapping(manifest.spec.get("jobTemplate")).get("spec"))
    seconds = whole(inner.get("activeDeadlineSeconds"))
    return None if seconds is None else ((*route, "activeDeadlineSeconds"), seconds)
