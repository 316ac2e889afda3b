"""The names of the objects of a model, and the limits that Kubernetes sets them.

Facts: the CronJob controller appends 11 characters and a Job's pods 6, within 63; Argo CD puts an
Application's name into a label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.plan import Place, Plan

LABEL_LIMIT = 63
CRONJOB_LIMIT = 52


def canary(plan: Plan) -> str:
    """The objects of the release that is tried."""
    return f"{plan.name}-canary"


def training(plan: Plan) -> str:
    """The objects of training."""
    return f"{plan.name}-training"


def secrets(plan: Plan) -> str:
    """The Secret that the operator makes."""
    return f"{plan.name}-secrets"


def dashboard(plan: Plan) -> str:
    """The ConfigMap of the dashboard."""
    return f"{plan.name}-dashboard"


def application(environment: str, name: str) -> str:
    """The Argo CD Application of a directory."""
    return f"{environment}-{name}"


def project(environment: Place) -> str:
    """The Argo CD project of an environment, and its ApplicationSet."""
    return f"models-{environment.name}"


def fqdn(plan: Plan, service: str) -> str:
    """The name of a Service in the cluster's DNS."""
    place = plan.environment.spec
    return f"{service}.{place.namespace}.svc.{place.cluster.domain}"


def derived(plan: Plan) -> Iterator[tuple[str, str, int]]:
    """Every name whose limit a model's name could break: what it names, the name, the limit."""
    yield "Application", application(plan.environment.name, plan.name), LABEL_LIMIT
    if plan.model.canary is not None:
        yield "Service", canary(plan), LABEL_LIMIT
    if plan.spec.training is not None:
        if plan.spec.training.schedule is not None:
            yield "CronJob", training(plan), CRONJOB_LIMIT
        else:
            yield "Job", f"{training(plan)}-{'0' * 10}-{'0' * 5}", LABEL_LIMIT
