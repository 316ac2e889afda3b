"""Scaling: what one model alone can never have, whatever the others do."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from modelyard.check.links import together
from modelyard.check.load import LEAST, MOST, loads, nodes, on_pool
from modelyard.check.objects import BATCH, inside
from modelyard.check.placement import pools_of
from modelyard.check.rule import Hit, rule
from modelyard.check.rules.quotas import counted, limits, unit_of
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.load import Load
    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route
    from modelyard.spec.environment import Pool

_AT_ONCE = frozenset(("PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "RayJob"))
"""Batch kinds that begin when all their pods run; others run them by turns."""

_Loads = list[tuple["Load", "Manifest"]]


def _by_pool(objects: Objects, context: Context) -> Iterator[tuple[str, Pool, _Loads]]:
    """What each model takes of each pool at once, with the workloads."""
    pools = pools_of(context)
    found: dict[tuple[str, str], _Loads] = defaultdict(list)
    if context.environment is None or not pools:
        return
    for pod, load in loads(objects, context.environment):
        name = on_pool(pod, pools)
        if name is not None and pod.manifest.kind not in BATCH - _AT_ONCE:
            found[name, load.model].append((load, pod.manifest))
    for (name, _), asked in found.items():
        yield name, pools[name], asked


@rule("capacity/max-never-fits", "error", scope="release", rows=("A13",), needs=("environment",))
def max_never_fits(objects: Objects, context: Context) -> Iterator[Hit]:
    """A model at full scale fits into its pool and the quota.

    Beyond them an autoscaler asks in vain, and the alert on its maximum never fires.
    """
    for name, pool, asked in _by_pool(objects, context):
        needed = nodes([(load.pods[MOST], load.amounts) for load, _ in asked], pool)
        if needed > pool.max_nodes:
            load, _ = max(asked, key=lambda one: one[0].pods[MOST])
            yield Hit(
                load.routes[MOST],
                f"{plural(load.pods[MOST], 'pod')} of the model need {plural(needed, 'node')} of `{name}`, "
                f"which has at most {pool.max_nodes}",
                "write no more than fit, or give the pool more nodes",
                load.manifest,
            )
    yield from _beyond_quota(objects, context)


def _beyond_quota(objects: Objects, context: Context) -> Iterator[Hit]:
    if context.environment is None:
        return
    own = str(context.environment.namespace)
    found: dict[str, list[Load]] = defaultdict(list)
    for pod, load in loads(objects, context.environment):
        if together(pod.manifest.namespace, own) and pod.manifest.kind not in BATCH - _AT_ONCE:
            found[load.model].append(load)
    for parts in found.values():
        for name, limit in limits(context):
            known = counted(name)
            total = sum(load.total(known, MOST) for load in parts)
            if total > limit:
                greatest = max(parts, key=lambda load: load.total(known, MOST))
                unit, of = unit_of(known)
                yield Hit(
                    greatest.routes[MOST],
                    f"at full scale the model asks for {-(-total // unit):,}{of} of `{name}`, and the quota "
                    f"of the whole namespace has {limit // unit:,}{of}",
                    "write no more than fit, or raise the quota",
                    greatest.manifest,
                )


@rule(
    "capacity/surge-never-fits",
    "error",
    scope="release",
    rows=("R15",),
    needs=("environment",),
    follows=("capacity/max-never-fits", "capacity/pool-exceeded"),
)
def surge_never_fits(objects: Objects, context: Context) -> Iterator[Hit]:
    """A rollout that adds a pod first finds room for it.

    Where the model fills its pool, the new pod waits for one of the old to go, and the rollout for the
    new pod.
    """
    for name, pool, asked in _by_pool(objects, context):
        wanted = [(load.pods[MOST], load.amounts) for load, _ in asked]
        for load, manifest in asked:
            full = nodes([*wanted, (load.extra[MOST], load.amounts)], pool)
            if load.extra[MOST] and full > pool.max_nodes >= nodes(wanted, pool):
                yield _stuck(load, manifest, name, pool)


def _stuck(load: Load, manifest: Manifest, name: str, pool: Pool) -> Hit:
    places: tuple[Route, ...] = (("spec", "strategy", "rollingUpdate"), ("spec", "strategy"))
    route = next((one for one in places if inside(manifest.value, one)), ("spec",))
    until = "for ever" if load.pods[LEAST] == load.pods[MOST] else "until the load falls"
    return Hit(
        route,
        f"{plural(load.pods[MOST], 'pod')} fill `{name}` ({plural(pool.max_nodes, 'node')}), and a rollout "
        f"needs {plural(load.extra[MOST], 'pod')} more before it stops any: it waits {until}",
        "write `maxSurge: 0` and `maxUnavailable: 1`, or give the pool more nodes",
        manifest,
    )
