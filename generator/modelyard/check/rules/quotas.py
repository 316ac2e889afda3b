"""Quotas: what all models of a namespace ask for, and what it may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.check.amounts import thousandths
from modelyard.check.links import together
from modelyard.check.load import LEAST, LOWER, MOST, SAID, loads, named
from modelyard.check.objects import mapping
from modelyard.check.rule import BESIDE_PODS, Claim, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.load import Load
    from modelyard.check.objects import Objects
    from modelyard.check.rule import Context

_QUOTA = "quota"
"""The key of a ResourceQuota's claim; no model has it, for theirs begin with `model`."""

_NAMES = {
    "cpu": "requests.cpu",
    "memory": "requests.memory",
    "ephemeral-storage": "requests.ephemeral-storage",
    "count/pods": "pods",
}
"""Other names that a quota has for things."""


def _asked(objects: Objects, context: Context) -> Iterator[Claim]:
    """What each model takes: by resource, the four numbers of `_sums`."""
    if context.environment is None:
        return
    own = str(context.environment.namespace)
    for quota in objects.of("ResourceQuota"):
        if quota.namespace == own:
            yield Claim(_QUOTA, sorted(map(str, mapping(quota.spec.get("hard")))), (), quota)
    found: dict[str, list[Load]] = {}
    for pod, load in loads(objects, context.environment):
        if together(pod.manifest.namespace, own):
            found.setdefault(load.model, []).append(load)
    for model, parts in found.items():
        greatest = max(parts, key=lambda load: load.total("requests.cpu", MOST))
        sums = {
            name: _sums(parts, name) for name in sorted({n for load in parts for n in load.amounts})
        }
        yield greatest.claimed(f"model {model}", (sums, greatest.routes))


def _sums(parts: list[Load], name: str) -> tuple[int, int, int, int]:
    """What all pods take at the least and at most, and the most that one rollout takes beside."""
    least, most = (sum(load.total(name, when) for load in parts) for when in (LEAST, MOST))
    some, more = (max(load.more(name, when) for load in parts) for when in (LEAST, MOST))
    return least, most, some, more


@rule(
    "capacity/quota-exceeded",
    "error",
    scope="environment",
    rows=("A13",),
    needs=("environment",),
    gather=_asked,
    unread=BESIDE_PODS,
    follows=("capacity/max-never-fits",),
)
def quota_exceeded(claims: list[Claim], context: Context) -> Iterator[Hit]:
    """The quota holds what runs in the namespace at the least.

    And one pod more, where a rollout adds one before it takes one away: what is beyond the quota the
    server refuses.
    """
    for name, limit in limits(context):
        yield from _beyond(claims, name, limit, LEAST)


@rule(
    "capacity/quota-overcommitted",
    "warning",
    scope="environment",
    rows=("A13",),
    needs=("environment",),
    gather=_asked,
    unread=BESIDE_PODS,
    follows=("capacity/max-never-fits",),
)
def quota_overcommitted(claims: list[Claim], context: Context) -> Iterator[Hit]:
    """The quota holds what autoscalers may ask of it.

    Where it does not, models that scale last stay small when all are busy at once.
    """
    for name, limit in limits(context):
        if not list(_beyond(claims, name, limit, LEAST)):
            yield from _beyond(claims, name, limit, MOST)


def limits(context: Context) -> Iterator[tuple[str, int]]:
    """What the environment's quota has, in thousandths."""
    quota = context.environment.quota if context.environment is not None else {}
    for name, amount in quota.items():
        limit = thousandths(amount)
        if limit is not None:
            yield str(name), limit


def _beyond(claims: list[Claim], name: str, limit: int, when: int) -> Iterator[Hit]:
    known = counted(name)
    asked = [claim for claim in claims if claim.key != _QUOTA and known in claim.value[0]]
    shares = {claim.key.removeprefix("model "): claim.value[0][known][when] for claim in asked}
    more = max((claim.value[0][known][2 + when] for claim in asked), default=0)
    total = sum(shares.values()) + more
    if total <= limit:
        return
    quota = next((one for one in claims if one.key == _QUOTA and name in one.value), None)
    greatest = max(asked, key=lambda claim: claim.value[0][known][when])
    unit, of = unit_of(known)
    rollout = f", and a rollout {-(-more // unit):,} more" if more else ""
    yield Hit(
        tuple(greatest.value[1][when]) if quota is None else ("spec", "hard", name),
        f"{SAID[when]}, models ask for {-(-total // unit):,}{of} of `{name}`, and the quota has "
        f"{limit // unit:,}{of}: {named(shares, unit)}{rollout}",
        f"{LOWER[when]}, or raise the quota",
        greatest.manifest if quota is None else quota.manifest,
    )


def counted(name: str) -> str:
    """The name under which a load counts what a quota has."""
    return _NAMES.get(name, name)


def unit_of(name: str) -> tuple[int, str]:
    """The unit in which an amount is told, and its name."""
    if name.endswith(("memory", "storage")):
        return 1000 << 30, "Gi"
    return 1000, ""
