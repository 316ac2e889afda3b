"""Servers of models: how they are recognised, and what they answer to probes.

Facts: docs.vllm.ai (OpenAI-Compatible Server), github.com/triton-inference-server/server (http_server.cc,
main.cc), github.com/huggingface/text-generation-inference and text-embeddings-inference (server.rs),
docs.sglang.ai (Server APIs), pytorch.org/serve (Inference API), tensorflow.org/tfx/serving/api_rest,
mlserver.readthedocs.io, kserve.github.io (Open Inference Protocol), github.com/ollama/ollama (routes.go),
github.com/ggml-org/llama.cpp (tools/server), docs.openvino.ai (Model Server REST API).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.check.objects import sequence

if TYPE_CHECKING:
    from modelyard.check.objects import Container


@dataclass(frozen=True, slots=True)
class Server:
    """A program that serves models over HTTP."""

    name: str
    images: frozenset[str]
    """The last part of its images' names."""
    program: re.Pattern[str]
    """How a command says that it runs it."""
    answers: re.Pattern[str]
    """The paths that it answers, whole."""
    alive: str
    """The path that says whether it is alive."""
    ready: str
    """The path that says whether it can serve."""
    grpc_port: int | None = None
    """The port on which it speaks gRPC, unless it is told another; nothing where it does not."""
    is_slow: bool = False
    """Whether it answers only after minutes: it loads and compiles a language model first."""


_V2 = r"/v2(/.*)?|/metrics"


def _server(
    name: str,
    images: str,
    program: str,
    answers: str,
    alive: str,
    ready: str,
    *,
    grpc_port: int | None = None,
    is_slow: bool = False,
) -> Server:
    return Server(
        name,
        frozenset(images.split()),
        re.compile(program),
        re.compile(answers),
        alive,
        ready,
        grpc_port,
        is_slow,
    )


SERVERS = (
    _server(
        "vLLM",
        "vllm-openai vllm-openai-rocm vllm-cpu vllm-tpu",
        r"(^|[\s/])vllm\s+serve\b|\bvllm\.entrypoints\.",
        r"/(health|ping|version|metrics|load|v1/models)",
        "/health",
        "/v1/models",
        is_slow=True,
    ),
    _server(
        "Triton",
        "tritonserver",
        r"(^|[\s/])tritonserver\b",
        _V2,
        "/v2/health/live",
        "/v2/health/ready",
        grpc_port=8001,
    ),
    _server(
        "Text Generation Inference",
        "text-generation-inference tgi",
        r"\btext-generation-(launcher|server)\b",
        r"/(health|ping|info|metrics|v1/models)?",
        "/health",
        "/health",
        is_slow=True,
    ),
    _server(
        "Text Embeddings Inference",
        "text-embeddings-inference",
        r"\btext-embeddings-router\b",
        r"/(health|ping|info|metrics|v1/models)?",
        "/health",
        "/health",
    ),
    _server(
        "SGLang",
        "sglang",
        r"\bsglang\.launch_server\b|(^|[\s/])sglang\s+serve\b",
        r"/(health|health_generate|ping|metrics|v1/models)",
        "/health",
        "/health",
        is_slow=True,
    ),
    _server(
        "TorchServe",
        "torchserve",
        r"(^|[\s/])torchserve\b",
        r"/(ping|metrics|models(/.*)?|api-description)",
        "/ping",
        "/ping",
    ),
    _server(
        "TensorFlow Serving",
        "tensorflow/serving tensorflow-serving tf-serving",
        r"\btensorflow_model_server\b",
        r"/v1/models/.+|/monitoring/.*",
        "/v1/models/NAME",
        "/v1/models/NAME",
        grpc_port=8500,
    ),
    _server(
        "MLServer",
        "mlserver mlserver-slim",
        r"(^|[\s/])mlserver\s+start\b",
        _V2,
        "/v2/health/live",
        "/v2/health/ready",
    ),
    _server(
        "KServe's model server",
        "sklearnserver xgbserver lgbserver pmmlserver paddleserver",
        r"\b(sklearn|xgb|lgb|pmml|paddle)server\b",
        r"/|/v1/models(/.*)?|/v2(/.*)?|/metrics",
        "/v2/health/live",
        "/v2/health/ready",
    ),
    _server(
        "OpenVINO Model Server",
        "openvino/model_server",
        r"(^|[\s/])ovms\b",
        r"/v1/(config|models/.+)|/v2(/.*)?|/metrics",
        "/v2/health/live",
        "/v2/health/ready",
    ),
    _server(
        "Ollama",
        "ollama",
        r"(^|[\s/])ollama\s+serve\b",
        r"/|/api/(version|tags|ps)|/v1/models",
        "/",
        "/",
    ),
    _server(
        "llama.cpp",
        "llama.cpp",
        r"\bllama-server\b",
        r"/|(/v1)?/(health|models)|/metrics|/props|/slots",
        "/health",
        "/health",
    ),
)  # fmt: skip
"""The servers that are known."""

ASKED = re.compile(
    r"/(-/)?(health|healthy|healthz|healthcheck|health-check|health_check|live|livez|liveness|"
    r"ready|readyz|readiness|ping|status|alive|up)/?"
    r"|/(health|healthz|api/health|actuator/health|v1/health|v2/health)/(live|liveness|ready|readiness)/?"
    r"|/api/(health|healthz|ping|status)/?|/actuator/health/?|/v[12]/(health|models)/?"
    r"|/models/?|/metrics/?"
)
"""Paths that are asked for health by habit. Any other may be one that somebody has added."""


def words_of(container: Container) -> str:
    """What a container is told to run, in one line."""
    words = [
        word
        for key in ("command", "args")
        for word in sequence(container.value.get(key))
        if isinstance(word, str)
    ]
    return " ".join(words)


def recognised(container: Container) -> Server | None:
    """The server that a container runs: what its command names, or else its image."""
    text = words_of(container)
    for server in SERVERS:
        if server.program.search(text):
            return server
    image = container.value.get("image")
    if sequence(container.value.get("command")) or not isinstance(image, str):
        return None
    name = re.sub(r"(:[^/@]+)?(@.+)?$", "", image)
    last, two = name.rpartition("/")[2], "/".join(name.split("/")[-2:])
    for server in SERVERS:
        if last in server.images or two in server.images:
            return server
    return None
