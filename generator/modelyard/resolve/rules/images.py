"""Images: from an allowed registry, and never by a name that can change its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding, Route
    from modelyard.resolve.rules.case import Case
    from modelyard.spec.values import Image


def _images(case: Case) -> Iterator[tuple[Route, Image]]:
    model = case.plan.model
    if case.serving is not None:
        yield ("release", "image"), model.release.image
    if model.canary is not None:
        yield ("canary", "built", "image"), model.canary.built.image
    if case.spec.training is not None:
        yield ("spec", "training", "image"), case.spec.training.image


def from_allowed_registries(case: Case) -> Iterator[Finding]:
    """A registry is matched by whole path segments, so that no look-alike passes."""
    allowed = case.environment.images.registries
    for route, image in _images(case):
        if not any(image.is_from(registry) for registry in allowed):
            yield case.problem(
                "registry",
                route,
                f"`{image.repository}` is not in a registry that environment `{case.where}` allows",
                f"push it to one of: {', '.join(f'`{registry}`' for registry in allowed)}",
            )


def pinned(case: Case) -> Iterator[Finding]:
    """A tag can be moved; where the environment says so, only a digest will do."""
    for route, image in _images(case):
        if image.can_move:
            message = f"`{image}` can mean another image tomorrow"
        elif image.digest is None and case.environment.images.pin == "digest":
            message = f"environment `{case.where}` takes images by digest only, got `{image}`"
        else:
            continue
        yield case.problem(
            "unpinned",
            route,
            message,
            f"write `{image}@sha256:…`; `crane digest` or `docker buildx imagetools inspect` prints it",
        )


RULES = (from_allowed_registries, pinned)
