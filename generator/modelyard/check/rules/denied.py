"""Istio: who must be let in and is not, and what lets in everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.authorizations import (
    ROOT,
    action_of,
    fits,
    is_for,
    operations_of,
    rules_in,
    selector_of,
    sources_of,
)
from modelyard.check.links import (
    NOT_PROXIED,
    behind,
    destinations,
    in_cluster,
    in_mesh,
    scraped,
    service_named,
)
from modelyard.check.objects import matches, sequence
from modelyard.check.rule import BESIDE_PODS, Claim, Hit, rule
from modelyard.check.selectors import Selectors
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context


def _allows(
    policy: Manifest, principal: tuple[str, str], port: int, path: str | None, domain: str
) -> bool:
    """Whether a policy of ALLOW may let a ServiceAccount (namespace, name) call a port and path."""
    for _, item in rules_in(policy):
        sources, operations = sources_of(item), operations_of(item)
        if sources and not any(_is_from(source, principal, domain) for source in sources):
            continue
        if operations and not any(_is_to(found, port, path) for found in operations):
            continue
        return True
    return False


def _is_from(source: dict[str, Any], principal: tuple[str, str], domain: str) -> bool:
    namespace, account = principal
    known = {
        "principals": [f"{d}/ns/{namespace}/sa/{account}" for d in {domain, "cluster.local"}],
        "namespaces": [namespace],
        "serviceAccounts": [f"{namespace}/{account}"],
    }
    for key, values in known.items():
        if key in source and not any(
            fits(pattern, value) for pattern in sequence(source[key]) for value in values
        ):
            return False
    return not sequence(source.get("requestPrincipals"))


def _is_to(operation: dict[str, Any], port: int, path: str | None) -> bool:
    if "ports" in operation and str(port) not in [str(p) for p in sequence(operation["ports"])]:
        return False
    if path is None:
        return True
    if "methods" in operation and not any(fits(m, "GET") for m in sequence(operation["methods"])):
        return False
    return "paths" not in operation or any(
        fits(pattern, path) or (isinstance(pattern, str) and "{" in pattern)
        for pattern in sequence(operation["paths"])
    )


@rule("mesh/scraper-denied", "error", scope="release", rows=("Z04", "L05"), needs=("environment",))
def scraper_denied(objects: Objects, context: Context) -> Iterator[Hit]:
    """The policies of a pod let no one scrape the metrics that Prometheus is told to scrape.

    Probes need no rule: the sidecar asks the container itself (istio.io, Health Checking).
    """
    if context.environment is None or context.environment.mesh is None:
        return
    prometheus = context.environment.monitoring.prometheus
    principal = (str(prometheus.namespace), str(prometheus.service_account))
    domain = str(context.environment.mesh.trust_domain)
    told: set[int] = set()
    for pod, port, _, path in scraped(objects):
        policies = _allowing(objects, pod)
        if not policies or port in NOT_PROXIED or not in_mesh(pod, context):
            continue
        if any(_allows(policy, principal, port, path, domain) for policy in policies):
            continue
        own = next((policy for policy in policies if selector_of(policy)), None)
        if own is not None and id(own) not in told:
            told.add(id(own))
            yield Hit(
                ("spec", "rules"),
                f"Prometheus may not GET {shown(path)} on port {port}: no rule allows it",
                f"add a rule from `{domain}/ns/{principal[0]}/sa/{principal[1]}` to GET {shown(path)} "
                f"on port {port}",
                own,
                of_key=True,
            )


@rule("mesh/gateway-denied", "error", scope="release", rows=("Z04",), needs=("environment",))
def gateway_denied(objects: Objects, context: Context) -> Iterator[Hit]:
    """A route sends requests through the gateway to pods whose policies do not allow it."""
    mesh = context.environment.mesh if context.environment is not None else None
    if mesh is None or mesh.gateway is None:
        return
    principal = (str(mesh.gateway.namespace), str(mesh.gateway.service_account))
    domain = str(mesh.trust_domain)
    told: set[int] = set()
    for route in objects.of("VirtualService"):
        if not any(name != "mesh" for name in sequence(route.spec.get("gateways"))):
            continue
        for _, destination in destinations(route):
            known = in_cluster(destination.get("host"), route.namespace)
            service = service_named(objects, known[1], known[0]) if known is not None else None
            if service is None:
                continue
            for pod, port, _ in behind(objects, service):
                policies = _allowing(objects, pod)
                if not policies or any(
                    _allows(policy, principal, port, None, domain) for policy in policies
                ):
                    continue
                own = next((policy for policy in policies if selector_of(policy)), None)
                if own is not None and id(own) not in told:
                    told.add(id(own))
                    yield Hit(
                        ("spec", "rules"),
                        f"VirtualService {shown(route.name)} sends requests here through the "
                        "gateway, and no rule allows the gateway",
                        f"add `{domain}/ns/{principal[0]}/sa/{principal[1]}` to `principals`",
                        own,
                        of_key=True,
                    )


def _allowing(objects: Objects, pod: Pod) -> list[Manifest]:
    """The policies of ALLOW with rules that are for a pod."""
    return [
        policy
        for policy in objects.of("AuthorizationPolicy")
        if action_of(policy) == "ALLOW"
        and is_for(policy, pod)
        and sequence(policy.spec.get("rules"))
    ]


def _guarded(objects: Objects, context: Context) -> Iterator[Claim]:
    for policy in objects.of("AuthorizationPolicy"):
        if "targetRef" not in policy.spec and "targetRefs" not in policy.spec:
            yield Claim("policy", (policy.namespace, dict(selector_of(policy))), (), policy)
    for pod in objects.pods:
        if next(pod.ports(), None) is not None and in_mesh(pod, context):
            claimed = (pod.manifest.namespace, dict(pod.labels))
            yield Claim("pod", claimed, ("metadata", "name"), pod.manifest)


@rule(
    "mesh/no-authorization",
    "error",
    scope="environment",
    rows=("Z15",),
    needs=("environment",),
    aliases=("kyverno/require-authorizationpolicy",),
    gather=_guarded,
    unread=BESIDE_PODS,
)
def no_authorization(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """No AuthorizationPolicy says who may call a workload: everyone in the mesh may.

    Asked where policies of the namespace are among the objects; elsewhere they may be kept in
    another place.
    """
    known = [claim.value for claim in claims if claim.key == "policy"]
    policies = Selectors(known, plain=True)
    kept = {namespace for namespace, _ in known}
    for claim in claims:
        if claim.key != "pod" or claim.value[0] not in kept:
            continue
        namespace, labels = claim.value
        if not any(
            where in (namespace, ROOT) and matches(selector, labels)
            for where, selector in policies.near(labels)
        ):
            yield Hit(
                claim.route,
                f"no AuthorizationPolicy is for the pods of {claim.manifest.kind} "
                f"{shown(claim.manifest.name)}: everyone in the mesh may call them",
                "add one that names their callers",
                claim.manifest,
            )
