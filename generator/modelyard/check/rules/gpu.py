"""GPU nodes: which pods land on them, and which never can."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from modelyard.check.amounts import amount_of, gpu_route, is_device, is_whole, of_pod
from modelyard.check.objects import WORKLOADS, mapping
from modelyard.check.placement import (
    gpus,
    keys,
    labels,
    may_hold,
    names_nodes,
    node_selector,
    node_terms,
    offering,
    open_to,
    pools_of,
    setting,
    tolerates,
    tolerations,
)
from modelyard.check.rule import Hit, rule
from modelyard.findings import Fix
from modelyard.quantity import cores
from modelyard.words import plural, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container, Manifest, Pod
    from modelyard.check.placement import Pools
    from modelyard.check.rule import Context
    from modelyard.findings import Route
    from modelyard.spec.environment import Pool, Taint


def _placed(manifest: Manifest) -> Iterator[Pod]:
    """The pods that the scheduler places as they are written."""
    for pod in manifest.pods:
        if is_whole(pod) and not pod.spec.get("nodeName"):
            yield pod


def _landing(manifest: Manifest, pools: Pools) -> Iterator[tuple[Pod, Container, str, int, Pools]]:
    """Each GPU resource of each pod with the pools that have it, and are open to the pod."""
    for pod in _placed(manifest):
        told = set()
        for container, resource, count in gpus(pod, pools):
            if resource not in told:
                told.add(resource)
                yield pod, container, resource, count, open_to(pod, offering(pools, resource))


def _listed(pools: Pools) -> str:
    return " or ".join(f"`{pool.product}`" for pool in pools.values())


@rule("gpu/unknown-resource", "error", rows=("G14",), kinds=WORKLOADS, needs=("environment",))
def unknown_resource(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """The GPUs that a pod asks for are those of a pool.

    Slices and shared GPUs are resources with names of their own, which only nodes have that are set
    up so (docs.nvidia.com/datacenter/cloud-native/kubernetes/latest/index.html).
    """
    pools = pools_of(context)
    known = sorted({str(pool.resource) for pool in pools.values()})
    for _, container, resource, _, _ in _landing(manifest, pools) if pools else ():
        if resource not in known:
            yield Hit(
                gpu_route(container, resource),
                f"no pool of the environment has `{shown(resource)}`: the pod stays pending",
                f"write one of {', '.join(f'`{name}`' for name in known)}",
                of_key=True,
            )


_PRODUCT = re.compile(r"(^|/|-)accelerator$|gpu[._-](product|type|model|name)$")


@rule("gpu/unknown-product", "error", rows=("G14",), kinds=WORKLOADS, needs=("environment",))
def unknown_product(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A pod asks for nodes with a GPU that no pool has."""
    pools = pools_of(context)
    known = {
        _bare(value) for pool in pools.values() for value in (pool.product, *labels(pool).values())
    }
    named = {key for pool in pools.values() for key in labels(pool)}
    for pod in _placed(manifest) if pools else ():
        route, found = setting(pod, "nodeSelector")
        for key, value in mapping(found).items():
            asked = _PRODUCT.search(str(key)) and key not in named and isinstance(value, str)
            if asked and not any(_bare(value) in one or one in _bare(value) for one in known):
                yield Hit(
                    (*route, key),
                    f"no pool of the environment has `{shown(value)}`: the pod stays pending",
                    f"ask for {_listed(pools)}, by the labels of its pool",
                )


