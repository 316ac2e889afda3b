"""Backends: the Services that routes send requests to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.links import destinations, in_cluster
from modelyard.check.objects import mapping, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.findings import Route

ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")


class Backend:
    """A Service that a route sends requests to."""

    def __init__(
        self,
        manifest: Manifest,
        route: Route,
        service: str,
        namespace: str,
        port: Any,
        port_route: Route,
        *,
        through_gateway: bool,
    ) -> None:
        self.manifest = manifest
        self.route = route
        self.service = service
        self.namespace = namespace
        self.port = port
        self.port_route = port_route
        self.through_gateway = through_gateway


def backends(objects: Objects) -> Iterator[Backend]:
    """Every Service that Ingresses, routes of the Gateway API and virtual services name."""
    for manifest in objects.of("Ingress"):
        places: list[tuple[Any, Route]] = [
            (manifest.spec.get("defaultBackend"), ("spec", "defaultBackend"))
        ]
        for number, item in enumerate(sequence(manifest.spec.get("rules"))):
            paths = sequence(mapping(mapping(item).get("http")).get("paths"))
            places += [
                (
                    mapping(path).get("backend"),
                    ("spec", "rules", number, "http", "paths", place, "backend"),
                )
                for place, path in enumerate(paths)
            ]
        for backend, at in places:
            service = mapping(mapping(backend).get("service"))
            port = mapping(service.get("port"))
            key = "number" if "number" in port else "name"
            if isinstance(service.get("name"), str) and (at := (*at, "service")):
                yield Backend(
                    manifest,
                    (*at, "name"),
                    service["name"],
                    manifest.namespace,
                    port.get(key),
                    (*at, "port", key),
                    through_gateway=False,
                )
    for manifest in objects.of(*ROUTES):
        meshed = any(
            mapping(ref).get("kind") == "Service"
            for ref in sequence(manifest.spec.get("parentRefs"))
        )
        for number, item in enumerate(sequence(manifest.spec.get("rules"))):
            for place, ref in enumerate(sequence(mapping(item).get("backendRefs"))):
                ref = mapping(ref)
                at = ("spec", "rules", number, "backendRefs", place)
                if ref.get("kind", "Service") == "Service" and isinstance(ref.get("name"), str):
                    yield Backend(
                        manifest,
                        (*at, "name"),
                        ref["name"],
                        str(ref.get("namespace") or manifest.namespace),
                        ref.get("port"),
                        (*at, "port"),
                        through_gateway=not meshed,
                    )
    for manifest in objects.of("VirtualService"):
        outside = any(name != "mesh" for name in sequence(manifest.spec.get("gateways")))
        for at, destination in destinations(manifest):
            known = in_cluster(destination.get("host"), manifest.namespace)
            if known is not None:
                yield Backend(
                    manifest,
                    (*at, "host"),
                    known[0],
                    known[1],
                    mapping(destination.get("port")).get("number"),
                    (*at, "port", "number"),
                    through_gateway=outside,
                )
