"""Objectives: each rests on a metric that the server exports, in a known unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.model import alerts
from modelyard.build.parts import queries
from modelyard.build.parts.queries import UNITS
from modelyard.resolve.rules.case import SERVING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding
    from modelyard.resolve.rules.case import Case

OBJECTIVES = ("spec", "objectives")
DAY_MILLISECONDS = 86_400_000

NEEDS = {
    "accuracy": ("accuracy",),
    "latency": ("latency",),
    "errors": ("requests", "errors"),
    "availability": ("requests", "errors"),
    "drift": ("drift",),
}


def measured(case: Case) -> Iterator[Finding]:
    """An objective without its metric would be an alert that can never fire."""
    if case.serving is None:
        return
    for objective, metrics in NEEDS.items():
        if getattr(case.spec.objectives, objective) is None:
            continue
        for metric in metrics:
            if getattr(case.serving.metrics, metric) is None:
                yield case.problem(
                    "unmeasured",
                    (*OBJECTIVES, objective),
                    f"needs `serving.metrics.{metric}`, and runtime `{case.serving.runtime}` exports none",
                    f"name the metric under `serving.metrics.{metric}`, or leave the objective out",
                    key=True,
                )


def served(case: Case) -> Iterator[Finding]:
    """Objectives are about requests."""
    ignored = [name for name in NEEDS if getattr(case.spec.objectives, name) is not None]
    if case.serving is None and ignored:
        turned_off = ", ".join(f"{name}: null" for name in ignored)
        yield case.problem(
            "ignored-key",
            OBJECTIVES,
            f"the model is not served in `{case.where}`, so {' and '.join(f'`{name}`' for name in ignored)}"
            " would be ignored",
            f"write `objectives: {{{turned_off}}}` under `environments.{case.where}`",
            key=True,
        )


def unit_known(case: Case) -> Iterator[Finding]:
    """A threshold in the wrong unit fires always or never."""
    if (
        case.serving is None
        or case.serving.metrics.latency is None
        or case.spec.objectives.latency is None
    ):
        return
    name = case.serving.metrics.latency
    if not name.endswith(tuple(UNITS)):
        yield case.problem(
            "value",
            (*SERVING, "metrics", "latency"),
            f"must end in its unit, got `{name}`",
            f"export one that ends in {' or '.join(f'`{unit}`' for unit in UNITS)}",
        )


def budget_can_burn(case: Case) -> Iterator[Finding]:
    """A budget of nothing burns at the first error, and a large one never burns fast enough."""
    from decimal import Decimal

    promise = case.spec.objectives.availability
    if promise is None:
        return
    route = (*OBJECTIVES, "availability")
    if promise.window.milliseconds < DAY_MILLISECONDS:
        yield case.problem(
            "range",
            (*route, "window"),
            f"must be at least `1d`, got `{promise.window}`",
            "write for example `30d`; `objectives.errors` is for short times",
        )
        return
    budget = 1 - Decimal(promise.min.fraction)
    hours = promise.window.milliseconds // (DAY_MILLISECONDS // 24)
    limits = [queries.burn_rate(share, hours, alert) * budget for share, alert, *_ in alerts.BURNS]
    if not 0 < max(limits) < 1:
        yield case.problem(
            "range",
            (*route, "min"),
            f"with `{promise.min}` over `{promise.window}`, "
            + (
                "one failed request would fire the alerts"
                if not budget
                else "the alerts could never fire"
            ),
            "write for example `99.9%` over `30d`, or use `objectives.errors`",
        )


RULES = (measured, served, unit_known, budget_can_burn)
