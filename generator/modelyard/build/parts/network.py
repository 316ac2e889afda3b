"""Network peers: who may connect to a model, and where it may connect to.

Because rules of a NetworkPolicy match pods after the Service's port is translated, every port here
is a port of pods. Facts: kubernetes.io/docs/concepts/services-networking/network-policies and
istio.io/latest/docs/ops/deployment/application-requirements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.build.manifest import plain
from modelyard.build.parts import labels
from modelyard.spec.values import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelyard.plan import Plan
    from modelyard.spec.environment import Endpoint, Workload
    from modelyard.spec.model import Caller, Egress

ENVOY_METRICS = 15090


def pods(namespace: str, pod_labels: Mapping[Any, str] | None) -> dict[str, Any]:
    """Pods of a namespace: both selectors in ONE peer, because two peers would be either-or."""
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": plain(pod_labels)} if pod_labels else None,
    }


def workload(found: Workload) -> dict[str, Any]:
    """Pods of the platform."""
    return pods(found.namespace, found.pod_labels)


def tcp(ports: Iterable[int]) -> list[dict[str, Any]]:
    """TCP ports."""
    return [{"protocol": "TCP", "port": port} for port in ports]


def caller(plan: Plan, found: Caller) -> dict[str, Any]:
    """The pods of a caller."""
    if found.model is not None:
        return {"podSelector": {"matchLabels": labels.selector(found.model, labels.SERVER)}}
    if found.gateway:
        mesh = plan.environment.spec.mesh
        assert mesh is not None
        assert mesh.gateway is not None
        return workload(mesh.gateway)
    return pods(str(found.namespace), found.pod_labels)


def dns(plan: Plan) -> dict[str, Any]:
    """The cluster's DNS, over both protocols: long answers come over TCP."""
    return {
        "to": [workload(plan.environment.spec.dns)],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
    }


def control_plane(plan: Plan) -> dict[str, Any] | None:
    """Where sidecars get their configuration."""
    mesh = plan.environment.spec.mesh
    if mesh is None:
        return None
    return {"to": [workload(mesh.control_plane)], "ports": tcp(mesh.control_plane.ports)}


def egress(plan: Plan, found: Egress) -> dict[str, Any]:
    """One declared egress."""
    if found.endpoint is not None:
        return endpoint(declared(plan, found.endpoint))
    if found.model is not None:
        peer = {"podSelector": {"matchLabels": labels.selector(found.model, labels.SERVER)}}
        return {"to": [peer]}
    assert found.port is not None
    if found.cidr is not None:
        return {"to": [{"ipBlock": {"cidr": found.cidr}}], "ports": tcp([found.port])}
    return {"to": [pods(str(found.namespace), found.pod_labels)], "ports": tcp([found.port])}


def endpoint(found: Endpoint) -> dict[str, Any]:
    """A service that the environment declares."""
    if found.cidrs is not None:
        peers = [{"ipBlock": {"cidr": cidr}} for cidr in found.cidrs]
    else:
        peers = [pods(str(found.namespace), found.pod_labels)]
    return {"to": peers, "ports": tcp(found.ports)}


def artifact_stores(plan: Plan) -> list[dict[str, Any]]:
    """Where the weights of the release, and of a canary, are fetched from."""
    artifacts, canary = plan.environment.spec.artifacts, plan.model.canary
    releases = [plan.model.release, *([canary.built] if canary else [])]
    if artifacts is None:
        return []
    schemes = dict.fromkeys(release.artifact.uri.scheme for release in releases if release.artifact)
    endpoints = dict.fromkeys(artifacts.stores[scheme].endpoint for scheme in schemes)
    return [endpoint(declared(plan, name)) for name in endpoints]


def declared(plan: Plan, name: str) -> Endpoint:
    """An endpoint of the environment; raises `KeyError` where it declares none of that name."""
    return (plan.environment.spec.endpoints or {})[Name(name)]
