"""The one sentence that somebody reads who reads nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from modelyard.diff.comparison import KINDS
from modelyard.diff.report.groups import grouped
from modelyard.diff.risks.case import listed
from modelyard.diff.sums import MEMORY, amount
from modelyard.load.repository import OWN
from modelyard.words import clean, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Comparison, Kind

WORDS: dict[Kind, tuple[str, str]] = {
    "data-loss": ("possible loss of data", "possible losses of data"),
    "outage": ("outage", "outages"),
    "immutable": ("change that the cluster refuses", "changes that the cluster refuses"),
    "access": ("change of who may call what", "changes of who may call what"),
    "traffic": ("change of where requests go", "changes of where requests go"),
    "capacity": ("question of capacity", "questions of capacity"),
    "restart": ("restart", "restarts"),
    "alerts": ("weaker alert", "weaker alerts"),
    "behaviour": ("change that nobody has judged", "changes that nobody has judged"),
    "cosmetic": ("change of words", "changes of words"),
}
"""Kinds of risk as one and as several, in a sentence."""


def nothing(comparison: Comparison) -> str:
    """That nothing is left to tell."""
    digests = sum(len(environment.changes) for environment in comparison.environments)
    but = f" but digests in {plural(digests, 'object')}" if digests else ""
    return f"Nothing{but} changes in any environment, compared with {since(comparison)}."


def since(comparison: Comparison) -> str:
    """The revision that was compared with."""
    base = comparison.base
    commit = f" ({base.commit[:12]})" if base.commit else ""
    return f"`{clean(base.name).replace('`', chr(39))[:80]}`{commit}"


def headline(comparison: Comparison) -> str:
    """What changes where, what is risky about it, and what it takes."""
    here = [environment for environment in comparison.environments if environment.shown]
    models = {change.directory.rpartition("/")[2] for each in here for change in each.shown}
    names = sorted(models.difference(OWN))
    where = listed((f"`{each.name}`" for each in here), most=5)
    who = listed((f"`{name}`" for name in names), most=4) if names else "the environment itself"
    verb = "changes" if len(names) <= 1 else "change"
    takes = "".join(f" {sentence}" for sentence in _takes(comparison))
    return f"{who} {verb} in {where}. {_verdict(comparison)}{takes}"


def _verdict(comparison: Comparison) -> str:
    """What is to be thought of it: of risks that are the same in several environments, once."""
    told = grouped(comparison)
    for level, words in (
        ("error", "As it is, this cannot work:"),
        ("warning", "Look at this before it is merged:"),
    ):
        kinds: Counter[Kind] = Counter()
        for group in told:
            if group.risk.level == level:
                kinds[group.risk.kind] += len(group.models)
        if kinds:
            counts = (
                f"{kinds[kind]:,} {WORDS[kind][kinds[kind] > 1]}" for kind in KINDS if kinds[kind]
            )
            return f"{words} {listed(counts, most=5)}."
    return "Nothing risky was found."


def _takes(comparison: Comparison) -> Iterator[str]:
    """GPUs and money, more or less."""
    for environment in comparison.environments:
        for each in environment.sums:
            gpus = (
                each.pool is not None
                and each.resource.startswith("requests.")
                and "/" in each.resource
            )
            if gpus and each.resource != MEMORY and each.after[1] != each.before[1]:
                limit = f" of {amount(each.resource, each.limit)}" if each.limit else ""
                then, now = (amount(each.resource, side[1]) for side in (each.before, each.after))
                yield f"`{environment.name}` may use {now}{limit} GPUs of `{each.pool}` instead of {then}."
        cost = environment.cost
        if cost is not None:
            low, high = (now - then for then, now in zip(cost.before, cost.after, strict=True))
            yield f"`{environment.name}` costs {low:+,} to {high:+,} {cost.currency} a month."