def _bare(product: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", str(product).lower())


@rule(
    "gpu/not-bound",
    "error",
    rows=("G08", "G14"),
    kinds=WORKLOADS,
    needs=("environment",),
    aliases=("gatekeeper/gpunodetargeting",),
    follows=("gpu/unknown-resource",),
)
def not_bound(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A GPU pod says which GPUs it is made for.

    Where several products share a resource, the scheduler takes whichever is free. Node selector
    terms are alternatives: each must say it.
    """
    pools = pools_of(context)
    for pod, container, resource, _, fitting in _landing(manifest, pools):
        offered = offering(pools, resource)
        if offered and not fitting:
            yield _nowhere(pod, offered, resource)
            continue
        chosen = set(node_selector(pod))
        terms = list(node_terms(pod))
        for route, term in terms:
            if not any(may_hold(term, pool) for pool in offered.values()):
                yield Hit(
                    route,
                    f"this alternative is of nodes without `{shown(resource)}`: terms are alternatives, "
                    "and expressions of one term belong together",
                    "write all that must hold into one term",
                )
            elif not names_nodes(chosen | keys(term)) and _differ(offered):
                yield Hit(
                    route,
                    f"this alternative says nothing of the GPUs: the pod may land on {_listed(offered)}",
                    f"say it in every term: `{_example(fitting)}`",
                )
        if not terms and not names_nodes(chosen) and _differ(fitting):
            yield Hit(
                gpu_route(container, resource),
                f"the pod may land on {_listed(fitting)}: nothing says which it is made for",
                f"add for example `nodeSelector: {{{_example(fitting)}}}`",
            )


def _differ(pools: Pools) -> bool:
    """Whether pools have different GPUs."""
    return len({str(pool.product) for pool in pools.values()}) > 1


def _example(pools: Pools) -> str:
    key, value = next(iter(labels(next(iter(pools.values()))).items()))
    return f"{key}: {value}"


def _nowhere(pod: Pod, offered: Pools, resource: str) -> Hit:
    """Where the labels stand that no pool has."""
    route, _ = setting(pod, "nodeSelector")
    for key, value in node_selector(pod).items():
        if all(labels(pool).get(key, value) != value for pool in offered.values()):
            had = sorted({f"`{labels(pool)[key]}`" for pool in offered.values()})
            return Hit(
                (*route, key),
                f"no pool that has `{shown(resource)}` has the label `{shown(key)}: {shown(value)}`: the "
                "pod stays pending",
                f"write {' or '.join(had)}",
            )
    terms = list(node_terms(pod))
    return Hit(
        terms[0][0] if terms else route,
        f"no pool that has `{shown(resource)}` has all the labels that the pod asks for: it stays "
        "pending",
        f"write the labels of one pool: {_listed(offered)}",
    )


@rule(
    "gpu/not-tolerated",
    "error",
    rows=("G07",),
    kinds=WORKLOADS,
    needs=("environment",),
    aliases=("gatekeeper/requiredgputoleration",),
    follows=("gpu/unknown-product",),
)
def not_tolerated(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A GPU pod tolerates the taints of its pool.

    Otherwise it stays pending, unless the server adds a toleration for every device, which few do
    (kubernetes.io/docs/reference/access-authn-authz/admission-controllers, ExtendedResourceToleration).
    """
    for pod, container, resource, _, fitting in _landing(manifest, pools_of(context)):
        closed = [_closed(pod, pool) for pool in fitting.values()]
        if closed and all(closed):
            taint = closed[0][0]
            route, found = setting(pod, "tolerations")
            yield Hit(
                route if found else gpu_route(container, resource),
                f"the nodes of {_listed(fitting)} have the taint `{_taint(taint)}`, and the pod does not "
                "tolerate it: it stays pending",
                f"add to `tolerations`: `{_toleration(taint)}`",
                of_key=bool(found),
            )


def _closed(pod: Pod, pool: Pool) -> list[Taint]:
    return [taint for taint in pool.taints if not tolerates(pod, taint)]


def _taint(taint: Taint) -> str:
    return f"{taint.key}{'=' if taint.value else ''}{taint.value or ''}:{taint.effect}"


def _toleration(taint: Taint) -> str:
    what = f"operator: Equal, value: {taint.value}" if taint.value else "operator: Exists"
    return f"{{key: {taint.key}, {what}, effect: {taint.effect}}}"


@rule("gpu/cpu-only-pod", "warning", rows=("G09",), kinds=WORKLOADS, needs=("environment",))
def cpu_only_pod(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """Nodes with GPUs are for pods that use them.

    A router or a transformer that lands there takes CPU and memory that the node's GPUs are useless
    without.
    """
    pools = pools_of(context)
    if manifest.kind == "DaemonSet":  # Because agents belong on every node.
        return
    for pod in _placed(manifest):
        if not _needs_none(pod) or not pools:
            continue
        found = next(_chosen(pod, pools), None) or next(_welcome(pod, pools), None)
        if found is not None:
            route, pool = found
            yield Hit(
                route,
                f"a pod without GPUs goes to the nodes of `{pool.product}`, whose GPUs then lack CPU and "
                "memory",
                "leave it out, or ask for a GPU by a limit",
            )


def _needs_none(pod: Pod) -> bool:
    """Whether no container of a pod uses a device."""
    if not pod.containers or pod.spec.get("resourceClaims"):
        return False
    for container in pod.containers:
        resources = mapping(container.value.get("resources"))
        if resources.get("claims"):
            return False
        for field in ("requests", "limits"):
            if any(is_device(name) for name in mapping(resources.get(field))):
                return False
    return True


def _chosen(pod: Pod, pools: Pools) -> Iterator[tuple[Route, Pool]]:
    """Labels of a pool that a pod asks for."""
    route, _ = setting(pod, "nodeSelector")
    for key, value in node_selector(pod).items():
        for pool in pools.values():
            if labels(pool).get(key) == value:
                yield (*route, key), pool


def _welcome(pod: Pod, pools: Pools) -> Iterator[tuple[Route, Pool]]:
    """Tolerations that let a pod onto the nodes of a pool."""
    for pool in open_to(pod, pools).values():
        kept = [taint for taint in pool.taints if taint.effect != "PreferNoSchedule"]
        if kept and not _closed(pod, pool):
            names = {"", *(str(taint.key) for taint in kept)}
            for route, item in tolerations(pod):
                if str(item.get("key") or "") in names:
                    yield route, pool


@rule(
    "gpu/runtime-class",
    "warning",
    rows=("G12",),
    kinds=WORKLOADS,
    needs=("environment",),
    aliases=("gatekeeper/requiredgpuruntimeclass",),
    can_fix=True,
)
def runtime_class(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A GPU pod has the runtime class that its nodes need.

    With another runtime the container starts and finds no GPU.
    """
    for pod, container, resource, _, fitting in _landing(manifest, pools_of(context)):
        wanted = {str(pool.runtime_class or "") for pool in fitting.values()}
        route, found = setting(pod, "runtimeClassName")
        if len(wanted) == 1 and wanted != {""} and str(found) not in wanted:
            name = wanted.pop()
            yield Hit(
                route if found else gpu_route(container, resource),
                f"the nodes of {_listed(fitting)} need the runtime class `{name}`: without it the "
                "container sees no GPU",
                f"write `runtimeClassName: {name}`",
                fix=_runtime(pod, name),
            )


def _runtime(pod: Pod, name: str) -> Fix | None:
    """Where the class belongs; a workflow's template has no place for it."""
    route = (*pod.route, "runtimeClassName")
    return None if pod.route[-1] != "spec" else Fix(put=((route, name),))


@rule(
    "gpu/fits-no-node",
    "error",
    rows=("G06",),
    kinds=WORKLOADS,
    needs=("environment",),
    aliases=("gatekeeper/gpuresourcelimits",),
)
def fits_no_node(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A GPU pod fits on a node.

    A pod runs on one node; what no node has leaves it pending for ever.
    """
    for pod, _, resource, _, fitting in _landing(manifest, pools_of(context)):
        ordered = sorted(fitting.values(), key=lambda pool: -pool.node.gpus)
        lacking = [_lacking(pod, resource, pool) for pool in ordered]
        if lacking and all(lacking):  # Because the largest node is nearest, it is the one told of.
            name, offer = next(iter(lacking[0].items()))
            greediest = max(pod.containers, key=lambda one: amount_of(one, name))
            asked = of_pod([(one, amount_of(one, name)) for one in pod.containers])
            yield Hit(
                _amount_route(greediest, name),
                f"the pod asks for {_shown(name, asked)}, and a node of `{ordered[0].product}` has {offer}: it "
                "stays pending",
                f"ask for at most {offer}, or share the work among pods",
            )


def _lacking(pod: Pod, resource: str, pool: Pool) -> dict[str, str]:
    """What a node of a pool has less of than a pod asks for."""
    offers = {
        resource: (pool.node.gpus * 1000, str(pool.node.gpus)),
        "cpu": (pool.node.cpu.thousandths, str(pool.node.cpu)),
        "memory": (pool.node.memory.thousandths, str(pool.node.memory)),
    }
    return {
        name: f"`{said}`"
        for name, (offer, said) in offers.items()
        if of_pod([(one, amount_of(one, name)) for one in pod.containers]) > offer
    }


def _shown(name: str, amount: int) -> str:
    if name == "memory":
        return f"`{-(-amount // (1000 << 20))}Mi` of memory"
    if name == "cpu":
        return f"`{cores(Fraction(amount, 1000))}` cores"
    return plural(amount // 1000, "GPU")


def _amount_route(container: Container, name: str) -> Route:
    requests: Any = mapping(mapping(container.value.get("resources")).get("requests"))
    field = "requests" if name in requests else "limits"
    return (*container.route, "resources", field, name)
