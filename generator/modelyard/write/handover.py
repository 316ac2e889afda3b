"""The one change that must not be made in one step: an autoscaler for a model that runs without.

Because Kubernetes takes a missing `replicas` for 1, removing it in the change that adds the
autoscaler takes all pods but one away until the autoscaler has counted. Fact: kubernetes.io/docs/
tasks/run-application/horizontal-pod-autoscale (migrating to horizontal autoscaling).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.write.changes import look

if TYPE_CHECKING:
    from modelyard.findings import Finding
    from modelyard.pipeline import Output

DEPLOYMENT, AUTOSCALER = "deployment.yaml", "autoscaler.yaml"


def unsafe_autoscaler(root: str, output: Output) -> list[Finding]:
    """A finding where the tree has a Deployment without an autoscaler, and would get the reverse."""
    manifests = {built.file: built.manifest for built in output.tree.files}
    scaled = AUTOSCALER in manifests and "replicas" not in manifests[DEPLOYMENT]["spec"]
    if output.resolution is None or not scaled:
        return []
    ours = look(root, output.tree.directory).ours
    if DEPLOYMENT not in ours or AUTOSCALER in ours:
        return []
    return [
        output.resolution.problem(
            "autoscaler-handover",
            ("spec", "serving", "autoscaling"),
            f"in {output.tree.environment} the model runs without an autoscaler, and adding one in one step"
            " would take all its pods but one away for a while",
            "add `handover: N` to `autoscaling`, with the number of pods that run now; render, merge and let it"
            " sync; then take `handover` out again (`--force` does it in one step)",
            key=True,
        )
    ]
