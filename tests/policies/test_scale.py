"""How many pods workloads have, what they take together, and what their arguments say of GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelyard.check.amounts import is_quantity, thousandths
from modelyard.check.arguments import flags, words
from modelyard.check.load import nodes
from modelyard.check.objects import Container, Manifest, Objects
from modelyard.check.rule import Context
from modelyard.check.scale import copies, extra
from tests.policies import samples
from tests.policies.test_places import found

if TYPE_CHECKING:
    from tests.conftest import Shop

POD = "{spec: {containers: [{name: x}]}}"


def counted(text: str) -> list[tuple[int, int, int]]:
    """At least, at most, and what a rollout needs beside the most, of each template."""
    values = [value for value in yaml.safe_load_all(text.replace("POD", POD)) if value]
    objects = Objects([Manifest(value, "x.yaml", n) for n, value in enumerate(values)])
    told = [(copies(pod, objects), pod) for pod in objects.pods]
    return [(one.least, one.most, extra(pod, one.most)) for one, pod in told if one is not None]


SCALER = """
---
{kind: %s, metadata: {name: x}, spec: {scaleTargetRef: {kind: Deployment, name: x}, %s}}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{kind: Deployment, metadata: {name: x}, spec: {template: POD}}", (1, 1, 1)),
        ("{kind: Deployment, metadata: {name: x}, spec: {replicas: 4, template: POD}}", (4, 4, 0)),
        ("{kind: Deployment, metadata: {name: x}, spec: {replicas: 3, template: POD}}", (3, 3, 1)),
        ("{kind: Deployment, metadata: {name: x}, spec: {replicas: 0, template: POD}}", (0, 0, 0)),
        (
            "{kind: Deployment, metadata: {name: x}, spec: {template: POD}}"
            + SCALER % ("HorizontalPodAutoscaler", "minReplicas: 2, maxReplicas: 8"),
            (2, 8, 0),
        ),
        (
            "{kind: Deployment, metadata: {name: x}, spec: {template: POD}}"
            + SCALER % ("ScaledObject", "triggers: []"),
            (0, 100, 0),
        ),
        (
            "{kind: Deployment, spec: {replicas: 2, strategy: {type: Recreate}, template: POD}}",
            (2, 2, 0),
        ),
        (
            "{kind: Rollout, spec: {replicas: 6, strategy: {blueGreen: {}}, template: POD}}",
            (6, 6, 6),
        ),
        (
            "{kind: Rollout, spec: {replicas: 6, template: POD, strategy: {canary: {trafficRouting: {}}}}}",
            (6, 6, 6),
        ),
        (
            "{kind: Rollout, spec: {replicas: 6, template: POD,"
            " strategy: {canary: {trafficRouting: {}, dynamicStableScale: true}}}}",
            (6, 6, 0),
        ),
        (
            "{kind: LeaderWorkerSet, spec: {replicas: 2, leaderWorkerTemplate: {size: 4, workerTemplate: POD}}}",
            (8, 8, 0),
        ),
        ("{kind: Job, spec: {parallelism: 8, completions: 3, template: POD}}", (0, 3, 0)),
        (
            "{kind: ScaledJob, spec: {maxReplicaCount: 5, jobTargetRef: {parallelism: 2, template: POD}}}",
            (0, 10, 0),
        ),
        ("{kind: PyTorchJob, spec: {pytorchReplicaSpecs: {Worker: {replicas: 7, template: POD}}}}", (0, 7, 0)),
        (
            "{kind: RayCluster, spec: {enableInTreeAutoscaling: true, workerGroupSpecs:"
            " [{minReplicas: 1, replicas: 2, maxReplicas: 6, numOfHosts: 2, template: POD}]}}",
            (2, 12, 0),
        ),
        (
            "{kind: RayService, spec: {rayClusterConfig: {workerGroupSpecs: [{replicas: 2, template: POD}]}}}",
            (2, 2, 2),
        ),
        (
            "{kind: InferenceService, spec: {predictor: {minReplicas: 0, maxReplicas: 3, model: {}}}}",
            (0, 3, 0),
        ),
        (
            "{kind: SeldonDeployment, spec: {replicas: 2, predictors: [{componentSpecs: [POD]}]}}",
            (2, 2, 0),
        ),
    ],
)  # fmt: skip
def test_pods_are_counted(text: str, expected: tuple[int, int, int]) -> None:
    assert counted(text) == [expected]


