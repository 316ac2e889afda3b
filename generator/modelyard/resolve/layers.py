"""Layers of the same shape, merged; and for every merged value, the layer that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.findings import leads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.findings import Route
    from modelyard.load.document import Document

# Because either key decides the number of pods, the one in the higher layer replaces the other.
_RIVALS = {"replicas": "autoscaling", "autoscaling": "replicas"}


@dataclass(frozen=True, slots=True)
class Layer:
    """A mapping somewhere in a document."""

    document: Document
    base: Route
    value: Mapping[str, Any]


def merge(layers: Sequence[Layer]) -> dict[str, Any]:
    """One mapping from all layers; later ones win, mappings merge, lists are replaced whole."""
    found: dict[str, Any] = {}
    for layer in layers:
        found = _over(found, layer.value)
    return found


def origin(layers: Sequence[Layer], route: Route) -> tuple[Document, Route] | None:
    """Where a merged value was written, or `None` if no layer has it."""
    for layer in reversed(layers):
        if leads(layer.value, route):
            return layer.document, layer.base + route
    return None


def _over(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(low)
    for key, value in high.items():
        below = found.get(key)
        rival = _RIVALS.get(key)
        if rival is not None and value is not None and rival not in high:
            found.pop(rival, None)
        if isinstance(value, dict) and isinstance(below, dict):
            found[key] = _over(below, value)
        else:
            found[key] = value
    return found
