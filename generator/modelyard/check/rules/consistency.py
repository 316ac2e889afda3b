"""What several objects say of one model: its release, its tracks, its address, its ports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.links import (
    SIDECAR_PORTS,
    declared,
    destinations,
    in_cluster,
    is_opaque,
    pods_in,
    pods_of,
    ports_of,
    service_named,
    services,
    together,
)
from modelyard.check.objects import mapping, matches, selects, sequence
from modelyard.check.rule import Claim, Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container, Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_VERSION = "app.kubernetes.io/version"
_NUMBERED = re.compile(r"v?\d+(?:\.\d+)+(?:[-+][\w.]+)?")


def _plain(version: Any) -> str:
    return str(version).removeprefix("v")


def _env(container: Container) -> Iterator[tuple[Route, str, str]]:
    """The literal environment of a container: place, name and value."""
    for index, item in enumerate(sequence(container.value.get("env"))):
        item = mapping(item)
        if isinstance(item.get("name"), str) and isinstance(item.get("value"), str):
            yield (*container.route, "env", index, "value"), item["name"], item["value"]


def _texts(container: Container) -> Iterator[tuple[Route, str]]:
    """Every text that a container is given: environment, arguments, the place of its model."""
    for route, _, value in _env(container):
        yield route, value
    for key in ("args", "command"):
        for index, value in enumerate(sequence(container.value.get(key))):
            if isinstance(value, str):
                yield (*container.route, key, index), value
    if isinstance(uri := container.value.get("storageUri"), str):
        yield (*container.route, "storageUri"), uri


@rule("consistency/version-differs", "error", rows=("L01",))
def version_differs(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A workload says of its model that it is two releases at once.

    Compared are the label of the pods with that of the workload, with `MODEL_VERSION`, with the
    release in the path of the model, and with the tag of an image that is called like the model.
    """
    for pod in manifest.pods:
        label = pod.labels.get(_VERSION)
        of_workload = manifest.labels.get(_VERSION)
        told = {name: (route, value) for c in pod.containers for route, name, value in _env(c)}
        release = told["MODEL_VERSION"][1] if "MODEL_VERSION" in told else label
        if not isinstance(release, str) or not release:
            continue
        if isinstance(label, str):
            if isinstance(of_workload, str) and _plain(label) != _plain(of_workload):
                yield Hit(
                    (*pod.labels_route, "labels", _VERSION),
                    f"the pods are labelled {shown(label)}, and the {manifest.kind} "
                    f"{shown(of_workload)}",
                    f"write the release that is meant in both, as `{_VERSION}: {shown(label)}`",
                )
                continue
            if _plain(release) != _plain(label):
                yield Hit(
                    told["MODEL_VERSION"][0],
                    f"MODEL_VERSION is {shown(release)}, and the pods are labelled {shown(label)}",
                    f"write `{shown(label)}`, or change the label `{_VERSION}`",
                )
                continue
        name = str(pod.labels.get("app.kubernetes.io/name") or pod.labels.get("app") or "")
        if name and _NUMBERED.fullmatch(release):
            yield from _artefacts(pod, name, release)


def _artefacts(pod: Pod, name: str, release: str) -> Iterator[Hit]:
    """Paths and images of a model that carry another release."""
    inside = re.compile(rf"(?:^|/){re.escape(name)}/({_NUMBERED.pattern})(?:/|$)")
    called = re.compile(rf"(?:^|/){re.escape(name)}:({_NUMBERED.pattern})(?:@|$)")
    for container in pod.containers:
        found = [
            (route, hit[1]) for route, text in _texts(container) if (hit := inside.search(text))
        ]
        image = container.value.get("image")
        if isinstance(image, str) and (hit := called.search(image)):
            found.append(((*container.route, "image"), hit[1]))
        for route, version in found:
            if _plain(version) != _plain(release):
                yield Hit(
                    route,
                    f"this is {shown(version)} of {shown(name)}, and the workload is of "
                    f"{shown(release)}",
                    f"write {shown(release)}, or change the label and `MODEL_VERSION`",
                )


_MATCHER = re.compile(r'\b(?:model_version|version)\s*=\s*\\?"([^"\\]+)\\?"')