def test_what_nobody_can_count_is_not_counted() -> None:
    assert counted("{kind: DaemonSet, spec: {template: POD}}") == []
    assert counted("{kind: Workflow, spec: {templates: [{container: {}}]}}") == []


def test_a_group_has_one_leader() -> None:
    text = (
        "{kind: LeaderWorkerSet, spec: {replicas: 3, leaderWorkerTemplate:"
        " {size: 4, leaderTemplate: POD, workerTemplate: POD}}}"
    )
    assert counted(text) == [(3, 3, 0), (9, 9, 0)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([], 0),
        ([(4, 8)], 4),
        ([(8, 2)], 2),
        ([(3, 3)], 2),  # Two of them leave two GPUs of a node that a third cannot use.
        ([(2, 5), (2, 3)], 2),
        ([(3, 5), (1, 1)], 3),
    ],
)
def test_nodes_are_filled_as_well_as_may_be(wanted: list[tuple[int, int]], expected: int) -> None:
    environment = samples.context().environment
    assert environment is not None
    assert environment.pools is not None
    pool = next(pool for pool in environment.pools.values() if pool.node.gpus == 8)
    asked = [(count, {"requests.nvidia.com/gpu": gpus * 1000}) for count, gpus in wanted]
    assert nodes(asked, pool) == expected


def test_memory_of_nodes_counts_as_well() -> None:
    environment = samples.context().environment
    assert environment is not None
    assert environment.pools is not None
    pool = next(pool for pool in environment.pools.values() if pool.node.gpus == 8)
    small = {"requests.nvidia.com/gpu": 1000, "requests.memory": (600 << 30) * 1000}
    assert nodes([(3, small)], pool) == 3


@pytest.mark.parametrize("text", ["1", "0.5", "500m", "4Gi", "1e3", "100n", "1.", ".5", "+2"])
def test_the_server_reads_these(text: str) -> None:
    assert is_quantity(text)


@pytest.mark.parametrize("text", ["4GB", "4gi", "", "m", "1 Gi", True, None, [], "1e"])
def test_the_server_does_not_read_these(text: Any) -> None:
    assert not is_quantity(text)
    assert thousandths(text) is None


def test_scripts_are_words() -> None:
    script = (
        "# vllm serve --tp 4\nset -e; vllm serve /m -tp 8 \\\n  --dtype=auto --max_num_seqs 9; wait"
    )
    container = Container(("spec",), {"command": ["sh", "-c", script], "args": [1, "--x=y"]}, "x")
    found = [(name, value) for name, value, _ in flags(words(container))]
    assert ("-tp", "8") in found
    assert ("--max-num-seqs", "9") in found
    assert found[-1] == ("--x", "y")
    assert "4" not in [word.text for word in words(container)]


SERVER = """
kind: %(kind)s
metadata: {name: x, namespace: ml-production}
spec:
  template:
    spec:
      containers:
        - name: server
          image: %(image)s
          args: %(args)s
          resources: {limits: {nvidia.com/gpu: %(gpus)s}}
"""


