"""Alerts: removed, slower, looser or quieter; and what Prometheus no longer looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping
from modelyard.diff.comparison import ABSENT
from modelyard.diff.risks.case import below, risk, told, value
from modelyard.diff.risks.queries import threshold
from modelyard.quantity import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Change, Field, Level, Risk
    from modelyard.diff.risks.case import Case
    from modelyard.findings import Route

MONITORS = ("ServiceMonitor", "PodMonitor", "Probe")
SEVERITIES = ("none", "info", "information", "notice", "warning", "error", "critical", "page")
"""From quiet to loud."""


def find(case: Case) -> Iterator[Risk]:
    """What becomes of alerts and of what they rest on."""
    for change in case.of("PrometheusRule"):
        yield from _rules(change)
    for change in case.of(*MONITORS):
        yield from _monitor(change)


def _rules(change: Change) -> Iterator[Risk]:
    if change.operation == "removed":
        names = ", ".join(f"`{name}`" for name in _alerts(change.before))
        yield risk("alerts", "warning", change, f"these alerts are removed: {names}")
    elif change.operation == "added":
        names = ", ".join(f"`{name}`" for name in _alerts(change.after))
        yield risk("alerts", "note", change, f"new alerts: {names}")
    for field in change.fields:
        found = _field(change, field)
        if found is not None:
            yield found


def _alerts(manifest: dict[str, Any] | None) -> Iterator[str]:
    for group in value(manifest, "spec", "groups", default=[]):
        for rule in mapping(group).get("rules") or []:
            yield str(mapping(rule).get("alert") or mapping(rule).get("record"))


def _field(change: Change, field: Field) -> Risk | None:
    """What a field of a PrometheusRule says about alerts, if anything."""
    route = field.route
    if route[:2] != ("spec", "groups") or field.moved:
        return None
    if len(route) in (3, 5):
        return _whole(change, field)
    manifest = change.after if field.after is not ABSENT else change.before
    rule = mapping(value(manifest, *route[:5]))
    name = rule.get("alert")
    if len(route) < 6 or not isinstance(name, str):
        return risk("alerts", "note", change, f"{told(field.path)} is another one", [field])
    return _part(change, field, name, route[5:])


def _whole(change: Change, field: Field) -> Risk:
    """A rule, or a group of them, that came or went."""
    item = field.before if field.after is ABSENT else field.after
    rules = mapping(item).get("rules") or [item]
    names = ", ".join(
        f"`{mapping(rule).get('alert') or mapping(rule).get('record')}`" for rule in rules
    )
    what = "alerts" if len(rules) > 1 else "alert"
    if any("record" in mapping(rule) for rule in rules):
        what = "rules"
    if field.after is ABSENT:
        them = "them" if len(rules) > 1 else "it"
        return risk(
            "alerts",
            "warning",
            change,
            f"{what} {names} removed: nobody is told by {them} any more",
            [field],
        )
    return risk("alerts", "note", change, f"new {what} {names}", [field])


def _part(change: Change, field: Field, name: str, route: Route) -> Risk | None:
    """A field of one alert."""
    key, about = route[0], f"alert `{name}`"
    if field.same or key == "annotations":
        return None
    if key == "expr" and isinstance(field.before, str) and isinstance(field.after, str):
        direction, words = threshold(field.before, field.after)
        level: Level = "note" if direction == "tighter" else "warning"
        return risk("alerts", level, change, f"{about} {words}", [field])
    if key in ("for", "keep_firing_for"):
        return _wait(change, field, about, key)
    if key == "labels":
        return _labels(change, field, about, route)
    return risk("alerts", "warning", change, f"{about}: `{key}` is another one", [field])


def _wait(change: Change, field: Field, about: str, key: str) -> Risk:
    then = seconds(field.before) if field.before is not ABSENT else 0
    now = seconds(field.after) if field.after is not ABSENT else 0
    words = f"{_or_zero(field.before)} → {_or_zero(field.after)}"
    longer = then is not None and now is not None and now > then
    level: Level = "warning" if longer and key == "for" else "note"
    if key == "for":
        how = f"waits {'longer' if longer else 'less long'} before it fires"
    else:
        how = "keeps firing longer" if longer else "stops firing sooner"
    return risk("alerts", level, change, f"{about} {how}: {words}", [field])


def _or_zero(found: Any) -> str:
    return "`0s`" if found is ABSENT else told(found)


def _labels(change: Change, field: Field, about: str, route: Route) -> Risk:
    words = f"{told(field.before)} → {told(field.after)}"
    if route[1:] != ("severity",):
        which = f"label `{route[1]}`" if len(route) > 1 else "labels"
        message = f"{about} may reach other people: {which} {words}"
        return risk("alerts", "warning", change, message, [field])
    then, now = _loudness(field.before), _loudness(field.after)
    louder = then is not None and now is not None and now > then
    how = (
        "is more severe"
        if louder
        else "is less severe"
        if then is not None
        else "has another severity"
    )
    return risk(
        "alerts", "note" if louder else "warning", change, f"{about} {how}: {words}", [field]
    )


def _loudness(severity: Any) -> int | None:
    text = str(severity).lower()
    return SEVERITIES.index(text) if text in SEVERITIES else None


def _monitor(change: Change) -> Iterator[Risk]:
    if change.operation == "removed":
        message = (
            "Prometheus no longer scrapes it: alerts and dashboards that rest on it fall silent"
        )
        yield risk("alerts", "warning", change, message)
    elif change.operation == "added":
        yield risk("alerts", "note", change, "Prometheus scrapes more")
    fields = [field for field in below(change, ("spec",)) if not field.same]
    if fields:
        what = ", ".join(told(field.path) for field in fields[:3])
        yield risk("alerts", "warning", change, f"Prometheus scrapes it otherwise: {what}", fields)
