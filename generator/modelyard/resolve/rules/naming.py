"""Names: of the model, and those derived from it, which have limits of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.parts import names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding
    from modelyard.resolve.rules.case import Case

RESERVED = {"argocd": "the Argo CD objects", "platform": "the environment's own objects"}


def not_reserved(case: Case) -> Iterator[Finding]:
    """Two directories of every environment's tree are not models."""
    name = case.plan.name
    if name in RESERVED:
        yield case.problem(
            "name",
            ("metadata", "name"),
            f"`{name}` is reserved for {RESERVED[name]}",
            "choose another name",
        )


def short_enough(case: Case) -> Iterator[Finding]:
    """Kubernetes adds to some names, and puts others into labels."""
    for what, derived, limit in names.derived(case.plan):
        if len(derived) > limit:
            yield case.problem(
                "name",
                ("metadata", "name"),
                f"`{case.plan.name}` is too long: {what} `{derived}` has {len(derived)} characters,"
                f" and at most {limit} are allowed",
                f"shorten the name by {len(derived) - limit}",
            )
            return


RULES = (not_reserved, short_enough)
