"""LimitRange: what containers get that ask for nothing, so that the quota can count them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels

if TYPE_CHECKING:
    from modelyard.plan import Platform


def build(platform: Platform) -> Manifest | None:
    """Defaults for every container, those that the mesh injects among them."""
    place = platform.environment.spec
    defaults = place.container_defaults
    return manifest(
        "v1",
        "LimitRange",
        labels.platform_metadata(
            platform, "models", place.namespace, annotations={labels.WAVE: "-1"}
        ),
        spec={
            "limits": [
                {
                    "type": "Container",
                    "default": {
                        **({} if defaults.limits.cpu is None else {"cpu": defaults.limits.cpu}),
                        "memory": defaults.limits.memory,
                    },
                    "defaultRequest": {
                        "cpu": defaults.requests.cpu,
                        "memory": defaults.requests.memory,
                    },
                }
            ]
        },
    )
