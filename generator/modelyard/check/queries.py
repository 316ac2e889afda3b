"""The queries of objects: of alerts and recording rules, panels, scalers and analyses.

Shapes: PrometheusRule of the Prometheus operator (monitoring.coreos.com/v1), ScaledObject of KEDA
(keda.sh/docs/latest/scalers/prometheus), AnalysisTemplate of Argo Rollouts
(argo-rollouts.readthedocs.io/en/stable/analysis/prometheus).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from modelyard.check.dashboards import Dashboard, dashboards
from modelyard.check.objects import mapping, routes, sequence
from modelyard.check.promql import Node, PromqlError, read, read_templated
from modelyard.check.rule import Hit
from modelyard.findings import at
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.findings import Route

Source = Literal["alert", "record", "panel", "scaler", "analysis"]

KINDS = (
    "PrometheusRule", "ScaledObject", "ScaledJob", "AnalysisTemplate", "ClusterAnalysisTemplate",
    "ConfigMap",
)  # fmt: skip
"""Kinds that have queries."""

_ANALYSES = {
    "AnalysisTemplate": ("spec", "metrics", "*"),
    "ClusterAnalysisTemplate": ("spec", "metrics", "*"),
}
_PLACEHOLDER = re.compile(r"\{\{|\{%|\$\{")
_ARGUMENT = re.compile(r"\{\{\s*[\w.-]+\s*\}\}")


@dataclass(frozen=True, slots=True)
class Query:
    """A query, and where it stands."""

    manifest: Manifest
    route: Route
    """To its text; in a dashboard, in the dashboard's JSON."""
    text: str
    source: Source
    owner: dict[str, Any]
    """The alert, recording rule, target, trigger or metric that it belongs to."""
    dashboard: Dashboard | None = None
    panel: str = ""
    """The type of the panel."""

    def tree(self) -> Node | None:
        """What it says, if it can be read."""
        try:
            return self.read()
        except PromqlError:
            return None

    def read(self) -> Node | None:
        """What it says; nothing where placeholders hide it. Raises `PromqlError`."""
        if self.source == "panel":
            return read_templated(self.text)
        if self.source == "analysis" and "{{" in self.text:
            return read_templated(_ARGUMENT.sub("$argument", self.text))
        return None if _PLACEHOLDER.search(self.text) else read(self.text)

    def hit(self, message: str, help: str) -> Hit:
        """A finding at its text."""
        if self.dashboard is not None:
            return self.dashboard.hit(self.route, message, help)
        return Hit(self.route, message, help, self.manifest)

    @property
    def name(self) -> str:
        """What it is called: the alert, or the recorded metric."""
        found = self.owner.get("alert") or self.owner.get("record") or self.owner.get("refId")
        return shown(found) if isinstance(found, str) else ""


def queries(manifest: Manifest) -> Iterator[Query]:
    """Every query of an object in PromQL."""
    if manifest.kind == "PrometheusRule":
        for route, owner in rules_of(manifest):
            source: Source = "alert" if "alert" in owner else "record"
            if isinstance(text := owner.get("expr"), str):
                yield Query(manifest, (*route, "expr"), text, source, owner)
    elif manifest.kind in ("ScaledObject", "ScaledJob"):
        for route in routes(manifest.value, ("spec", "triggers", "*")):
            trigger = mapping(at(manifest.value, route))
            metadata = mapping(trigger.get("metadata"))
            if trigger.get("type") == "prometheus" and isinstance(metadata.get("query"), str):
                place = (*route, "metadata", "query")
                yield Query(manifest, place, metadata["query"], "scaler", trigger)
    elif manifest.kind in _ANALYSES:
        for route in routes(manifest.value, _ANALYSES[manifest.kind]):
            metric = mapping(at(manifest.value, route))
            text = mapping(mapping(metric.get("provider")).get("prometheus")).get("query")
            if isinstance(text, str):
                place = (*route, "provider", "prometheus", "query")
                yield Query(manifest, place, text, "analysis", metric)
    else:
        for dashboard in dashboards(manifest):
            yield from _of_panels(dashboard)


def all_queries(objects: Objects) -> Iterator[Query]:
    """Every query of some objects."""
    for manifest in objects.of(*KINDS):
        yield from queries(manifest)


def rules_of(manifest: Manifest) -> Iterator[tuple[Route, dict[str, Any]]]:
    """The alerts and recording rules of a PrometheusRule."""
    if manifest.kind == "PrometheusRule":
        for route in routes(manifest.value, ("spec", "groups", "*", "rules", "*")):
            rule = at(manifest.value, route)
            if isinstance(rule, dict):
                yield route, rule


def alerts_of(manifest: Manifest) -> Iterator[tuple[Route, dict[str, Any], Node | None]]:
    """The alerts of a PrometheusRule, with what they ask."""
    for route, owner in rules_of(manifest):
        if isinstance(owner.get("alert"), str):
            text = owner.get("expr")
            query = Query(manifest, (*route, "expr"), str(text), "alert", owner)
            yield route, owner, query.tree() if isinstance(text, str) else None


def _of_panels(dashboard: Dashboard) -> Iterator[Query]:
    for route, panel in dashboard.panels():
        if _language(panel, {}) not in ("", "prometheus"):
            continue
        for index, target in enumerate(sequence(panel.get("targets"))):
            text = mapping(target).get("expr")
            if isinstance(text, str) and _language(target, panel) in ("", "prometheus"):
                place = (*route, "targets", index, "expr")
                kind = str(panel.get("type"))
                yield Query(dashboard.manifest, place, text, "panel", target, dashboard, kind)


def _language(target: dict[str, Any], panel: dict[str, Any]) -> str:
    """The kind of data source; empty where it is not said."""
    source = target.get("datasource") or panel.get("datasource")
    found = mapping(source).get("type")
    if isinstance(found, str) and found not in ("mixed", "datasource"):
        return found.removeprefix("grafana-").removesuffix("-datasource")
    return "loki" if isinstance(source, str) and "loki" in source.lower() else ""
