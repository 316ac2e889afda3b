"""Traffic: requests go to other pods, in other shares, or are treated otherwise on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, sequence
from modelyard.diff.comparison import ABSENT
from modelyard.diff.keys import BY_LIST, named
from modelyard.diff.risks.case import below, risk, told, value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Change, Field, Risk
    from modelyard.diff.risks.case import Case

ROUTES = (
    "VirtualService", "HTTPRoute", "GRPCRoute", "Ingress", "Gateway", "DestinationRule", "ServiceEntry",
    "TrafficSplit", "Sidecar", "EnvoyFilter", "TrafficPolicy",
)  # fmt: skip
SHARES = ("canaryTrafficPercent", "traffic", "setWeight")
"""Keys of other kinds that split requests."""
WORDS = {
    "timeout": "requests are given up after another time",
    "attempts": "failed requests are sent again more or less often",
    "perTryTimeout": "each try is given another time",
    "retryOn": "other failures are tried again",
    "hosts": "it answers to other hosts",
    "host": "it is about another host",
    "gateways": "requests come in through other gateways",
    "mode": "connections are secured otherwise",
    "maxConnections": "another number of connections is allowed",
    "http1MaxPendingRequests": "another number of requests may wait",
    "http2MaxRequests": "another number of requests may run",
    "consecutiveGatewayErrors": "pods are taken out after another number of errors",
    "consecutive5xxErrors": "pods are taken out after another number of errors",
    "baseEjectionTime": "pods are taken out for another time",
    "maxEjectionPercent": "more or fewer pods may be taken out",
    "selector": "it leads to other pods",
    "targetPort": "it leads to another port of its pods",
    "port": "it is reached at another port",
    "mirror": "requests are copied to others",
    "mirrorPercentage": "another share of requests is copied",
    "subset": "requests go to another subset",
    "subsets": "its subsets are others",
    "number": "requests go to another port",
    "fault": "failures are made on purpose",
    "corsPolicy": "other web pages may call it",
    "sessionAffinity": "requests of one caller stay together, or no longer do",
    "publishNotReadyAddresses": "requests may go to pods that are not ready",
    "externalTrafficPolicy": "requests from outside take another way",
}
"""What becomes of requests, by the name of a field or of one above it; the innermost counts."""


def find(case: Case) -> Iterator[Risk]:
    """What becomes of requests."""
    for change in case.of("Service"):
        if not change.group:
            yield from _object(change)
    for change in case.of(*ROUTES):
        yield from _object(change)
    for change in case.changes:
        if change.kind not in ("Service", *ROUTES):
            yield from _shares(change)


def _object(change: Change) -> Iterator[Risk]:
    if change.operation == "removed":
        yield risk("traffic", "warning", change, "it is removed: nothing leads that way any more")
    elif change.operation == "added":
        yield risk("traffic", "note", change, f"requests can take a new way{_hosts(change.after)}")
    shared = list(_weights(change))
    yield from shared
    told_already = {path for each in shared for path in each.fields}
    for field in below(change, ("spec",)):
        if not field.same and field.path not in told_already:
            yield _field(change, field)


def _hosts(manifest: dict[str, Any] | None) -> str:
    hosts = [str(host) for host in sequence(value(manifest, "spec", "hosts"))]
    return f", to {', '.join(told(host) for host in hosts[:3])}" if hosts else ""


def _weights(change: Change) -> Iterator[Risk]:
    """The share of each destination, on both sides, route by route."""
    if change.kind not in ("VirtualService", "HTTPRoute", "GRPCRoute"):
        return
    then, now = _shares_of(change.before), _shares_of(change.after)
    for place in now:
        if place not in then or then[place] == now[place]:
            continue
        words = [
            f"`{name}` {then[place].get(name, 0):g}% → {now[place].get(name, 0):g}%"
            for name in dict.fromkeys((*now[place], *then[place]))
            if then[place].get(name, 0) != now[place].get(name, 0)
        ]
        fields = [
            field
            for field in below(change, ("spec",))
            if any(word in field.path for word in (".route", ".backendRefs", ".weight"))
        ]
        yield risk(
            "traffic", "warning", change, f"requests go elsewhere: {', '.join(words)}", fields
        )


def _shares_of(manifest: dict[str, Any] | None) -> dict[str, dict[str, float]]:
    """Percentages by destination, of every route."""
    found = {}
    spec = mapping(mapping(manifest).get("spec"))
    for protocol in ("http", "tcp", "tls", "rules"):
        for index, item in enumerate(map(mapping, sequence(spec.get(protocol)))):
            targets = [
                mapping(each) for each in sequence(item.get("route") or item.get("backendRefs"))
            ]
            weights = [each.get("weight") for each in targets]
            numbers = [
                w if isinstance(w, int) else (100 if len(targets) == 1 else 1) for w in weights
            ]
            total = sum(numbers) or 1
            shares: dict[str, float] = {}
            for each, number in zip(targets, numbers, strict=True):
                name = _destination(each)
                shares[name] = shares.get(name, 0) + round(100 * number / total, 1)
            found[f"{protocol} {item.get('name', index)}"] = shares
    return found


def _destination(target: dict[str, Any]) -> str:
    """A destination by its Service's name and subset."""
    host, *rest = BY_LIST["route"][0](target)
    return named((str(host).partition(".")[0], *rest[:1]))


def _field(change: Change, field: Field) -> Risk:
    names = [str(step) for step in field.route if isinstance(step, str)]
    words = next((WORDS[name] for name in reversed(names) if name in WORDS), "it is told otherwise")
    if field.moved:
        return risk(
            "traffic",
            "warning",
            change,
            f"its routes are tried in another order: `{field.path}`",
            [field],
        )
    message = (
        f"{words}: `{field.path.removeprefix('spec.')}` {told(field.before)} → {told(field.after)}"
    )
    level = "note" if field.before is ABSENT and names[-1] == "subsets" else "warning"
    return risk("traffic", level, change, message, [field])  # type: ignore[arg-type]


def _shares(change: Change) -> Iterator[Risk]:
    """Shares that other kinds hand out."""
    for field in change.fields:
        names = [step for step in field.route if isinstance(step, str)]
        if (
            any(name in SHARES for name in names)
            and change.operation != "added"
            and change.group != ""
        ):
            words = f"`{field.path}` {told(field.before)} → {told(field.after)}"
            yield risk(
                "traffic", "warning", change, f"requests are split otherwise: {words}", [field]
            )
