"""What an environment's models take together, before and after: of pools, of quotas, and in money.

Models that did not change are counted by what their locks say; nobody reads their manifests again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from modelyard.check.amounts import thousandths
from modelyard.check.load import LEAST, MOST, named, nodes
from modelyard.diff.comparison import Cost, Risk, Sum
from modelyard.diff.risks.case import listed
from modelyard.findings import Location
from modelyard.quantity import amount as exact
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.load import Load, Share
    from modelyard.diff.comparison import Range
    from modelyard.findings import Cause
    from modelyard.spec.environment import EnvironmentSpec, Pool, Price, Prices

WHEN = ("at minimum scale", "at maximum scale")
MOST_CAUSES = 3
"""Lines that are named for what many models take."""
HOURS = 730
"""Of a month."""
CPU, MEMORY = "requests.cpu", "requests.memory"
SAME = {"cpu": CPU, "memory": MEMORY, "count/pods": "pods"}
"""Other names that a quota has for things."""


@dataclass(frozen=True)
class Taken:
    """What the workloads of an environment take, on one side."""

    place: EnvironmentSpec
    shares: list[Share]

    @cached_property
    def _totals(self) -> dict[tuple[str | None, str], list[int]]:
        """By pool and resource: at the least, and at the most."""
        found: dict[tuple[str | None, str], list[int]] = {}
        for share in self.shares:
            least, most = share.load.pods
            for name, each in share.load.amounts.items():
                sums = found.setdefault((share.pool, name), [0, 0])
                sums[LEAST] += least * each
                sums[MOST] += most * each
        return found

    def total(self, name: str, when: int) -> int:
        """Of a resource, in thousandths, on all nodes."""
        return sum(sums[when] for (_, known), sums in self._totals.items() if known == name)

    def total_of(self, pool: str | None, name: str, when: int) -> int:
        """Of a resource, in thousandths, on the nodes of a pool; or on those that are in none."""
        return self._totals.get((pool, name), (0, 0))[when]

    def of(self, pool: str) -> list[Load]:
        """What runs on a pool."""
        return [share.load for share in self.shares if share.pool == pool]

    def nodes(self, pool: str, when: int, more: Load | None = None) -> int:
        """How many nodes of a pool are needed; with a rollout of one more, if one is given."""
        wanted = [(load.pods[when], load.amounts) for load in self.of(pool)]
        if more is not None:
            wanted.append((more.extra[when], more.amounts))
        return nodes(wanted, self.pools[pool])

    @property
    def pools(self) -> dict[str, Pool]:
        """The pools of GPU nodes."""
        return {str(name): pool for name, pool in (self.place.pools or {}).items()}

    @property
    def limits(self) -> dict[str, int]:
        """What the namespace may use, in thousandths."""
        found = {str(SAME.get(n, n)): thousandths(str(q)) for n, q in self.place.quota.items()}
        return {name: limit for name, limit in found.items() if limit is not None}


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of an environment, and which models change."""

    environment: str
    before: Taken
    after: Taken
    touched: frozenset[str]
    """Models of which pods come, are replaced, or become more or less."""
    causes: dict[str, tuple[Cause, ...]]
    """By model, the edits by which it takes more or less."""

    def behind(self, loads: list[Load]) -> tuple[Cause, ...]:
        """The edits behind what some models take."""
        models = dict.fromkeys(load.model for load in loads)
        found = dict.fromkeys(c for model in models for c in self.causes.get(model, ()))
        return tuple(found)[:MOST_CAUSES]

    @property
    def location(self) -> Location:
        """Where the limits are written."""
        return Location(f"environments/{self.environment}.yaml", 1, 1)


def sums(sides: Sides) -> list[Sum]:
    """What is taken, where that changes: of each pool, of other nodes, and of the quota."""
    found = []
    for pool, value in sides.after.pools.items():
        gpus = f"requests.{value.resource}"
        whole = {
            gpus: value.node.gpus * 1000,
            CPU: value.node.cpu.thousandths,
            MEMORY: value.node.memory.thousandths,
        }
        for name, node in whole.items():
            found.append(_sum(sides, name, pool, node * value.max_nodes, every=False))
    if any(each.before != each.after for each in found):
        found += [_sum(sides, name, None, None, every=False) for name in (CPU, MEMORY)]
    limits = {CPU: None, MEMORY: None, "pods": None, **sides.after.limits}
    found += [_sum(sides, name, None, limit, every=True) for name, limit in limits.items()]
    return [each for each in found if each.before != each.after]


