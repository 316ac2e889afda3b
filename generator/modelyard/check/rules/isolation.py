"""Network policies: whom they are for, and what they cut off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.links import (
    NAME,
    declared,
    is_opaque,
    isolates,
    opens,
    pods_in,
    pods_of,
    policies_on,
    ports_of,
    reaches,
    rules_of,
    selects_none,
    services,
    target,
    together,
    written,
)
from modelyard.check.objects import mapping, selects, sequence
from modelyard.check.rule import BESIDE_PODS, Claim, Hit, rule
from modelyard.check.selectors import Selectors
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route


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
    unread=BESIDE_PODS,
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
