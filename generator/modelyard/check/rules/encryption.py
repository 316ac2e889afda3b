"""Istio: TLS among the pods of the mesh, and to what is outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.links import in_cluster, together
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route

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
