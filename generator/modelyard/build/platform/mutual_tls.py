"""PeerAuthentication: no plain text between pods; identities can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import labels

if TYPE_CHECKING:
    from modelyard.plan import Platform


def build(platform: Platform) -> Manifest | None:
    """The whole namespace."""
    place = platform.environment.spec
    if place.mesh is None:
        return None
    return manifest(
        "security.istio.io/v1",
        "PeerAuthentication",
        labels.platform_metadata(
            platform, "default", place.namespace, annotations={labels.WAVE: "-1"}
        ),
        spec={"mtls": {"mode": "STRICT"}},
    )
