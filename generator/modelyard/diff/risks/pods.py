"""How many pods a workload has, and how long one takes to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, sequence
from modelyard.words import plural

if TYPE_CHECKING:
    from modelyard.check.objects import Manifest, Objects, Pod

SERVERS = ("Deployment", "StatefulSet", "Rollout")
RUNS = (
    *SERVERS,
    "DaemonSet",
    "InferenceService",
    "SeldonDeployment",
    "RayService",
    "LeaderWorkerSet",
)
"""Kinds whose pods are meant to be there all the time."""
AUTOSCALERS = ("HorizontalPodAutoscaler", "ScaledObject")


def autoscaler(objects: Objects, workload: dict[str, Any]) -> Manifest | None:
    """What decides the number of a workload's pods, if anything does."""
    metadata = mapping(workload.get("metadata"))
    for found in objects.of(*AUTOSCALERS):
        target = mapping(found.spec.get("scaleTargetRef"))
        if (
            target.get("name") == metadata.get("name")
            and target.get("kind", "Deployment") == workload.get("kind")
            and found.namespace == str(metadata.get("namespace") or "")
        ):
            return found
    return None


def bounds(scaler: Manifest) -> tuple[int, int | None]:
    """The least and the most pods that an autoscaler asks for."""
    spec = scaler.spec
    if scaler.kind == "ScaledObject":
        return whole(spec.get("minReplicaCount"), 0), whole(spec.get("maxReplicaCount"), 100)
    return whole(spec.get("minReplicas"), 1), whole(spec.get("maxReplicas"), 1)


def scale(objects: Objects, workload: dict[str, Any]) -> tuple[int, int | None]:
    """The least and the most pods of a workload; nothing for the most where nobody knows."""
    if workload.get("kind") == "DaemonSet":
        return 0, None
    scaler = autoscaler(objects, workload)
    if scaler is not None:
        return bounds(scaler)
    found = whole(mapping(workload.get("spec")).get("replicas"), 1)
    return found, found


def start_seconds(pod: Pod) -> int:
    """How long the slowest container's startup probe waits before it gives up; 0 without one."""
    found = [0]
    for container in sequence(pod.spec.get("containers")):
        probe = mapping(mapping(container).get("startupProbe"))
        if probe:
            period, tries = (
                whole(probe.get("periodSeconds"), 10),
                whole(probe.get("failureThreshold"), 3),
            )
            found.append(whole(probe.get("initialDelaySeconds"), 0) + period * tries)
    return max(found)


def whole(value: Any, default: int) -> int:
    """A whole number, or the default where there is something else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def counted(least: int, most: int | None) -> str:
    """A number of pods in a sentence."""
    if most is None:
        return "its pods"
    if least == most:
        return plural(most, "pod")
    return f"{least} to {plural(most, 'pod')}"
