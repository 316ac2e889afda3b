"""Servers of models are recognised, and known to answer their own paths."""

from __future__ import annotations

from typing import Any

import pytest

from modelyard.check.objects import Container
from modelyard.check.runtimes import SERVERS, recognised


def server(**value: Any) -> str | None:
    found = recognised(Container((), value, "containers"))
    return found.name if found else None


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("vllm/vllm-openai:v0.19.1", "vLLM"),
        ("registry.example.com:5000/platform/vllm-openai@sha256:5d4c", "vLLM"),
        ("nvcr.io/nvidia/tritonserver:25.08-vllm-python-py3", "Triton"),
        ("ghcr.io/huggingface/text-generation-inference:3.3.4", "Text Generation Inference"),
        ("pytorch/torchserve", "TorchServe"),
        ("tensorflow/serving:2.19.0", "TensorFlow Serving"),
        ("example.com/serving:1", None),
        ("example.com/vllm-openai-proxy:1", None),
        ("seldonio/mlserver:1.7.1", "MLServer"),
        ("openvino/model_server:2025.3", "OpenVINO Model Server"),
        ("ghcr.io/ggml-org/llama.cpp:server", "llama.cpp"),
    ],
)
def test_by_image(image: str, name: str | None) -> None:
    assert server(image=image) == name


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["vllm", "serve", "/models"], "vLLM"),
        (["python", "-m", "vllm.entrypoints.openai.api_server"], "vLLM"),
        (["sh", "-c", "exec tritonserver --model-repository=/models/vllm"], "Triton"),
        (["/opt/bin/ollama", "serve"], "Ollama"),
        (["python", "app.py"], None),
    ],
)
def test_a_command_counts_more_than_an_image(command: list[str], name: str | None) -> None:
    assert server(image="lmsysorg/sglang:v0.5", command=command) == name


@pytest.mark.parametrize("known", SERVERS, ids=lambda known: known.name)
def test_the_paths_that_are_recommended_are_answered(known: Any) -> None:
    assert known.answers.fullmatch(known.alive)
    assert known.answers.fullmatch(known.ready)