@pytest.mark.parametrize(
    ("args", "gpus", "image", "wrong"),
    [
        ("[--tensor-parallel-size=4]", 4, "x", False),
        ("[--tensor-parallel-size=2, --pipeline-parallel-size=2]", 4, "x", False),
        ("[--tensor-parallel-size=2, --pipeline-parallel-size=2]", 8, "x", True),
        ("[--tensor-parallel-size=$(TP)]", 8, "x", False),
        ("[--tp=4]", 8, "x", False),
        ("[--tp=4]", 8, "lmsysorg/sglang:v1", True),
        ("[--tp=4, --dp=2]", 8, "lmsysorg/sglang:v1", False),
        ("[--tp=8, --dp=8, --enable-dp-attention]", 8, "lmsysorg/sglang:v1", False),
        ("[--tp=16, --nnodes=2, --node-rank=0]", 8, "lmsysorg/sglang:v1", False),
        ("[--tensor-parallel-size=16, --distributed-executor-backend=ray]", 8, "vllm", False),
        ("[--tensor-parallel-size=4, --distributed-executor-backend=mp]", 8, "vllm", True),
        ("[--model=/m]", 2, "vllm/vllm-openai:v1", True),
        ("[--model=/m]", 1, "vllm/vllm-openai:v1", False),
        ("[--model=/m, --config=/c.yaml]", 2, "vllm/vllm-openai:v1", False),
        ('[--model=/m, "$(MORE)"]', 2, "vllm/vllm-openai:v1", False),
        ("['vllm serve a --tensor-parallel-size 2 & vllm serve b --tensor-parallel-size 2']", 4, "x", False),
        ("[--model-id=/m]", 4, "ghcr.io/huggingface/text-generation-inference:3", False),
        ("[--model-id=/m, --num-shard=2]", 4, "ghcr.io/huggingface/text-generation-inference:3", True),
        ("[torchrun, --nproc_per_node=gpu, x.py]", 4, "x", False),
        ("[torchrun, --nproc_per_node=2, x.py, --tensor-parallel-size=9]", 2, "x", False),
    ],
)  # fmt: skip
def test_parts_are_compared_with_gpus(args: str, gpus: int, image: str, wrong: bool) -> None:
    text = SERVER % {"kind": "Deployment", "image": image, "args": args, "gpus": gpus}
    assert bool(found(text, "gpu/parallel-size")) is wrong


PLACED = """
kind: Deployment
metadata: {name: x, namespace: ml-production}
spec:
  template:
    spec:
      containers: [{name: x, resources: {limits: {nvidia.com/gpu: 99, nvidia.com/gpu.shared: 1}}}]
"""
PLACING = (
    "gpu/fits-no-node",
    "gpu/not-bound",
    "gpu/not-tolerated",
    "gpu/unknown-resource",
)


def test_pods_are_placed_where_pools_are_known() -> None:
    environment = samples.context().environment
    assert environment is not None
    without = Context(environment.model_copy(update={"pools": None}))
    assert set(found(PLACED, *PLACING)) == set(PLACING)
    assert found(PLACED, *PLACING, context=without) == []
    assert found(PLACED, *PLACING, context=Context()) == []


CLAIMED = """
kind: PersistentVolumeClaim
metadata: {name: x, namespace: ml-production}
spec: {accessModes: [ReadWriteOnce], storageClassName: %s}
---
kind: Deployment
metadata: {name: x, namespace: ml-production}
spec:
  replicas: 2
  template:
    spec:
      nodeSelector: {%s}
      volumes: [{name: x, persistentVolumeClaim: {claimName: x}}]
      containers: [{name: x}]
"""


@pytest.mark.parametrize(
    ("storage", "selector", "wrong"),
    [("fast", "", True), ("local-path", "", False), ("fast", "kubernetes.io/hostname: a", False)],
)
def test_volumes_of_one_node_may_be_shared_on_it(storage: str, selector: str, wrong: bool) -> None:
    assert bool(found(CLAIMED % (storage, selector), "resources/one-node-volume")) is wrong


def test_models_that_collide_are_named(shop: Shop) -> None:
    second = shop.text("models/support-assistant.yaml").replace("support-assistant", "drafts")
    shop.write("models/drafts.yaml", second.replace("max: 4", "max: 14"))
    shop.run("render")
    run = shop.run("check")
    assert (
        "of `gpu-h100`, which has 4 with 8 GPUs each: `drafts` 28, `support-assistant` 8" in run.out
    )
    assert "because models/drafts.yaml:20:12 spec.serving.autoscaling.max" in run.out
    shop.edit("models/drafts.yaml", "max: 14", "max: 12")
    shop.run("render")
    assert shop.run("check").code == 0
