"""Pods by their labels, so that a selector need not ask every one of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from modelyard.check.links import together
from modelyard.check.objects import mapping, selects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.check.objects import Pod


class Labelled:
    """Some pods, found by label selectors."""

    def __init__(self, pods: Iterable[Pod]) -> None:
        self.pods = list(pods)
        self._with: dict[tuple[str, str], list[Pod]] = defaultdict(list)
        for pod in self.pods:
            for name, value in pod.labels.items():
                if isinstance(name, str) and isinstance(value, str):
                    self._with[name, value].append(pod)

    def selected(self, namespace: str, selector: Any) -> list[Pod]:
        """The pods of a namespace that a selector selects; none where it says nothing."""
        if not isinstance(selector, dict):
            return []
        return [
            pod
            for pod in self._rarest(selector)
            if together(pod.manifest.namespace, namespace) and selects(selector, pod.labels)
        ]

    def _rarest(self, selector: dict[str, Any]) -> list[Pod]:
        """The pods among which the selected ones are: those with the label that fewest have."""
        wanted = [
            self._with.get((name, value), [])
            for name, value in mapping(selector.get("matchLabels")).items()
            if isinstance(name, str) and isinstance(value, str)
        ]
        return min(wanted, key=len, default=self.pods)
