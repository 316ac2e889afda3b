"""What says that a Job with one GPU trains, or loads data in processes of their own."""

from __future__ import annotations

from typing import Any

import pytest

from modelyard.check.objects import Manifest
from modelyard.check.training import why_shared


def why(container: dict[str, Any], *, kind: str = "Job", name: str = "ranker") -> str | None:
    template = {"spec": {"containers": [{"name": "main", **container}]}}
    manifest = Manifest(
        {"kind": kind, "metadata": {"name": name}, "spec": {"template": template}}, ""
    )
    (pod,) = manifest.pods
    return why_shared(pod, pod.containers[0])


@pytest.mark.parametrize(
    "command",
    [
        ["torchrun", "--nproc-per-node=1", "run.py"],
        ["/opt/conda/bin/accelerate", "launch", "run.py"],
        ["python", "-m", "torch.distributed.run", "run.py"],
        ["python", "-m", "ranker.train"],
        ["python", "/app/fine_tune.py"],
        ["bash", "-c", "cd /app\nexec ./train-ranker.sh"],
        ["yolo", "detect", "train"],
        ["python", "run.py", "data.num_workers=8"],
        ["python", "run.py", "--dataloader_num_workers", "8"],
    ],
)
def test_a_command_says_it(command: list[str]) -> None:
    assert why({"command": command})


@pytest.mark.parametrize("name", ["ranker-training", "trainer", "ranker-train-v2", "finetune-llm"])
def test_a_name_says_it(name: str) -> None:
    assert why({}, name=name)


@pytest.mark.parametrize(
    "container",
    [
        {},
        {"command": ["python", "score.py", "--split", "train", "--data=/data/train"]},
        {"command": ["python", "score.py", "--num-workers", "0"]},
        {"command": ["python", "score.py", "--model=/models/train.py"]},
        {
            "env": [
                {"name": "NUM_WORKERS", "value": "0"},
                {"name": "NVIDIA_TF32_OVERRIDE", "value": "1"},
            ]
        },
        {"command": 7, "args": [None, {}], "env": [{"name": 5}, "x"]},
    ],
)
def test_what_scores_does_not(container: dict[str, Any]) -> None:
    assert why(container) is None


@pytest.mark.parametrize("name", ["train-delays", "trained-ranker-scoring", "constraints"])
def test_nor_does_a_name_of_another_thing(name: str) -> None:
    assert why({}, name=name) is None


def test_variables_say_it() -> None:
    assert why({"env": [{"name": "NCCL_DEBUG", "value": "INFO"}]})
    assert why({"env": [{"name": "NUM_WORKERS", "value": "4"}]})


def test_a_server_with_one_gpu_needs_none() -> None:
    assert why({"command": ["torchrun", "serve.py"]}, kind="Deployment") is None
