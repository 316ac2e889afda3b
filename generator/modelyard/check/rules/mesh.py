"""Istio: who may call whom, and how."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.links import (
    NOT_PROXIED,
    behind,
    declared,
    destinations,
    in_cluster,
    in_mesh,
    is_opaque,
    nearest,
    pods_in,
    pods_of,
    ports_of,
    scraped,
    service_named,
    services,
    target,
    together,
    written,
)
from modelyard.check.objects import mapping, matches, sequence
from modelyard.check.rule import TEXTS, Claim, Hit, rule
from modelyard.check.selectors import Selectors
from modelyard.findings import Fix
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_SELECTORS: dict[str, tuple[str, str]] = {
    "AuthorizationPolicy": ("selector", "matchLabels"),
    "PeerAuthentication": ("selector", "matchLabels"),
    "RequestAuthentication": ("selector", "matchLabels"),
    "Telemetry": ("selector", "matchLabels"),
    "WasmPlugin": ("selector", "matchLabels"),
    "Sidecar": ("workloadSelector", "labels"),
    "EnvoyFilter": ("workloadSelector", "labels"),
}
"""Where the kinds of Istio say which pods they are for."""

_ROOT = "istio-system"
_HEALTH = re.compile(r"/(health|ready|live|ping|status|version|v2/health)[a-z_/-]*\*?")
_HTTP = ("hosts", "notHosts", "methods", "notMethods", "paths", "notPaths")
_TOKENS = ("requestPrincipals", "notRequestPrincipals")


def _selector(manifest: Manifest) -> dict[str, Any]:
    """The labels of the pods that an object of the mesh is for; empty for all."""
    first, second = _SELECTORS[manifest.kind]
    return mapping(mapping(manifest.spec.get(first)).get(second))


def _for(manifest: Manifest, pod: Pod) -> bool:
    """Whether an object of the mesh is for a pod."""
    if "targetRef" in manifest.spec or "targetRefs" in manifest.spec:
        return False
    here = together(manifest.namespace, pod.manifest.namespace) or manifest.namespace == _ROOT
    return here and matches(_selector(manifest), pod.labels)


def _items(policy: Manifest) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, item in enumerate(sequence(policy.spec.get("rules"))):
        if isinstance(item, dict):
            yield number, item


def _sources(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [mapping(mapping(found).get("source")) for found in sequence(item.get("from"))]


def _operations(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [mapping(mapping(found).get("operation")) for found in sequence(item.get("to"))]


def _action(policy: Manifest) -> str:
    return str(policy.spec.get("action") or "ALLOW")


@rule("mesh/split-rule", "error", rows=("Z01",), kinds=("AuthorizationPolicy",))
def split_rule(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """Who may call and what may be called are two rules, so that either is enough.

    Items of `rules` are alternatives; `from` and `to` of one item hold together (istio.io,
    Authorization Policy). A rule for all callers is left alone where it is for health only.
    """
    items = list(_items(manifest))
    halves = [set(item) - {"when"} for _, item in items]
    if {"from"} not in halves:
        return
    for number, item in items:
        if set(item) != {"to"}:
            continue
        paths = [path for found in _operations(item) for path in sequence(found.get("paths"))]
        if paths and all(isinstance(path, str) and _HEALTH.fullmatch(path) for path in paths):
            continue
        yield Hit(
            ("spec", "rules", number),
            "a rule of its own, and rules are alternatives: anyone may call this, and the callers "
            "of the other rule may call everything",
            "remove the `-` before `to`, so that `from` and `to` are one rule",
        )


@rule(
    "mesh/selects-nothing",
    "error",
    scope="release",
    rows=("Z03",),
    aliases=("istioctl/IST0127",),
)
def selects_nothing(objects: Objects, _context: Context) -> Iterator[Hit]:
    """An object of the mesh is for pods that do not exist."""
    for manifest in objects.of(*_SELECTORS):
        labels = written(_selector(manifest))
        pods = pods_in(objects, manifest.namespace)
        if not labels or not pods or manifest.namespace == _ROOT:
            continue
        if is_opaque(objects, manifest.namespace):
            continue
        pod, missing = nearest(labels, pods)
        if pod is None or not missing:
            continue
        name = missing[0]
        have = pod.labels.get(name)
        yield Hit(
            ("spec", *_SELECTORS[manifest.kind], name),
            f"no pod here has the label `{shown(name)}: {shown(str(labels[name]))}`, so the "
            f"{manifest.kind} does nothing",
            f"write `{shown(name)}: {shown(str(have))}`, as on the pods of {shown(pod.manifest.name)}"
            if isinstance(have, str)
            else f"write labels that the pods of {shown(pod.manifest.name)} have",
            manifest,
        )


def _allows(
    policy: Manifest, principal: tuple[str, str], port: int, path: str | None, domain: str
) -> bool:
    """Whether a policy of ALLOW may let a ServiceAccount (namespace, name) call a port and path."""
    for _, item in _items(policy):
        sources, operations = _sources(item), _operations(item)
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
            _fits(pattern, value) for pattern in sequence(source[key]) for value in values
        ):
            return False
    return not sequence(source.get("requestPrincipals"))


def _is_to(operation: dict[str, Any], port: int, path: str | None) -> bool:
    if "ports" in operation and str(port) not in [str(p) for p in sequence(operation["ports"])]:
        return False
    if path is None:
        return True
    if "methods" in operation and not any(_fits(m, "GET") for m in sequence(operation["methods"])):
        return False
    return "paths" not in operation or any(
        _fits(pattern, path) or (isinstance(pattern, str) and "{" in pattern)
        for pattern in sequence(operation["paths"])
    )


def _fits(pattern: Any, value: str) -> bool:
    """As Istio compares: exact, or with `*` at one end."""
    if not isinstance(pattern, str):
        return False
    if pattern.endswith("*"):
        return value.startswith(pattern[:-1])
    if pattern.startswith("*"):
        return value.endswith(pattern[1:])
    return pattern == value


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
        own = next((policy for policy in policies if _selector(policy)), None)
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
                own = next((policy for policy in policies if _selector(policy)), None)
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
        if _action(policy) == "ALLOW" and _for(policy, pod) and sequence(policy.spec.get("rules"))
    ]


_PRINCIPAL = re.compile(r"([^/]+)/ns/([^/]+)/sa/([^/]+)")


def _principals(policy: Manifest) -> Iterator[tuple[Route, Any]]:
    for number, item in _items(policy):
        for place, source in enumerate(_sources(item)):
            for key in ("principals", "notPrincipals"):
                for index, found in enumerate(sequence(source.get(key))):
                    route = ("spec", "rules", number, "from", place, "source", key, index)
                    yield route, found


@rule("mesh/principal-shape", "error", rows=("Z05",), kinds=("AuthorizationPolicy",), can_fix=True)
def principal_shape(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A principal is not the name of an identity, so it never matches.

    Identities are `<trust domain>/ns/<namespace>/sa/<service account>`; `cluster.local` stands for
    the mesh's own trust domain (istio.io, Trust Domain Migration).
    """
    environment = context.environment
    mesh = environment.mesh if environment is not None else None
    domain = str(mesh.trust_domain) if mesh is not None else "cluster.local"
    for route, found in _principals(manifest):
        if not isinstance(found, str) or found.startswith("*") or found.endswith("*"):
            continue
        parts = _PRINCIPAL.fullmatch(found)
        if parts is None:
            bare = found.removeprefix("spiffe://")
            is_meant = bare != found and _PRINCIPAL.fullmatch(bare) is not None
            yield Hit(
                route,
                f"`{shown(found)}` is no identity: nobody is called so",
                f"write `{shown(bare)}`"
                if is_meant
                else f"write `{domain}/ns/<namespace>/sa/<service account>`",
                fix=Fix(put=((route, bare),)) if is_meant else None,
            )
        elif mesh is not None and parts[1] not in (domain, "cluster.local"):
            yield Hit(
                route,
                f"the trust domain of this mesh is {shown(domain)}, and not {shown(parts[1])}",
                f"write `{shown(domain)}/ns/{shown(parts[2])}/sa/{shown(parts[3])}`",
            )


