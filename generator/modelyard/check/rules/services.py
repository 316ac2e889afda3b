"""Services: what they lead to, and what their ports are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.links import (
    declared,
    is_opaque,
    pods_in,
    pods_of,
    ports_of,
    selects_none,
    services,
    target,
    written,
)
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?")
_PROTOCOLS = (
    "http", "http2", "https", "grpc", "grpc-web", "tcp", "tls", "mongo", "mysql", "redis", "udp",
)  # fmt: skip


@rule(
    "network/service-selects-nothing",
    "error",
    scope="release",
    rows=("N01",),
    aliases=("kube-linter/dangling-service", "kube-score/service-targets-pod"),
    follows=("reliability/selector-mismatch",),
)
def service_selects_nothing(objects: Objects, _context: Context) -> Iterator[Hit]:
    """The selector of a Service matches no pod."""
    for service in services(objects):
        selector = written(service.spec.get("selector"))
        pods = pods_in(objects, service.namespace)
        if selector and pods and not is_opaque(objects, service.namespace):
            hit = selects_none(service, ("spec", "selector"), selector, pods)
            if hit is not None:
                yield hit


@rule(
    "network/unknown-target-port",
    "error",
    scope="release",
    rows=("N02", "L05"),
)
def unknown_target_port(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A Service sends requests to a port that its pods do not have."""
    for service in services(objects):
        pods = pods_of(objects, service)
        known = [declared(pod) for pod in pods]
        if not known or not all(known) or is_opaque(objects, service.namespace):
            continue
        names = sorted({name for ports in known for name in ports})
        for index, port in ports_of(service):
            wanted = target(port)
            key = "targetPort" if "targetPort" in port else "port"
            if isinstance(wanted, bool) or not isinstance(wanted, int | str):
                continue
            if isinstance(wanted, str) and not _PORT_NAME.fullmatch(wanted):
                continue
            if not any(_leads(wanted, ports) for ports in known):
                have = ", ".join(_port_said(name, known) for name in names[:6])
                yield Hit(
                    ("spec", "ports", index, key),
                    f"the pods have no port {shown(str(wanted))}; they have {have}",
                    f"write `targetPort: {names[0]}`" if len(names) == 1 else "name one of them",
                    service,
                )


def _leads(wanted: int | str, ports: dict[str, int]) -> bool:
    return wanted in ports if isinstance(wanted, str) else wanted in ports.values()


def _port_said(name: str, known: list[dict[str, int]]) -> str:
    number = next(ports[name] for ports in known if name in ports)
    return f"`{shown(name)}` ({number})" if name != str(number) else f"`{number}`"


@rule(
    "network/port-name",
    "error",
    rows=("N03",),
    aliases=("kube-linter/invalid-target-ports",),
)
def port_name(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """The name of a port is not one that Kubernetes takes.

    A container's port and a `targetPort` have a name as RFC 6335 says: at most 15 letters of a-z,
    digits and single hyphens, a letter among them. A Service's port has a DNS label.
    """
    for pod in manifest.pods:
        for container in pod.containers:
            for index, port in enumerate(sequence(container.value.get("ports"))):
                name = mapping(port).get("name")
                if isinstance(name, str) and name and not _PORT_NAME.fullmatch(name):
                    yield _port_name(name, (*container.route, "ports", index, "name"))
    if manifest.kind != "Service" or manifest.group:
        return
    ports = list(ports_of(manifest))
    for index, port in ports:
        name, wanted = port.get("name"), port.get("targetPort")
        if isinstance(name, str) and name and not _LABEL.fullmatch(name):
            yield Hit(
                ("spec", "ports", index, "name"),
                f"`{shown(name)}` is not a name for a port of a Service",
                f"write `{_simple(name, 63)}`: at most 63 of a-z, 0-9 and `-`",
            )
        elif name is None and len(ports) > 1:
            yield Hit(
                ("spec", "ports", index),
                "a Service with several ports names each of them, and this one has no name",
                "write a `name`, as `http`",
            )
        if isinstance(wanted, str) and wanted and not _PORT_NAME.fullmatch(wanted):
            yield _port_name(wanted, ("spec", "ports", index, "targetPort"))


def _port_name(name: str, route: Route) -> Hit:
    if name.isdigit():
        return Hit(route, f'"{name}" is a text, and no name either', f"write {name} without quotes")
    why = f"{len(name)} characters, of at most 15" if len(name) > 15 else "not a-z, 0-9 and `-`"
    return Hit(
        route,
        f"`{shown(name)}` is not a name for a port: {why}",
        f"write `{_simple(name, 15)}`, here and wherever it is referred to",
    )


def _simple(name: str, longest: int) -> str:
    found = re.sub(r"[^a-z0-9]+", "-", name.lower())[:longest].strip("-")
    return found or "http"


@rule(
    "network/unnamed-protocol",
    "error",
    kinds=("Service",),
    rows=("N04",),
    aliases=("istioctl/IST0118",),
    needs=("environment",),
)
def unnamed_protocol(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """The mesh has to guess the protocol of a port.

    Istio reads it from `appProtocol`, or from the name up to its first hyphen (istio.io, Protocol
    Selection).
    """
    environment = context.environment
    if environment is None or environment.mesh is None or manifest.group:
        return
    if not mapping(manifest.spec.get("selector")):
        return
    for index, port in ports_of(manifest):
        name = str(port.get("name") or "")
        if port.get("appProtocol") or port.get("protocol", "TCP") != "TCP":
            continue
        if not any(name == known or name.startswith(f"{known}-") for known in _PROTOCOLS):
            where: Route = ("spec", "ports", index, *(("name",) if name else ()))
            yield Hit(
                where,
                f"the mesh has to guess what is spoken on port {shown(name or str(port.get('port')))}",
                "add `appProtocol: http` (or `grpc`, `tcp`), or begin the name with it: `http-…`",
            )


@rule(
    "network/same-selector",
    "warning",
    scope="release",
    rows=("N17",),
    aliases=("gatekeeper/uniqueserviceselector", "kyverno/require-unique-service-selector"),
)
def same_selector(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Two Services lead to the same ports of the same pods.

    A headless one beside another is usual, and a Rollout's controller tells its Services apart.
    """
    paired = {
        str(name)
        for rollout in objects.of("Rollout")
        for strategy in mapping(rollout.spec.get("strategy")).values()
        for name in mapping(strategy).values()
        if isinstance(name, str)
    }
    first: dict[tuple[Any, ...], Manifest] = {}
    for service in services(objects):
        selector = mapping(service.spec.get("selector"))
        headless = service.spec.get("clusterIP") == "None"
        if not selector or service.name in paired:
            continue
        ports = tuple(sorted(str(target(port)) for _, port in ports_of(service)))
        labels = tuple(sorted((str(key), str(value)) for key, value in selector.items()))
        kind = str(service.spec.get("type", "ClusterIP"))
        key = (service.namespace, headless, kind, labels, ports)
        if key in first and first[key].name != service.name:
            yield Hit(
                ("spec", "selector"),
                f"Service {shown(first[key].name)} leads to the same ports of the same pods",
                "remove one of them, or add the label that tells their pods apart",
                service,
            )
        first.setdefault(key, service)
