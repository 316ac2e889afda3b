"""Variables that Kubernetes puts into commands, arguments and other variables: `$(NAME)`.

Facts: kubernetes.io, Define Dependent Environment Variables; a name that is not known stays as written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.check.objects import BATCH, mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.load.suggest import nearest
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_USED = re.compile(r"(\$+)\(([A-Z_][A-Z0-9_]*)\)")
_SHELL = re.compile(r"(?:^|/)(?:sh|bash|ash|dash|zsh|ksh|busybox)$")
_GIVEN = re.compile(
    r"KUBERNETES_|.*_SERVICE_(HOST|PORT)|.*_PORT(_|$)|(AWS|AZURE|GOOGLE|OTEL|DAPR|ARGO|VAULT)_"
    r"|JOB_COMPLETION_INDEX$|NVIDIA_"
)
"""Variables that the cluster gives: those of Services, and those that webhooks add."""
_PLAIN = frozenset(
    ("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "ScaledJob")
) | (BATCH & {"Job", "CronJob", "Workflow", "WorkflowTemplate", "CronWorkflow"})
"""Kinds whose controllers add no variables of their own."""


@rule("reliability/undefined-variable", "warning", scope="release", rows=("R20",))
def undefined_variable(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A command, an argument or a variable refers to a variable that the container does not have.

    The reference then stays in the text as it is. Scripts of a shell have `$(…)` of their own, and are
    not asked.
    """
    for pod in objects.pods:
        if pod.manifest.kind not in _PLAIN:
            continue
        for container in pod.containers:
            taken = _taken(objects, pod, container)
            if taken is not None:
                yield from _in_words(pod, container, taken)
                yield from _in_values(pod, container, taken)


def _taken(objects: Objects, pod: Pod, container: Container) -> set[str] | None:
    """The variables that a container takes from elsewhere; nothing where they are not known."""
    found: set[str] = set()
    for item in sequence(container.value.get("envFrom")):
        prefix = mapping(item).get("prefix") or ""
        name = mapping(mapping(item).get("configMapRef")).get("name")
        source = objects.find("ConfigMap", pod.manifest.namespace, str(name))
        if source is None or not isinstance(prefix, str):
            return None
        found |= {f"{prefix}{key}" for key in mapping(source.value.get("data"))}
    return found


def _own(container: Container) -> list[str]:
    names = [mapping(item).get("name") for item in sequence(container.value.get("env"))]
    return [name for name in names if isinstance(name, str)]


def _unknown(text: str, known: set[str]) -> Iterator[str]:
    """The variables that a text refers to, and that are not known. `$$` stands for `$`."""
    for dollars, name in _USED.findall(text):
        if len(dollars) % 2 and name not in known and not _GIVEN.match(name):
            yield name


def _in_words(pod: Pod, container: Container, taken: set[str]) -> Iterator[Hit]:
    """References in commands and arguments, but for scripts."""
    known = taken | set(_own(container))
    words = [
        ((*container.route, key, number), word)
        for key in ("command", "args")
        for number, word in enumerate(sequence(container.value.get(key)))
        if isinstance(word, str)
    ]
    if any(_SHELL.search(word) for _, word in words):
        return
    for route, word in words:
        for name in _unknown(word, known):
            yield _hit(pod, container, route, name, known)


def _in_values(pod: Pod, container: Container, taken: set[str]) -> Iterator[Hit]:
    """References in variables: only those that stand before are known."""
    known, own = set(taken), set(_own(container))
    for number, item in enumerate(sequence(container.value.get("env"))):
        route = (*container.route, "env", number, "value")
        name, value = mapping(item).get("name"), mapping(item).get("value")
        for used in _unknown(value, known) if isinstance(value, str) else ():
            if used in own:
                yield Hit(
                    route,
                    f"`{shown(used)}` is set further down: here it stays `$({shown(used)})`",
                    f"move `{shown(used)}` up, before this variable",
                    pod.manifest,
                )
            else:
                yield _hit(pod, container, route, used, known | own)
        if isinstance(name, str):
            known.add(name)


def _hit(pod: Pod, container: Container, route: Route, name: str, known: set[str]) -> Hit:
    near = nearest(name, sorted(known))
    return Hit(
        route,
        f"container {shown(container.name)} has no variable `{shown(name)}`: the text stays "
        f"`$({shown(name)})`",
        f"did you mean `$({shown(near)})`?" if near else f"add `{shown(name)}` to `env`",
        pod.manifest,
    )
