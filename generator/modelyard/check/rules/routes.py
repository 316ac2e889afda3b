"""Routes: what they claim, and where they lead to."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from modelyard.check.backends import backends
from modelyard.check.links import in_cluster, is_opaque, ports_of, service_named, services, together
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Claim, Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route


def _claims(objects: Objects, _context: Context) -> Iterator[Claim]:
    for manifest in objects.of("Ingress", "HTTPRoute", "VirtualService"):
        team = next(
            (v for k, v in manifest.labels.items() if str(k).split("/")[-1] == "team"), None
        )
        for key, said, route in _claimed(manifest):
            yield Claim(key, (said, str(team or "")), route, manifest)


def _claimed(manifest: Manifest) -> Iterator[tuple[str, str, Route]]:
    """What a route says that it answers: a key, the words for it, and its place."""
    spec = manifest.spec
    if manifest.kind == "Ingress":
        if any(str(key).endswith("/canary") for key in manifest.annotations):
            return
        group = spec.get("ingressClassName")
        for number, item in enumerate(sequence(spec.get("rules"))):
            host = str(mapping(item).get("host") or "*")
            paths = sequence(mapping(mapping(item).get("http")).get("paths"))
            for place, path in enumerate(paths):
                at = ("spec", "rules", number, "http", "paths", place)
                found = str(mapping(path).get("path") or "/")
                kind = mapping(path).get("pathType")
                where: Route = (*at, "path") if "path" in mapping(path) else at
                yield f"ingress {group} {host} {found} {kind}", f"{host}{found}", where
    elif manifest.kind == "HTTPRoute":
        parents = sorted(
            f"{mapping(p).get('namespace', manifest.namespace)}/{mapping(p).get('name')}"
            f"/{mapping(p).get('sectionName')}/{mapping(p).get('port')}"
            for p in sequence(spec.get("parentRefs"))
        )
        hosts = [host for host in sequence(spec.get("hostnames")) if isinstance(host, str)]
        for number, item in enumerate(sequence(spec.get("rules"))):
            for place, match in enumerate(sequence(mapping(item).get("matches"))):
                match = mapping(match)
                path = mapping(match.get("path"))
                if set(match) == {"path"} and parents:
                    where = ("spec", "rules", number, "matches", place, "path", "value")
                    for host in hosts:
                        key = f"{parents} {host} {path.get('type')} {path.get('value')}"
                        yield key, f"{host}{path.get('value')}", where
    else:
        gateways = sequence(spec.get("gateways")) or ["mesh"]
        for place, host in enumerate(sequence(spec.get("hosts"))):
            known = in_cluster(host, manifest.namespace)
            if "mesh" in gateways and known and not mapping(spec).get("exportTo"):
                yield f"mesh {known}", f"{host}", ("spec", "hosts", place)


@rule(
    "network/claimed-twice",
    "error",
    scope="environment",
    rows=("N05", "M06"),
    aliases=(
        "gatekeeper/uniqueingresshost",
        "kyverno/unique-ingress-host-and-path",
        "kyverno/restrict-ingress-host",
        "istioctl/IST0109",
    ),
    gather=_claims,
)
def claimed_twice(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """Two routes answer the same host and path."""
    by_key: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_key[claim.key].append(claim)
    for found in by_key.values():
        first = found[0]
        for claim in found[1:]:
            said, team = claim.value
            other = f"{first.manifest.kind} {shown(first.manifest.name)}"
            whose = first.value[1]
            of_team = f" of team {shown(whose)}" if whose and whose != team else ""
            yield Hit(
                claim.route,
                f"`{shown(said)}` is already answered by {other}{of_team}",
                f"choose another host or path, or remove it from {other}",
                claim.manifest,
            )


@rule(
    "network/unknown-backend",
    "error",
    scope="release",
    rows=("N16", "L05"),
    aliases=(
        "kube-linter/dangling-ingress",
        "kube-score/ingress-targets-service",
        "istioctl/IST0101",
    ),
)
def unknown_backend(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A route leads to a Service, or a port of it, that does not exist.

    Asked where the objects hold the Services of that namespace; others may be kept elsewhere.
    """
    for backend in backends(objects):
        near = [s for s in services(objects) if together(s.namespace, backend.namespace)]
        service = service_named(objects, backend.namespace, backend.service)
        if service is None:
            if near and not is_opaque(objects, backend.namespace):
                names = ", ".join(f"`{shown(found.name)}`" for found in near[:4])
                yield Hit(
                    backend.route,
                    f"there is no Service `{shown(backend.service)}` here",
                    f"write the name of one that there is: {names}",
                    backend.manifest,
                )
            continue
        ports = [port for _, port in ports_of(service)]
        if backend.port is None or not ports:
            continue
        if not any(backend.port in (port.get("port"), port.get("name")) for port in ports):
            have = ", ".join(f"`{shown(str(port.get('port')))}`" for port in ports)
            yield Hit(
                backend.port_route,
                f"Service {shown(service.name)} has no port {shown(str(backend.port))}",
                f"write a port of it: {have}",
                backend.manifest,
            )