def _sum(sides: Sides, name: str, pool: str | None, limit: int | None, *, every: bool) -> Sum:
    def both(side: Taken) -> Range:
        if every:
            return side.total(name, LEAST), side.total(name, MOST)
        return side.total_of(pool, name, LEAST), side.total_of(pool, name, MOST)

    return Sum(name, pool, every, both(sides.before), both(sides.after), limit)


def risks(sides: Sides) -> Iterator[Risk]:
    """What does not fit: into pools, into the quota, and during a rollout."""
    for pool in sides.after.pools:
        yield from _pool(sides, pool)
    for name, limit in sides.after.limits.items():
        yield from _quota(sides, name, limit)


def _pool(sides: Sides, name: str) -> Iterator[Risk]:
    """A pool that is too small for what it is asked for, and was not, or not so much."""
    pool = sides.after.pools[name]
    gpus = f"requests.{pool.resource}"
    for when in (LEAST, MOST):
        needed, total = sides.after.nodes(name, when), sides.after.total_of(name, gpus, when)
        if needed <= pool.max_nodes:
            continue
        if not _known(sides, name, when, needed, total):
            message = (
                f"{WHEN[when]} {plural(total // 1000, 'GPU')} on {plural(needed, 'node')} of pool `{name}` are"
                f" asked for, which has {pool.max_nodes} with {plural(pool.node.gpus, 'GPU')} each:"
                f" {_sharing(sides.after.of(name), gpus, when)}"
            )
            yield _risk(sides, when, message, sides.after.of(name))
        if when == LEAST:
            return
        break
    yield from _rollouts_on(sides, name, pool)


def _known(sides: Sides, name: str, when: int, needed: int, total: int) -> bool:
    """Whether as much was asked of a pool before, which was no larger then."""
    if name not in sides.before.pools:
        return False
    then, now = sides.before.pools[name], sides.after.pools[name]
    asked = sides.before.total_of(name, f"requests.{then.resource}", when)
    return (
        then.max_nodes <= now.max_nodes
        and asked >= total
        and sides.before.nodes(name, when) >= needed
    )


def _rollouts_on(sides: Sides, name: str, pool: Pool) -> Iterator[Risk]:
    """Rollouts that wait for room in a pool: for ever, where even the least leaves none."""
    stuck: list[Load] = []
    fits: dict[object, bool] = {}
    for load in sides.after.of(name):
        key = (load.extra[LEAST], *sorted(load.amounts.items()))
        if load.extra[LEAST] and key not in fits:
            fits[key] = sides.after.nodes(name, LEAST, load) <= pool.max_nodes
        if not fits.get(key, True):
            stuck.append(load)
    if stuck:
        where = f"pool `{name}` ({plural(pool.max_nodes, 'node')})"
        room = _sharing(sides.after.of(name), f"requests.{pool.resource}", LEAST)
        then = {load.model: load for load in sides.before.of(name) if name in sides.before.pools}
        safe = frozenset(
            load.model
            for load in stuck
            if load.model in then
            and sides.before.nodes(name, LEAST, then[load.model])
            <= sides.before.pools[name].max_nodes
        )
        yield from _stuck(sides, stuck, safe, where, room)


def _quota(sides: Sides, name: str, limit: int) -> Iterator[Risk]:
    """A quota that is too small for what is asked for, and was not, or not so much."""
    loads = [share.load for share in sides.after.shares]
    for when in (LEAST, MOST):
        total, before = sides.after.total(name, when), sides.before.total(name, when)
        if total <= limit:
            continue
        if before < total or sides.before.limits.get(name, limit) > limit:
            message = (
                f"{WHEN[when]} the models ask for {amount(name, total)} of `{name}`, and the quota has"
                f" {amount(name, limit)}: {_sharing(loads, name, when)}"
            )
            yield _risk(sides, when, message, loads)
        if when == LEAST:
            return
        break
    yield from _rollouts_within(sides, name, limit, loads)


