"""PrometheusRule: the objectives of the spec as alerts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.build.manifest import Manifest, manifest, plain
from modelyard.build.parts import labels, queries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.plan import Plan
    from modelyard.spec.model import Serving

Rule = dict[str, Any]

FAST_BURN = ("0.02", 1, "1h", "5m", "2m", "critical")
SLOW_BURN = ("0.05", 6, "6h", "30m", "15m", "warning")
"""Share of the budget, in how many hours; long and short window, `for`, severity."""
BURNS = (FAST_BURN, SLOW_BURN)


def build(plan: Plan) -> Manifest | None:
    """One alert for each promise, and one for each metric that a promise rests on."""
    serving = plan.spec.serving
    rules = list(_rules(plan, serving)) if serving else []
    if not rules:
        return None
    return manifest(
        "monitoring.coreos.com/v1",
        "PrometheusRule",
        labels.metadata(
            plan, component=labels.SERVER, labels=plain(plan.environment.spec.monitoring.labels)
        ),
        spec={"groups": [{"name": f"{plan.name}.objectives", "rules": rules}]},
    )


def _rules(plan: Plan, serving: Serving) -> Iterator[Rule]:
    yield from _accuracy(plan, serving)
    yield from _latency(plan, serving)
    yield from _errors(plan, serving)
    yield from _availability(plan, serving)
    yield from _drift(plan, serving)
    yield from _missing(plan, serving)


def _accuracy(plan: Plan, serving: Serving) -> Iterator[Rule]:
    promise, metric = plan.spec.objectives.accuracy, serving.metrics.accuracy
    if promise is not None and metric is not None:
        yield _alert(
            plan,
            "ModelAccuracyLow",
            f"{queries.gauge(plan, metric, 'min')} < {promise.min.fraction}",
            for_=promise.for_,
            severity=promise.severity,
            summary=f"The accuracy of {plan.name} is below {promise.min.fraction}",
            detail="It is {{ $value | humanizePercentage }}",
        )


def _latency(plan: Plan, serving: Serving) -> Iterator[Rule]:
    promise, metric = plan.spec.objectives.latency, serving.metrics.latency
    if promise is not None and metric is not None:
        quantile = queries.quantile(plan, metric, promise.quantile, promise.window)
        yield _alert(
            plan,
            "ModelLatencyHigh",
            f"{quantile} > {queries.threshold(promise.max, metric)}",
            for_=promise.for_,
            severity=promise.severity,
            summary=f"{plan.name} answers slower than {promise.max}",
            detail=f"The {promise.quantile:g} quantile over {promise.window} is {{{{ $value | humanize }}}}",
        )


def _errors(plan: Plan, serving: Serving) -> Iterator[Rule]:
    promise = plan.spec.objectives.errors
    if promise is not None and serving.metrics.requests and serving.metrics.errors:
        yield _alert(
            plan,
            "ModelErrorsHigh",
            f"{queries.error_ratio(plan, serving, promise.window)} > {promise.max.fraction}",
            for_=promise.for_,
            severity=promise.severity,
            summary=f"More than {promise.max} of the requests to {plan.name} fail",
            detail="{{ $value | humanizePercentage }} of them fail",
        )


def _availability(plan: Plan, serving: Serving) -> Iterator[Rule]:
    from decimal import Decimal

    promise = plan.spec.objectives.availability
    if promise is None or not (serving.metrics.requests and serving.metrics.errors):
        return
    budget = 1 - Decimal(promise.min.fraction)
    hours = promise.window.milliseconds // 3_600_000
    for speed, (share, alert_hours, long, short, for_, severity) in (
        ("Fast", FAST_BURN),
        ("Slow", SLOW_BURN),
    ):
        burn = queries.burn_rate(share, hours, alert_hours)
        limit = queries.decimal(burn * budget)
        ratios = (queries.error_ratio(plan, serving, window) for window in (long, short))
        yield _alert(
            plan,
            f"ModelErrorBudgetBurns{speed}",
            "\nand\n".join(f"{ratio} > {limit}" for ratio in ratios),
            for_=for_,
            severity=severity,
            summary=f"{plan.name} spends its error budget {queries.decimal(burn)} times too fast",
            detail=f"At this rate the promise of {promise.min} over {promise.window} is broken;"
            " {{ $value | humanizePercentage }} of the requests fail",
        )


def _drift(plan: Plan, serving: Serving) -> Iterator[Rule]:
    promise, metric = plan.spec.objectives.drift, serving.metrics.drift
    if promise is not None and metric is not None:
        yield _alert(
            plan,
            "ModelDriftHigh",
            f"{queries.gauge(plan, metric, 'max')} > {promise.max:g}",
            for_=promise.for_,
            severity=promise.severity,
            summary=f"The inputs of {plan.name} have drifted from its training data",
            detail=f"The drift score is {{{{ $value | humanize }}}}, and at most {promise.max:g} is promised",
        )


def _missing(plan: Plan, serving: Serving) -> Iterator[Rule]:
    promise, objectives, metrics = (
        plan.spec.objectives.missing_data,
        plan.spec.objectives,
        serving.metrics,
    )
    if promise is None:
        return
    rests_on = (
        ("Accuracy", objectives.accuracy, metrics.accuracy),
        ("Latency", objectives.latency, f"{metrics.latency}_count"),
        ("Requests", objectives.errors or objectives.availability, metrics.requests),
        ("Drift", objectives.drift, metrics.drift),
    )
    for what, objective, metric in rests_on:
        if objective is not None and metric is not None:
            yield _alert(
                plan,
                f"Model{what}Missing",
                f"absent({metric}{queries.selector(plan)})",
                for_=promise.for_,
                severity=promise.severity,
                summary=f"{plan.name} no longer exports {metric}",
                detail="Is it running and scraped? Alerts that rest on the metric cannot fire",
                by_version=False,
            )


def _alert(
    plan: Plan,
    name: str,
    expression: str,
    *,
    for_: str,
    severity: str,
    summary: str,
    detail: str,
    by_version: bool = True,
) -> Rule:
    monitoring = plan.environment.spec.monitoring
    version = f"release {{{{ $labels.{queries.VERSION} }}}} of " if by_version else ""
    return {
        "alert": name,
        "expr": expression,
        "for": for_,
        "labels": {
            "severity": severity,
            "model": plan.name,
            "environment": plan.environment.name,
            "team": plan.model.metadata.team,
            "tier": plan.model.metadata.tier,
            **plain(monitoring.alert_labels),
        },
        "annotations": {
            "summary": f"{summary} in {plan.environment.name}",
            "description": f"{detail}: {version}{plan.name} in {plan.environment.spec.namespace}.",
            "runbook_url": f"{monitoring.runbooks}#{_anchor(name)}",
        },
    }


def _anchor(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