def _identities(objects: Objects, _context: Context) -> Iterator[Claim]:
    for account in objects.of("ServiceAccount"):
        yield Claim("account", (account.namespace, account.name), (), account)
    for policy in objects.of("AuthorizationPolicy"):
        for route, found in _principals(policy):
            parts = _PRINCIPAL.fullmatch(found) if isinstance(found, str) else None
            if parts is not None and "*" not in found and _action(policy) == "ALLOW":
                yield Claim("principal", (parts[2], parts[3]), route, policy)


@rule("mesh/unknown-principal", "error", scope="environment", rows=("Z05",), gather=_identities)
def unknown_principal(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """A principal is a ServiceAccount that does not exist.

    Asked of namespaces of which ServiceAccounts are among the objects.
    """
    accounts = {claim.value for claim in claims if claim.key == "account"}
    kept = {namespace for namespace, _ in accounts}
    for claim in claims:
        if claim.key != "principal" or claim.value[0] not in kept or claim.value in accounts:
            continue
        namespace, name = claim.value
        if name == "default":
            continue
        near = sorted(other for where, other in accounts if where == namespace)[:4]
        have = ", ".join(f"`{shown(other)}`" for other in near)
        yield Hit(
            claim.route,
            f"there is no ServiceAccount `{shown(name)}` in {shown(namespace)}",
            f"write one that there is: {have}",
            claim.manifest,
        )


@rule("mesh/http-rule-on-tcp", "error", scope="release", rows=("Z07",))
def http_rule_on_tcp(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A rule asks for what only HTTP has, of a port that is no HTTP.

    On TCP such a rule of ALLOW never matches, and one of DENY matches all (istio.io, Authorization
    for TCP traffic); so it does where ztunnel decides, which reads no HTTP.
    """
    ambient = {
        namespace.name
        for namespace in objects.of("Namespace")
        if namespace.labels.get("istio.io/dataplane-mode") == "ambient"
    }
    for policy in objects.of("AuthorizationPolicy"):
        if "targetRef" in policy.spec or "targetRefs" in policy.spec:
            continue
        plain = _plain_ports(objects, policy)
        for number, item in _items(policy):
            for place, found in enumerate(_operations(item)):
                key = next((key for key in _HTTP if key in found), None)
                if key is None:
                    continue
                ports = [str(port) for port in sequence(found.get("ports"))]
                reason = ""
                if policy.namespace in ambient:
                    reason = f"ztunnel guards {shown(policy.namespace)}, and reads no HTTP"
                elif plain and all(plain.get(port, False) for port in ports or plain):
                    said = ", ".join(ports or sorted(plain))
                    reason = f"port {shown(said)} is plain TCP for the mesh"
                if reason:
                    yield Hit(
                        ("spec", "rules", number, "to", place, "operation", key),
                        f"{reason}: `{key}` cannot be asked for there",
                        "ask a waypoint with `targetRefs`"
                        if policy.namespace in ambient
                        else f"write `ports` only, or `appProtocol: http` in the Service for `{key}`",
                        policy,
                    )


def _plain_ports(objects: Objects, policy: Manifest) -> dict[str, bool]:
    """The ports of the pods of a policy, and whether each is plain TCP."""
    found: dict[str, bool] = {}
    pods = [pod for pod in pods_in(objects, policy.namespace) if _for(policy, pod)]
    for service in services(objects):
        for pod in pods_of(objects, service):
            if pod not in pods:
                continue
            for _, port in ports_of(service):
                speaks = str(port.get("appProtocol") or str(port.get("name") or "").split("-")[0])
                for name, number in declared(pod).items():
                    if target(port) in (name, number):
                        is_plain = speaks.lower() in ("tcp", "tls", "mongo", "mysql", "redis")
                        found[str(number)] = found.get(str(number), True) and is_plain
    return found


@rule("mesh/path-bypass", "warning", rows=("Z08",), kinds=("AuthorizationPolicy",))
def path_bypass(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A path of a policy never matches, or is passed by with one more character.

    Paths are compared as they are, without the query: exact, or with `*` at one end (istio.io,
    Security Best Practices). What a policy of DENY forbids has to be all ways to write it.
    """
    deny = _action(manifest) == "DENY"
    for number, item in _items(manifest):
        for place, found in enumerate(_operations(item)):
            for key in ("paths", "notPaths"):
                known = [path for path in sequence(found.get(key)) if isinstance(path, str)]
                for index, path in enumerate(sequence(found.get(key))):
                    if not isinstance(path, str):
                        continue
                    wrong = _never(path)
                    if not wrong and deny and key == "paths":
                        wrong = _open(path, known)
                    if wrong:
                        route = ("spec", "rules", number, "to", place, "operation", key, index)
                        yield Hit(route, *wrong)


def _never(path: str) -> tuple[str, str] | None:
    said = shown(path)
    if "{" in path:
        return None
    if not path.startswith(("/", "*")):
        return f"`{said}` never matches: paths begin with `/`", f"write `/{said}`"
    if "?" in path or "#" in path:
        bare = shown(re.split(r"[?#]", path)[0])
        return f"`{said}` never matches: the query is not compared", f"write `{bare}`"
    if "*" in path[1:-1]:
        return (
            f"`{said}` is compared letter by letter: `*` counts at one end only",
            f"write `{shown(path.replace('*', '{*}'))}`",
        )
    return None


def _open(path: str, known: list[str]) -> tuple[str, str] | None:
    said = shown(path)
    if (
        "*" not in path
        and not path.endswith("/")
        and not {f"{path}/*", f"{path}/", f"{path}*"} & set(known)
    ):
        return f"`{said}/` is not denied, and many servers answer it alike", f"add `{said}/*`"
    if path.endswith("/*") and path != "/*" and not {path[:-2], f"{path[:-2]}*"} & set(known):
        return f"`{shown(path[:-2])}` itself is not denied", f"add `{shown(path[:-2])}`"
    return None


@rule("mesh/token-not-required", "error", scope="release", rows=("Z09",))
def token_not_required(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Tokens are checked, and requests without one are let through.

    A RequestAuthentication refuses bad tokens only; that there is one, an AuthorizationPolicy has
    to demand (istio.io, Request Authentication).
    """
    policies = objects.of("AuthorizationPolicy")
    for found in objects.of("RequestAuthentication"):
        if not sequence(found.spec.get("jwtRules")):
            continue
        near = [
            policy
            for policy in policies
            if together(policy.namespace, found.namespace) or policy.namespace == _ROOT
        ]
        if not any(_meets(policy, found) and _demands(policy) for policy in near):
            yield Hit(
                ("spec", "jwtRules"),
                "no AuthorizationPolicy demands a token: a request without one is let through",
                'add an AuthorizationPolicy with `requestPrincipals: ["<issuer>/*"]` for the same pods',
                found,
                of_key=True,
            )


def _meets(policy: Manifest, found: Manifest) -> bool:
    """Whether a policy may be for the pods of a RequestAuthentication."""
    ours, theirs = _selector(policy), _selector(found)
    if "targetRefs" in policy.spec or "targetRef" in policy.spec:
        return True
    return all(theirs.get(name, value) == value for name, value in ours.items())


def _demands(policy: Manifest) -> bool:
    """Whether a policy asks for a token, in any of the ways to do so."""
    for _, item in _items(policy):
        if any(source.get(key) for source in _sources(item) for key in _TOKENS):
            return True
        for when in sequence(item.get("when")):
            if str(mapping(when).get("key")).startswith("request.auth."):
                return True
    return _action(policy) == "CUSTOM"


@rule("mesh/token-never-checked", "error", scope="release", rows=("Z09",))
def token_never_checked(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A policy demands a token that nothing checks for these pods: all requests are refused.

    Asked where tokens are checked for other pods of the namespace; elsewhere it may be done for
    the whole mesh.
    """
    for policy in objects.of("AuthorizationPolicy"):
        near = [
            found
            for found in objects.of("RequestAuthentication")
            if together(policy.namespace, found.namespace) or found.namespace == _ROOT
        ]
        pods = [pod for pod in pods_in(objects, policy.namespace) if _for(policy, pod)]
        if not near or not pods or any(_for(found, pod) for found in near for pod in pods):
            continue
        for number, item in _items(policy):
            for place, source in enumerate(_sources(item)):
                if source.get("requestPrincipals"):
                    yield Hit(
                        ("spec", "rules", number, "from", place, "source", "requestPrincipals"),
                        "no RequestAuthentication is for these pods: no request has a principal",
                        f"let the selector of RequestAuthentication {shown(near[0].name)} select them",
                        policy,
                    )


_LOOSE = ("PERMISSIVE", "DISABLE")


@rule(
    "mesh/mtls-not-strict",
    "error",
    rows=("Z10",),
    kinds=("PeerAuthentication",),
    aliases=("kyverno/enforce-strict-mtls",),
)
def mtls_not_strict(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """Plain text is taken too, and callers need not prove who they are."""
    places: list[tuple[Route, Any]] = [
        (("spec", "mtls", "mode"), mapping(manifest.spec.get("mtls")).get("mode"))
    ]
    places += [
        (("spec", "portLevelMtls", port, "mode"), mapping(found).get("mode"))
        for port, found in mapping(manifest.spec.get("portLevelMtls")).items()
    ]
    for route, mode in places:
        if mode in _LOOSE:
            yield Hit(
                route,
                f"with {mode}, callers without a certificate are let in, and policies on principals "
                "do not hold for them",
                "write `mode: STRICT`",
            )


@rule(
    "mesh/mtls-conflict",
    "error",
    scope="release",
    rows=("Z10",),
    aliases=("istioctl/IST0113",),
)
def mtls_conflict(objects: Objects, context: Context) -> Iterator[Hit]:
    """A DestinationRule speaks plain text, or its own TLS, to a Service of the mesh."""
    for found in objects.of("DestinationRule"):
        host = in_cluster(found.spec.get("host"), found.namespace)
        strict = any(
            mapping(peer.spec.get("mtls")).get("mode") == "STRICT"
            for peer in objects.of("PeerAuthentication")
            if host is not None and together(peer.namespace, host[1])
        )
        environment = context.environment
        ours = (
            environment is not None
            and environment.mesh is not None
            and host is not None
            and host[1] in (str(environment.namespace), "")
        )
        if not strict and not ours:
            continue
        for route, policy in _traffic(found):
            mode = mapping(policy.get("tls")).get("mode")
            if mode in ("DISABLE", "SIMPLE", "MUTUAL"):
                yield Hit(
                    (*route, "tls", "mode"),
                    f"the pods take the mesh's mutual TLS only, and {mode} is something else",
                    "write `mode: ISTIO_MUTUAL`, or leave `tls` out",
                    found,
                )


def _traffic(found: Manifest) -> Iterator[tuple[Route, dict[str, Any]]]:
    """Every trafficPolicy of a DestinationRule, those of subsets and ports too."""
    places: list[tuple[Route, Any]] = [
        (("spec", "trafficPolicy"), found.spec.get("trafficPolicy")),
        *(
            (("spec", "subsets", n, "trafficPolicy"), mapping(subset).get("trafficPolicy"))
            for n, subset in enumerate(sequence(found.spec.get("subsets")))
        ),
    ]
    for route, policy in places:
        if isinstance(policy, dict):
            yield route, policy
            for n, port in enumerate(sequence(policy.get("portLevelSettings"))):
                yield (*route, "portLevelSettings", n), mapping(port)


@rule(
    "mesh/external-tls-unverified",
    "error",
    rows=("Z14",),
    kinds=("DestinationRule",),
    aliases=("istioctl/IST0128", "istioctl/IST0129"),
)
def external_tls_unverified(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """TLS to a host outside takes any certificate."""
    host = manifest.spec.get("host")
    if not isinstance(host, str) or in_cluster(host, manifest.namespace) is not None:
        return
    for route, policy in _traffic(manifest):
        tls = mapping(policy.get("tls"))
        if tls.get("mode") not in ("SIMPLE", "MUTUAL"):
            continue
        if tls.get("insecureSkipVerify") is True:
            yield Hit(
                (*route, "tls", "insecureSkipVerify"),
                f"whoever answers for {shown(host)} is believed",
                "write `caCertificates: system`, with `sni` and `subjectAltNames`",
            )
        elif not tls.get("caCertificates") and not tls.get("credentialName"):
            yield Hit(
                (*route, "tls", "mode"),
                f"no `caCertificates` say who may speak for {shown(host)}",
                "add `caCertificates: system`, or the path of a bundle",
            )


@rule(
    "mesh/no-sidecar",
    "error",
    rows=("Z11",),
    needs=("environment",),
    aliases=(
        "kyverno/prevent-disabling-injection-pods",
        "kyverno/enforce-sidecar-injection-namespace",
        "istioctl/IST0102",
        "istioctl/IST0103",
    ),
)
def no_sidecar(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """Pods stay outside the mesh, so its policies do not hold for them.

    Pods that end may: the mesh's sidecar would keep them from it where it is not native.
    """
    environment = context.environment
    if environment is None or environment.mesh is None:
        return
    own = str(environment.namespace)
    if manifest.kind == "Namespace" and manifest.name == own:
        labels = manifest.labels
        if labels.get("istio-injection") == "disabled":
            yield Hit(
                ("metadata", "labels", "istio-injection"),
                "pods of the namespace get no sidecar",
                "write `istio-injection: enabled`",
            )
        elif not {"istio-injection", "istio.io/rev", "istio.io/dataplane-mode"} & set(labels):
            yield Hit(
                ("metadata", "labels") if labels else ("metadata", "name"),
                "pods of the namespace get no sidecar: nothing asks for it",
                "add the label `istio-injection: enabled`",
                of_key=True,
            )
    for pod in manifest.pods:
        if pod.ends or manifest.namespace not in ("", own):
            continue
        for key, found in (("labels", pod.labels), ("annotations", pod.annotations)):
            if str(found.get("sidecar.istio.io/inject")).lower() == "false":
                yield Hit(
                    (*pod.labels_route, key, "sidecar.istio.io/inject"),
                    "the pods get no sidecar: anyone may call them, and no policy of the mesh holds",
                    "remove it; leave single ports out with "
                    "`traffic.sidecar.istio.io/excludeInboundPorts`",
                )


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


def _guarded(objects: Objects, context: Context) -> Iterator[Claim]:
    for policy in objects.of("AuthorizationPolicy"):
        if "targetRef" not in policy.spec and "targetRefs" not in policy.spec:
            yield Claim("policy", (policy.namespace, dict(_selector(policy))), (), policy)
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
    unread=TEXTS,
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
            where in (namespace, _ROOT) and matches(selector, labels)
            for where, selector in policies.near(labels)
        ):
            yield Hit(
                claim.route,
                f"no AuthorizationPolicy is for the pods of {claim.manifest.kind} "
                f"{shown(claim.manifest.name)}: everyone in the mesh may call them",
                "add one that names their callers",
                claim.manifest,
            )


_OUTSIDE = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?(?:[/?]|$)")


@rule("mesh/no-service-entry", "error", scope="release", rows=("Z16",))
def no_service_entry(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A pod calls a host outside that the mesh does not know, and only known ones may be called."""
    closed = [
        sidecar
        for sidecar in objects.of("Sidecar")
        if mapping(sidecar.spec.get("outboundTrafficPolicy")).get("mode") == "REGISTRY_ONLY"
    ]
    known = [
        host
        for entry in objects.of("ServiceEntry")
        for host in sequence(entry.spec.get("hosts"))
        if isinstance(host, str)
    ]
    for pod in objects.pods:
        if not any(_for(sidecar, pod) for sidecar in closed):
            continue
        for route, value in _told(pod):
            for host in _OUTSIDE.findall(value):
                if ".svc" in host or re.fullmatch(r"[\d.]+", host):
                    continue
                if not any(_fits(pattern, host) for pattern in known):
                    yield Hit(
                        route,
                        f"the mesh does not know {shown(host)}, and REGISTRY_ONLY keeps pods from "
                        "calling what it does not know",
                        f"add a ServiceEntry with `hosts: [{shown(host)}]`",
                        pod.manifest,
                    )


def _told(pod: Pod) -> Iterator[tuple[Route, str]]:
    """The texts that containers are given: environment and arguments."""
    for container in pod.containers:
        for index, item in enumerate(sequence(container.value.get("env"))):
            value = mapping(item).get("value")
            if isinstance(value, str):
                yield (*container.route, "env", index, "value"), value
        for key in ("args", "command"):
            for index, value in enumerate(sequence(container.value.get(key))):
                if isinstance(value, str):
                    yield (*container.route, key, index), value


@rule("mesh/job-never-ends", "warning", rows=("Z17",))
def job_never_ends(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """The sidecar of a Job outlives its work, so the Job never ends.

    Native sidecars end with the pod (istio.io, Kubernetes Native Sidecars); others have to be told.
    """
    for pod in manifest.pods:
        if not pod.ends or _ends_itself(pod):
            continue
        told = {**pod.annotations, **pod.labels}
        inject = str(told.get("sidecar.istio.io/inject", "")).lower()
        native = str(told.get("sidecar.istio.io/nativeSidecar", "")).lower()
        environment = context.environment
        mesh = environment.mesh if environment is not None else None
        here = environment is not None and manifest.namespace in ("", str(environment.namespace))
        meshed = inject == "true" or (mesh is not None and here)
        old = native == "false" or (mesh is not None and not mesh.native_sidecars and not native)
        if inject != "false" and meshed and old:
            key = "sidecar.istio.io/nativeSidecar"
            asked: Iterable[Route] = (
                (*pod.labels_route, kind, name)
                for name in (key, "sidecar.istio.io/inject")
                for kind, found in (("annotations", pod.annotations), ("labels", pod.labels))
                if name in found
            )
            yield Hit(
                next(iter(asked), pod.labels_route),
                "the sidecar goes on when the work is done, and the Job never ends",
                'write the label `sidecar.istio.io/inject: "false"`, or use native sidecars',
            )


def _ends_itself(pod: Pod) -> bool:
    """Whether a container tells the sidecar to end."""
    return any("quitquitquit" in value for _, value in _told(pod))
