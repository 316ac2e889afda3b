"""Budgets for disruptions: how many pods a drain of nodes may take, of which.

Facts: kubernetes.io, Specifying a Disruption Budget for your Application; pkg/controller/disruption.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.labelled import Labelled
from modelyard.check.links import is_opaque, pods_in, selects_none, services, written
from modelyard.check.objects import mapping
from modelyard.check.rule import Hit, rule
from modelyard.check.scaling import SERVERS, Scaling, is_trial, same_namespace
from modelyard.check.timing import whole
from modelyard.words import plural, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context

_KIND = "PodDisruptionBudget"
_HELP = "write `maxUnavailable: 1` instead: however many there are, one may go"


def _selected(pods: Labelled, budget: Manifest) -> list[Pod]:
    return pods.selected(budget.namespace, budget.spec.get("selector"))


@rule(
    "disruption/no-budget",
    "warning",
    scope="release",
    rows=("R07",),
    aliases=(
        "kube-score/deployment-has-poddisruptionbudget",
        "kube-score/statefulset-has-poddisruptionbudget",
        "polaris/missingPodDisruptionBudget",
        "kyverno/require-pdb",
    ),
    follows=("disruption/selects-nothing",),
)
def no_budget(objects: Objects, _context: Context) -> Iterator[Hit]:
    """No PodDisruptionBudget keeps some pods of a server while nodes are drained.

    Asked of servers that a Service leads to or that are scaled, and of namespaces of which budgets are
    among the objects.
    """
    pods, scaling = Labelled(objects.pods), Scaling(objects)
    budgets = {id(found): (found, _selected(pods, found)) for found in objects.of(_KIND)}
    kept = {id(pod) for _, chosen in budgets.values() for pod in chosen}
    missing = [budget for budget, chosen in budgets.values() if not chosen]
    spaces = {budget.namespace for budget, _ in budgets.values()}
    served = {
        id(pod)
        for service in services(objects)
        if (labels := written(service.spec.get("selector")))
        for pod in pods.selected(service.namespace, {"matchLabels": labels})
    }
    for workload in objects.of(*SERVERS):
        if is_trial(workload) or not scaling.has_several(workload):
            continue
        if any(id(pod) in kept for pod in workload.pods) or not workload.pods:
            continue
        called = scaling.of(workload) is not None or any(id(pod) in served for pod in workload.pods)
        if workload.namespace in spaces or called:
            yield Hit(
                ("metadata", "name"),
                f"no PodDisruptionBudget selects the pods of {workload.kind} {shown(workload.name)}: "
                "a drain of several nodes may take them all at once",
                "add one for their labels, with `maxUnavailable: 1`",
                workload,
                because_of=_meant(workload, missing),
            )


def _meant(workload: Manifest, missing: list[Manifest]) -> tuple[str, str, str] | None:
    """The budget that was meant for a workload, and selects nothing."""
    for budget in missing:
        labels = mapping(mapping(budget.spec.get("selector")).get("matchLabels"))
        near = any(pod.labels.get(name) == labels[name] for pod in workload.pods for name in labels)
        if same_namespace(budget, workload) and (near or budget.name == workload.name):
            return _KIND, budget.namespace, budget.name
    return None


@rule(
    "disruption/blocks-drains",
    "error",
    scope="release",
    rows=("R08",),
    aliases=(
        "kube-linter/pdb-min-available",
        "kube-linter/pdb-max-unavailable",
        "polaris/pdbDisruptionsIsZero",
        "polaris/pdbMinAvailableGreaterThanHPAMinReplicas",
        "kyverno/deployment-replicas-higher-than-pdb",
        "kyverno/pdb-maxunavailable",
        "gatekeeper/poddisruptionbudget",
    ),
)
def blocks_drains(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A PodDisruptionBudget lets no pod go, so that a drain of its node never ends.

    Where an autoscaler decides, it is asked with the fewest pods that it leaves. Pods that end by
    themselves may be waited for.
    """
    pods, scaling = Labelled(objects.pods), Scaling(objects)
    for budget in objects.of(_KIND):
        chosen = _selected(pods, budget)
        if chosen and all(pod.ends for pod in chosen):
            continue
        most, least = budget.spec.get("maxUnavailable"), budget.spec.get("minAvailable")
        if _share(most) == 0 or whole(most) == 0:
            yield Hit(
                ("spec", "maxUnavailable"),
                "no pod may ever be taken: a drain of their nodes waits for ever",
                "write `maxUnavailable: 1`",
                budget,
            )
        elif (share := _share(least)) is not None and share >= 100:
            yield Hit(
                ("spec", "minAvailable"),
                "all pods must stay: a drain of their nodes waits for ever",
                _HELP,
                budget,
            )
        elif (hit := _at_the_floor(budget, chosen, scaling)) is not None:
            yield hit


