"""One model in one environment becomes a plan, or findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard import digest
from modelyard.load.validate import check
from modelyard.plan import Place, Plan
from modelyard.resolve import rules
from modelyard.spec.kinds import RESOLVED

if TYPE_CHECKING:
    from modelyard.findings import Finding
    from modelyard.load.repository import Repository
    from modelyard.resolve.resolution import Resolution

_MODEL = ("metadata", "spec", "release", "canary", "patches")


def resolve(repository: Repository, resolution: Resolution) -> tuple[Plan | None, list[Finding]]:
    """The plan, or what keeps it from being made."""
    raw = model_part(resolution.raw)
    model, findings = check(RESOLVED, raw, resolution.open)
    if model is None:
        return None, findings
    plan = Plan(
        model,
        Place(
            resolution.environment.value.metadata.name,
            resolution.environment.value.spec,
            resolution.settings.value.spec.repository,
        ),
        resolution.model.document.file,
        spec_digest(raw),
    )
    findings = list(rules.check(plan, resolution, repository))
    return (plan if not findings else None), findings


def model_part(raw: dict[str, Any]) -> dict[str, Any]:
    """The part of the merged values that is the model's own."""
    return {key: raw[key] for key in _MODEL if key in raw}


def spec_digest(value: Any) -> str:
    """`sha256:…` over plain values: equal digests mean equal intentions."""
    return f"sha256:{digest.of_value(value)}"
