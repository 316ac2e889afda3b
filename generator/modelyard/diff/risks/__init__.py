"""What is risky about the changes of a directory: one module for each kind, listed once.

A module has one function, `find(case)`. What none of them claims is either known to change nothing
that runs, or named as what nobody has judged: nothing is called cosmetic for want of a rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.diff.risks import (
    access,
    alerts,
    capacity,
    cosmetic,
    data_loss,
    immutable,
    outage,
    restart,
    traffic,
    unread,
)
from modelyard.diff.risks.case import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelyard.diff.comparison import Kind, Risk

RISKS: tuple[Callable[[Case], Iterator[Risk]], ...] = (
    data_loss.find,
    outage.find,
    immutable.find,
    access.find,
    traffic.find,
    capacity.find,
    restart.find,
    alerts.find,
    unread.find,
)
"""In the order of `KINDS`."""

NEW: tuple[Kind, ...] = ("access", "behaviour")
GONE: tuple[Kind, ...] = ("data-loss", "outage", "behaviour")
"""What is worth a word where a whole directory comes or goes."""

__all__ = ["RISKS", "Case", "judge"]


def judge(case: Case) -> list[Risk]:
    """Every risk of the changes of a directory, and a word on whatever is left."""
    found = [risk for find in RISKS for risk in find(case)]
    if case.sides.is_new or case.sides.is_gone:
        kinds = NEW if case.sides.is_new else GONE
        found = [risk for risk in found if risk.kind in kinds]
    return found + list(cosmetic.find(case, found))
