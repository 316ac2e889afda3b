"""What alerts, dashboards and scalers name, and whether the objects beside them are called so."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from modelyard.check.objects import WORKLOADS, mapping
from modelyard.check.promql import Selector, selectors
from modelyard.check.queries import all_queries, rules_of
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.queries import Query
    from modelyard.check.rule import Context

_NAMESPACES = (
    "namespace", "exported_namespace", "kubernetes_namespace", "destination_workload_namespace",
    "destination_service_namespace",
)  # fmt: skip
_NAMES = (
    "job", "service", "deployment", "statefulset", "rollout", "model", "model_name", "app",
    "destination_workload", "destination_service_name", "destination_app", "inference_service",
    "horizontalpodautoscaler",
)  # fmt: skip
_NAME_LABELS = (
    "app.kubernetes.io/name", "app.kubernetes.io/instance", "app", "model", "model-name",
    "serving.kserve.io/inferenceservice", "istio.io/canonical-name",
)  # fmt: skip
_NEAR = {"panel": 0.9}
"""How like two names must be to be taken for one; panels show neighbours too."""
_MOSTLY = 0.8


@rule("prometheus/unknown-name", "error", scope="release", rows=("L03", "D12"))
def unknown_name(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A query asks for a model or a namespace that is called otherwise here."""
    names, namespaces = _names(objects), _namespaces(objects)
    if not names:
        return
    for query in all_queries(objects):
        tree = query.tree()
        told: set[tuple[str, str]] = set()
        for selector in selectors(tree) if tree is not None else ():
            for label, value, meant in _mistaken(query, selector, names, namespaces):
                if (label, value) not in told:
                    told.add((label, value))
                    yield query.hit(
                        f"nothing here has the {label} `{shown(value)}`", f"write `{shown(meant)}`"
                    )
    for manifest in objects.of("PrometheusRule"):
        for route, owner in rules_of(manifest):
            model = str(mapping(owner.get("labels")).get("model"))
            nearest = _near(model, names, _MOSTLY)
            if nearest is not None:
                yield Hit(
                    (*route, "labels", "model"),
                    f"no model here is called `{shown(model)}`",
                    f"write `{shown(nearest)}`",
                    manifest,
                )


def _mistaken(
    query: Query, selector: Selector, names: set[str], namespaces: set[str]
) -> Iterator[tuple[str, str, str]]:
    """Label, value and what was meant."""
    ours = False
    for label in _NAMES:
        value = selector.equal(label)
        if value is None or "$" in value or "{{" in value:
            continue
        ours = ours or value in names
        meant = _near(value, names, _NEAR.get(query.source, _MOSTLY))
        if meant is not None:
            yield label, value, meant
    for label in _NAMESPACES:
        value = selector.equal(label)
        if value is None or value in namespaces or "$" in value or "{{" in value:
            continue
        meant = _near(value, namespaces, 0.75)
        if meant is None and ours and len(namespaces) == 1:
            meant = next(iter(namespaces))
        if meant is not None:
            yield label, value, meant


def _near(value: str, known: set[str], least: float) -> str | None:
    """The known name that a wrong one is nearly; siblings such as `x` and `x-canary` are none."""
    if value in known:
        return None
    for name in sorted(known):
        if value.startswith(name) or name.startswith(value):
            continue
        if re.sub(r"\d", "", value) == re.sub(r"\d", "", name):
            continue
        if SequenceMatcher(None, value, name).ratio() >= least:
            return name
    return None


def _names(objects: Objects) -> set[str]:
    """What models and their parts are called; nothing where there are no workloads."""
    workloads = objects.of(*WORKLOADS)
    if not workloads:
        return set()
    found = {manifest.name for manifest in objects.manifests}
    for manifest in workloads:
        found |= _labelled(manifest)
        for pod in manifest.pods:
            found |= {str(pod.labels[each]) for each in _NAME_LABELS if each in pod.labels}
    for manifest in objects.of("Service", "ServiceMonitor", "PodMonitor"):
        found |= _labelled(manifest)
    return found - {""}


def _labelled(manifest: Manifest) -> set[str]:
    return {str(manifest.labels[each]) for each in _NAME_LABELS if each in manifest.labels}


def _namespaces(objects: Objects) -> set[str]:
    found = {manifest.namespace for manifest in objects.manifests}
    found |= {manifest.name for manifest in objects.of("Namespace")}
    return found - {""}
