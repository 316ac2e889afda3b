"""Releases and canaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding
    from modelyard.resolve.rules.case import Case


def canary_differs(case: Case) -> Iterator[Finding]:
    """A canary of the running release tries nothing."""
    model = case.plan.model
    if model.canary is not None and model.canary.release == model.release.name:
        yield case.problem(
            "value",
            ("canary", "release"),
            f"`{model.canary.release}` is the running release, so the canary tries nothing",
            "name the release to try, or leave the canary out",
        )


def canary_routed(case: Case) -> Iterator[Finding]:
    """Only a mesh can split the traffic."""
    if case.plan.model.canary is None:
        return
    if case.environment.mesh is None:
        yield case.problem(
            "ignored-key",
            ("canary", "weight"),
            f"environment `{case.where}` has no mesh, so the traffic cannot be split",
            "leave the canary out there",
            key=True,
        )
    if case.serving is None:
        yield case.problem(
            "ignored-key",
            ("canary", "release"),
            f"the model is not served in environment `{case.where}`, so there is nothing to try",
            "leave the canary out there",
        )


def canary_gated(case: Case) -> Iterator[Finding]:
    """A canary that nothing measures can only be promoted blindly."""
    objectives = case.spec.objectives
    measured = (objectives.accuracy, objectives.latency, objectives.errors, objectives.availability)
    if case.plan.model.canary is not None and not any(measured):
        yield case.missing(
            ("spec", "objectives", "errors"),
            f"the canary in environment `{case.where}` needs an objective that can tell whether it fails",
            "add `errors`, `latency` or `accuracy`, or leave the canary out",
        )


RULES = (canary_differs, canary_routed, canary_gated)
