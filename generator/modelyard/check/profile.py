"""How long each rule takes, for whoever writes one."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from modelyard.check.judge import Judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(slots=True)
class Spent:
    """What a rule took."""

    asked: int = 0
    seconds: float = 0.0
    found: int = 0


class Profile:
    """A stopwatch around every rule of a judge."""

    def __init__(self) -> None:
        self.spent: dict[str, Spent] = defaultdict(Spent)

    def around(self, judge: Judge) -> Judge:
        """The same judge, watched."""
        watched = [
            replace(
                rule,
                check=self._watched(rule.name, rule.check),
                gather=None if rule.gather is None else self._watched(rule.name, rule.gather),
            )
            for rule in judge.rules
        ]
        return Judge(watched, judge.watch)

    def lines(self) -> list[str]:
        """A table, the rule that took longest first."""
        rows = sorted(self.spent.items(), key=lambda row: (-row[1].seconds, row[0]))
        width = max([len(name) for name, _ in rows], default=4)
        total = sum(spent.seconds for _, spent in rows)
        head = f"{'rule':{width}}  {'ms':>9}  {'asked':>7}  {'us each':>8}  {'found':>6}"
        return [
            head,
            *(
                f"{name:{width}}  {spent.seconds * 1e3:9.1f}  {spent.asked:7}"
                f"  {spent.seconds / max(spent.asked, 1) * 1e6:8.1f}  {spent.found:6}"
                for name, spent in rows
            ),
            f"{'all rules':{width}}  {total * 1e3:9.1f}",
        ]

    def _watched(self, name: str, ask: Callable[..., Iterable[Any]]) -> Callable[..., Any]:
        spent = self.spent[name]

        def watched(*subject: Any) -> list[Any]:
            start = time.perf_counter()
            found = list(ask(*subject))
            spent.seconds += time.perf_counter() - start
            spent.asked += 1
            spent.found += len(found)
            return found

        return watched
