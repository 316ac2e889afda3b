"""Weights: reachable from the environment, pinned, and with room to lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.load.suggest import did_you_mean
from modelyard.resolve.rules.case import SERVING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding, Route
    from modelyard.resolve.rules.case import Case
    from modelyard.spec.model import Artifact


def _artifacts(case: Case) -> Iterator[tuple[Route, Artifact]]:
    model = case.plan.model
    if case.serving is None:
        return
    if model.release.artifact is not None:
        yield ("release", "artifact"), model.release.artifact
    if model.canary is not None and model.canary.built.artifact is not None:
        yield ("canary", "built", "artifact"), model.canary.built.artifact


def reachable(case: Case) -> Iterator[Finding]:
    """The environment knows how to fetch from there."""
    for route, artifact in _artifacts(case):
        stores = case.environment.artifacts.stores if case.environment.artifacts else {}
        if artifact.uri.scheme not in stores:
            yield case.problem(
                "value",
                (*route, "uri"),
                f"environment `{case.where}` has no store for `{artifact.uri.scheme}://`",
                did_you_mean(artifact.uri.scheme, stores, what="stores of `spec.artifacts.stores`"),
            )


def pinned(case: Case) -> Iterator[Finding]:
    """Weights can be overwritten in place; where the environment says so, their digest is needed."""
    for route, artifact in _artifacts(case):
        if artifact.sha256 is None and case.environment.images.pin == "digest":
            yield case.problem(
                "unpinned",
                (*route, "uri"),
                f"environment `{case.where}` takes weights by digest only, and `sha256` is missing beside it",
                "add `sha256`; `sha256sum FILE` prints it",
            )


def room(case: Case) -> Iterator[Finding]:
    """The fetched weights need a directory of a known size."""
    if any(_artifacts(case)) and case.serving and case.serving.storage.model is None:
        yield case.missing(
            (*SERVING, "storage", "model"),
            "the release has weights to fetch",
            "add `model` with a size that holds them, as `10Gi`",
        )


RULES = (reachable, pinned, room)
