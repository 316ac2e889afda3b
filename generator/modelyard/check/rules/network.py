"""Services, network policies and routes."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from modelyard.check.links import (
    NAME,
    behind,
    declared,
    destinations,
    in_cluster,
    in_mesh,
    is_opaque,
    isolates,
    opens,
    pods_in,
    pods_of,
    policies_on,
    ports_of,
    reaches,
    rules_of,
    scraped,
    selects_none,
    service_named,
    services,
    target,
    together,
    written,
)
from modelyard.check.objects import mapping, selects, sequence
from modelyard.check.rule import TEXTS, Claim, Hit, rule
from modelyard.check.selectors import Selectors
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_NUMBER = range(1, 65536)
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?")
_PROTOCOLS = (
    "http", "http2", "https", "grpc", "grpc-web", "tcp", "tls", "mongo", "mysql", "redis", "udp",
)  # fmt: skip
_ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")


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
    "network/policy-selects-nothing",
    "error",
    scope="release",
    rows=("N07",),
    aliases=("kube-linter/dangling-networkpolicy", "kube-score/networkpolicy-targets-pod"),
    follows=("reliability/selector-mismatch",),
)
def policy_selects_nothing(objects: Objects, _context: Context) -> Iterator[Hit]:
    """The selector of a NetworkPolicy matches no pod."""
    for policy in objects.of("NetworkPolicy"):
        selector = mapping(policy.spec.get("podSelector"))
        labels = written(selector.get("matchLabels"))
        pods = pods_in(objects, policy.namespace)
        if labels and pods and not is_opaque(objects, policy.namespace):
            route = ("spec", "podSelector", "matchLabels")
            hit = selects_none(policy, route, labels, pods)
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


def _guarded(objects: Objects, _context: Context) -> Iterator[Claim]:
    for policy in objects.of("NetworkPolicy"):
        yield Claim("policy", (policy.namespace, policy.spec.get("podSelector")), (), policy)
    for namespace in objects.of("Namespace"):
        yield Claim("namespace", (namespace.name, None), (), namespace)
    for pod in objects.pods:
        if pod.manifest.kind != "PodTemplate" and not pod.spec.get("hostNetwork"):
            labels = dict(pod.labels)
            yield Claim("pod", (pod.manifest.namespace, labels), ("metadata", "name"), pod.manifest)


@rule(
    "network/no-network-policy",
    "warning",
    scope="environment",
    rows=("N06",),
    aliases=(
        "kube-linter/non-isolated-pod",
        "kube-score/pod-networkpolicy",
        "polaris/missingNetworkPolicy",
        "CKV2_K8S_6",
        "kyverno/require-netpol",
    ),
    gather=_guarded,
    unread=TEXTS,
)
def no_network_policy(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """No NetworkPolicy closes the pods of a workload.

    Asked where the objects hold the policies of a namespace, or the namespace itself; elsewhere
    they may be kept in another place.
    """
    policies = Selectors(claim.value for claim in claims if claim.key == "policy")
    kept = {claim.value[0] for claim in claims if claim.key != "pod"}
    for claim in claims:
        if claim.key != "pod" or claim.value[0] not in kept:
            continue
        namespace, labels = claim.value
        if not any(
            together(where, namespace) and selects(selector, labels)
            for where, selector in policies.near(labels)
        ):
            yield Hit(
                claim.route,
                f"no NetworkPolicy selects the pods of {claim.manifest.kind} "
                f"{shown(claim.manifest.name)}: everything may call them, and they may call everything",
                "add a NetworkPolicy for their labels with the callers and targets that they need",
                claim.manifest,
            )


@rule("network/egress-blocked", "error", scope="release", rows=("N08",))
def egress_blocked(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A NetworkPolicy closes all egress of some pods, DNS too.

    An empty `podSelector` that denies by default is meant so; and another policy may open again.
    """
    for policy in objects.of("NetworkPolicy"):
        selector = mapping(policy.spec.get("podSelector"))
        if "Egress" not in sequence(policy.spec.get("policyTypes")) or not selector:
            continue
        if rules_of(policy, "egress") or any(
            rules_of(other, "egress") for other in _as_wide(objects, policy)
        ):
            continue
        types = sequence(policy.spec.get("policyTypes"))
        route: Route = (
            ("spec", "egress")
            if "egress" in policy.spec
            else ("spec", "policyTypes", types.index("Egress"))
        )
        yield Hit(
            route,
            "the pods can call nothing, not even DNS: egress is closed and no rule opens it",
            "add rules under `egress`, one for DNS (port 53, UDP and TCP) among them; "
            "or remove `Egress` from `policyTypes`",
            policy,
        )


