"""Amounts: what containers and pods ask for, and what they may use at most.

Facts: kubernetes.io/docs/concepts/configuration/manage-resources-containers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import WORKLOADS, inside, mapping, routes
from modelyard.findings import at
from modelyard.quantity import amount
from modelyard.spec.values import Quantity, Wrong

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from modelyard.check.objects import Container, Manifest, Pod
    from modelyard.findings import Route

_NATIVE = re.compile(r"(^|\.)kubernetes\.io/")

_GPU = re.compile(
    r"(nvidia|amd)\.com/(gpu|pgpu|mig-[0-9a-z.+-]+)(\.shared)?|gpu\.intel\.com/\w+|habana\.ai/gaudi"
)

_ELSEWHERE: dict[str, tuple[Route, ...]] = {
    "KafkaConnect": (("spec",),),
    "KafkaNodePool": (("spec",),),
    "Kafka": (
        ("spec", "kafka"),
        ("spec", "zookeeper"),
        ("spec", "entityOperator", "topicOperator"),
        ("spec", "entityOperator", "userOperator"),
    ),
    "Prometheus": (("spec",),),
    "Alertmanager": (("spec",),),
}
"""Kinds whose pods their controllers make, and where they say what these may use."""

RESOURCEFUL = WORKLOADS | frozenset(_ELSEWHERE)
"""Kinds that say what containers may use."""


def is_quantity(value: Any) -> bool:
    """Whether the server can read an amount."""
    return amount(value) is not None


def thousandths(value: Any) -> int | None:
    """An amount in thousandths of its unit; nothing for what is none, or one that nobody writes."""
    if value is None:  # Because most often nothing is written, and a refusal takes longer.
        return None
    try:
        return Quantity.read(value).thousandths
    except Wrong:
        return None


def is_device(name: Any) -> bool:
    """Whether a resource is one of devices, which are whole and lent to one container each."""
    return isinstance(name, str) and "/" in name and not _NATIVE.search(name)


def is_gpu(name: Any) -> bool:
    """Whether a resource is a GPU, or a slice of one."""
    return isinstance(name, str) and _GPU.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a container, or a pod as a whole, asks for."""

    name: str
    """The container's."""
    route: Route
    """To `resources`."""
    requests: dict[str, Any]
    limits: dict[str, Any]
    whole: bool
    """Whether only the namespace's defaults are added to it before a pod comes of it."""


def asked(manifest: Manifest) -> Iterator[Asked]:
    """What everything in an object asks for."""
    for pod in manifest.pods:
        shared = isinstance(pod.spec.get("resources"), dict)
        whole = is_whole(pod) and not shared
        for container in pod.containers:
            yield _asked(container.name, container.route, container.value, whole=whole)
        if shared:
            yield _asked("the pod", pod.route, pod.spec)
    for pattern in _ELSEWHERE.get(manifest.kind, ()):
        for route in routes(manifest.value, pattern):
            yield _asked(str(route[-1]), route, mapping(at(manifest.value, route)))


def _asked(name: str, route: Route, value: dict[str, Any], *, whole: bool = False) -> Asked:
    found = mapping(value.get("resources"))
    limits, requests = mapping(found.get("limits")), mapping(found.get("requests"))
    return Asked(name, (*route, "resources"), requests, limits, whole)


def is_whole(pod: Pod) -> bool:
    """Whether a pod runs as it is written: no serving runtime and no patch has a say in it."""
    kind, value = pod.manifest.kind, pod.manifest.value
    if kind in ("ServingRuntime", "ClusterServingRuntime"):
        return False
    around = inside(value, ("spec", "workflowSpec") if kind == "CronWorkflow" else ("spec",))
    if "podSpecPatch" in pod.spec or "podSpecPatch" in around:
        return False
    return not any(container.role == "model" for container in pod.containers)


def amount_of(container: Container, name: str) -> int:
    """How much of a resource is set aside for a container: its request, or else its limit."""
    resources = mapping(container.value.get("resources"))
    for field in ("requests", "limits"):
        found = thousandths(mapping(resources.get(field)).get(name))
        if found is not None:
            return found
    return 0


def gpus_of(container: Container, known: Collection[str] = ()) -> dict[str, int]:
    """The whole GPUs of a container, by resource; `known` are resources that are GPUs, too."""
    resources = mapping(container.value.get("resources"))
    names = {**mapping(resources.get("requests")), **mapping(resources.get("limits"))}
    found = {
        str(name): amount_of(container, name) // 1000
        for name in names
        if is_gpu(name) or name in known
    }
    return {name: count for name, count in found.items() if count}


def gpu_route(container: Container, resource: str) -> Route:
    """Where a container says how many GPUs it gets."""
    limits = mapping(mapping(container.value.get("resources")).get("limits"))
    return (*container.route, "resources", "limits" if resource in limits else "requests", resource)


def of_pod(parts: list[tuple[Container, int]]) -> int:
    """What a pod needs: what its containers need together, or the greediest one that runs before."""
    before = [wanted for container, wanted in parts if container.is_init]
    together = sum(wanted for container, wanted in parts if not container.is_init)
    return max(together, *before) if before else together
