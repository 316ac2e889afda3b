"""Capacity: what the models of an environment ask for together, and what there is.

What they need at the least, with one rollout under way, must fit; what they need at full scale may be
more than there is, where somebody means it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from modelyard.check.load import LEAST, LOWER, MOST, SAID, Load, loads, named, nodes, on_pool
from modelyard.check.placement import pools_of
from modelyard.check.rule import BESIDE_PODS, Claim, Hit, rule
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Objects
    from modelyard.check.rule import Context
    from modelyard.spec.environment import Pool


def _on_pools(objects: Objects, context: Context) -> Iterator[Claim]:
    pools = pools_of(context)
    if context.environment is None or not pools:
        return
    for pod, load in loads(objects, context.environment):
        pool = on_pool(pod, pools)
        if pool is not None:
            yield load.claimed(pool)


def _by_pool(claims: list[Claim], context: Context) -> Iterator[tuple[str, Pool, list[Load]]]:
    pools = pools_of(context)
    found: dict[str, list[Load]] = defaultdict(list)
    for claim in claims:
        found[claim.key].append(Load.of(claim))
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
    unread=BESIDE_PODS,
    follows=("capacity/max-never-fits",),
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
    unread=BESIDE_PODS,
    follows=("capacity/max-never-fits",),
)
def pool_overcommitted(claims: list[Claim], context: Context) -> Iterator[Hit]:
    """A pool of GPU nodes holds what autoscalers may ask of it.

    Where it does not, models that scale last stay small when all are busy at once.
    """
    for name, pool, asked in _by_pool(claims, context):
        if not list(_beyond(name, pool, asked, LEAST)):
            yield from _beyond(name, pool, asked, MOST)


def _beyond(name: str, pool: Pool, asked: list[Load], when: int) -> Iterator[Hit]:
    gpus = f"requests.{pool.resource}"
    rolled = max(asked, key=lambda load: load.more(gpus, when))
    wanted = [(load.pods[when], load.amounts) for load in asked]
    needed = nodes([*wanted, (rolled.extra[when], rolled.amounts)], pool)
    if needed <= pool.max_nodes:
        return
    shares: Counter[str] = Counter()
    for load in asked:
        shares[load.model] += load.total(gpus, when)
    greatest = max(asked, key=lambda load: load.total(gpus, when))
    total = (sum(shares.values()) + rolled.more(gpus, when)) // 1000
    rollout = f", and a rollout of `{rolled.model}` more" if rolled.extra[when] else ""
    yield Hit(
        tuple(greatest.routes[when]),
        f"{SAID[when]}, models need {plural(total, 'GPU')} on {plural(needed, 'node')} of `{name}`, which has "
        f"{pool.max_nodes} with {plural(pool.node.gpus, 'GPU')} each: {named(shares, 1000)}{rollout}",
        f"{LOWER[when]}, or give the pool more nodes",
        greatest.manifest,
    )
