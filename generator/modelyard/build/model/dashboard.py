"""ConfigMap: the model's Grafana dashboard, found and loaded by Grafana's sidecar."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from modelyard.build.manifest import Manifest, manifest, plain
from modelyard.build.parts import labels, names, panels, queries
from modelyard.format import json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.plan import Plan
    from modelyard.spec.model import Serving

UID_LIMIT = 40
QUANTILES = ("0.5", "0.95", "0.99")
SCHEMA_VERSION = 41


def build(plan: Plan) -> Manifest | None:
    """The dashboard is the JSON itself, not wrapped as the HTTP API wraps it."""
    serving, place = plan.spec.serving, plan.environment
    if serving is None:
        return None
    dashboards = place.spec.monitoring.dashboards
    folder = (
        {str(dashboards.folder_annotation): dashboards.folder}
        if dashboards.folder and dashboards.folder_annotation
        else {}
    )
    text = json.emit(_dashboard(plan, serving))
    return manifest(
        "v1",
        "ConfigMap",
        labels.metadata(
            plan,
            names.dashboard(plan),
            component=labels.SERVER,
            labels=plain(dashboards.labels),
            annotations=folder,
        ),
        data={f"{place.name}-{plan.name}.json": text},
    )


def _dashboard(plan: Plan, serving: Serving) -> dict[str, Any]:
    return {
        "uid": uid(plan),
        "title": f"{plan.name} ({plan.environment.name})",
        "description": plan.model.metadata.description,
        "tags": ["modelyard", plan.model.metadata.team, plan.environment.name],
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "graphTooltip": 1,
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "1m",
        "templating": {
            "list": [
                {
                    "name": "datasource",
                    "label": "Data source",
                    "type": "datasource",
                    "query": "prometheus",
                }
            ]
        },
        "panels": panels.arranged(list(_panels(plan, serving))),
    }


def uid(plan: Plan) -> str:
    """Stable, and at most 40 characters: the environment and the model, or a digest of them."""
    found = f"{plan.environment.name}-{plan.name}"
    if len(found) <= UID_LIMIT:
        return found
    return f"{found[:27]}-{sha256(found.encode()).hexdigest()[:12]}"


def _panels(plan: Plan, serving: Serving) -> Iterator[dict[str, Any]]:
    metrics, objectives = serving.metrics, plan.spec.objectives
    version = f"{{{{{queries.VERSION}}}}}"
    yield panels.stat(
        "Pods scraped", "Pods that answer Prometheus.", "short", f"sum(up{queries.selector(plan)})"
    )
    yield panels.stat(
        "Releases",
        "Releases that serve requests.",
        "short",
        f"count(count by ({queries.VERSION}) (up{queries.selector(plan)}))",
    )
    if metrics.requests:
        yield panels.timeseries(
            "Requests",
            "Requests a second of each release.",
            "reqps",
            [(queries.rate(plan, metrics.requests, panels.INTERVAL), version)],
        )
    if metrics.requests and metrics.errors:
        errors = objectives.errors
        yield panels.timeseries(
            "Errors",
            "The share of requests that fail.",
            "percentunit",
            [(queries.error_ratio(plan, serving, panels.INTERVAL), version)],
            float(errors.max.fraction) if errors else None,
        )
    if metrics.latency:
        latency = objectives.latency
        yield panels.timeseries(
            "Latency",
            "How long requests take.",
            _unit(metrics.latency),
            [
                (
                    queries.quantile(plan, metrics.latency, share, panels.INTERVAL),
                    f"{version} q{share}",
                )
                for share in QUANTILES
            ],
            float(queries.threshold(latency.max, metrics.latency)) if latency else None,
        )
    if metrics.accuracy:
        accuracy = objectives.accuracy
        yield panels.timeseries(
            "Accuracy",
            "The share of predictions that were right.",
            "percentunit",
            [(queries.gauge(plan, metrics.accuracy, "min"), version)],
            float(accuracy.min.fraction) if accuracy else None,
        )
    if metrics.drift:
        drift = objectives.drift
        yield panels.timeseries(
            "Drift",
            "How far the inputs are from the training data.",
            "short",
            [(queries.gauge(plan, metrics.drift, "max"), version)],
            drift.max if drift else None,
        )


def _unit(metric: str) -> str:
    return "s" if metric.endswith("_seconds") else "ms"