def _as_wide(objects: Objects, policy: Manifest) -> list[Manifest]:
    """The policies that select all that a policy does, itself among them."""
    selector = mapping(policy.spec.get("podSelector"))
    labels = mapping(selector.get("matchLabels"))
    return [
        other
        for other in objects.of("NetworkPolicy")
        if together(other.namespace, policy.namespace)
        and (other is policy or selects(other.spec.get("podSelector"), labels))
    ]


@rule("network/no-dns", "error", scope="release", rows=("N09",))
def no_dns(objects: Objects, context: Context) -> Iterator[Hit]:
    """A NetworkPolicy opens egress, but not to DNS.

    DNS is asked over UDP, and over TCP where an answer is too long (RFC 7766).
    """
    for policy in objects.of("NetworkPolicy"):
        if not isolates(policy, "Egress") or not rules_of(policy, "egress"):
            continue
        rules = [
            (other.namespace, found)
            for other in _as_wide(objects, policy)
            for found in rules_of(other, "egress")
        ]
        open_to = [
            protocol
            for protocol in ("UDP", "TCP")
            if any(_opens_dns(found, own, protocol, context) for own, found in rules)
        ]
        if len(open_to) == 2:
            continue
        missing = "UDP and TCP" if not open_to else "TCP" if open_to == ["UDP"] else "UDP"
        where = "the cluster's DNS"
        if context.environment is not None:
            where = f"`{NAME}: {context.environment.dns.namespace}`"
        yield Hit(
            ("spec", "egress"),
            f"no rule opens port 53 over {missing}: "
            + ("names cannot be resolved" if "UDP" in missing else "long answers of DNS are lost"),
            f"add port 53 over UDP and TCP to {where}",
            policy,
            of_key=True,
        )


def _opens_dns(found: dict[str, Any], own: str, protocol: str, context: Context) -> bool:
    names = ("dns", "dns-tcp", "domain", "dns-udp")
    if not opens(found, 53, names, protocol) and not opens(found, 5353, names, protocol):
        return False
    if context.environment is None or any(
        "ipBlock" in mapping(peer) for peer in sequence(found.get("to"))
    ):
        return True
    dns = context.environment.dns
    labels = {str(key): str(value) for key, value in dns.pod_labels.items()}
    return reaches(found.get("to"), own, str(dns.namespace), labels)


