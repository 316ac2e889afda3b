"""Sizes: requests within limits, and directories within what the pod may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding
    from modelyard.resolve.rules.case import Case
    from modelyard.spec.model import Storage
    from modelyard.spec.values import Quantity


def requests_within_limits(case: Case) -> Iterator[Finding]:
    """The API server refuses a container whose request is above its limit."""
    for route, resources, _ in case.resources():
        pairs: list[tuple[str, Quantity | None, Quantity | None]] = [
            ("cpu", resources.requests.cpu, resources.limits.cpu),
            ("memory", resources.requests.memory, resources.limits.memory),
            (
                "ephemeralStorage",
                resources.requests.ephemeral_storage,
                resources.limits.ephemeral_storage,
            ),
        ]
        for key, request, limit in pairs:
            if (
                request is not None
                and limit is not None
                and request.thousandths > limit.thousandths
            ):
                yield case.problem(
                    "range",
                    (*route, "resources", "limits", key),
                    f"must be at least the request (`{request}`), got `{limit}`",
                    f"write at least `{request}`, or lower `resources.requests.{key}`",
                )


def limits_that_the_environment_asks_for(case: Case) -> Iterator[Finding]:
    """A container that says nothing of a CPU limit gets the namespace's, however much it asks for."""
    place = case.environment
    default = place.container_defaults.limits.cpu
    counted = "limits.cpu" in place.quota
    for route, resources, _ in case.resources():
        request = resources.requests.cpu
        if resources.limits.cpu is not None:
            continue
        if default is not None and request.thousandths > default.thousandths:
            yield case.problem(
                "range",
                (*route, "resources", "limits"),
                f"must say `cpu`: the environment's default limit (`{default}`) is below the request"
                f" (`{request}`), and the server would refuse the pod",
                f"write `cpu` of at least `{request}`, or take `containerDefaults.limits.cpu` away",
            )
        elif default is None and counted:
            yield case.problem(
                "range",
                (*route, "resources", "limits"),
                "must say `cpu`: the environment's quota counts it, and the server would refuse the pod",
                f"write `cpu` of at least `{request}`, or take `limits.cpu` out of the quota",
            )


def shared_memory_within_memory(case: Case) -> Iterator[Finding]:
    """Files in `/dev/shm` are memory, and count against the limit."""
    for route, resources, storage in case.resources():
        shared, limit = storage.shared_memory, resources.limits.memory
        if shared is not None and shared.thousandths >= limit.thousandths:
            yield case.problem(
                "range",
                (*route, "storage", "sharedMemory"),
                f"must be less than the memory limit (`{limit}`), of which it is a part, got `{shared}`",
                f"write less than `{limit}`, or raise `resources.limits.memory`",
            )


def disk_within_limit(case: Case) -> Iterator[Finding]:
    """A pod whose directories outgrow its disk limit is evicted while it loads."""
    for route, resources, storage in case.resources():
        limit = resources.limits.ephemeral_storage
        if limit is not None and _disk(storage) > limit.thousandths:
            yield case.problem(
                "range",
                (*route, "resources", "limits", "ephemeralStorage"),
                f"must be at least what the directories under `storage` may hold together, got `{limit}`",
                f"write at least `{-(-_disk(storage) // (1000 << 20))}Mi`, or make them smaller",
            )


def _disk(storage: Storage) -> int:
    parts = (storage.tmp, storage.cache, storage.model)
    return sum(part.thousandths for part in parts if part is not None)


RULES = (
    requests_within_limits,
    limits_that_the_environment_asks_for,
    shared_memory_within_memory,
    disk_within_limit,
)
