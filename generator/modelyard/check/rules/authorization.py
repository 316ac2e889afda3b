"""Istio: what the rules of policies say, and about whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.authorizations import (
    ROOT,
    SELECTORS,
    action_of,
    is_for,
    operations_of,
    rules_in,
    selector_of,
    sources_of,
)
from modelyard.check.links import (
    declared,
    is_opaque,
    nearest,
    pods_in,
    pods_of,
    ports_of,
    services,
    target,
    written,
)
from modelyard.check.objects import sequence
from modelyard.check.rule import Claim, Hit, rule
from modelyard.findings import Fix
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_HEALTH = re.compile(r"/(health|ready|live|ping|status|version|v2/health)[a-z_/-]*\*?")
_HTTP = ("hosts", "notHosts", "methods", "notMethods", "paths", "notPaths")


@rule("mesh/split-rule", "error", rows=("Z01",), kinds=("AuthorizationPolicy",))
def split_rule(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """Who may call and what may be called are two rules, so that either is enough.

    Items of `rules` are alternatives; `from` and `to` of one item hold together (istio.io,
    Authorization Policy). A rule for all callers is left alone where it is for health only.
    """
    items = list(rules_in(manifest))
    halves = [set(item) - {"when"} for _, item in items]
    if {"from"} not in halves:
        return
    for number, item in items:
        if set(item) != {"to"}:
            continue
        paths = [path for found in operations_of(item) for path in sequence(found.get("paths"))]
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
    for manifest in objects.of(*SELECTORS):
        labels = written(selector_of(manifest))
        pods = pods_in(objects, manifest.namespace)
        if not labels or not pods or manifest.namespace == ROOT:
            continue
        if is_opaque(objects, manifest.namespace):
            continue
        pod, missing = nearest(labels, pods)
        if pod is None or not missing:
            continue
        name = missing[0]
        have = pod.labels.get(name)
        yield Hit(
            ("spec", *SELECTORS[manifest.kind], name),
            f"no pod here has the label `{shown(name)}: {shown(str(labels[name]))}`, so the "
            f"{manifest.kind} does nothing",
            f"write `{shown(name)}: {shown(str(have))}`, as on the pods of {shown(pod.manifest.name)}"
            if isinstance(have, str)
            else f"write labels that the pods of {shown(pod.manifest.name)} have",
            manifest,
        )


_PRINCIPAL = re.compile(r"([^/]+)/ns/([^/]+)/sa/([^/]+)")


def _principals(policy: Manifest) -> Iterator[tuple[Route, Any]]:
    for number, item in rules_in(policy):
        for place, source in enumerate(sources_of(item)):
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
            if parts is not None and "*" not in found and action_of(policy) == "ALLOW":
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
        for number, item in rules_in(policy):
            for place, found in enumerate(operations_of(item)):
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
    pods = [pod for pod in pods_in(objects, policy.namespace) if is_for(policy, pod)]
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
    deny = action_of(manifest) == "DENY"
    for number, item in rules_in(manifest):
        for place, found in enumerate(operations_of(item)):
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
