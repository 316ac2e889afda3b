"""Istio's policies: which pods they are for, and what their rules say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.links import together
from modelyard.check.objects import mapping, matches, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Pod

SELECTORS: dict[str, tuple[str, str]] = {
    "AuthorizationPolicy": ("selector", "matchLabels"),
    "PeerAuthentication": ("selector", "matchLabels"),
    "RequestAuthentication": ("selector", "matchLabels"),
    "Telemetry": ("selector", "matchLabels"),
    "WasmPlugin": ("selector", "matchLabels"),
    "Sidecar": ("workloadSelector", "labels"),
    "EnvoyFilter": ("workloadSelector", "labels"),
}
"""Where the kinds of Istio say which pods they are for."""

ROOT = "istio-system"


def selector_of(manifest: Manifest) -> dict[str, Any]:
    """The labels of the pods that an object of the mesh is for; empty for all."""
    first, second = SELECTORS[manifest.kind]
    return mapping(mapping(manifest.spec.get(first)).get(second))


def is_for(manifest: Manifest, pod: Pod) -> bool:
    """Whether an object of the mesh is for a pod."""
    if "targetRef" in manifest.spec or "targetRefs" in manifest.spec:
        return False
    here = together(manifest.namespace, pod.manifest.namespace) or manifest.namespace == ROOT
    return here and matches(selector_of(manifest), pod.labels)


def rules_in(policy: Manifest) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rules of a policy, each with its number."""
    for number, item in enumerate(sequence(policy.spec.get("rules"))):
        if isinstance(item, dict):
            yield number, item


def sources_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Whom a rule is about."""
    return [mapping(mapping(found).get("source")) for found in sequence(item.get("from"))]


def operations_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Which requests a rule is about."""
    return [mapping(mapping(found).get("operation")) for found in sequence(item.get("to"))]


def action_of(policy: Manifest) -> str:
    """What a policy does with what its rules are about."""
    return str(policy.spec.get("action") or "ALLOW")


def fits(pattern: Any, value: str) -> bool:
    """As Istio compares: exact, or with `*` at one end."""
    if not isinstance(pattern, str):
        return False
    if pattern.endswith("*"):
        return value.startswith(pattern[:-1])
    if pattern.startswith("*"):
        return value.endswith(pattern[1:])
    return pattern == value