@rule("consistency/unknown-release", "error", scope="release", rows=("L01",))
def unknown_release(objects: Objects, _context: Context) -> Iterator[Hit]:
    """An alert is for a release of the model that runs nowhere."""
    running = {_plain(pod.labels[_VERSION]) for pod in objects.pods if _VERSION in pod.labels}
    running |= {
        _plain(value)
        for pod in objects.pods
        for container in pod.containers
        for _, name, value in _env(container)
        if name == "MODEL_VERSION"
    }
    if not running:
        return
    for manifest in objects.of("PrometheusRule"):
        for number, group in enumerate(sequence(manifest.spec.get("groups"))):
            for place, item in enumerate(sequence(mapping(group).get("rules"))):
                expr = mapping(item).get("expr")
                for version in _MATCHER.findall(expr) if isinstance(expr, str) else ():
                    if _plain(version) not in running and "$" not in version:
                        yield Hit(
                            ("spec", "groups", number, "rules", place, "expr"),
                            f"no pods are of the release {shown(version)}; they are of "
                            f"{shown(', '.join(sorted(running)))}",
                            "leave the matcher out, and keep `model_version` with `by`",
                            manifest,
                        )


_TRACKS = ("track", "role", "variant", "traffic")
_SHADOW = ("shadow", "mirror")


