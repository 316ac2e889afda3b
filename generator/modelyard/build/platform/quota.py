"""ResourceQuota: what all models of the environment may use together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest, plain
from modelyard.build.parts import labels

if TYPE_CHECKING:
    from modelyard.plan import Platform


def build(platform: Platform) -> Manifest | None:
    """The environment's quota, word for word."""
    place = platform.environment.spec
    return manifest(
        "v1",
        "ResourceQuota",
        labels.platform_metadata(
            platform, "models", place.namespace, annotations={labels.WAVE: "-1"}
        ),
        spec={"hard": plain(place.quota)},
    )