def _rollouts_within(sides: Sides, name: str, limit: int, loads: list[Load]) -> Iterator[Risk]:
    """Rollouts that wait for ever for room in a quota."""
    least, before = sides.after.total(name, LEAST), sides.before.total(name, LEAST)
    stuck = [
        load for load in loads if load.more(name, LEAST) and least + load.more(name, LEAST) > limit
    ]
    if stuck:
        then = {share.load.model: share.load.more(name, LEAST) for share in sides.before.shares}
        was = sides.before.limits.get(name, before)
        safe = frozenset(load.model for load in stuck if before + then.get(load.model, was) <= was)
        what = f"the quota of {amount(name, limit)} of `{name}`"
        yield from _stuck(sides, stuck, safe, what, _sharing(loads, name, LEAST))


def _stuck(
    sides: Sides, loads: list[Load], safe: frozenset[str], where: str, room: str
) -> Iterator[Risk]:
    """Rollouts that can never finish: of models that change, and of others that were safe before."""
    now = [load.model for load in loads if load.model in sides.touched]
    later = [load.model for load in loads if load.model not in sides.touched and load.model in safe]
    causes = sides.behind(loads)
    why = f"even at minimum scale {where} has no room for one pod more: {room}"
    if now:
        message = f"a rollout of {_models(now)} can never finish, for it starts a pod before it stops one: {why}"
        help_ = "write `maxSurge: 0` and `maxUnavailable: 1`, or make room first"
        yield Risk("capacity", "error", message, sides.location, causes=causes, help=help_)
    if later:
        message = f"{_models(later)} can no longer be rolled out: {why}"
        yield Risk("capacity", "warning", message, sides.location, causes=causes)


def _models(names: list[str]) -> str:
    return listed(f"`{name}`" for name in names)


def _risk(sides: Sides, when: int, message: str, loads: list[Load]) -> Risk:
    causes = sides.behind(loads)
    if when == LEAST:
        message, help_ = f"{message}; pods wait for ever", "lower a minimum, or make room first"
        return Risk("capacity", "error", message, sides.location, causes=causes, help=help_)
    message = f"{message}; who scales last stays small"
    return Risk("capacity", "warning", message, sides.location, causes=causes)


def _sharing(loads: list[Load], name: str, when: int) -> str:
    """Who asks for how much."""
    found: Counter[str] = Counter()
    for load in loads:
        found[load.model] += load.total(name, when)
    return named(found, _unit(name))


def amount(name: str, value: int) -> str:
    """An amount of a resource in a sentence."""
    unit = _unit(name)
    text = f"{value / unit:,.1f}".removesuffix(".0")
    return f"{text} Gi" if unit > 1000 else text


def _unit(name: str) -> int:
    return 1000 << 30 if name.endswith(("memory", "storage")) else 1000


def cost(sides: Sides) -> Cost | None:
    """What a month costs at the least and at the most, by the environment's prices."""
    prices = sides.after.place.prices
    if prices is None:
        return None
    before, after = (
        (_month(side, prices, LEAST), _month(side, prices, MOST))
        for side in (sides.before, sides.after)
    )
    return Cost(prices.currency, before, after) if before != after else None


def _month(side: Taken, prices: Prices, when: int) -> int:
    """Everything by the lower price at minimum scale, and by the higher one at maximum scale."""
    found = Fraction(0)
    by_pool = {str(name): price for name, price in (prices.gpu_hour or {}).items()}
    for share in side.shares:
        price = by_pool.get(share.pool or "")
        pool = side.pools.get(share.pool or "")
        if price is not None and pool is not None:
            gpus = share.load.total(f"requests.{pool.resource}", when)
            found += Fraction(gpus, 1000) * _of(price, when)
            continue
        found += Fraction(share.load.total(CPU, when), 1000) * _of(prices.cpu_hour, when)
        memory = Fraction(share.load.total(MEMORY, when), 1000 << 30)
        found += memory * _of(prices.memory_hour, when)
    return round(found * HOURS)


def _of(price: Price, when: int) -> Fraction:
    return exact(str((price.low, price.high)[when])) or Fraction(0)