@rule("consistency/stable-selects-canary", "error", scope="release", rows=("L02",))
def stable_selects_canary(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A Service of the stable pods selects those of the canary or the shadow too.

    A route that splits traffic then splits nothing: 90% go to a Service half of whose pods are the
    canary's. A Rollout's controller tells its Services apart by itself.
    """
    told: set[int] = set()
    for wide, narrow in [*_split(objects), *_shadowed(objects)]:
        if id(wide) in told:
            continue
        told.add(id(wide))
        yield Hit(
            ("spec", "selector"),
            f"Service {shown(wide.name)} selects the pods of {narrow} too",
            "add the label that tells them apart, as `modelyard.dev/track: stable`, to the selector "
            "and to the pods",
            wide,
        )


def _split(objects: Objects) -> Iterator[tuple[Manifest, str]]:
    """Services that share pods with another one beside which they stand in a route."""
    for pair in _pairs(objects):
        for wide, narrow in (pair, pair[::-1]):
            many, few = pods_of(objects, wide), pods_of(objects, narrow)
            shared = [pod for pod in few if pod in many and pod.manifest.kind != "Rollout"]
            own = [pod for pod in many if pod not in few]
            if shared and own and len(shared) == len(few):
                yield wide, f"Service {shown(narrow.name)}"


def _pairs(objects: Objects) -> Iterator[tuple[Manifest, Manifest]]:
    """Services between which a route divides requests."""
    for manifest in objects.of("VirtualService", "HTTPRoute", "GRPCRoute"):
        groups: dict[Route, list[Manifest]] = {}
        if manifest.kind == "VirtualService":
            for route, destination in destinations(manifest):
                known = in_cluster(destination.get("host"), manifest.namespace)
                service = service_named(objects, known[1], known[0]) if known else None
                if service is not None and not destination.get("subset"):
                    groups.setdefault(route[:3], []).append(service)
        else:
            for number, item in enumerate(sequence(manifest.spec.get("rules"))):
                for ref in sequence(mapping(item).get("backendRefs")):
                    name = mapping(ref).get("name")
                    if isinstance(name, str):
                        service = service_named(objects, manifest.namespace, name)
                        if service is not None:
                            groups.setdefault((number,), []).append(service)
        for found in groups.values():
            for index, one in enumerate(found):
                for other in found[index + 1 :]:
                    if one is not other:
                        yield one, other


def _shadowed(objects: Objects) -> Iterator[tuple[Manifest, str]]:
    """Services that select shadows beside pods that answer."""
    for service in services(objects):
        pods = pods_of(objects, service)
        shadows = [pod for pod in pods if _track(pod) in _SHADOW]
        if shadows and len(shadows) < len(pods):
            yield service, f"the shadow {shown(shadows[0].manifest.name)}"


def _track(pod: Pod) -> str:
    for name, value in pod.labels.items():
        if str(name).rpartition("/")[2] in _TRACKS:
            return str(value)
    return ""


_ADDRESS = re.compile(
    r"(?:^|[\s,=\"'@/])(?P<name>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc"
    r"(?:\.[a-z0-9.-]*[a-z0-9])?(?::(?P<port>\d+))?(?=$|[/,\s\"'?])"
)
_SHORT = re.compile(
    r"^[a-z][a-z0-9+]*://(?:[^/@]*@)?(?P<name>[a-z][a-z0-9-]*):(?P<port>\d+)(?:/|$)"
)


def _addresses(objects: Objects, _context: Context) -> Iterator[Claim]:
    for service in services(objects):
        ports = [str(port.get("port")) for _, port in ports_of(service)]
        yield Claim("service", (service.namespace, service.name, ports), (), service)
    for manifest in objects.manifests:
        if manifest.pods and is_opaque(objects, manifest.namespace):
            yield Claim("opaque", (manifest.namespace, "", []), (), manifest)
    for pod in objects.pods:
        own = pod.manifest.namespace
        beside = {container.name for container in pod.containers}
        for container in pod.containers:
            for route, text in _texts(container):
                for found in _ADDRESS.finditer(text):
                    asked = (found["namespace"], found["name"], found["port"])
                    yield Claim("call", asked, route, pod.manifest)
                short = _SHORT.match(text)
                if short is not None and short["name"] not in {"localhost", *beside}:
                    yield Claim("call", (own, short["name"], short["port"]), route, pod.manifest)


@rule("consistency/unknown-address", "error", scope="environment", rows=("L04",), gather=_addresses)
def unknown_address(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """A pod is told the address of a Service, or of a port of it, that does not exist.

    Asked of namespaces of which Services are among the objects.
    """
    known: dict[str, dict[str, list[str]]] = {}
    opaque = {claim.value[0] for claim in claims if claim.key == "opaque"}
    for claim in claims:
        if claim.key == "service":
            namespace, name, ports = claim.value
            known.setdefault(namespace, {})[name] = ports
    some = {namespace: sorted(there)[:4] for namespace, there in known.items()}
    for claim in claims:
        if claim.key != "call":
            continue
        namespace, name, port = claim.value
        if namespace in opaque or namespace not in known:
            continue
        there = known[namespace]
        if name not in there:
            have = ", ".join(f"`{shown(found)}`" for found in some[namespace])
            yield Hit(
                claim.route,
                f"there is no Service `{shown(name)}` in {shown(namespace or 'this namespace')}",
                f"write one that there is: {have}",
                claim.manifest,
            )
        elif port is not None and there[name] and port not in there[name]:
            yield Hit(
                claim.route,
                f"Service {shown(name)} has no port {port}",
                f"write a port of it: {', '.join(there[name])}",
                claim.manifest,
            )


@rule("consistency/port-not-declared", "error", scope="release", rows=("L05",))
def port_not_declared(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A policy is about a port that its pods do not have.

    NetworkPolicies and AuthorizationPolicies are asked with the port of the pod.
    """
    for policy in objects.of("NetworkPolicy", "AuthorizationPolicy"):
        pods = _selected(objects, policy)
        ports = [declared(pod) for pod in pods]
        if not ports or not all(ports):
            continue
        known = {str(number) for found in ports for number in found.values()}
        known |= {str(number) for number in SIDECAR_PORTS}
        names = {name for found in ports for name in found}
        of_services = {
            str(port.get("port"))
            for service in services(objects)
            if any(pod in pods for pod in pods_of(objects, service))
            for _, port in ports_of(service)
        }
        if policy.kind == "NetworkPolicy":
            known |= names | of_services
        have = ", ".join(sorted({str(n) for found in ports for n in found.values()}))
        for route, port in _ports(policy):
            if str(port) in known or not isinstance(port, str | int) or port == "":
                continue
            why = "that is the Service's port; " if str(port) in of_services else ""
            yield Hit(
                route,
                f"the pods have no port {shown(str(port))}: {why}they have {have}",
                f"write one that they have: {have}",
                policy,
            )


def _selected(objects: Objects, policy: Manifest) -> list[Pod]:
    """The pods that a policy is for; none where it is for a whole namespace."""
    near = [
        p
        for p in pods_in(objects, policy.namespace)
        if together(p.manifest.namespace, policy.namespace)
    ]
    if policy.kind == "NetworkPolicy":
        selector = mapping(policy.spec.get("podSelector"))
        return [pod for pod in near if selector and selects(selector, pod.labels)]
    labels = mapping(mapping(policy.spec.get("selector")).get("matchLabels"))
    return [pod for pod in near if labels and matches(labels, pod.labels)]


def _ports(policy: Manifest) -> Iterator[tuple[Route, Any]]:
    """The ports that a policy opens for callers."""
    if policy.kind == "NetworkPolicy":
        for number, found in enumerate(sequence(policy.spec.get("ingress"))):
            for place, item in enumerate(sequence(mapping(found).get("ports"))):
                if "endPort" not in mapping(item) and "port" in mapping(item):
                    yield ("spec", "ingress", number, "ports", place, "port"), item["port"]
        return
    for number, found in enumerate(sequence(policy.spec.get("rules"))):
        for place, item in enumerate(sequence(mapping(found).get("to"))):
            operation = mapping(mapping(item).get("operation"))
            for index, port in enumerate(sequence(operation.get("ports"))):
                yield ("spec", "rules", number, "to", place, "operation", "ports", index), port
