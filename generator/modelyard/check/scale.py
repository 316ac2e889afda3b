"""Scale: how many pods a workload has, at least and at most, and how many more a rollout needs.

Facts: kubernetes.io/docs/concepts/workloads/controllers/deployment, argo-rollouts.readthedocs.io,
keda.sh/docs (ScaledObject, ScaledJob), lws.sigs.k8s.io, docs.ray.io (KubeRay).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import inside, mapping
from modelyard.check.scaling import scaler_of

if TYPE_CHECKING:
    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.findings import Route


@dataclass(frozen=True, slots=True)
class Copies:
    """How many pods come of a template."""

    least: int
    most: int
    manifest: Manifest
    """The object that decides it."""
    least_route: Route
    most_route: Route


def copies(pod: Pod, objects: Objects) -> Copies | None:
    """How many pods come of a template; nothing where it cannot be told."""
    manifest = pod.manifest
    if manifest.kind in _REPLICATED:
        return _scaled(objects, manifest, _times(pod))
    least, most, route = _counted(pod)
    if most is None:
        return None
    return Copies(least, max(least, most), manifest, route, route)


_REPLICATED = frozenset(
    (
        "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "Rollout",
        "LeaderWorkerSet",
    )
)  # fmt: skip
"""Kinds with `spec.replicas`, which an autoscaler may decide."""


def _scaled(objects: Objects, manifest: Manifest, times: int) -> Copies:
    scaler = scaler_of(objects, manifest)
    if scaler is None:
        count = number(manifest.spec.get("replicas"), 1) * times
        route: Route = ("spec", "replicas") if "replicas" in manifest.spec else ("spec",)
        return Copies(count, count, manifest, route, route)
    least, most = number(scaler.least, 1) * times, number(scaler.most, 1) * times
    spec = scaler.manifest.spec
    places = [("spec", field) if field in spec else ("spec",) for field in scaler.bounds]
    return Copies(least, max(least, most), scaler.manifest, *places)


def _times(pod: Pod) -> int:
    """How many pods of a template one replica has."""
    if pod.manifest.kind != "LeaderWorkerSet":
        return 1
    template = inside(pod.manifest.value, ("spec", "leaderWorkerTemplate"))
    size = number(template.get("size"), 1)
    if pod.route[2] == "leaderTemplate":
        return 1
    return max(size - 1, 0) if "leaderTemplate" in template else size


_RAY: dict[str, Route] = {
    "RayCluster": ("spec",),
    "RayJob": ("spec", "rayClusterSpec"),
    "RayService": ("spec", "rayClusterConfig"),
}
"""Where a kind describes its cluster."""


def _counted(pod: Pod) -> tuple[int, int | None, Route]:
    """At least, at most, and where it stands."""
    kind, value = pod.manifest.kind, pod.manifest.value
    if kind == "Pod":
        return 1, 1, ("spec",)
    if kind in ("Job", "CronJob", "ScaledJob"):
        return _of_job(pod)
    if kind in ("PyTorchJob", "TFJob", "MPIJob", "XGBoostJob"):
        count = number(inside(value, pod.route[:3]).get("replicas"), 1)
        return 0, count, (*pod.route[:3], "replicas") if count > 1 else pod.route[:3]
    if kind in _RAY:
        return _of_ray(pod)
    if kind == "InferenceService":
        found = inside(value, pod.route)
        least = number(found.get("minReplicas"), 1)
        field = "maxReplicas" if "maxReplicas" in found else "minReplicas"
        return least, number(found.get("maxReplicas"), 1), (*pod.route, field)
    if kind == "SeldonDeployment":
        return _of_seldon(pod)
    return 0, None, ()


def _of_job(pod: Pod) -> tuple[int, int, Route]:
    route = pod.route[:-2]
    job = inside(pod.manifest.value, route)
    together = number(job.get("parallelism"), 1)
    if isinstance(job.get("completions"), int):
        together = min(together, number(job["completions"], 1))
    if pod.manifest.kind != "ScaledJob":
        return 0, together, (*route, "parallelism") if "parallelism" in job else route
    most = number(pod.manifest.spec.get("maxReplicaCount"), 100)
    least = number(pod.manifest.spec.get("minReplicaCount"), 0)
    field: Route = ("maxReplicaCount",) if "maxReplicaCount" in pod.manifest.spec else ()
    return least * together, most * together, ("spec", *field)


def _of_ray(pod: Pod) -> tuple[int, int, Route]:
    kind, value = pod.manifest.kind, pod.manifest.value
    route = _RAY[kind]
    place = pod.route[len(route) : -2]
    if place[:1] != ("workerGroupSpecs",):
        return int(kind != "RayJob"), 1, pod.route[:-2]
    groups: Any = inside(value, route).get("workerGroupSpecs")
    group, at = mapping(groups[place[1]]), (*route, *place)
    fixed = number(group.get("replicas"), 0)
    grows = inside(value, route).get("enableInTreeAutoscaling") is True
    least = number(group.get("minReplicas"), 0) if grows else fixed
    most = number(group.get("maxReplicas"), fixed) if grows else fixed
    hosts = number(group.get("numOfHosts"), 1)
    field = "maxReplicas" if grows and "maxReplicas" in group else "replicas"
    return (0 if kind == "RayJob" else least * hosts), most * hosts, (*at, field)


def _of_seldon(pod: Pod) -> tuple[int, int, Route]:
    predictor, part = pod.route[:3], pod.route[:5]
    value = pod.manifest.value
    scaler = inside(value, (*part, "hpaSpec"))
    if scaler:
        least, most = number(scaler.get("minReplicas"), 1), number(scaler.get("maxReplicas"), 1)
        return least, most, (*part, "hpaSpec", "maxReplicas")
    for route in (part, predictor, ("spec",)):
        found = inside(value, route).get("replicas")
        if isinstance(found, int):
            return number(found, 1), number(found, 1), (*route, "replicas")
    return 1, 1, predictor


def extra(pod: Pod, count: int) -> int:
    """How many pods of a template a rollout needs beside `count` of them, before it removes any."""
    manifest, times = pod.manifest, _times(pod)
    strategy = mapping(manifest.spec.get("strategy"))
    if not count:
        return 0
    if manifest.kind == "Deployment" and strategy.get("type") != "Recreate":
        return _step(mapping(strategy.get("rollingUpdate")), count)
    if manifest.kind == "LeaderWorkerSet":
        steps = ("spec", "rolloutStrategy", "rollingUpdateConfiguration")
        groups = -(-count // max(times, 1))
        return times * _step({"maxUnavailable": 1, **inside(manifest.value, steps)}, groups)
    if manifest.kind == "Rollout":
        return _of_rollout(strategy, count)
    if manifest.kind == "RayService":
        how = mapping(manifest.spec.get("upgradeStrategy")).get("type")
        return 0 if how == "None" else count
    return 0


def _of_rollout(strategy: dict[str, Any], count: int) -> int:
    if isinstance(strategy.get("blueGreen"), dict):
        return number(strategy["blueGreen"].get("previewReplicaCount"), count)
    canary = mapping(strategy.get("canary"))
    if "trafficRouting" in canary:  # Because the old pods stay until the new ones have it all.
        return 0 if canary.get("dynamicStableScale") is True else count
    return _step(canary, count)


def _step(update: dict[str, Any], count: int) -> int:
    """One more pod where none may be missing; what is added is taken away by and by."""
    surge = _share(update.get("maxSurge", "25%"), count, up=True)
    missing = _share(update.get("maxUnavailable", "25%"), count, up=False)
    return int(missing == 0 and surge > 0)


def _share(value: Any, count: int, *, up: bool) -> int:
    """A number of pods, or a percentage of them; 1 for what is neither."""
    text = str(value)
    if text.isdecimal():
        return int(text)
    if not text.endswith("%") or not text[:-1].isdecimal():
        return 1
    hundredths = int(text[:-1]) * count
    return -(-hundredths // 100) if up else hundredths // 100


def number(value: Any, usual: int) -> int:
    """A number of pods, or what holds where none is written."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return usual
