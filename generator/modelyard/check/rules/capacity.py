"""Capacity: what the models of an environment ask for together, and what there is.

What they need at the least, with one rollout under way, must fit; what they need at full scale may be
more than there is, where somebody means it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from modelyard.check.load import LEAST, MOST, Load, loads, named, nodes, on_pool
from modelyard.check.objects import inside
from modelyard.check.placement import pools_of
from modelyard.check.rule import Claim, Hit, rule
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route
    from modelyard.spec.environment import Pool

WHEN = ("at the least", "at full scale")
LOWER = ("lower `minReplicas` of one of them", "lower `maxReplicas` of one of them")


def _on_pools(objects: Objects, context: Context) -> Iterator[Claim]:
    pools = pools_of(context)
    if context.environment is None or not pools:
        return
    for pod, manifest, load in loads(objects, context.environment):
        pool = on_pool(pod, pools)
        if pool is not None:
            yield Claim(pool, load.packed(), load.routes[MOST], manifest)


_Loads = list[tuple[Load, "Manifest"]]


def _by_pool(claims: list[Claim], context: Context) -> Iterator[tuple[str, Pool, _Loads]]:
    pools = pools_of(context)
    found: dict[str, _Loads] = defaultdict(list)
    for claim in claims:
        found[claim.key].append((Load.unpacked(claim.value), claim.manifest))
    for name, asked in found.items():
        if name in pools:
            yield name, pools[name], asked


@rule(
    "capacity/pool-exceeded",
    "error",
    scope="environment",
    rows=("A13", "R15"),
    needs=("environment",),
    gather=_on_pools,
)
def pool_exceeded(claims: list[Claim], context: Context) -> Iterator[Hit]:
    """A pool of GPU nodes holds what runs on it at the least.

    And one pod more, where a rollout adds one before it takes one away.
    """
    for name, pool, asked in _by_pool(claims, context):
        yield from _beyond(name, pool, asked, LEAST)


@rule(
    "capacity/pool-overcommitted",
    "warning",
    scope="environment",
    rows=("A13",),
    needs=("environment",),
    gather=_on_pools,
)
def pool_overcommitted(claims: list[Claim], context: Context) -> Iterator[Hit]:
    """A pool of GPU nodes holds what autoscalers may ask of it.

    Where it does not, models that scale last stay small when all are busy at once.
    """
    for name, pool, asked in _by_pool(claims, context):
        if not list(_beyond(name, pool, asked, LEAST)):
            yield from _beyond(name, pool, asked, MOST)


def _beyond(name: str, pool: Pool, asked: _Loads, when: int) -> Iterator[Hit]:
    gpus = f"requests.{pool.resource}"
    rolled, _ = max(asked, key=lambda one: one[0].more(gpus, when))
    wanted = [(load.pods[when], load.amounts) for load, _ in asked]
    needed = nodes([*wanted, (rolled.extra[when], rolled.amounts)], pool)
    if needed <= pool.max_nodes:
        return
    shares: Counter[str] = Counter()
    for load, _ in asked:
        shares[load.model] += load.total(gpus, when)
    greatest, manifest = max(asked, key=lambda one: one[0].total(gpus, when))
    total = (sum(shares.values()) + rolled.more(gpus, when)) // 1000
    rollout = f", and a rollout of `{rolled.model}` more" if rolled.extra[when] else ""
    yield Hit(
        tuple(greatest.routes[when]),
        f"{WHEN[when]}, models need {plural(total, 'GPU')} on {plural(needed, 'node')} of `{name}`, which has "
        f"{pool.max_nodes} with {plural(pool.node.gpus, 'GPU')} each: {named(shares, 1000)}{rollout}",
        f"{LOWER[when]}, or give the pool more nodes",
        manifest,
    )


@rule(
    "capacity/surge-never-fits",
    "error",
    scope="release",
    rows=("R15",),
    needs=("environment",),
    follows=("capacity/pool-exceeded",),
)
def surge_never_fits(objects: Objects, context: Context) -> Iterator[Hit]:
    """A rollout that adds a pod first finds room for it.

    Where the model fills its pool, the new pod waits for one of the old to go, and the rollout for the
    new pod.
    """
    pools = pools_of(context)
    if context.environment is None or not pools:
        return
    here: dict[str, list[tuple[Load, Manifest]]] = defaultdict(list)
    for pod, _, load in loads(objects, context.environment):
        pool = on_pool(pod, pools)
        if pool is not None and not pod.ends:
            here[pool].append((load, pod.manifest))
    for name, asked in here.items():
        wanted = [(load.pods[MOST], load.amounts) for load, _ in asked]
        for load, manifest in asked:
            full = nodes([*wanted, (load.extra[MOST], load.amounts)], pools[name])
            if load.extra[MOST] and full > pools[name].max_nodes:
                yield _stuck(load, manifest, name, pools[name])


def _stuck(load: Load, manifest: Manifest, name: str, pool: Pool) -> Hit:
    place: Route = ("spec", "strategy")
    route = next(
        (one for one in ((*place, "rollingUpdate"), place) if inside(manifest.value, one)), None
    )
    until = "for ever" if load.pods[LEAST] == load.pods[MOST] else "until the load falls"
    return Hit(
        route or ("spec",),
        f"{plural(load.pods[MOST], 'pod')} fill `{name}` ({plural(pool.max_nodes, 'node')}), and a rollout "
        f"needs {plural(load.extra[MOST], 'pod')} more before it stops any: it waits {until}",
        "write `maxSurge: 0` and `maxUnavailable: 1`, or give the pool more nodes",
        manifest,
    )
