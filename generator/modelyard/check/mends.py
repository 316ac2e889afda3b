"""Which mistakes against a schema have one certain mend: the spelling is wrong, and what was meant is sure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.findings import Fix, at
from modelyard.load.suggest import surely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.findings import Route

_SAME = {
    ("policy/v1beta1", "PodDisruptionBudget"): "policy/v1",
    ("batch/v1beta1", "CronJob"): "batch/v1",
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): "autoscaling/v2",
    ("rbac.authorization.k8s.io/v1beta1", "Role"): "rbac.authorization.k8s.io/v1",
    ("rbac.authorization.k8s.io/v1beta1", "RoleBinding"): "rbac.authorization.k8s.io/v1",
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRole"): "rbac.authorization.k8s.io/v1",
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding"): "rbac.authorization.k8s.io/v1",
    ("scheduling.k8s.io/v1beta1", "PriorityClass"): "scheduling.k8s.io/v1",
    ("storage.k8s.io/v1beta1", "StorageClass"): "storage.k8s.io/v1",
    ("node.k8s.io/v1beta1", "RuntimeClass"): "node.k8s.io/v1",
    ("networking.k8s.io/v1beta1", "IngressClass"): "networking.k8s.io/v1",
}
"""Versions that are gone, and those that took their place with the same fields and the same meaning
(kubernetes.io, Deprecated API Migration Guide)."""


def successor(value: dict[str, Any]) -> str | None:
    """The version that an object of a version that is gone may simply be given."""
    identity = (value["apiVersion"], value["kind"])
    if identity[1] == "PodDisruptionBudget":  # An empty selector means none there, and all here.
        spec = value.get("spec")
        selector = spec.get("selector") if isinstance(spec, dict) else None
        if not selector or selector in ({"matchLabels": {}}, {"matchExpressions": []}):
            return None
    return _SAME.get(identity)


def of_field(value: Any, route: Route, known: Iterable[str]) -> Fix | None:
    """A misspelt field."""
    near = surely(str(route[-1]), known)
    if near is None or near in at(value, route[:-1]):
        return None
    return Fix(rename=((route, near),))


def of_type(value: Any, route: Route, kinds: list[str]) -> Fix | None:
    """A number or a truth value with quotes that it should not have, or without those that it needs."""
    found = at(value, route)
    if kinds == ["string"] and isinstance(found, int | float):
        of_secret = value.get("kind") == "Secret" and route[0] == "data"
        return None if of_secret else Fix(quote=(route,))
    new = _unquoted(found, kinds) if isinstance(found, str) else None
    return Fix(put=((route, new),)) if new is not None else None


def _unquoted(text: str, kinds: list[str]) -> Any:
    if kinds == ["boolean"]:
        return {"true": True, "false": False}.get(text)
    if kinds in (["integer"], ["number"]) and re.fullmatch(r"0|-?[1-9][0-9]{0,14}", text):
        return int(text)
    return None


def of_word(value: Any, route: Route, words: list[str]) -> Fix | None:
    """A misspelt word."""
    found = at(value, route)
    near = surely(found, words) if isinstance(found, str) and route else None
    return Fix(put=((route, near),)) if near is not None else None
