"""Patches: they change an object, and never which object it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding
    from modelyard.resolve.rules.case import Case

IDENTITY = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))


def identity_kept(case: Case) -> Iterator[Finding]:
    """A renamed object would be another one, and nothing would own the first."""
    for index, patch in enumerate(case.plan.model.patches):
        for path in IDENTITY:
            value: object = patch.merge
            for step in path:
                value = value.get(step) if isinstance(value, dict) else None
            if value is not None:
                yield case.problem(
                    "patch",
                    ("patches", index, "merge", *path),
                    "must not be patched: it would make another object",
                    f"leave `{'.'.join(path)}` out; `target` says which object is meant",
                    key=True,
                )


RULES = (identity_kept,)
