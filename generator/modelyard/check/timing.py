"""How long things take: until a probe gives up, until a pod is killed, until a caller does.

Facts: kubernetes.io, Configure Liveness, Readiness and Startup Probes; Pod Lifecycle, Termination of Pods;
istio.io, HTTPRoute (`timeout`); gateway-api.sigs.k8s.io, HTTPRouteTimeouts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.check.links import destinations, in_cluster
from modelyard.check.objects import mapping, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container, Manifest, Objects, Pod
    from modelyard.findings import Route

GRACE = 30
"""Seconds that a pod has to end, where it does not say."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SLEEP = re.compile(r"\bsleep[\s\",]+(\d{1,6}(?:\.\d{1,3})?)([smh]?)\b")


def whole(value: Any, default: int | None = None) -> int | None:
    """A whole number; the default where nothing is written, and nothing for anything else."""
    if value is None:
        return default
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def patience(probe: Any) -> int | None:
    """The seconds after which a probe that never succeeds has failed for good."""
    if not isinstance(probe, dict):
        return None
    delay = whole(probe.get("initialDelaySeconds"), 0)
    period = whole(probe.get("periodSeconds") or None, 10)
    failures = whole(probe.get("failureThreshold") or None, 3)
    if delay is None or period is None or failures is None:
        return None
    return delay + period * failures


def duration(text: Any) -> float | None:
    """The seconds of a duration as Go writes it: `2m30s`, `500ms`; nothing for none at all."""
    if not isinstance(text, str):
        return None
    if re.fullmatch(r"(\d{1,9}(\.\d{1,9})?(ms|s|m|h))+", text) is None:
        return None
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    return sum(float(number) * _UNITS[unit] for number, unit in parts) or None


def grace(pod: Pod) -> int | None:
    """The seconds between a pod's being told to end and its being killed."""
    return whole(pod.spec.get("terminationGracePeriodSeconds"), GRACE)


def pre_stop(container: Container) -> float:
    """The seconds that a container sleeps before it is told to end."""
    hook = mapping(mapping(container.value.get("lifecycle")).get("preStop"))
    told = whole(mapping(hook.get("sleep")).get("seconds"))
    if told is not None:
        return float(told)
    words = sequence(mapping(hook.get("exec")).get("command"))
    text = " ".join(word for word in words if isinstance(word, str))
    return sum(float(number) * _UNITS[unit or "s"] for number, unit in _SLEEP.findall(text))


@dataclass(frozen=True, slots=True)
class Timeout:
    """How long callers of a Service wait for an answer, and where it says so."""

    namespace: str
    service: str
    seconds: float
    manifest: Manifest
    route: Route


def timeouts(objects: Objects) -> Iterator[Timeout]:
    """The timeouts of routes, for each Service that they lead to."""
    for manifest in objects.of("VirtualService"):
        http = sequence(manifest.spec.get("http"))
        for route, destination in destinations(manifest):
            number = route[2]
            if route[1] != "http" or not isinstance(number, int) or "mirror" in str(route[3]):
                continue
            seconds = duration(mapping(http[number]).get("timeout"))
            known = in_cluster(destination.get("host"), manifest.namespace)
            if seconds is not None and known is not None:
                yield Timeout(known[1], known[0], seconds, manifest, (*route[:3], "timeout"))
    for manifest in objects.of("HTTPRoute"):
        for number, item in enumerate(sequence(manifest.spec.get("rules"))):
            seconds = duration(mapping(mapping(item).get("timeouts")).get("request"))
            for ref in sequence(mapping(item).get("backendRefs")) if seconds is not None else ():
                name, namespace = mapping(ref).get("name"), mapping(ref).get("namespace")
                if isinstance(name, str) and seconds is not None:
                    yield Timeout(
                        str(namespace or manifest.namespace),
                        name,
                        seconds,
                        manifest,
                        ("spec", "rules", number, "timeouts", "request"),
                    )
