"""Model servers: what their arguments say of GPUs, and the GPUs that they have.

Facts: docs.vllm.ai/en/stable/cli/serve, docs.sglang.io (Server Arguments),
huggingface.co/docs/text-generation-inference (launcher), docs.pytorch.org (torchrun),
lws.sigs.k8s.io, docs.ray.io (KubeRay).
"""

from __future__ import annotations

import re
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

from modelyard.check.amounts import gpu_route, gpus_of
from modelyard.check.arguments import filled, flags, known, mentions, words
from modelyard.check.objects import WORKLOADS, Objects, inside
from modelyard.check.rule import Hit, rule
from modelyard.check.scale import copies
from modelyard.words import plural, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.arguments import Word
    from modelyard.check.objects import Container, Manifest, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_PARTS = {
    "--tensor-parallel-size": "tensor", "--tp-size": "tensor", "--tp": "tensor", "-tp": "tensor",
    "--num-shard": "tensor",
    "--pipeline-parallel-size": "pipeline", "--pp-size": "pipeline", "--pp": "pipeline",
    "-pp": "pipeline",
    "--data-parallel-size": "data", "--dp-size": "data", "--dp": "data", "-dp": "data",
}  # fmt: skip
"""Flags that say into how many parts, each on a GPU, the work is divided."""

_PLAIN = ("--tensor-parallel-size", "--pipeline-parallel-size")
"""Those of them that mean the same everywhere."""

_PROCESSES = "--nproc-per-node"
"""How many processes torchrun starts in a pod, each on a GPU."""

_SERVERS = (
    "vllm", "sglang", "lmdeploy", "trtllm", "text-generation-launcher",
    "text-generation-inference", "huggingfaceserver",
)  # fmt: skip
"""Whose flags these are, in commands and images; others may mean something else by `--tp`."""

_UNTOLD = frozenset(
    (
        "--data-parallel-size-local", "--data-parallel-rank", "--data-parallel-address",
        "--data-parallel-hybrid-lb", "--data-parallel-external-lb", "--data-parallel-start-rank",
        "--headless", "--prefill-context-parallel-size", "-pcp", "--config",
    )
)  # fmt: skip
"""Flags with which files, or servers elsewhere, have a say."""

_SPREAD = frozenset(("--distributed-executor-backend", "--nnodes", "--node-rank"))
"""Flags of a server that is spread over pods."""

_Sizes = dict[str, tuple[int, "Route"]]
"""Into how many parts, by sort, and where it says so."""


