"""Scaling and rollout: ranges the right way round, and a metric to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.load.suggest import did_you_mean
from modelyard.resolve.rules.case import SERVING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding
    from modelyard.resolve.rules.case import Case

AUTOSCALING = (*SERVING, "autoscaling")


def decided(case: Case) -> Iterator[Finding]:
    """Someone must decide the number of pods."""
    if case.serving and case.serving.replicas is None and case.serving.autoscaling is None:
        yield case.missing(
            (*SERVING, "replicas"),
            "nothing else decides the number of pods",
            "write `replicas`, or `autoscaling`",
        )


def least_before_most(case: Case) -> Iterator[Finding]:
    """The range is the right way round."""
    scaling = case.serving.autoscaling if case.serving else None
    if scaling is not None and scaling.min > scaling.max:
        yield case.problem(
            "range",
            (*AUTOSCALING, "max"),
            f"must be at least `min` (`{scaling.min}`), got `{scaling.max}`",
            f"write at least `{scaling.min}`, or lower `min`",
        )


def follows_something(case: Case) -> Iterator[Finding]:
    """An autoscaler without a metric never scales."""
    scaling = case.serving.autoscaling if case.serving else None
    if scaling is not None and not (scaling.cpu or scaling.memory or scaling.metrics):
        yield case.missing(
            (*AUTOSCALING, "cpu"),
            "an autoscaler needs something to follow",
            "add `cpu`, `memory` or `metrics`",
        )


def metrics_served(case: Case) -> Iterator[Finding]:
    """A metric that the cluster's adapter does not serve leaves the autoscaler blind."""
    scaling = case.serving.autoscaling if case.serving else None
    served = case.environment.monitoring.pod_metrics or ()
    for name in (scaling.metrics or {}) if scaling else ():
        if name not in served:
            yield case.problem(
                "value",
                (*AUTOSCALING, "metrics", name),
                f"environment `{case.where}` serves no such metric of pods",
                did_you_mean(name, served, what="metrics in `spec.monitoring.podMetrics`"),
                key=True,
            )


def rollout_can_move(case: Case) -> Iterator[Finding]:
    """With neither a pod more nor a pod fewer, a rollout cannot begin."""
    if case.serving is None:
        return
    surge, missing = case.serving.rollout.max_surge, case.serving.rollout.max_unavailable
    if surge.rstrip("%") in ("0", "00") and missing.rstrip("%") in ("0", "00"):
        yield case.problem(
            "range",
            (*SERVING, "rollout", "maxUnavailable"),
            "must not be `0` while `maxSurge` is `0` too: the rollout could not begin",
            "write `maxUnavailable: 1`, or a larger `maxSurge`",
        )


RULES = (decided, least_before_most, follows_something, metrics_served, rollout_can_move)
