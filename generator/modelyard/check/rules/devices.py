"""Devices: whole, the same in requests and limits, and with memory that they can share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.amounts import (
    RESOURCEFUL,
    asked,
    gpu_route,
    gpus_of,
    is_device,
    is_whole,
    thousandths,
)
from modelyard.check.objects import WORKLOADS, mapping, sequence
from modelyard.check.placement import setting, volumes
from modelyard.check.rule import Hit, rule
from modelyard.check.training import why_shared
from modelyard.findings import Fix
from modelyard.words import plain_number, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.amounts import Asked
    from modelyard.check.objects import Container, Manifest, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route


def _said(value: Any) -> str:
    return f"`{shown(plain_number(value) if isinstance(value, int | float) else str(value))}`"


@rule("gpu/fractional", "error", rows=("G04",), kinds=RESOURCEFUL)
def fractional(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """GPUs are whole.

    The server takes whole numbers of devices only
    (kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus).
    """
    for part in asked(manifest):
        for field, amounts in (("requests", part.requests), ("limits", part.limits)):
            for name, value in amounts.items():
                amount = thousandths(value)
                if is_device(name) and amount is not None and amount % 1000:
                    yield Hit(
                        (*part.route, field, name),
                        f"{shown(part.name)} asks for {_said(value)} of `{shown(name)}`, and the server "
                        "takes whole ones only",
                        "write `1`; a part of a GPU is a resource of its own, as "
                        "`nvidia.com/mig-1g.10gb: 1`",
                    )


@rule(
    "gpu/request-differs",
    "error",
    rows=("G05",),
    kinds=RESOURCEFUL,
    aliases=("gatekeeper/gpuworkloadresources", "nirmata/require-ai-pod-resource-limits"),
    can_fix=True,
)
def request_differs(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """GPUs are limited, and what is requested is the limit.

    Devices cannot be overcommitted: the server refuses a request without a limit, or another than it.
    """
    for part in asked(manifest):
        for name, request in part.requests.items():
            if is_device(name) or str(name).startswith("hugepages-"):
                yield from _differs(part, name, request)


def _differs(part: Asked, name: str, request: Any) -> Iterator[Hit]:
    wanted = thousandths(request)
    if wanted is None:
        return
    if name in part.limits:
        limit = thousandths(part.limits[name])
        if limit is not None and limit != wanted:
            yield Hit(
                (*part.route, "requests", name),
                f"{shown(part.name)} requests {_said(request)} of `{shown(name)}`, and its limit is "
                f"{_said(part.limits[name])}: the server refuses the pod",
                "write the same under both, or leave the request out",
            )
    elif wanted and part.route[-2] != "model":  # Because its runtime may have the limit.
        yield Hit(
            (*part.route, "requests", name),
            f"{shown(part.name)} requests `{shown(name)}` and has no limit on it: the server refuses the "
            "pod",
            f"write it under `limits`: `{shown(name)}: {_said(request).strip('`')}`",
            fix=Fix(put=(((*part.route, "limits", name), request),)),
        )


_DEFAULT_SHARED = 1000 << 26
"""What `/dev/shm` has by itself: 64 MiB, in thousandths."""

_OWN_SHARED = ("RayCluster", "RayJob", "RayService")
"""Kinds whose operator brings a volume for `/dev/shm` itself."""


@rule(
    "gpu/no-shared-memory",
    "error",
    rows=("G10",),
    kinds=WORKLOADS,
    aliases=("gatekeeper/gpusharedmemory",),
)
def no_shared_memory(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """GPUs and loaders that exchange tensors have shared memory.

    A container has 64 MiB of `/dev/shm`. NCCL between GPUs, and the workers that load data in
    training, need more, and die with a bus error
    (docs.nvidia.com/deeplearning/nccl/user-guide/docs/troubleshooting.html, Shared Memory). One GPU
    that only scores needs none, be it in a server or in a Job.
    """
    if manifest.kind in _OWN_SHARED:
        return
    for pod in manifest.pods:
        if not is_whole(pod) or setting(pod, "hostIPC")[1] is True:
            continue
        for container in pod.containers:
            counts = gpus_of(container)
            if counts:
                yield from _unshared(pod, container, counts)


def _unshared(pod: Pod, container: Container, counts: dict[str, int]) -> Iterator[Hit]:
    mount = _shared_mount(container)
    if mount is None:
        many = sum(counts.values()) > 1
        user = "GPUs that work together" if many else why_shared(pod, container)
        if user:
            yield Hit(
                gpu_route(container, next(iter(counts))),
                f"{shown(container.name)} has 64 MiB of `/dev/shm`, too little for {user}",
                "mount `emptyDir: {medium: Memory, sizeLimit: 8Gi}` at `/dev/shm`, within the memory limit",
            )
        return
    for route, volume in volumes(pod):
        if volume.get("name") == mount and "emptyDir" in volume:
            directory = mapping(volume["emptyDir"])
            size = thousandths(directory.get("sizeLimit"))
            if directory.get("medium") != "Memory":
                yield _wrong((*route, "emptyDir"), "is on a disk", "write `medium: Memory`")
            elif size is not None and size <= _DEFAULT_SHARED:
                yield _wrong(
                    (*route, "emptyDir", "sizeLimit"),
                    "has no more room than without a volume",
                    "write for example `8Gi`",
                )


def _wrong(route: Route, what: str, help: str) -> Hit:
    return Hit(route, f"`/dev/shm` {what}: GPUs and loaders cannot exchange tensors", help)


def _shared_mount(container: Container) -> Any:
    """The volume at `/dev/shm`."""
    for mount in sequence(container.value.get("volumeMounts")):
        if str(mapping(mount).get("mountPath")).rstrip("/") in ("/dev/shm", "/dev"):  # noqa: S108
            return mapping(mount).get("name")
    return None
