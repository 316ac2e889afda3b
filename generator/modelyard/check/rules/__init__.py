"""The rules that are written in Python: a module for each family.

What Rego says well is Rego, under `policies/`. Here is what it cannot say well: PromQL, dashboards,
quantities, and what only the spec or a whole environment tells.
"""

from __future__ import annotations

from importlib import import_module

from modelyard.check.rule import RULES, Rule

FAMILIES: tuple[str, ...] = (
    "alerts",
    "argo",
    "autoscaling",
    "capacity",
    "components",
    "consistency",
    "dashboards",
    "destinations",
    "devices",
    "disruption",
    "gpu",
    "identifiers",
    "identity",
    "mesh",
    "monitors",
    "names",
    "network",
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
    "scaling",
    "scaling_goals",
    "schedules",
    "servers",
    "tenancy",
    "variables",
    "volumes",
    "weights",
    "workloads",
)
"""Modules of this package."""


def load() -> dict[str, Rule]:
    """Every rule of every family, by name."""
    for family in FAMILIES:
        import_module(f"{__name__}.{family}")
    return RULES
