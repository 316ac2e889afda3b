"""What a model promises, against the alerts that watch it; a patch or a file by hand may differ."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING

from modelyard.check.metrics import stem
from modelyard.check.promql import Binary, constant, selectors, walk
from modelyard.check.queries import alerts_of
from modelyard.check.rule import Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route
    from modelyard.plan import Plan


@dataclass(frozen=True, slots=True)
class _Promise:
    objective: str
    metric: str
    limit: float


@dataclass(frozen=True, slots=True)
class _Watch:
    """A comparison in an alert."""

    manifest: Manifest
    route: Route
    metrics: frozenset[str]
    limit: float


@rule(
    "prometheus/unwatched-objective",
    "error",
    scope="release",
    rows=("L07", "P05"),
    needs=("plan",),
)
def unwatched_objective(objects: Objects, context: Context) -> Iterator[Hit]:
    """No alert watches an objective of the model, or one with another limit than was promised."""
    watches = list(_watches(objects))
    rules = objects.of("PrometheusRule")
    for promise in _promises(context.plan) if context.plan is not None else ():
        on_it = [each for each in watches if promise.metric in each.metrics]
        if any(isclose(each.limit, promise.limit, rel_tol=1e-6) for each in on_it):
            continue
        wanted = f"`objectives.{promise.objective}` promises {promise.limit:g}"
        if len(on_it) == 1:
            yield Hit(
                on_it[0].route,
                f"the alert compares with {on_it[0].limit:g}, and {wanted}",
                f"compare with `{promise.limit:g}`, or change the objective",
                on_it[0].manifest,
            )
        elif rules:
            yield Hit(
                ("spec", "groups", 0, "rules", 0, "alert"),
                f"no alert watches `{promise.metric}` with that limit, and {wanted}",
                "leave the rendered alert in, or take the objective out of the spec",
                rules[0],
            )


def _watches(objects: Objects) -> Iterator[_Watch]:
    for manifest in objects.of("PrometheusRule"):
        for route, _, tree in alerts_of(manifest):
            for part, _ in walk(tree) if tree is not None else ():
                if isinstance(part, Binary) and part.compares:
                    limit = constant(part.right)
                    names = frozenset(stem(each.metric) for each in selectors(part.left))
                    if limit is not None:
                        yield _Watch(manifest, (*route, "expr"), names, limit)


def _promises(plan: Plan) -> Iterator[_Promise]:
    """What is promised, in the units of the metrics."""
    serving, objectives = plan.spec.serving, plan.spec.objectives
    if serving is None:
        return
    found = serving.metrics
    if objectives.accuracy is not None and found.accuracy is not None:
        yield _Promise("accuracy", found.accuracy, float(objectives.accuracy.min.fraction))
    if objectives.latency is not None and found.latency is not None:
        factor = 1000 if found.latency.endswith("_seconds") else 1
        yield _Promise("latency", found.latency, objectives.latency.max.milliseconds / factor)
    if objectives.errors is not None and found.requests is not None:
        yield _Promise("errors", stem(found.requests), float(objectives.errors.max.fraction))
    if objectives.drift is not None and found.drift is not None:
        yield _Promise("drift", found.drift, objectives.drift.max)
