"""How long probes, hooks and routes wait."""

from __future__ import annotations

from typing import Any

import pytest

from modelyard.check.objects import Container, Manifest, Objects
from modelyard.check.timing import duration, patience, pre_stop, timeouts


@pytest.mark.parametrize(
    ("probe", "seconds"),
    [
        ({}, 30),
        ({"initialDelaySeconds": 20}, 50),
        ({"periodSeconds": 5, "failureThreshold": 12}, 60),
        ({"periodSeconds": 0, "failureThreshold": 0}, 30),
        ({"periodSeconds": "5"}, None),
        (None, None),
    ],
)
def test_probes(probe: Any, seconds: int | None) -> None:
    assert patience(probe) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60),
        ("2m30s", 150),
        ("500ms", 0.5),
        ("1.5h", 5400),
        ("0s", None),
        ("60", None),
        (60, None),
    ],
)
def test_durations(text: Any, seconds: float | None) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("hook", "seconds"),
    [
        ({"sleep": {"seconds": 5}}, 5),
        ({"exec": {"command": ["sleep", "15"]}}, 15),
        ({"exec": {"command": ["sh", "-c", "sleep 10 && nginx -s quit; sleep 1m"]}}, 70),
        ({"exec": {"command": ["asleep", "10"]}}, 0),
        ({"httpGet": {"path": "/drain"}}, 0),
    ],
)
def test_hooks(hook: Any, seconds: float) -> None:
    assert pre_stop(Container((), {"lifecycle": {"preStop": hook}}, "containers")) == seconds


def test_routes() -> None:
    virtual = {
        "kind": "VirtualService",
        "metadata": {"name": "x", "namespace": "ml"},
        "spec": {
            "http": [
                {
                    "timeout": "30s",
                    "route": [{"destination": {"host": "a"}}],
                    "mirror": {"host": "shadow"},
                },
                {"route": [{"destination": {"host": "b.other.svc.cluster.local"}}]},
            ]
        },
    }
    found = list(timeouts(Objects([Manifest(virtual, "x.yaml")])))
    assert [(one.namespace, one.service, one.seconds, one.route) for one in found] == [
        ("ml", "a", 30, ("spec", "http", 0, "timeout"))
    ]
