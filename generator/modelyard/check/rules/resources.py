"""What containers may use: limits below requests, wrong units, and volumes that have no room."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.amounts import (
    RESOURCEFUL,
    asked,
    is_device,
    is_quantity,
    is_whole,
    thousandths,
)
from modelyard.check.objects import WORKLOADS, mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.spec.values import Cpu, Quantity
from modelyard.words import plain_number, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.amounts import Asked
    from modelyard.check.objects import Container, Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_MEBIBYTE = 1000 << 20
"""In thousandths. No container starts in less, and no disk is smaller."""

_PAGE = 1000 << 12

_CORES = 1000 * 1000
"""A thousand cores, in thousandths: more than a container gets anywhere."""


def _text(value: Any) -> str:
    return plain_number(value) if isinstance(value, int | float) else str(value)


def _said(value: Any) -> str:
    return f"`{shown(_text(value))}`"


@rule(
    "resources/limit-below-request",
    "error",
    rows=("G02",),
    scope="release",
    aliases=("gatekeeper/containerresourceratios", "kyverno/enforce-resources-as-ratio"),
    follows=("resources/unit-slip", "resources/not-set"),
)
def limit_below_request(objects: Objects, context: Context) -> Iterator[Hit]:
    """Limits are not below requests.

    The server refuses such a pod; and a default limit of the namespace counts where a container
    writes none (kubernetes.io/docs/concepts/policy/limit-range).
    """
    defaults = list(_default_limits(objects, context))
    for manifest in objects.manifests:
        for part in asked(manifest):
            for name, request in part.requests.items():
                if not is_device(name):
                    yield from _below(manifest, part, str(name), request, defaults)


_Default = tuple[frozenset[str], dict[str, Any], str]
"""The namespaces that objects are written for, the limits that containers get there, and who says so."""


def _below(
    manifest: Manifest, part: Asked, name: str, request: Any, defaults: list[_Default]
) -> Iterator[Hit]:
    least = thousandths(request)
    if least is None:
        return
    if name in part.limits:
        most = thousandths(part.limits[name])
        if most is not None and most < least:
            yield Hit(
                (*part.route, "limits", name),
                f"{shown(part.name)} may use {_said(part.limits[name])} of {shown(name)} and asks for "
                f"{_said(request)}: the server refuses it",
                f"write at least {_said(request)}, or ask for less",
                manifest,
            )
        return
    for namespaces, limits, who in defaults if part.whole else ():
        most = thousandths(limits.get(name))
        if most is not None and most < least and manifest.namespace in namespaces:
            yield Hit(
                (*part.route, "requests", name),
                f"{shown(part.name)} has no limit on {shown(name)}, so it gets {_said(limits[name])} from "
                f"{who}, less than it asks for: the server refuses the pod",
                f"write `limits` with at least {_said(request)} of {shown(name)}",
                manifest,
            )
            return


def _default_limits(objects: Objects, context: Context) -> Iterator[_Default]:
    """What containers get that write no limit, by namespace."""
    for found in objects.of("LimitRange"):
        for item in sequence(found.spec.get("limits")):
            if mapping(item).get("type") == "Container":
                limits = {**mapping(item.get("max")), **mapping(item.get("default"))}
                yield frozenset((found.namespace,)), limits, f"the LimitRange {shown(found.name)}"
    if context.environment is not None:
        place = context.environment.container_defaults.limits
        limits = {"cpu": place.cpu, "memory": place.memory}
        own = frozenset((str(context.environment.namespace), ""))
        yield own, limits, "the namespace's LimitRange"


_SIZES = ("memory", "storage", "ephemeral-storage")


@rule(
    "resources/unit-slip",
    "error",
    rows=("G03",),
    kinds=(*RESOURCEFUL, "LimitRange", "ResourceQuota", "PersistentVolumeClaim"),
)
def unit_slip(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """Amounts are in the unit that was meant.

    `400m` of memory is less than a byte, `1000` of CPU a thousand cores, and `4G` is 7 % less than
    `4Gi`. Told only where nobody can have meant it.
    """
    for route, name, value, other in _amounts(manifest):
        wrong = _slip(name.rpartition(".")[2], value, other)
        if wrong:
            yield Hit((*route, name), wrong[0], wrong[1], manifest)


def _amounts(manifest: Manifest) -> Iterator[tuple[Route, str, Any, Any]]:
    """Every amount with its place, its name, and what is written on the other side."""
    for part in asked(manifest):
        for field, own, other in (
            ("requests", part.requests, part.limits),
            ("limits", part.limits, part.requests),
        ):
            for name, value in own.items():
                yield (*part.route, field), str(name), value, other.get(name)
    for route, amounts in _elsewhere(manifest):
        for name, value in amounts.items():
            yield route, str(name), value, None


def _elsewhere(manifest: Manifest) -> Iterator[tuple[Route, dict[str, Any]]]:
    """Amounts of a namespace, and of disks."""
    if manifest.kind == "ResourceQuota":
        hard = mapping(manifest.spec.get("hard"))
        # Because a namespace may well have a thousand cores.
        yield ("spec", "hard"), {name: hard[name] for name in hard if not str(name).endswith("cpu")}
    elif manifest.kind == "PersistentVolumeClaim":
        resources = mapping(manifest.spec.get("resources"))
        yield ("spec", "resources", "requests"), mapping(resources.get("requests"))
    elif manifest.kind == "LimitRange":
        for number, item in enumerate(sequence(manifest.spec.get("limits"))):
            for field in ("default", "defaultRequest", "max", "min"):
                yield ("spec", "limits", number, field), mapping(mapping(item).get(field))
    for pod in manifest.pods:
        for number, volume in enumerate(sequence(pod.spec.get("volumes"))):
            directory = mapping(mapping(volume).get("emptyDir"))
            sizes = {name: directory[name] for name in ("sizeLimit",) if name in directory}
            yield (*pod.route, "volumes", number, "emptyDir"), sizes


def _slip(name: str, value: Any, other: Any) -> tuple[str, str] | None:
    """What is wrong with an amount, and what to write."""
    if not is_quantity(value):
        if isinstance(value, str) and value and not value.startswith(("$", "{")):
            near = Cpu.fix(value) if name == "cpu" else Quantity.fix(value)
            return f"the server cannot read the amount {_said(value)}", near
        return None
    text, amount = _text(value), thousandths(value)
    if not amount:
        return None
    if name == "cpu":
        return _cpu_slip(text, amount, _text(other))
    if name in _SIZES or name == "sizeLimit":
        return _size_slip(text, amount, _text(other), _PAGE if name == "sizeLimit" else _MEBIBYTE)
    return None


def _cpu_slip(text: str, amount: int, other: str) -> tuple[str, str] | None:
    whole = text.isdecimal()
    meant = whole and amount >= _CORES // 10 and amount % 50_000 == 0 and other.endswith("m")
    if amount < _CORES and not meant:
        return None
    return (
        f"{_said(text)} of CPU are as many whole cores",
        f"write `{text}m` for thousandths of a core" if whole else "write for example `500m`",
    )


def _size_slip(text: str, amount: int, other: str, least: int) -> tuple[str, str] | None:
    if amount < least:
        digits = re.match(r"[0-9.]+", text)
        near = f"{digits[0].strip('.')}Mi" if digits else "512Mi"
        meant = "`m` is for thousandths" if text.endswith("m") else "without a unit it is bytes"
        return f"{_said(text)} is less than a mebibyte: {meant}", f"write for example `{near}`"
    # Only the decimal side is told: it is the one that lacks a letter.
    if re.fullmatch(r"[0-9.]+[KMGTPE]", text) and f"{text}i" == other:
        return f"{_said(text)} stands beside `{other}` and is less", f"write `{other}`"
    return None


def _memory_limit(container: Container) -> int | None:
    resources = mapping(container.value.get("resources"))
    return thousandths(mapping(resources.get("limits")).get("memory"))


def _mounting(pod: Pod, name: Any) -> list[Container]:
    """The containers that mount a volume."""
    return [
        container
        for container in pod.containers
        if any(
            mapping(mount).get("name") == name
            for mount in sequence(container.value.get("volumeMounts"))
        )
    ]


@rule("resources/memory-volume-over-limit", "error", rows=("G10", "G16"), kinds=WORKLOADS)
def memory_volume_over_limit(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A volume in memory is smaller than the memory of its containers.

    What is written to it counts against the limit of the container that writes
    (kubernetes.io/docs/concepts/storage/volumes, emptyDir).
    """
    for pod in manifest.pods:
        for number, volume in enumerate(sequence(pod.spec.get("volumes"))):
            directory = mapping(mapping(volume).get("emptyDir"))
            size = thousandths(directory.get("sizeLimit"))
            if directory.get("medium") != "Memory" or size is None or not is_whole(pod):
                continue
            limits = [_memory_limit(container) for container in _mounting(pod, volume.get("name"))]
            known = [limit for limit in limits if limit is not None]
            if known and len(known) == len(limits) and size >= sum(known):
                yield Hit(
                    (*pod.route, "volumes", number, "emptyDir", "sizeLimit"),
                    f"volume `{shown(str(volume.get('name')))}` may take {_said(directory['sizeLimit'])} of "
                    "memory, and its containers together may use no more: they are killed before it "
                    "is full",
                    "make it smaller, or raise `limits.memory` by as much",
                )


