"""How many pods there are, and who decides it.

Facts: kubernetes.io, Horizontal Pod Autoscaling; keda.sh, ScaledObject specification.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.check.links import together
from modelyard.check.objects import mapping, sequence
from modelyard.check.timing import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.findings import Route

SERVERS = ("Deployment", "StatefulSet", "Rollout")
"""Kinds with replicas whose pods go on serving."""

_BOUNDS = {
    "HorizontalPodAutoscaler": ("minReplicas", "maxReplicas"),
    "ScaledObject": ("minReplicaCount", "maxReplicaCount"),
}
"""Kinds that decide how many pods another object has, and where they say it."""

RESOURCES = ("cpu", "memory")
"""What an autoscaler may take a share of."""

_CPU = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
}
_TRIALS = ("canary", "shadow", "preview", "candidate", "challenger", "mirror")
_NAMES = ("modelyard.dev/environment", "app.kubernetes.io/environment", "environment", "env")
_PRODUCTION = ("production", "prod")


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """What decides the number of pods of an object, and between which bounds."""

    manifest: Manifest
    group: str
    """The API group of its target."""
    kind: str
    name: str
    least: int | None
    """The fewest pods; nothing where that is no number."""
    most: int | None

    @property
    def route(self) -> Route:
        """To the reference of its target."""
        return ("spec", "scaleTargetRef")

    @property
    def bounds(self) -> tuple[str, str]:
        """The keys of its spec for the fewest and the most pods."""
        return _BOUNDS[self.manifest.kind]

    def scales(self, workload: Manifest) -> bool:
        """Whether it is for an object."""
        return (self.kind, self.name) == (workload.kind, workload.name) and together(
            self.manifest.namespace, workload.namespace
        )

    @property
    def metrics(self) -> list[tuple[Route, dict[str, Any]]]:
        """What it follows: the metrics of an HPA, the triggers of a ScaledObject.

        An HPA that says nothing follows the CPU.
        """
        if self.manifest.kind == "ScaledObject":
            return self._listed("triggers")
        short: Route = ("spec", "targetCPUUtilizationPercentage")
        route = short if short[1] in self.manifest.spec else ("spec", "metrics")
        return self._listed("metrics") or [(route, _CPU)]

    def _listed(self, key: str) -> list[tuple[Route, dict[str, Any]]]:
        return [
            (("spec", key, number), mapping(found))
            for number, found in enumerate(sequence(self.manifest.spec.get(key)))
        ]

    @property
    def behavior(self) -> tuple[Route, dict[str, Any]]:
        """How it adds and takes away pods, and where it says so."""
        route: Route = ("spec", "behavior")
        found = self.manifest.spec.get("behavior")
        if self.manifest.kind == "ScaledObject":
            route = ("spec", "advanced", "horizontalPodAutoscalerConfig", "behavior")
            inner = mapping(self.manifest.spec.get("advanced"))
            found = mapping(inner.get("horizontalPodAutoscalerConfig")).get("behavior")
        return route, mapping(found)

    def utilisations(self) -> Iterator[tuple[Route, str, str]]:
        """Metrics that are shares of a request: place, resource, and container, where it is one."""
        for route, metric in self.metrics:
            if self.manifest.kind == "ScaledObject":
                told = mapping(metric.get("metadata"))
                how = metric.get("metricType") or told.get("type") or "Utilization"
                if metric.get("type") in RESOURCES and how == "Utilization":
                    yield route, str(metric["type"]), str(told.get("containerName") or "")
                continue
            of_one = metric.get("type") == "ContainerResource"
            inner = mapping(metric.get("containerResource" if of_one else "resource"))
            share = mapping(inner.get("target")).get("averageUtilization")
            if share is not None and isinstance(inner.get("name"), str):
                yield route, str(inner["name"]), str(inner.get("container") or "")


def autoscalers(objects: Objects) -> Iterator[Autoscaler]:
    """Every autoscaler that says what it scales."""
    for manifest in objects.of(*_BOUNDS):
        ref = mapping(manifest.spec.get("scaleTargetRef"))
        is_keda = manifest.kind == "ScaledObject"
        kind = ref.get("kind") or ("Deployment" if is_keda else None)
        version = ref.get("apiVersion") or ("apps/v1" if is_keda else "")
        name = ref.get("name")
        if not isinstance(kind, str) or not isinstance(name, str) or not isinstance(version, str):
            continue
        least, most = _BOUNDS[manifest.kind]
        yield Autoscaler(
            manifest,
            version.rpartition("/")[0],
            kind,
            name,
            whole(manifest.spec.get(least), 0 if is_keda else 1),
            whole(manifest.spec.get(most), 100 if is_keda else None),
        )


def scaler_of(objects: Objects, workload: Manifest) -> Autoscaler | None:
    """The autoscaler of one workload; of many, ask `Scaling`."""
    return next((found for found in autoscalers(objects) if found.scales(workload)), None)


class Scaling:
    """Autoscalers by what they scale."""

    def __init__(self, objects: Objects) -> None:
        self._by_name: dict[str, list[Autoscaler]] = defaultdict(list)
        for found in autoscalers(objects):
            self._by_name[found.name].append(found)

    def of(self, workload: Manifest) -> Autoscaler | None:
        """The autoscaler of an object."""
        candidates = self._by_name.get(workload.name, ())
        return next((found for found in candidates if found.scales(workload)), None)

    def fewest(self, workload: Manifest) -> int | None:
        """The fewest pods that an object has while nothing is wrong; nothing where it is unsaid."""
        scaler = self.of(workload)
        return scaler.least if scaler is not None else whole(workload.spec.get("replicas"), 1)

    def has_several(self, workload: Manifest) -> bool:
        """Whether an object has more than one pod, or may get more."""
        scaler = self.of(workload)
        count = scaler.most if scaler is not None else self.fewest(workload)
        return count is not None and count > 1


def target_of(objects: Objects, scaler: Autoscaler) -> Manifest | None:
    """What an autoscaler scales."""
    for found in objects.of(scaler.kind):
        if (
            found.name == scaler.name
            and found.group == scaler.group
            and together(found.namespace, scaler.manifest.namespace)
        ):
            return found
    return None


def in_production(manifest: Manifest) -> bool:
    """Whether an object says that it is for production, by a label or its namespace."""
    if any(manifest.labels.get(name) in _PRODUCTION for name in _NAMES):
        return True
    return any(word in _PRODUCTION for word in manifest.namespace.split("-"))


def is_trial(workload: Manifest) -> bool:
    """Whether an object serves beside others, as a canary or a shadow."""
    values = [value for pod in workload.pods for value in pod.labels.values()]
    return any(trial in values or trial in workload.name.split("-") for trial in _TRIALS)


def same_namespace(one: Manifest, other: Manifest) -> bool:
    """Whether two objects certainly share a namespace; where none is written, a folder."""
    if one.namespace or other.namespace:
        return one.namespace == other.namespace
    return one.file.rpartition("/")[0] == other.file.rpartition("/")[0]