@rule("network/dependency-blocked", "error", scope="release", rows=("N09", "L04", "L08"))
def dependency_blocked(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A pod is told to call a namespace that its NetworkPolicies do not let it reach."""
    for pod in objects.pods:
        policies = policies_on(objects, pod, "Egress")
        if not policies or not any(rules_of(policy, "egress") for policy in policies):
            continue
        own = pod.manifest.namespace
        for container in pod.containers:
            for index, item in enumerate(sequence(container.value.get("env"))):
                value = mapping(item).get("value")
                for service, namespace in _called(value):
                    if namespace == own or any(
                        reaches(found.get("to"), policy.namespace, namespace, {})
                        for policy in policies
                        for found in rules_of(policy, "egress")
                    ):
                        continue
                    yield Hit(
                        (*container.route, "env", index, "value"),
                        f"`{shown(service)}` is in the namespace `{shown(namespace)}`, and "
                        f"NetworkPolicy {shown(policies[0].name)} lets the pod call nothing there",
                        f"add an egress rule to `{NAME}: {shown(namespace)}`",
                        pod.manifest,
                    )


_URL = re.compile(
    r"(?:^|[/@,\s=\"'])([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?(?::\d+)?(?=$|[/,\s\"'?])"
)


def _called(value: Any) -> list[tuple[str, str]]:
    return _URL.findall(value) if isinstance(value, str) and ".svc" in value else []


@rule("network/split-peer", "error", kinds=("NetworkPolicy",), scope="release", rows=("N10",))
def split_peer(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A namespace and the pods in it are two peers, so that either is enough."""
    for policy in objects.of("NetworkPolicy"):
        for direction, peers_key in (("ingress", "from"), ("egress", "to")):
            for number, found in enumerate(rules_of(policy, direction)):
                peers = [mapping(peer) for peer in sequence(found.get(peers_key))]
                if len(peers) != 2 or {frozenset(peer) for peer in peers} != {
                    frozenset({"namespaceSelector"}),
                    frozenset({"podSelector"}),
                }:
                    continue
                place = next(n for n, peer in enumerate(peers) if "podSelector" in peer)
                selector = peers[place]["podSelector"]
                if any(selects(selector, p.labels) for p in pods_in(objects, policy.namespace)):
                    continue
                yield Hit(
                    ("spec", direction, number, peers_key, place),
                    "two peers, and either is enough: every pod of those namespaces, and such pods "
                    "of this namespace",
                    "write both in one item: remove the `-` before the second selector",
                    policy,
                )


@rule("network/every-namespace", "error", kinds=("NetworkPolicy",), rows=("N10",))
def every_namespace(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """An empty `namespaceSelector` lets every pod of the cluster in."""
    for number, found in enumerate(rules_of(manifest, "ingress")):
        for place, peer in enumerate(sequence(found.get("from"))):
            peer = mapping(peer)
            if peer.get("namespaceSelector") == {} and not mapping(peer.get("podSelector")):
                yield Hit(
                    ("spec", "ingress", number, "from", place, "namespaceSelector"),
                    "an empty selector is every namespace: every pod of the cluster may call",
                    f"name the caller's: `matchLabels: {{{NAME}: …}}`",
                )


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
    for backend in _backends(objects):
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


@rule("network/service-port-in-policy", "error", scope="release", rows=("N13",))
def service_port_in_policy(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A NetworkPolicy opens the port of the Service, and not that of the pods.

    Policies are asked after the Service's address was replaced by a pod's.
    """
    for policy in objects.of("NetworkPolicy"):
        pods = [
            pod
            for pod in pods_in(objects, policy.namespace)
            if selects(policy.spec.get("podSelector"), pod.labels)
        ]
        known = [declared(pod) for pod in pods]
        if not known or not all(known):
            continue
        meant: dict[int, Any] = {}
        for service in services(objects):
            if any(pod in pods_of(objects, service) for pod in pods):
                for _, item in ports_of(service):
                    if isinstance(item.get("port"), int):
                        meant[item["port"]] = target(item)
        for number, found in enumerate(rules_of(policy, "ingress")):
            for place, item in enumerate(sequence(found.get("ports"))):
                port = mapping(item).get("port")
                if (
                    isinstance(port, int)
                    and port in meant
                    and meant[port] != port
                    and "endPort" not in mapping(item)
                    and not any(port in ports.values() for ports in known)
                ):
                    yield Hit(
                        ("spec", "ingress", number, "ports", place, "port"),
                        f"{port} is the port of the Service; the pods have "
                        f"`{shown(str(meant[port]))}`",
                        f"write `port: {shown(str(meant[port]))}`",
                        policy,
                    )


class _Backend:
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


def _backends(objects: Objects) -> Iterator[_Backend]:
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
                yield _Backend(
                    manifest,
                    (*at, "name"),
                    service["name"],
                    manifest.namespace,
                    port.get(key),
                    (*at, "port", key),
                    through_gateway=False,
                )
    for manifest in objects.of(*_ROUTES):
        meshed = any(
            mapping(ref).get("kind") == "Service"
            for ref in sequence(manifest.spec.get("parentRefs"))
        )
        for number, item in enumerate(sequence(manifest.spec.get("rules"))):
            for place, ref in enumerate(sequence(mapping(item).get("backendRefs"))):
                ref = mapping(ref)
                at = ("spec", "rules", number, "backendRefs", place)
                if ref.get("kind", "Service") == "Service" and isinstance(ref.get("name"), str):
                    yield _Backend(
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
                yield _Backend(
                    manifest,
                    (*at, "host"),
                    known[0],
                    known[1],
                    mapping(destination.get("port")).get("number"),
                    (*at, "port", "number"),
                    through_gateway=outside,
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
    for backend in _backends(objects):
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
    "network/traffic-weights", "error", rows=("N18",), kinds=("VirtualService", *_ROUTES, "Rollout")
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
        each, whole = seconds(retries.get("perTryTimeout")), seconds(item.get("timeout"))
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


def seconds(value: Any) -> float | None:
    """A duration as Go writes it, in seconds."""
    if not isinstance(value, str):
        return None
    parts = _DURATION.findall(value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        return None
    scale = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    return sum(float(number) * scale[unit] for number, unit in parts)
