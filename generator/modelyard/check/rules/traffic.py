"""Traffic: how requests are shared out, mirrored and repeated."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from modelyard.check.backends import ROUTES
from modelyard.check.links import destinations, in_cluster, service_named
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route


def _weights(items: Iterable[Any]) -> list[int | None]:
    found = [mapping(item).get("weight") for item in items]
    return [w if isinstance(w, int) and not isinstance(w, bool) else None for w in found]


def _splits(manifest: Manifest) -> Iterator[tuple[Route, list[int | None], str]]:
    """The weighted lists of a route, with what a missing weight means there."""
    if manifest.kind == "VirtualService":
        for protocol in ("http", "tcp", "tls"):
            for number, item in enumerate(sequence(manifest.spec.get(protocol))):
                items = sequence(mapping(item).get("route"))
                yield ("spec", protocol, number, "route"), _weights(items), "none of the traffic"
    else:
        for number, item in enumerate(sequence(manifest.spec.get("rules"))):
            items = sequence(mapping(item).get("backendRefs"))
            yield ("spec", "rules", number, "backendRefs"), _weights(items), "a weight of 1"


@rule(
    "network/traffic-weights", "error", rows=("N18",), kinds=("VirtualService", *ROUTES, "Rollout")
)
def traffic_weights(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """The weights of a route cannot mean what was meant.

    They are relative to their sum: 9 and 1 are as good as 90 and 10, but 90 and 15 are neither
    shares of ten nor percent (istio.io, HTTPRouteDestination; gateway-api.sigs.k8s.io, BackendRef).
    """
    if manifest.kind == "Rollout":
        yield from _steps(manifest)
        return
    for route, weights, means in _splits(manifest):
        known = [weight for weight in weights if weight is not None]
        if len(weights) < 2 or not known:
            continue
        total = sum(known)
        if len(known) < len(weights):
            place = weights.index(None)
            yield Hit(
                (*route, place),
                f"no weight, which is {means}, beside weights of {_said(known)}",
                f"write `weight: {max(0, 100 - total)}`",
            )
        elif total == 0:
            yield Hit((*route, 0, "weight"), "all weights are 0", "write `weight: 100` for one")
        elif 50 < total < 200 and total not in (100, 101):
            yield Hit(
                (*route, len(weights) - 1, "weight"),
                f"the weights {_said(known)} make {total}, so they are no percent: "
                f"this one gets {known[-1] * 100 / total:.1f}%",
                f"write weights that make 100, as `weight: {max(0, 100 - total + known[-1])}` here",
            )


def _said(weights: list[int]) -> str:
    return " and ".join(str(weight) for weight in weights)


def _steps(manifest: Manifest) -> Iterator[Hit]:
    canary = mapping(mapping(manifest.spec.get("strategy")).get("canary"))
    most = mapping(canary.get("trafficRouting")).get("maxTrafficWeight", 100)
    last = -1
    for number, step in enumerate(sequence(canary.get("steps"))):
        weight = mapping(step).get("setWeight")
        if not isinstance(weight, int) or isinstance(weight, bool) or not isinstance(most, int):
            continue
        route = ("spec", "strategy", "canary", "steps", number, "setWeight")
        if not 0 <= weight <= most:
            yield Hit(route, f"{weight} is not between 0 and {most}", f"write at most {most}")
        elif weight < last:
            yield Hit(
                route,
                f"the canary gets less again: {weight} after {last}",
                f"write the steps in rising order, each above {last} after it",
            )
        last = weight


@rule(
    "network/unknown-subset",
    "error",
    scope="release",
    rows=("N18",),
    aliases=("istioctl/IST0101",),
)
def unknown_subset(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A route leads to a subset that no DestinationRule defines."""
    subsets: dict[tuple[str, str], set[str]] = defaultdict(set)
    for found in objects.of("DestinationRule"):
        host = in_cluster(found.spec.get("host"), found.namespace)
        if host is not None:
            names = sequence(found.spec.get("subsets"))
            subsets[host] |= {str(mapping(subset).get("name")) for subset in names}
    for manifest in objects.of("VirtualService"):
        for route, destination in destinations(manifest):
            subset = destination.get("subset")
            host = in_cluster(destination.get("host"), manifest.namespace)
            if not isinstance(subset, str) or host is None:
                continue
            known = host in subsets or service_named(objects, host[1], host[0]) is not None
            if known and subset not in subsets.get(host, ()):
                have = ", ".join(f"`{shown(name)}`" for name in sorted(subsets.get(host, ())))
                yield Hit(
                    (*route, "subset"),
                    f"no DestinationRule for {shown(host[0])} has a subset `{shown(subset)}`: "
                    "requests get a 503",
                    f"write one that there is: {have}" if have else "add it to a DestinationRule",
                    manifest,
                )


