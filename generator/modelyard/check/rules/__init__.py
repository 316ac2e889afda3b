"""The rules that are written in Python: a module for each family.

What Rego says well is Rego, under `policies/`. Here is what it cannot say well: PromQL, dashboards,
quantities, and what only the spec or a whole environment tells.
"""

from __future__ import annotations

from importlib import import_module

from modelyard.check.rule import RULES, Rule

FAMILIES: tuple[str, ...] = (
    "admission",
    "alerts",
    "applications",
    "authorization",
    "autoscaling",
    "capacity",
    "components",
    "consistency",
    "dashboards",
    "denied",
    "destinations",
    "devices",
    "disruption",
    "encryption",
    "gpu",
    "hosts",
    "identifiers",
    "identity",
    "isolation",
    "monitors",
    "names",
    "objectives",
    "operators",
    "placeholders",
    "priorities",
    "probes",
    "promql",
    "quotas",
    "rates",
    "reading",
    "receivers",
    "references",
    "resources",
    "rollouts",
    "routes",
    "scaling",
    "scaling_goals",
    "schedules",
    "servers",
    "services",
    "sidecars",
    "tenancy",
    "tokens",
    "traffic",
    "variables",
    "volumes",
    "waves",
    "weights",
    "workflows",
    "workloads",
)
"""Modules of this package."""


def load() -> dict[str, Rule]:
    """Every rule of every family, by name."""
    for family in FAMILIES:
        import_module(f"{__name__}.{family}")
    return RULES
