"""PromQL over the metrics of one model: the same expressions for alerts and for panels.

A model's series are those of its scrape job in its namespace; `model_version` is set by its
ServiceMonitor from the pod's label. Facts: prometheus.io/docs/prometheus/latest/querying, and the
burn rates of sre.google/workbook/alerting-on-slos.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from modelyard.plan import Plan
    from modelyard.spec.model import Serving
    from modelyard.spec.values import Duration

VERSION = "model_version"

UNITS = {"_seconds": 1000, "_milliseconds": 1, "_ms": 1}
"""Milliseconds in the unit that a metric's name ends in."""


def selector(plan: Plan, *more: str) -> str:
    """The matchers that select the series of a model, with braces."""
    own = (f'job="{plan.name}"', f'namespace="{plan.environment.spec.namespace}"')
    return "{" + ",".join((*own, *more)) + "}"


def gauge(plan: Plan, metric: str, aggregation: str) -> str:
    """The worst value of a gauge over the pods of a release."""
    return f"{aggregation} by ({VERSION}) ({metric}{selector(plan)})"


def quantile(plan: Plan, metric: str, share: float | str, window: str) -> str:
    """A quantile of a histogram; `le` is kept, without which there is none."""
    rate = f"rate({metric}_bucket{selector(plan)}[{window}])"
    return f"histogram_quantile({share}, sum by (le, {VERSION}) ({rate}))"


def rate(plan: Plan, metric: str, window: str, *matchers: str) -> str:
    """Requests a second of each release."""
    return f"sum by ({VERSION}) (rate({metric}{selector(plan, *matchers)}[{window}]))"


def error_ratio(plan: Plan, serving: Serving, window: str) -> str:
    """The share of failed requests of each release; nothing where there are none at all."""
    metrics = serving.metrics
    failed = rate(plan, str(metrics.requests), window, str(metrics.errors))
    return f"{failed} / {rate(plan, str(metrics.requests), window)}"


def threshold(duration: Duration, metric: str) -> str:
    """A duration in the unit of a metric, as the shortest decimal."""
    return decimal(_divide(duration.milliseconds, UNITS[unit(metric)]))


def unit(metric: str) -> str:
    """The unit that a metric's name ends in; raises `LookupError` where it ends in none."""
    found = [suffix for suffix in UNITS if metric.endswith(suffix)]
    if not found:
        raise LookupError(metric)
    return found[0]


def burn_rate(budget_share: str, window_hours: int, alert_hours: int) -> Decimal:
    """How many times faster than evenly a budget burns that loses this share in that time."""
    from decimal import Decimal

    return Decimal(budget_share) * window_hours / alert_hours


def decimal(number: Decimal) -> str:
    """A number without an exponent or trailing zeros."""
    return format(number.normalize(), "f")


def _divide(number: int, by: int) -> Decimal:
    from decimal import Decimal

    return Decimal(number) / by
