"""Placement: which pools of GPU nodes a pod may land on.

Of a pool's nodes the environment tells the labels that no others have, and the taints. Whatever else
a pod asks of nodes may be true of them.

Facts: kubernetes.io/docs/concepts/scheduling-eviction (assign-pod-node, taint-and-toleration).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.amounts import gpus_of
from modelyard.check.objects import inside, mapping, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route
    from modelyard.spec.environment import Pool, Taint

Pools = dict[str, "Pool"]
"""Pools by name."""

_COMMON = re.compile(
    r"kubernetes\.io/(os|arch)$|^topology\.kubernetes\.io/|^node-role\.|failure-domain"
)
"""Labels that nodes of every sort have."""

_WORKFLOWS: dict[str, Route] = {
    "Workflow": ("spec",),
    "WorkflowTemplate": ("spec",),
    "ClusterWorkflowTemplate": ("spec",),
    "CronWorkflow": ("spec", "workflowSpec"),
}
"""Where a kind has its templates; what stands around them holds for each."""


def setting(pod: Pod, key: str) -> tuple[Route, Any]:
    """A field of a pod's spec with its place, or that of the workflow around it."""
    around = _WORKFLOWS.get(pod.manifest.kind)
    if around is not None and not pod.spec.get(key):
        return (*around, key), inside(pod.manifest.value, around).get(key)
    return (*pod.route, key), pod.spec.get(key)


def volumes(pod: Pod) -> Iterator[tuple[Route, dict[str, Any]]]:
    """The volumes of a pod with their places, those of the workflow around it among them."""
    places = {(*pod.route, "volumes"): pod.spec.get("volumes")}
    around = _WORKFLOWS.get(pod.manifest.kind)
    if around is not None:
        places[(*around, "volumes")] = inside(pod.manifest.value, around).get("volumes")
    for route, found in places.items():
        for number, volume in enumerate(sequence(found)):
            yield (*route, number), mapping(volume)


def pools_of(context: Context) -> Pools:
    """The environment's pools; none where nothing is known of them."""
    found = context.environment.pools if context.environment is not None else None
    return {str(name): pool for name, pool in (found or {}).items()}


def gpus(pod: Pod, pools: Pools) -> Iterator[tuple[Container, str, int]]:
    """The GPUs that containers of a pod ask for."""
    known = {str(pool.resource) for pool in pools.values()}
    for container in pod.containers:
        for resource, count in gpus_of(container, known).items():
            yield container, resource, count


def labels(pool: Pool) -> dict[str, str]:
    """The labels of a pool's nodes, and of no others."""
    return {str(key): str(value) for key, value in pool.labels.items()}


def offering(pools: Pools, resource: str) -> Pools:
    """The pools that have a resource."""
    return {name: pool for name, pool in pools.items() if pool.resource == resource}


def open_to(pod: Pod, pools: Pools) -> Pools:
    """The pools that a pod's selectors do not exclude."""
    terms = list(node_terms(pod))
    return {
        name: pool
        for name, pool in pools.items()
        if all(labels(pool).get(key, value) == value for key, value in node_selector(pod).items())
        and (not terms or any(may_hold(term, pool) for _, term in terms))
    }


def node_selector(pod: Pod) -> dict[str, str]:
    """The labels that a pod's node must have."""
    _, found = setting(pod, "nodeSelector")
    return {str(key): str(value) for key, value in mapping(found).items()}


def node_terms(pod: Pod) -> Iterator[tuple[Route, dict[str, Any]]]:
    """The alternatives of a pod's required node affinity: a node must satisfy one of them."""
    route, found = setting(pod, "affinity")
    steps = ("nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    terms = inside(mapping(found), steps).get("nodeSelectorTerms")
    for number, term in enumerate(sequence(terms)):
        yield (*route, *steps, "nodeSelectorTerms", number), mapping(term)


def may_hold(term: dict[str, Any], pool: Pool) -> bool:
    """Whether an alternative may hold of a pool's nodes."""
    return all(
        _may_hold(mapping(item), pool) for item in sequence(term.get("matchExpressions"))
    ) and bool(term.get("matchExpressions") or term.get("matchFields"))


def _may_hold(item: dict[str, Any], pool: Pool) -> bool:
    value = labels(pool).get(str(item.get("key")))
    if value is None:
        return True
    values = [str(one) for one in sequence(item.get("values"))]
    return {
        "In": value in values,
        "NotIn": value not in values,
        "DoesNotExist": False,
    }.get(str(item.get("operator")), True)


def keys(term: dict[str, Any]) -> set[str]:
    """The labels that an alternative asks for."""
    return {
        str(mapping(item).get("key"))
        for item in sequence(term.get("matchExpressions"))
        if mapping(item).get("operator") in ("In", "Exists", "Gt", "Lt")
    }


def names_nodes(asked: set[str]) -> bool:
    """Whether labels tell some nodes from others, as those of a pool do."""
    return any(not _COMMON.search(label) for label in asked)


def tolerates(pod: Pod, taint: Taint) -> bool:
    """Whether a pod may run, or go on running, on nodes with a taint."""
    return taint.effect == "PreferNoSchedule" or any(
        _covers(item, taint) for _, item in tolerations(pod)
    )


def tolerations(pod: Pod) -> Iterator[tuple[Route, dict[str, Any]]]:
    """What a pod tolerates."""
    route, found = setting(pod, "tolerations")
    for number, item in enumerate(sequence(found)):
        yield (*route, number), mapping(item)


def _covers(item: dict[str, Any], taint: Taint) -> bool:
    if item.get("effect") not in (None, "", taint.effect):
        return False
    if item.get("operator", "Equal") == "Exists":
        return item.get("key") in (None, "", taint.key)
    if item.get("operator", "Equal") != "Equal":
        return item.get("key") == taint.key
    return item.get("key") == taint.key and str(item.get("value") or "") == (taint.value or "")
