"""The ports of a server: the model's, and the one that is scraped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelyard.spec.model import Serving

HTTP = "http"
METRICS = "http-metrics"


def listed(serving: Serving) -> list[tuple[str, int]]:
    """Name and number of each port, the model's first. Names begin with the protocol for Istio."""
    return (
        [(HTTP, serving.port)]
        if scraped(serving)[0] == HTTP
        else [(HTTP, serving.port), scraped(serving)]
    )


def scraped(serving: Serving) -> tuple[str, int]:
    """Name and number of the port that Prometheus scrapes."""
    port = serving.metrics.port
    return (HTTP, serving.port) if port is None or port == serving.port else (METRICS, port)
