"""Training: how it is recognised, and what of it exchanges tensors through shared memory.

Facts: pytorch.org/docs/stable/data.html (Multi-process data loading), pytorch.org/docs/stable/elastic/
run.html, docs.nvidia.com/deeplearning/nccl (Environment Variables), kubeflow.org (Training Operator).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.check.arguments import flags, known, words
from modelyard.check.objects import mapping, sequence

if TYPE_CHECKING:
    from modelyard.check.arguments import Word
    from modelyard.check.objects import Container, Pod

_KINDS = frozenset(("PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "JAXJob", "PaddleJob"))
"""Kinds that are nothing but training, of several processes."""

_LAUNCHER = re.compile(
    r"(.*/)?(torchrun|deepspeed|horovodrun|mpirun|mpiexec|accelerate)|torch\.distributed\.(run|launch)"
)
"""Programs that start processes which work together."""

_LOADERS = re.compile(r"(.*[._-])?num[_-]workers", re.IGNORECASE)
_SOME = re.compile(r"0*[1-9][0-9]*")
_SURE = r"(?:pre[-_]?)?train(?:er|ing)|pre[-_]?train|fine[-_]?tun(?:e|er|ing)"
_NAMED = re.compile(rf"(?<![a-z])(?:{_SURE}|train(?=$|-[a-z]*[0-9]))(?![a-z])")
"""A name of something that trains; not `train-delays`, which may be about railways."""
_PROGRAM = re.compile(rf"(?<![a-z])(?:{_SURE}|train)(?![a-z])")


def why_shared(pod: Pod, container: Container) -> str | None:
    """What in a container with one GPU needs shared memory; nothing where nothing says that it does."""
    if not pod.ends:
        return None
    if _speaks_nccl(container):
        return "what NCCL exchanges"
    found = words(container)
    if pod.manifest.kind in _KINDS or any(_LAUNCHER.fullmatch(word.text) for word in found):
        return "processes that train together"
    loads = _loads(container, found) or _is_named(pod, container) or _runs(found)
    return "workers that load data" if loads else None


def _speaks_nccl(container: Container) -> bool:
    names = (mapping(item).get("name") for item in sequence(container.value.get("env")))
    return any(isinstance(name, str) and name.startswith("NCCL_") for name in names)


def _loads(container: Container, found: list[Word]) -> bool:
    """Whether processes of their own load data, as a flag, a setting or a variable says."""
    told = [(name, value) for name, value, _ in flags(found)]
    told += [(name, value) for name, _, value in (word.text.partition("=") for word in found)]
    told += known(container).items()
    return any(_LOADERS.fullmatch(name) and _SOME.fullmatch(value) for name, value in told)


def _is_named(pod: Pod, container: Container) -> bool:
    """Whether a name says that it trains; a step of a workflow is named by itself."""
    step = pod.spec.get("name")
    around = [step] if step else [pod.manifest.name, *pod.labels.values()]
    names = (name for name in (container.name, *around) if isinstance(name, str))
    return any(_NAMED.search(name) for name in names)


def _runs(found: list[Word]) -> bool:
    """Whether a script, a module or a word of the program's own says that it trains."""
    before = ""
    for word in (one.text for one in found):
        if before == "-m":
            trains = bool(_PROGRAM.search(word.rpartition(".")[2]))
        elif word.endswith((".py", ".sh")) and not word.startswith("-"):
            trains = bool(_PROGRAM.search(word.rpartition("/")[2]))
        else:
            trains = word == "train" and not before.startswith("-")
        if trains:
            return True
        before = word
    return False
