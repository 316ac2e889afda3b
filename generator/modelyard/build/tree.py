"""The manifests of one directory, built and patched, before they are text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from modelyard.build import argocd, patch, platform
from modelyard.build.parts import names
from modelyard.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.build.manifest import Manifest
    from modelyard.plan import Platform


class Builder(Protocol):
    """A module that makes one object."""

    def build(self, plan: Any, /) -> Manifest | None:
        """The object, or `None` where the plan asks for none."""


@dataclass(frozen=True, slots=True)
class Built:
    """One object, and which builder made it."""

    builder: str
    """The builder's module, as `model/autoscaler`."""
    manifest: Manifest

    @property
    def file(self) -> str:
        """The name of its file in the directory."""
        return f"{self.builder.rpartition('/')[2].replace('_', '-')}.yaml"

    def with_manifest(self, manifest: Manifest) -> Built:
        """The same, with another object."""
        return replace(self, manifest=manifest)


@dataclass(frozen=True, slots=True)
class Tree:
    """Everything that goes into one directory under `deploy/`."""

    environment: str
    name: str
    """The directory's name: of a model, `platform` or `argocd`."""
    application: str
    """The Argo CD Application that syncs it."""
    files: tuple[Built, ...]
    release: str | None
    source: str
    digest: str
    ignore_differences: tuple[dict[str, Any], ...] = ()
    """Fields that something else in the cluster decides; Argo CD leaves them alone."""

    @property
    def directory(self) -> str:
        """Relative to the repository."""
        return f"deploy/{self.environment}/{self.name}"

    def kinds(self) -> set[tuple[str, str, bool]]:
        """Group, kind and whether it is cluster-scoped, of every object."""
        return {kind_of(built.manifest) for built in self.files}


def kind_of(manifest: Manifest) -> tuple[str, str, bool]:
    """Group, kind and whether an object is cluster-scoped: it names no namespace."""
    group = manifest["apiVersion"].rpartition("/")[0]
    return group, manifest["kind"], "namespace" not in manifest["metadata"]


def build_one(name: str, plan: Plan | Platform) -> Manifest | None:
    """What one builder makes, patches applied; `name` is the one of `Built.builder`."""
    folder, _, module = name.partition("/")
    manifest = builder(folder, module).build(plan)
    if manifest is None or not isinstance(plan, Plan):
        return manifest
    return patch.apply([Built(name, manifest)], plan.model.patches)[0][0].manifest


SPARED = {
    "alerts": "PrometheusRule", "canary_destination_rule": "DestinationRule", "canary_service": "Service",
    "dashboard": "ConfigMap", "destination_rule": "DestinationRule",
    "disruption_budget": "PodDisruptionBudget", "external_secret": "ExternalSecret", "service": "Service",
    "service_account": "ServiceAccount", "service_monitor": "ServiceMonitor",
    "training_service_account": "ServiceAccount", "virtual_service": "VirtualService",
}  # fmt: skip
"""Builders that may be left out where nobody looks at what they make, and the kind of it."""


def build_model(
    plan: Plan, builders: Sequence[str], without: frozenset[str] = frozenset()
) -> tuple[Tree, list[int]]:
    """The directory of a model, and the indexes of patches that found nothing to patch.

    Objects of the kinds in `without` may be left out, because nobody will look at them.
    """
    if without and not plan.model.patches:
        builders = [name for name in builders if SPARED.get(name) not in without]
    files, missed = patch.apply(_built("model", builders, plan), plan.model.patches)
    return Tree(
        plan.environment.name,
        plan.name,
        names.application(plan.environment.name, plan.name),
        tuple(files),
        plan.model.release.name,
        plan.source,
        plan.digest,
        tuple(_ignored(files)),
    ), missed


def build_platform(plan: Platform) -> Tree:
    """The directory of an environment's own objects."""
    return _environment_tree("platform", platform.BUILDERS, plan)


def build_argocd(plan: Platform) -> Tree:
    """The directory of the objects by which Argo CD syncs the others."""
    return _environment_tree("argocd", argocd.BUILDERS, plan)


def _environment_tree(name: str, builders: Sequence[str], plan: Platform) -> Tree:
    environment = plan.environment.name
    return Tree(
        environment,
        name,
        names.application(environment, name),
        tuple(_built(name, builders, plan)),
        None,
        plan.source,
        plan.digest,
    )


def _built(folder: str, builders: Sequence[str], plan: Any) -> list[Built]:
    found = ((name, builder(folder, name).build(plan)) for name in builders)
    return [Built(f"{folder}/{name}", manifest) for name, manifest in found if manifest is not None]


@cache
def builder(folder: str, name: str) -> Builder:
    """The builder of a name. Names come from `BUILDERS` and from checked blueprints only."""
    return cast("Builder", import_module(f"modelyard.build.{folder}.{name}"))


def _ignored(files: Sequence[Built]) -> list[dict[str, Any]]:
    """The number of pods is the autoscaler's, where there is one."""
    scaled = [
        built.manifest["spec"]["scaleTargetRef"]
        for built in files
        if built.manifest["kind"] == "HorizontalPodAutoscaler"
    ]
    return [
        {
            "group": target["apiVersion"].rpartition("/")[0],
            "kind": target["kind"],
            "name": target["name"],
            "jsonPointers": ["/spec/replicas"],
        }
        for target in scaled
    ]
