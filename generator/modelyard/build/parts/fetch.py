"""Fetching a release's weights before the server starts, and proving that they are the right ones.

Because a bucket can be overwritten in place, nothing is served whose digest is not the one in the
spec. Facts: rclone.org/docs (remotes from environment variables).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.build.manifest import plain
from modelyard.build.parts.pod import CONTAINER_SECURITY, MODEL_DIRECTORY

if TYPE_CHECKING:
    from modelyard.spec.environment import Artifacts
    from modelyard.spec.model import Artifact
    from modelyard.spec.resolved import PlannedRelease

FILE = """\
rclone copyto "$SOURCE" "$TARGET"
"""

FILE_CHECK = """\
echo "$SHA256  $TARGET" | sha256sum -c -
"""

DIRECTORY = """\
rclone copy "$SOURCE" "$TARGET"
"""

# Only files that the pinned list names are fetched, so that nothing can be slipped in beside them.
DIRECTORY_CHECKED = """\
rclone copyto "$SOURCE/SHA256SUMS" "$TARGET/SHA256SUMS"
echo "$SHA256  $TARGET/SHA256SUMS" | sha256sum -c -
cut -c67- "$TARGET/SHA256SUMS" > "${TMPDIR:-/tmp}/files"
rclone copy --files-from "${TMPDIR:-/tmp}/files" "$SOURCE" "$TARGET"
cd "$TARGET"
sha256sum -c SHA256SUMS
"""


def path(artifact: Artifact) -> str:
    """Where the server finds the weights: a file, or the directory itself."""
    if artifact.uri.endswith("/"):
        return MODEL_DIRECTORY
    return f"{MODEL_DIRECTORY}/{artifact.uri.rpartition('/')[2]}"


def container(artifacts: Artifacts, release: PlannedRelease) -> dict[str, Any]:
    """The container that fetches the weights of a release."""
    artifact = release.artifact
    assert artifact is not None
    store = artifacts.stores[artifact.uri.scheme]
    directory = artifact.uri.endswith("/")
    if artifact.sha256 is None:
        script = DIRECTORY if directory else FILE
    else:
        script = DIRECTORY_CHECKED if directory else FILE + FILE_CHECK
    needs = {"cpu": artifacts.resources.cpu, "memory": artifacts.resources.memory}
    variables = {
        **plain(store.env),
        "SOURCE": f"{artifact.uri.scheme}:{artifact.uri.rest.rstrip('/')}",
        "TARGET": path(artifact),
        **({"SHA256": artifact.sha256} if artifact.sha256 else {}),
    }
    return {
        "name": "fetch-model",
        "image": artifacts.image,
        "command": ["sh", "-euc"],
        "args": [script],
        "env": [{"name": name, "value": value} for name, value in variables.items()],
        "resources": {"requests": needs, "limits": needs},
        "securityContext": CONTAINER_SECURITY,
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a path in the container
            {"name": "model", "mountPath": MODEL_DIRECTORY},
        ],
    }