@rule("network/mirror-to-itself", "error", rows=("N18",), kinds=("VirtualService",))
def mirror_to_itself(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A route mirrors requests to where it sends them: each is answered twice."""
    for number, item in enumerate(sequence(manifest.spec.get("http"))):
        item = mapping(item)
        sent = [
            _place(mapping(mapping(found).get("destination")), manifest)
            for found in sequence(item.get("route"))
        ]
        mirrors: list[tuple[Route, Any]] = [(("mirror",), item.get("mirror"))]
        mirrors += [
            (("mirrors", place, "destination"), mapping(found).get("destination"))
            for place, found in enumerate(sequence(item.get("mirrors")))
        ]
        for route, mirror in mirrors:
            if isinstance(mirror, dict) and "host" in mirror and _place(mirror, manifest) in sent:
                yield Hit(
                    ("spec", "http", number, *route, "host"),
                    "the requests are sent there already: each would be answered twice",
                    "mirror to the shadow's Service or subset",
                )


def _place(destination: dict[str, Any], manifest: Manifest) -> tuple[str, ...]:
    host = destination.get("host")
    known = in_cluster(host, manifest.namespace) or (str(host), "")
    port = mapping(destination.get("port")).get("number")
    return (*known, str(destination.get("subset")), str(port))


_REPEATS = frozenset(("5xx", "reset", "retriable-status-codes", "deadline-exceeded", "internal"))


@rule("network/repeated-inference", "warning", rows=("N19",), kinds=("VirtualService",))
def repeated_inference(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A route repeats requests that the model may have worked on, or can never repeat them.

    On `5xx`, `reset` and the like a request may have been computed; under load, repeating it makes
    the load worse (Envoy, Router, x-envoy-retry-on).
    """
    for number, item in enumerate(sequence(manifest.spec.get("http"))):
        item = mapping(item)
        retries = mapping(item.get("retries"))
        attempts = retries.get("attempts")
        if not isinstance(attempts, int) or attempts < 1:
            continue
        route = ("spec", "http", number, "retries")
        on = retries.get("retryOn")
        bad = (
            [word.strip() for word in on.split(",") if word.strip() in _REPEATS]
            if isinstance(on, str)
            else []
        )
        if bad and not _reads(item):
            yield Hit(
                (*route, "retryOn"),
                f"on `{shown(bad[0])}` the model may have worked already: each repetition is "
                "another inference, just when it is slow",
                "write `retryOn: connect-failure,refused-stream`",
            )
        each, whole = _seconds(retries.get("perTryTimeout")), _seconds(item.get("timeout"))
        if each is not None and whole and each >= whole:
            yield Hit(
                (*route, "perTryTimeout"),
                f"a try may take {shown(str(retries['perTryTimeout']))}, and all tries together "
                f"{shown(str(item['timeout']))}: there is never a second one",
                f"write less than {shown(str(item['timeout']))} divided by the tries",
            )


def _reads(item: dict[str, Any]) -> bool:
    """Whether a route is for requests that change and cost nothing."""
    found = [mapping(match).get("method") for match in sequence(item.get("match"))]
    return bool(found) and all(mapping(one).get("exact") in ("GET", "HEAD") for one in found)


_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")


def _seconds(value: Any) -> float | None:
    """A duration as Go writes it, in seconds."""
    if not isinstance(value, str):
        return None
    parts = _DURATION.findall(value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        return None
    scale = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    return sum(float(number) * scale[unit] for number, unit in parts)
