"""Panels of a Grafana dashboard, laid out two in a row.

Facts: grafana.com/docs/grafana/v11.6/dashboards/build-dashboards/view-dashboard-json-model; the
plugins `stat` and `timeseries` are the current ones.
"""

from __future__ import annotations

from typing import Any

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
INTERVAL = "$__rate_interval"

WIDTH, HEIGHT, STAT_HEIGHT = 12, 8, 4


def timeseries(
    title: str,
    description: str,
    unit: str,
    targets: list[tuple[str, str]],
    limit: float | None = None,
) -> dict[str, Any]:
    """Lines over time: `targets` are expressions with their legends, `limit` a promise."""
    return _panel("timeseries", title, description, unit, targets, limit) | {
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    }


def stat(title: str, description: str, unit: str, expression: str) -> dict[str, Any]:
    """One number: the last one."""
    return _panel("stat", title, description, unit, [(expression, "")], None) | {
        "options": {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
    }


def arranged(panels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Panels with their ids and places; numbers first, in one row, then lines in pairs."""
    numbers = [panel for panel in panels if panel["type"] == "stat"]
    lines = [panel for panel in panels if panel["type"] != "stat"]
    wide = 2 * WIDTH // max(1, len(numbers))
    top = STAT_HEIGHT if numbers else 0
    places = [{"x": i * wide, "y": 0, "w": wide, "h": STAT_HEIGHT} for i in range(len(numbers))] + [
        {"x": i % 2 * WIDTH, "y": top + i // 2 * HEIGHT, "w": WIDTH, "h": HEIGHT}
        for i in range(len(lines))
    ]
    return [
        {"id": number, **panel, "gridPos": place}
        for number, (panel, place) in enumerate(zip(numbers + lines, places, strict=True), 1)
    ]


def _panel(
    kind: str,
    title: str,
    description: str,
    unit: str,
    targets: list[tuple[str, str]],
    limit: float | None,
) -> dict[str, Any]:
    steps = [{"color": "green", "value": None}]
    custom: dict[str, Any] = {}
    if limit is not None:
        steps.append({"color": "red", "value": limit})  # type: ignore[dict-item]
        custom = {"custom": {"thresholdsStyle": {"mode": "line"}}}
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "fieldConfig": {
            "defaults": {
                "unit": unit,
                "thresholds": {"mode": "absolute", "steps": steps},
                **custom,
            },
            "overrides": [],
        },
        "targets": [
            {
                "refId": chr(ord("A") + number),
                "expr": expression,
                "legendFormat": legend or "__auto",
            }
            for number, (expression, legend) in enumerate(targets)
        ],
    }