def _at_the_floor(budget: Manifest, chosen: list[Pod], scaling: Scaling) -> Hit | None:
    """A budget that asks for all of the fewest pods that there are."""
    workloads = {id(pod.manifest): pod.manifest for pod in chosen}.values()
    counts = [scaling.fewest(found) if found.kind in SERVERS else None for found in workloads]
    known = [count for count in counts if count is not None]
    if not known or len(known) < len(counts) or not all(count > 0 for count in known):
        return None
    there, least = sum(known), budget.spec.get("minAvailable")
    share = _share(least)
    kept = -(-share * there // 100) if share is not None else whole(least)
    if kept is None or kept < there:
        return None
    scaled = any(scaling.of(found) is not None for found in workloads)
    when = (
        f"the autoscaler goes down to {plural(there, 'pod')}"
        if scaled
        else (f"there {'is' if there == 1 else 'are'} {plural(there, 'pod')}")
    )
    return Hit(
        ("spec", "minAvailable"),
        f"{when}, and {kept} must stay: a drain of their nodes waits for ever",
        _HELP,
        budget,
    )


def _share(value: Any) -> int | None:
    """A percentage."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,4}%", value):
        return int(value[:-1])
    return None


@rule(
    "disruption/selects-nothing",
    "error",
    scope="release",
    rows=("R10",),
    follows=("reliability/selector-mismatch",),
)
def selects_nothing(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A PodDisruptionBudget selects no pod, so it keeps none."""
    pods = Labelled(objects.pods)
    for budget in objects.of(_KIND):
        selector = budget.spec.get("selector")
        if selector is None and budget.spec:
            yield Hit(
                ("spec",),
                "it has no selector, and selects no pod",
                "add `selector` with the labels of the pods that it is for",
                budget,
            )
        elif not _selected(pods, budget) and isinstance(selector, dict):
            hit = _misses(objects, budget, selector)
            if hit is not None:
                yield hit


def _misses(objects: Objects, budget: Manifest, selector: dict[str, Any]) -> Hit | None:
    """The label for which a selector selects nothing, where the pods of the place are known."""
    near = pods_in(objects, budget.namespace)
    labels = written(selector.get("matchLabels"))
    if not near or is_opaque(objects, budget.namespace) or labels != selector.get("matchLabels"):
        return None
    return selects_none(budget, ("spec", "selector", "matchLabels"), labels, near)


@rule("disruption/two-budgets", "error", scope="release", rows=("R10",))
def two_budgets(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Two PodDisruptionBudgets select the same pods, which then cannot be evicted at all."""
    pods = Labelled(objects.pods)
    first: dict[int, Manifest] = {}
    told: set[int] = set()
    for budget in objects.of(_KIND):
        for pod in _selected(pods, budget):
            other = first.setdefault(id(pod), budget)
            if other is budget or id(budget) in told or other.name == budget.name:
                continue
            if same_namespace(other, budget):
                told.add(id(budget))
                yield Hit(
                    ("spec", "selector"),
                    f"{pod.manifest.kind} {shown(pod.manifest.name)} is in the budget "
                    f"{shown(other.name)} too: the server refuses to evict a pod that has two",
                    "narrow one selector by the label that tells the pods apart, or remove one",
                    budget,
                )
