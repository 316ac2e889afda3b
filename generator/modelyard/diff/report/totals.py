"""What a change takes or gives back, in lines: of pools, of quotas, and in money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.diff.sums import CPU, MEMORY, amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Cost, Environment, Range, Sum

NAMES = {CPU: "CPU", MEMORY: "memory", "limits.memory": "memory limits", "limits.cpu": "CPU limits"}


def totals(environment: Environment) -> Iterator[str]:
    """One line for each sum that changes, and one for the cost."""
    for each in environment.sums:
        yield f"{title(each)}: {between(each, each.before)} → {between(each, each.after)}{_limit(each)}"
    if environment.cost is not None:
        then, now = money(environment.cost)
        currency = environment.cost.currency
        yield f"cost of a month: {then} → {now} {currency} (a range, not a bill)"


def title(found: Sum) -> str:
    """What is taken of what."""
    name = NAMES.get(found.resource, found.resource)
    if found.pool is not None:
        gpus = found.resource not in (CPU, MEMORY)
        return f"{'GPUs' if gpus else name} of pool {found.pool}"
    return f"{name} in all" if found.every else f"{name} beside the pools"


def between(found: Sum, sides: Range) -> str:
    """From minimum scale to maximum scale."""
    least, most = (amount(found.resource, value) for value in sides)
    return least if least == most else f"{least} to {most}"


def _limit(found: Sum) -> str:
    if found.limit is None:
        return ""
    return f", of {amount(found.resource, found.limit)}"


def money(found: Cost) -> tuple[str, str]:
    """Both ranges, without the currency."""
    before, after = (f"{low:,} to {high:,}" for low, high in (found.before, found.after))
    return before, after