def _disks(pod: Pod) -> Iterator[tuple[int, str, int]]:
    """The directories on the node's disk: their numbers, names and sizes."""
    for number, volume in enumerate(sequence(pod.spec.get("volumes"))):
        directory = mapping(mapping(volume).get("emptyDir"))
        size = thousandths(directory.get("sizeLimit"))
        if directory.get("medium", "") == "" and size:
            yield number, str(volume.get("name")), size


def _ephemeral(pod: Pod, *fields: str) -> int | None:
    """What the containers say of the node's disk together; nothing where none says anything."""
    found = []
    for container in pod.containers:
        resources = mapping(container.value.get("resources"))
        said = [thousandths(mapping(resources.get(one)).get("ephemeral-storage")) for one in fields]
        found += [amount for amount in said if amount is not None][:1]
    return sum(found) if found else None


@rule(
    "resources/disk-too-small",
    "error",
    rows=("G16",),
    kinds=WORKLOADS,
    aliases=(
        "kube-score/container-ephemeral-storage-request-and-limit",
        "gatekeeper/ephemeralstoragelimit",
    ),
)
def disk_too_small(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """The disk of a pod holds its volumes, and what it fetches is set aside.

    The node evicts a pod whose directories outgrow the limits of its containers
    (kubernetes.io/docs/concepts/storage/ephemeral-storage).
    """
    for pod in manifest.pods:
        disks = list(_disks(pod))
        limit, request = (
            _ephemeral(pod, "limits"),
            _ephemeral(pod, "requests", "limits"),
        )
        total = sum(size for _, _, size in disks)
        if not disks or not is_whole(pod):
            continue
        if limit is not None and total > limit:
            number, name, _ = max(disks, key=lambda disk: disk[2])
            yield _too_small(
                pod, number, f"the volumes of the pod may hold {_mebibytes(total)}", limit
            )
            continue
        for number, name, size in disks:
            if request is not None and size > request and _is_fetched(pod, name):
                yield _too_small(
                    pod,
                    number,
                    f"`{shown(name)}` is to hold {_mebibytes(size)}",
                    request,
                    "set aside",
                )


def _too_small(pod: Pod, number: int, what: str, amount: int, said: str = "allowed") -> Hit:
    return Hit(
        (*pod.route, "volumes", number, "emptyDir", "sizeLimit"),
        f"{what}, and `ephemeral-storage` of the containers has {_mebibytes(amount)} {said}: the node "
        "evicts the pod while it loads",
        "raise `ephemeral-storage` of the container that writes, or make the volume smaller",
    )


def _mebibytes(amount: int) -> str:
    return f"`{-(-amount // _MEBIBYTE)}Mi`"


def _is_fetched(pod: Pod, name: str) -> bool:
    """Whether one container fills a volume before others read it."""
    users = _mounting(pod, name)
    return any(one.is_init for one in users) and any(not one.is_init for one in users)
