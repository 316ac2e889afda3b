"""Metadata: the standard labels, provenance, and the order in which Argo CD applies objects.

Facts: kubernetes.io/docs/concepts/overview/working-with-objects/common-labels and
argo-cd.readthedocs.io/en/stable/user-guide/sync-waves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelyard.plan import Plan, Platform

NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"
VERSION = "app.kubernetes.io/version"
COMPONENT = "app.kubernetes.io/component"
MANAGED_BY = "app.kubernetes.io/managed-by"
TEAM = "modelyard.dev/team"
ENVIRONMENT = "modelyard.dev/environment"
TIER = "modelyard.dev/tier"
TRACK = "modelyard.dev/track"
RELEASE = "modelyard.dev/release"
SPEC = "modelyard.dev/spec"
SPEC_DIGEST = "modelyard.dev/spec-digest"
WAVE = "argocd.argoproj.io/sync-wave"

SERVER = "server"
TRAINING = "training"

BEFORE = "-1"
"""The wave of what pods need when they start: identities, secrets and permissions."""
AFTER = "1"
"""The wave of what needs running pods: routes to them."""


def metadata(
    plan: Plan,
    name: str | None = None,
    *,
    component: str | None = None,
    release: str | None = None,
    wave: str | None = None,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The metadata of an object of a model; `release` where it is not the running one."""
    release = release or plan.model.release.name
    return {
        "name": name or plan.name,
        "namespace": plan.environment.spec.namespace,
        "labels": {**common(plan, component, release), **(labels or {})},
        "annotations": {
            **({WAVE: wave} if wave else {}),
            RELEASE: release,
            SPEC: plan.source,
            **(annotations or {}),
        },
    }


def common(plan: Plan, component: str | None, release: str | None = None) -> dict[str, str]:
    """The labels of every object of a model; a version only where it belongs to one release."""
    model = plan.model.metadata
    return {
        NAME: plan.name,
        INSTANCE: f"{plan.name}-{plan.environment.name}",
        **({VERSION: release} if release else {}),
        **({COMPONENT: component} if component else {}),
        MANAGED_BY: "modelyard",
        TEAM: model.team,
        TIER: model.tier,
        ENVIRONMENT: plan.environment.name,
    }


def selector(name: str, component: str, track: str | None = None) -> dict[str, str]:
    """Labels that select pods of a model, in all releases: of one track, or of all."""
    return {NAME: name, COMPONENT: component, **({TRACK: track} if track else {})}


def platform_metadata(
    platform: Platform,
    name: str,
    namespace: str | None,
    *,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The metadata of an object of an environment."""
    return {
        "name": name,
        "namespace": namespace,
        "labels": {
            MANAGED_BY: "modelyard",
            ENVIRONMENT: platform.environment.name,
            **(labels or {}),
        },
        "annotations": {SPEC: platform.source, **(annotations or {})},
    }
