"""Priority classes: whose pods make room for whose.

Facts: kubernetes.io, Pod Priority and Preemption.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.check.links import together
from modelyard.check.rule import Hit, rule
from modelyard.check.scaling import SERVERS
from modelyard.check.timing import whole
from modelyard.load.suggest import did_you_mean
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context

_TIERS = ("experimental", "standard", "critical")
_BUILT_IN = ("system-cluster-critical", "system-node-critical")
_BATCH = re.compile(r"(^|-)(batch|training|train|offline|background)(-|$)")
_ONLINE = re.compile(r"(^|-)(inference|serving|online|realtime|server)(-|$)")


@rule(
    "reliability/unknown-priority-class",
    "error",
    scope="release",
    rows=("R25",),
    needs=("environment",),
)
def unknown_priority_class(objects: Objects, context: Context) -> Iterator[Hit]:
    """Pods ask for a priority class that there is none of, and are never made.

    There are those of the environment, and those among the objects.
    """
    place = context.environment
    if place is None or not place.priority_classes:
        return
    known = {str(name) for name in place.priority_classes.values()}
    known |= {found.name for found in objects.of("PriorityClass")} | set(_BUILT_IN)
    for pod in objects.pods:
        name = pod.spec.get("priorityClassName")
        if not isinstance(name, str) or name in known or not name or "{{" in name:
            continue
        if together(pod.manifest.namespace, str(place.namespace)):
            yield Hit(
                (*pod.route, "priorityClassName"),
                f"there is no priority class `{shown(name)}`: the server refuses the pods",
                did_you_mean(name, known - set(_BUILT_IN), what="priority classes"),
                pod.manifest,
            )


@rule("reliability/batch-before-server", "warning", scope="release", rows=("R25",))
def batch_before_server(objects: Objects, context: Context) -> Iterator[Hit]:
    """Training takes the place of serving: its priority is the higher one.

    Asked of one model's pods, and of classes that say in their names what they are for.
    """
    known = _known(objects, context)
    servers = [pod for pod in objects.pods if pod.manifest.kind in SERVERS]
    for pod in objects.pods:
        rank = known.get(str(pod.spec.get("priorityClassName")))
        for server in servers if rank is not None and pod.ends else ():
            other = known.get(str(server.spec.get("priorityClassName")))
            if other is not None and rank is not None and other < rank and _of_one(pod, server):
                yield Hit(
                    (*pod.route, "priorityClassName"),
                    f"when nodes are full, {server.manifest.kind} {shown(server.manifest.name)} "
                    "makes room for it",
                    "give it a lower class than the server",
                    pod.manifest,
                )
                break
    yield from _classes(objects)


def _known(objects: Objects, context: Context) -> dict[str, int]:
    """The rank of every class that is known, and that pushes others out."""
    found = {
        manifest.name: value
        for manifest in objects.of("PriorityClass")
        if (value := whole(manifest.value.get("value"))) is not None
        and manifest.value.get("preemptionPolicy") != "Never"
    }
    place = context.environment
    if not found and place is not None and place.priority_classes:
        tiers = {str(tier): str(name) for tier, name in place.priority_classes.items()}
        found = {tiers[tier]: rank for rank, tier in enumerate(_TIERS) if tier in tiers}
    return found


def _of_one(pod: Pod, server: Pod) -> bool:
    """Whether two pods are of one model."""
    if not together(pod.manifest.namespace, server.manifest.namespace):
        return False
    labels = ("app.kubernetes.io/name", "app", "model")
    told = [(pod.labels.get(name), server.labels.get(name)) for name in labels]
    if any(one is not None and one == other for one, other in told):
        return True
    return pod.manifest.name.startswith(f"{server.manifest.name}-")


def _classes(objects: Objects) -> Iterator[Hit]:
    classes = objects.of("PriorityClass")
    online = [
        (whole(found.value.get("value")), found) for found in classes if _says(found, _ONLINE)
    ]
    for batch in classes:
        value = whole(batch.value.get("value"))
        if value is None or not _says(batch, _BATCH) or _says(batch, _ONLINE):
            continue
        lower = [found for other, found in online if other is not None and other < value]
        if lower and batch.value.get("preemptionPolicy") != "Never":
            yield Hit(
                ("value",),
                f"batch work is worth {value}, more than `{shown(lower[0].name)}`: it pushes servers out",
                "write a lower value than that of the servers, or `preemptionPolicy: Never`",
                batch,
            )


def _says(manifest: Manifest, what: re.Pattern[str]) -> bool:
    return what.search(manifest.name) is not None
