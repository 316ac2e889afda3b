"""Network policies, and who of the platform must be let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.check.backends import backends
from modelyard.check.links import (
    NAME,
    behind,
    in_mesh,
    opens,
    pods_of,
    policies_on,
    ports_of,
    reaches,
    rules_of,
    scraped,
    service_named,
    services,
    target,
)
from modelyard.check.objects import mapping
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context


def _admitted(
    objects: Objects, pod: Pod, namespace: str, labels: dict[str, str], port: int, name: str
) -> Manifest | None:
    """The policy that keeps a caller from a port of a pod, if one does."""
    policies = policies_on(objects, pod, "Ingress")
    numbers = {port, *_service_ports(objects, pod, port, name)}
    for policy in policies:
        for found in rules_of(policy, "ingress"):
            if reaches(found.get("from"), policy.namespace, namespace, labels) and any(
                opens(found, number, (name,)) for number in numbers
            ):
                return None
    own = [policy for policy in policies if mapping(policy.spec.get("podSelector"))]
    return own[0] if own else None


def _service_ports(objects: Objects, pod: Pod, port: int, name: str) -> Iterator[int]:
    """The ports of Services that lead to a port; where one is meant, another rule says so."""
    for service in services(objects):
        if pod in pods_of(objects, service):
            for _, item in ports_of(service):
                if target(item) in (port, name) and isinstance(item.get("port"), int):
                    yield item["port"]


@rule(
    "network/scraper-blocked",
    "error",
    scope="release",
    rows=("N12", "L05"),
    needs=("environment",),
)
def scraper_blocked(objects: Objects, context: Context) -> Iterator[Hit]:
    """A NetworkPolicy keeps Prometheus from the metrics that it is told to scrape."""
    if context.environment is None:
        return
    prometheus = context.environment.monitoring.prometheus
    labels = {str(key): str(value) for key, value in prometheus.pod_labels.items()}
    told: set[tuple[int, int]] = set()
    for pod, port, name, _ in scraped(objects):
        policy = _admitted(objects, pod, str(prometheus.namespace), labels, port, name)
        if policy is not None and (id(policy), port) not in told:
            told.add((id(policy), port))
            yield Hit(
                ("spec", "ingress"),
                f"Prometheus cannot scrape port {port} of {pod.manifest.kind} "
                f"{shown(pod.manifest.name)}: no rule lets `{prometheus.namespace}` in there",
                f"add an ingress rule from `{NAME}: {prometheus.namespace}` to port {port}",
                policy,
                of_key=True,
            )


@rule(
    "network/gateway-blocked",
    "error",
    scope="release",
    rows=("N12",),
    needs=("environment",),
)
def gateway_blocked(objects: Objects, context: Context) -> Iterator[Hit]:
    """A NetworkPolicy keeps the gateway from pods that a route sends requests to."""
    if context.environment is None or context.environment.mesh is None:
        return
    gateway = context.environment.mesh.gateway
    if gateway is None:
        return
    labels = {str(key): str(value) for key, value in gateway.pod_labels.items()}
    told: set[tuple[int, int]] = set()
    for backend in backends(objects):
        if not backend.through_gateway:
            continue
        service = service_named(objects, backend.namespace, backend.service)
        if service is None:
            continue
        for pod, number, name in behind(objects, service, backend.port):
            policy = _admitted(objects, pod, str(gateway.namespace), labels, number, name)
            if policy is not None and (id(policy), number) not in told:
                told.add((id(policy), number))
                yield Hit(
                    ("spec", "ingress"),
                    f"the gateway cannot reach port {number} of {pod.manifest.kind} "
                    f"{shown(pod.manifest.name)}, and {backend.manifest.kind} "
                    f"{shown(backend.manifest.name)} sends requests there through it",
                    f"add an ingress rule from `{NAME}: {gateway.namespace}` to port {number}",
                    policy,
                    of_key=True,
                )


@rule(
    "network/control-plane-blocked",
    "error",
    scope="release",
    rows=("N12",),
    needs=("environment",),
)
def control_plane_blocked(objects: Objects, context: Context) -> Iterator[Hit]:
    """A NetworkPolicy keeps sidecars from the control plane of the mesh.

    Without it they get no certificate and no configuration, and the pods do not become ready.
    """
    if context.environment is None or context.environment.mesh is None:
        return
    plane = context.environment.mesh.control_plane
    labels = {str(key): str(value) for key, value in plane.pod_labels.items()}
    told: set[int] = set()
    for pod in objects.pods:
        if not in_mesh(pod, context):
            continue
        policies = policies_on(objects, pod, "Egress")
        rules = [(policy, found) for policy in policies for found in rules_of(policy, "egress")]
        if not rules or id(rules[0][0]) in told:
            continue
        for port in plane.ports:
            if not any(
                reaches(found.get("to"), policy.namespace, str(plane.namespace), labels)
                and opens(found, port)
                for policy, found in rules
            ):
                told.add(id(rules[0][0]))
                yield Hit(
                    ("spec", "egress"),
                    f"sidecars cannot reach the control plane: no rule opens port {port} of "
                    f"`{plane.namespace}`",
                    f"add an egress rule to `{NAME}: {plane.namespace}`, port {port}",
                    rules[0][0],
                    of_key=True,
                )