@rule("gpu/parallel-size", "error", rows=("G13",), kinds=WORKLOADS)
def parallel_size(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A model is divided among as many GPUs as its pods have.

    With fewer GPUs than parts the server does not start; with more, some are paid for and idle.
    """
    if manifest.kind in _RAY:
        yield from _of_ray(manifest)
        return
    if "workerSpec" in inside(manifest.value, ("spec", "predictor")):
        return
    for pod in manifest.pods:
        for container in pod.containers:
            counts = gpus_of(container)
            if counts and not container.is_init:
                resource, count = next(iter(counts.items()))
                yield from _divided(pod, container, resource, count)


def _divided(pod: Pod, container: Container, resource: str, count: int) -> Iterator[Hit]:
    found = words(container)
    group = _group(pod)
    sizes = _sizes(container, found, spread=group is not None)
    if sizes is None:
        return
    if sizes:
        have = group if group is not None and "processes" not in sizes else count
        yield from _compared(sizes, have)
    elif count > 1 and group is None and _takes_one(container, found):
        yield Hit(
            gpu_route(container, resource),
            f"{shown(container.name)} has {count} GPUs, and its server uses one: nothing divides the model",
            f"add `--tensor-parallel-size={count}` to its arguments",
        )


def _compared(sizes: _Sizes, have: int) -> Iterator[Hit]:
    wanted = prod(size for size, _ in sizes.values())
    if wanted != have:
        spelt = " × ".join(f"{name} {size}" for name, (size, _) in sizes.items())
        yield Hit(
            max(sizes.values(), key=lambda size: size[0])[1],
            f"the work is divided into {plural(wanted, 'part')} ({spelt}), and there "
            f"{'is' if have == 1 else 'are'} {plural(have, 'GPU')}: "
            + ("the server does not start" if wanted > have else "the others are idle"),
            f"make the product {have}, or ask for as many GPUs as parts",
        )


def _sizes(container: Container, found: list[Word], *, spread: bool) -> _Sizes | None:
    """How the work is divided; nothing where it cannot be told."""
    variables, is_server = known(container), _is_server(container, found)
    said = {word.text.partition("=")[0].replace("_", "-") for word in found}
    sizes: _Sizes = {}
    for name, value, route in flags(found):
        text = filled(value, variables)
        part = _PARTS.get(name) if is_server or name in _PLAIN else None
        if name == _PROCESSES:  # Because what follows are arguments of what torchrun starts.
            return {"processes": (int(text), route)} if text.isdecimal() else None
        if name in _SPREAD and not spread and text not in ("mp", "uni", "0", "1"):
            return None
        if part is not None:
            if not text.isdecimal() or part in sizes:  # Because a script may start two servers.
                return None
            sizes[part] = (int(text), route)
    if said & _UNTOLD:
        return None
    if "--enable-dp-attention" in said:  # Because it divides the same GPUs once more.
        sizes.pop("data", None)
    return sizes


def _is_server(container: Container, found: list[Word]) -> bool:
    texts = [str(container.value.get("image")), *(word.text for word in found)]
    return container.role == "model" or any(
        name in text.lower() for name in _SERVERS for text in texts
    )


def _takes_one(container: Container, found: list[Word]) -> bool:
    """Whether a container certainly runs a server that takes one GPU where nobody says more."""
    texts = [word.text for word in found]
    if any(text.startswith("$") for text in texts):
        return False
    image = str(container.value.get("image")).partition("@")[0].rpartition("/")[2]
    return (
        any(pair in (("vllm", "serve"), ("sglang", "serve")) for pair in pairwise(texts))
        or any(text.startswith(("vllm.entrypoints", "sglang.launch_server")) for text in texts)
        or (
            image.partition(":")[0] == "vllm-openai"
            and bool(container.value.get("args"))
            and not container.value.get("command")
        )
    )


def _group(pod: Pod) -> int | None:
    """The GPUs of the pods that serve together; nothing for a pod that serves alone."""
    if pod.manifest.kind != "LeaderWorkerSet":
        return None
    size = inside(pod.manifest.value, ("spec", "leaderWorkerTemplate")).get("size", 1)
    counts = {part.route[2]: _of_pod(part) for part in pod.manifest.pods}
    worker = counts.get("workerTemplate", 0)
    followers = size - 1 if isinstance(size, int) and size > 0 else 0
    return counts.get("leaderTemplate", worker) + followers * worker


def _of_pod(pod: Pod) -> int:
    return sum(sum(gpus_of(one).values()) for one in pod.containers if not one.is_init)


_RAY = ("RayCluster", "RayJob", "RayService")
"""Kinds of a cluster whose pods serve together."""

_SETTING = re.compile(r"\b(tensor|pipeline)_parallel_size[\"']?\s*:\s*(\d+)")


def _of_ray(manifest: Manifest) -> Iterator[Hit]:
    """A cluster does other work as well, so it may have more GPUs than a server needs."""
    have = _of_cluster(manifest)
    text = manifest.spec.get("serveConfigV2")
    found = list(_SETTING.finditer(text)) if isinstance(text, str) else []
    if not found or len({match[1] for match in found}) != len(found):
        return
    wanted = prod(int(match[2]) for match in found)
    if wanted > have > 0 and isinstance(text, str):
        yield Hit(
            ("spec", "serveConfigV2"),
            f"the model is divided into {plural(wanted, 'part')}, and all workers together have "
            f"{plural(have, 'GPU')}: it does not start",
            "divide it into fewer, or raise `maxReplicas` of the workers",
            within=text.count("\n", 0, found[0].start()) + 1,
        )


def _of_cluster(manifest: Manifest) -> int:
    """The GPUs that a cluster of Ray has at most."""
    alone = Objects([manifest])
    found = [(_of_pod(pod), copies(pod, alone)) for pod in manifest.pods]
    return sum(gpus * many.most for gpus, many in found if many is not None)


_SHARES = {
    "--gpu-memory-utilization": "0.9",
    "--mem-fraction-static": "0.85",
    "--cuda-memory-fraction": "0.9",
}
"""Flags that say which share of the GPU's memory a server takes, each with a usual value."""


@rule("gpu/memory-share", "error", rows=("G15",), kinds=WORKLOADS)
def memory_share(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """The share of a GPU's memory lies between 0 and 1.

    The server refuses to start with any other.
    """
    for pod in manifest.pods:
        for container in pod.containers:
            for name, value, route in flags(words(container)) if mentions(container, "mem") else ():
                text = filled(value, known(container))
                if name in _SHARES and not {"$", "{"} & set(text) and not _is_share(text):
                    yield Hit(
                        route,
                        f"`{name}` is the share of the GPU's memory, from 0 to 1, and says `{shown(text)}`: "
                        "the server does not start",
                        f"write for example `{name}={_SHARES[name]}`",
                    )


def _is_share(text: str) -> bool:
    try:
        return 0 < float(text) <= 1
    except ValueError:
        return False
