"""Istio: hosts and paths of virtual services."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.links import destinations
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest
    from modelyard.check.rule import Context
    from modelyard.findings import Route


@rule(
    "mesh/unqualified-host", "warning", rows=("Z13",), kinds=("VirtualService", "DestinationRule")
)
def unqualified_host(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A host without its namespace means another Service wherever the object is copied to.

    Istio advises fully qualified names (istio.io, Virtual Service, hosts).
    """
    places: list[tuple[Route, Any]] = [(("spec", "host"), manifest.spec.get("host"))]
    if manifest.kind == "VirtualService":
        places = [
            (("spec", "hosts", n), h) for n, h in enumerate(sequence(manifest.spec.get("hosts")))
        ]
        places += [((*route, "host"), found.get("host")) for route, found in destinations(manifest)]
    namespace = shown(manifest.namespace or "<namespace>")
    told: set[str] = set()
    for route, host in places:
        if isinstance(host, str) and re.fullmatch(r"[a-z0-9-]+", host) and host not in told:
            told.add(host)
            yield Hit(
                route,
                f"`{host}` is the Service of whatever namespace this object is in, and another one in"
                " each copy",
                f"write `{host}.{namespace}.svc.cluster.local`",
            )


@rule(
    "mesh/wildcard-host",
    "error",
    rows=("Z13",),
    kinds=("VirtualService",),
    aliases=("kyverno/restrict-virtual-service-wildcard",),
)
def wildcard_host(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A VirtualService answers for every host."""
    for index, host in enumerate(sequence(manifest.spec.get("hosts"))):
        if host == "*":
            yield Hit(
                ("spec", "hosts", index),
                "every host that reaches the gateway is answered here, those of other teams too",
                "write the host that is meant",
            )


@rule(
    "mesh/unreachable-route",
    "warning",
    rows=("Z13",),
    kinds=("VirtualService",),
    aliases=("istioctl/IST0130", "istioctl/IST0131"),
)
def unreachable_route(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A route of a VirtualService never gets a request: one before it takes them all."""
    taken: list[tuple[int, Any]] = []
    for number, item in enumerate(sequence(manifest.spec.get("http"))):
        if not isinstance(item, dict):
            continue
        matched = sequence(item.get("match")) or [{}]
        before = [next((n for n, t in taken if _covers(t, match)), None) for match in matched]
        found = [n for n in before if n is not None]
        if len(found) == len(matched):
            yield Hit(
                ("spec", "http", number),
                f"no request comes here: route {found[0] + 1} of the list takes them before",
                "move it before that route, or remove it",
            )
        taken += [(number, match) for match in matched]


def _covers(one: Any, other: Any) -> bool:
    """Whether a match takes all that another one does."""
    one, other = mapping(one), mapping(other)
    plain = {key: value for key, value in one.items() if key != "name"}
    if not plain:
        return True
    if plain == {key: value for key, value in other.items() if key != "name"}:
        return True
    prefix = mapping(plain.get("uri")).get("prefix")
    uri = mapping(other.get("uri"))
    path = uri.get("prefix", uri.get("exact"))
    return (
        set(plain) == {"uri"}
        and isinstance(prefix, str)
        and isinstance(path, str)
        and path.startswith(prefix)
    )
