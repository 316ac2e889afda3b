"""Weights: whether what a release brings fits into the volume and the GPUs that it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.check.amounts import gpu_route, thousandths
from modelyard.check.arguments import flags, words
from modelyard.check.objects import mapping
from modelyard.check.placement import gpus, offering, open_to, pools_of, volumes
from modelyard.check.rule import Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container, Objects, Pod
    from modelyard.check.placement import Pools
    from modelyard.check.rule import Context
    from modelyard.findings import Route
    from modelyard.spec.values import Memory

_VERSION = "app.kubernetes.io/version"

_VOLUME = "model"
"""The volume that our pods fetch weights into."""

_USUAL_SHARE = "0.9"
"""What vLLM takes of a GPU where nobody says more."""

_SMALLER = ("--quantization", "-q", "--cpu-offload-gb", "--load-format")
"""Arguments with which weights take less of a GPU than they take on a disk."""


def _served(objects: Objects, context: Context) -> Iterator[tuple[Pod, Memory]]:
    """The pods that serve a release whose weights have a known size."""
    model = context.plan.model if context.plan is not None else None
    if model is None:
        return
    releases = [model.release, *([model.canary.built] if model.canary is not None else [])]
    sizes = {
        str(release.name): release.artifact.size
        for release in releases
        if release.artifact is not None and release.artifact.size is not None
    }
    for pod in objects.pods:
        size = sizes.get(str(pod.labels.get(_VERSION)))
        if size is not None and not pod.ends:
            yield pod, size


@rule(
    "resources/model-volume-too-small",
    "error",
    scope="release",
    rows=("G16",),
    needs=("plan",),
)
def model_volume_too_small(objects: Objects, context: Context) -> Iterator[Hit]:
    """The weights of a release fit into the volume that they are fetched into.

    Otherwise every pod is evicted while it fetches them.
    """
    for pod, size in _served(objects, context):
        for route, volume in volumes(pod):
            said = mapping(volume.get("emptyDir")).get("sizeLimit")
            room = thousandths(said)
            if volume.get("name") == _VOLUME and room is not None and room < size.thousandths:
                yield Hit(
                    (*route, "emptyDir", "sizeLimit"),
                    f"the weights are `{size}`, and the volume holds `{said}`: the pod is evicted while it "
                    "fetches them",
                    "write `storage.model` with more than the weights",
                    pod.manifest,
                )


@rule(
    "gpu/weights-too-large",
    "error",
    scope="release",
    rows=("G15",),
    needs=("environment", "plan"),
)
def weights_too_large(objects: Objects, context: Context) -> Iterator[Hit]:
    """The weights of a release fit into the memory of its GPUs.

    Told where the release says how large they are, the pool how large its GPUs are, and nothing makes
    them smaller on the way.
    """
    pools = pools_of(context)
    for pod, size in _served(objects, context):
        for container, resource, count in gpus(pod, pools):
            memory = _memory(open_to(pod, offering(pools, resource)))
            share = _share(container)
            if (
                memory is None
                or share is None
                or size.thousandths <= share * count * memory.thousandths
            ):
                continue
            yield Hit(
                _divided(container) or gpu_route(container, resource),
                f"the weights are `{size}`, and the server may use {share:g} of {count} × `{memory}`: it does "
                "not start",
                "ask for more GPUs or for a larger product, or quantize the weights",
                pod.manifest,
            )


def _memory(pools: Pools) -> Memory | None:
    """The largest memory that a GPU of some pools has; nothing where it is not known of each."""
    known = [pool.gpu_memory for pool in pools.values() if pool.gpu_memory is not None]
    if not known or len(known) < len(pools):
        return None
    return max(known, key=lambda memory: memory.thousandths)


def _divided(container: Container) -> Route | None:
    """Where a server says among how many GPUs it divides them."""
    found = (
        route for name, _, route in flags(words(container)) if name == "--tensor-parallel-size"
    )
    return next(found, None)


def _share(container: Container) -> float | None:
    """The share of a GPU that vLLM takes; nothing where the server is another, or does more."""
    found = words(container)
    said = {name: value for name, value, _ in flags(found)}
    if not any(word.text == "vllm" for word in found) or set(said) & set(_SMALLER):
        return None
    try:
        share = float(said.get("--gpu-memory-utilization", _USUAL_SHARE))
    except ValueError:
        return None
    return share if 0 < share <= 1 else None
