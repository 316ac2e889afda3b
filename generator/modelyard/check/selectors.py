"""Many label selectors, of which only those are tried that can select something.

Because an environment has thousands of pods and thousands of policies, and each policy names a model.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Selector = tuple[Any, Any]
"""A namespace, and plain labels or a `LabelSelector`."""


class Selectors:
    """Selectors, by the rarest label that each asks for."""

    def __init__(self, selectors: Iterable[Selector], *, plain: bool = False) -> None:
        """`plain` says that they are labels, and not `matchLabels` with `matchExpressions`."""
        known = [(each, [*_pairs(each[1] if plain else _labels(each[1]))]) for each in selectors]
        common = Counter(pair for _, pairs in known for pair in pairs)
        self._by_pair: dict[tuple[str, str], list[Selector]] = defaultdict(list)
        self._open: list[Selector] = []
        for selector, pairs in known:
            rarest = min(pairs, key=lambda pair: common[pair], default=None)
            (self._open if rarest is None else self._by_pair[rarest]).append(selector)

    def near(self, labels: Mapping[str, Any]) -> Iterator[Selector]:
        """Every selector that may select these labels; some that do not."""
        for pair in _pairs(labels):
            yield from self._by_pair.get(pair, ())
        yield from self._open


def _labels(selector: Any) -> Any:
    return mapping(mapping(selector).get("matchLabels"))


def _pairs(labels: Any) -> Iterator[tuple[str, str]]:
    for name, value in mapping(labels).items():
        if isinstance(name, str) and isinstance(value, str):
            yield name, value
