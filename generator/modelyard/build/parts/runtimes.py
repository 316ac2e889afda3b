"""What each runtime's container runs. A runtime without a function here runs what the spec says.

Facts: docs.vllm.ai/en/stable/cli/serve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.build.parts import fetch

if TYPE_CHECKING:
    from modelyard.plan import Plan
    from modelyard.spec.model import Serving
    from modelyard.spec.resolved import PlannedRelease


def command(
    plan: Plan, serving: Serving, release: PlannedRelease
) -> tuple[list[str] | None, list[str] | None]:
    """Command and arguments of the server's container; `None` leaves them to the image."""
    if serving.runtime == "vllm":
        return _vllm(plan, serving, release)
    return (
        list(serving.command) if serving.command is not None else None,
        list(serving.args) if serving.args is not None else None,
    )


def _vllm(plan: Plan, serving: Serving, release: PlannedRelease) -> tuple[list[str], list[str]]:
    settings = serving.vllm
    model = fetch.path(release.artifact) if release.artifact else ""
    flags = {
        "served-model-name": (settings and settings.served_name) or plan.name,
        "port": serving.port,
        "tensor-parallel-size": serving.gpu.count if serving.gpu else None,
        "max-model-len": settings.max_model_length if settings else None,
        "gpu-memory-utilization": settings.gpu_memory_utilization if settings else None,
        "dtype": settings.dtype if settings else None,
        "quantization": settings.quantization if settings else None,
        "max-num-seqs": settings.max_sequences if settings else None,
    }
    return (
        ["vllm", "serve", model],
        [f"--{name}={value}" for name, value in flags.items() if value is not None],
    )
