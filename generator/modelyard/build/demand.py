"""What the workloads of a directory ask of the cluster: pods, and the resources of each.

Because sums over all models are wanted where only one has changed, each lock says what its directory
asks for, and nobody has to read the manifests of the others again.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from modelyard.quantity import amount, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from modelyard.build.manifest import Manifest

    Counted = tuple[dict[str, Any], int, int]
    """The template of a pod, and the least and the most pods that are made of it."""

ZERO = Fraction(0)
AUTOSCALERS = {
    "HorizontalPodAutoscaler": ("minReplicas", 1, "maxReplicas", 1),
    "ScaledObject": ("minReplicaCount", 0, "maxReplicaCount", 100),
}
"""Kinds that decide a number of pods, with the keys of its bounds and what they are by default."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What one workload asks for."""

    kind: str
    name: str
    least: int
    """Pods that are always there."""
    most: int
    """Pods at maximum scale; of what runs to its end, those of one run."""
    surge: str
    """Pods more during a rollout, as a number or a percentage."""
    unavailable: str
    """Pods fewer during a rollout, as a number or a percentage."""
    requests: dict[str, str]
    """Of one pod, by resource."""
    limits: dict[str, str]
    """Of one pod, by resource."""
    nodes: dict[str, str]
    """Labels of the nodes that its pods may run on."""

    def document(self) -> dict[str, Any]:
        """As a lock has it."""
        return {
            "kind": self.kind,
            "name": self.name,
            "pods": [self.least, self.most],
            "surge": self.surge,
            "unavailable": self.unavailable,
            "requests": self.requests,
            "limits": self.limits,
            "nodes": self.nodes,
        }


def demands(manifests: Iterable[Manifest]) -> list[Demand]:
    """What the workloads among some objects ask for, in their order."""
    every = list(manifests)
    return [
        _demand(manifest, *counted)
        for manifest in every
        for counted in _COUNTS.get(str(manifest.get("kind")), _none)(manifest, every)
    ]


def read(document: object) -> Demand | None:
    """A demand from a lock, if it is one."""
    found = _mapping(document)
    pods = found.get("pods")
    if not isinstance(pods, list) or len(pods) != 2 or not all(type(n) is int for n in pods):
        return None
    parts = ({str(k): str(v) for k, v in _mapping(found.get(key)).items()} for key in _PARTS)
    kind, name = str(found.get("kind", "")), str(found.get("name", ""))
    rollout = (str(found.get(key, "0")) for key in ("surge", "unavailable"))
    return Demand(kind, name, pods[0], pods[1], *rollout, *parts)


_PARTS = ("requests", "limits", "nodes")


def _demand(manifest: Manifest, template: dict[str, Any], least: int, most: int) -> Demand:
    spec = _mapping(template.get("spec"))
    nodes = {str(key): str(value) for key, value in _mapping(spec.get("nodeSelector")).items()}
    return Demand(
        str(manifest["kind"]),
        str(_mapping(manifest.get("metadata")).get("name", "")),
        least,
        most,
        *_rollout(manifest),
        _resources(spec, "requests"),
        _resources(spec, "limits"),
        nodes,
    )


def _rollout(manifest: Manifest) -> tuple[str, str]:
    """How many pods more, and how many fewer, there may be during a rollout."""
    spec = _mapping(manifest.get("spec"))
    strategy = _mapping(spec.get("strategy"))
    if manifest["kind"] not in ("Deployment", "Rollout"):
        return "0", "1"
    if strategy.get("type") == "Recreate":
        return "0", "100%"
    rolling = _mapping(strategy.get("rollingUpdate") or strategy.get("canary"))
    return str(rolling.get("maxSurge", "25%")), str(rolling.get("maxUnavailable", "25%"))


def _resources(spec: dict[str, Any], what: str) -> dict[str, str]:
    """What one pod asks for: all containers together, or the largest that runs before them."""
    together: dict[str, Fraction] = {}
    first: dict[str, Fraction] = {}
    for name, number, ahead in _asked(spec, what):
        if ahead:
            first[name] = max(first.get(name, ZERO), number)
        else:
            together[name] = together.get(name, ZERO) + number
    most = {name: max(together.get(name, ZERO), first.get(name, ZERO)) for name in together | first}
    return {name: written(number) for name, number in most.items() if number}


def _asked(spec: dict[str, Any], what: str) -> Iterator[tuple[str, Fraction, bool]]:
    """Every amount that a container asks for, and whether it runs to its end before the others."""
    for key in ("containers", "initContainers"):
        for item in _sequence(spec.get(key)):
            container = _mapping(item)
            resources = _mapping(container.get("resources"))
            asked = _mapping(resources.get(what))
            if (
                what == "requests"
            ):  # Because the server takes a limit for a request that is missing.
                asked = {**_mapping(resources.get("limits")), **asked}
            ahead = key == "initContainers" and container.get("restartPolicy") != "Always"
            yield from ((name, amount(value) or ZERO, ahead) for name, value in asked.items())


def _replicas(manifest: Manifest, every: list[Manifest]) -> Iterator[Counted]:
    spec = _mapping(manifest.get("spec"))
    least = most = _whole(spec.get("replicas"), 1)
    scaler = _autoscaler(manifest, every)
    if scaler is not None:
        low, low_default, high, high_default = AUTOSCALERS[str(scaler["kind"])]
        bounds = _mapping(scaler.get("spec"))
        least, most = _whole(bounds.get(low), low_default), _whole(bounds.get(high), high_default)
    yield _mapping(spec.get("template")), least, max(least, most)


def _autoscaler(workload: Manifest, every: list[Manifest]) -> Manifest | None:
    """What decides the number of a workload's pods."""
    name = _mapping(workload.get("metadata")).get("name")
    for manifest in every:
        if manifest.get("kind") in AUTOSCALERS:
            target = _mapping(_mapping(manifest.get("spec")).get("scaleTargetRef"))
            if target.get("name") == name and target.get("kind", "Deployment") == workload["kind"]:
                return manifest
    return None


def _job(manifest: Manifest, _: list[Manifest]) -> Iterator[Counted]:
    spec = _mapping(manifest.get("spec"))
    yield _mapping(spec.get("template")), 0, _whole(spec.get("parallelism"), 1)


def _cron_job(manifest: Manifest, every: list[Manifest]) -> Iterator[Counted]:
    yield from _job(_mapping(_mapping(manifest.get("spec")).get("jobTemplate")), every)


def _inference(manifest: Manifest, _: list[Manifest]) -> Iterator[Counted]:
    spec = _mapping(manifest.get("spec"))
    for key in ("predictor", "transformer", "explainer"):
        part = _mapping(spec.get(key))
        if part:
            least = _whole(part.get("minReplicas"), 1)
            inline = {"containers": [part["model"]]} if isinstance(part.get("model"), dict) else {}
            yield (
                {"spec": {**part, **inline}},
                least,
                max(least, _whole(part.get("maxReplicas"), least)),
            )


def _none(*_: object) -> Iterator[Counted]:
    yield from ()


_COUNTS: dict[str, Callable[[Manifest, list[Manifest]], Iterator[Counted]]] = {
    "Deployment": _replicas,
    "StatefulSet": _replicas,
    "ReplicaSet": _replicas,
    "Rollout": _replicas,
    "Job": _job,
    "CronJob": _cron_job,
    "InferenceService": _inference,
}
"""How many pods a kind makes, and of what."""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(value: Any, default: int) -> int:
    return value if type(value) is int and value >= 0 else default
