"""Which rules of a namespace are asked, and how much they count.

Facts: `policy/engine.go` of conftest 0.71.1. A name in another case is the same name, and is not
asked a second time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.conftest.results import Note

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNTED = re.compile(r"(deny|violation|warn)(_[a-zA-Z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Rules:
    """`asked` once each; `count` definitions; `shadowed` are names that another case hides."""

    asked: tuple[str, ...]
    count: int
    shadowed: tuple[str, ...] = ()

    def notes(self, namespace: str, *, known: bool) -> list[Note]:
        """Why nothing, or less than is written, is tested."""
        if not known:
            text = f"no policy is in the namespace `{namespace}`: it tests nothing"
            return [Note("policy/unknown-namespace", text)]
        if not self.asked:
            text = f"the namespace `{namespace}` has no rule `deny`, `violation` or `warn`: it tests nothing"
            return [Note("policy/no-rules", text)]
        return [
            Note(
                "policy/shadowed-rule",
                f"`data.{namespace}.{name}` is never evaluated: it differs from another rule only"
                " in capital letters",
            )
            for name in self.shadowed
        ]


def rules_of(definitions: Mapping[str, int]) -> Rules:
    """The rules among all definitions of a namespace, in their order."""
    asked: dict[str, str] = {}
    shadowed = []
    count = 0
    for name, times in definitions.items():
        if not COUNTED.fullmatch(name):
            continue
        count += times
        if asked.setdefault(name.lower(), name) != name:
            shadowed.append(name)
    return Rules(tuple(asked.values()), count, tuple(shadowed))
