"""What a lock says that a directory asks for, against the manifests beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from modelyard.build.demand import Demand, demands, read
from modelyard.quantity import amount, seconds, written
from tests.test_golden import GOLDEN


def workload(kind: str = "Deployment", **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "m"}, "spec": spec}


def pod(*containers: dict[str, Any], init: tuple[dict[str, Any], ...] = (), **spec: Any) -> Any:
    return {"spec": {"containers": list(containers), "initContainers": list(init), **spec}}


def asking(requests: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "c", "resources": {"requests": requests}, **more}


def only(*manifests: dict[str, Any]) -> Demand:
    (found,) = demands(manifests)
    return found


def test_containers_together_or_the_largest_that_runs_before_them() -> None:
    template = pod(
        asking({"cpu": "500m", "memory": "1Gi"}),
        asking({"cpu": 1}),
        init=(
            asking({"cpu": "2", "memory": "1Mi"}),
            asking({"memory": "1Gi"}, restartPolicy="Always"),
        ),
    )
    assert only(workload(template=template)).requests == {"cpu": "2", "memory": "2Gi"}


def test_a_limit_stands_in_for_a_request() -> None:
    template = pod({"name": "c", "resources": {"limits": {"nvidia.com/gpu": 2}}})
    assert only(workload(template=template)).requests == {"nvidia.com/gpu": "2"}


@pytest.mark.parametrize(
    ("others", "pods"),
    [
        ([], (3, 3)),
        ([("HorizontalPodAutoscaler", {"minReplicas": 2, "maxReplicas": 9})], (2, 9)),
        ([("HorizontalPodAutoscaler", {"maxReplicas": 9})], (1, 9)),
        ([("ScaledObject", {})], (0, 100)),
        (
            [("HorizontalPodAutoscaler", {"scaleTargetRef": {"name": "other"}, "maxReplicas": 9})],
            (3, 3),
        ),
    ],
)
def test_an_autoscaler_decides_how_many_pods(others: list[Any], pods: tuple[int, int]) -> None:
    target = {"scaleTargetRef": {"kind": "Deployment", "name": "m"}}
    scalers = [workload(kind, **{**target, **spec}) for kind, spec in others]
    found = only(workload(replicas=3, template=pod(asking({"cpu": 1}))), *scalers)
    assert (found.least, found.most) == pods


def test_what_ends_is_only_sometimes_there() -> None:
    job = {"parallelism": 4, "template": pod(asking({"cpu": 1}), nodeSelector={"pool": "a"})}
    for found in (
        only(workload("Job", **job)),
        only(workload("CronJob", jobTemplate={"spec": job})),
    ):
        assert (found.least, found.most, found.nodes) == (0, 4, {"pool": "a"})


def test_values_of_other_types_are_no_workload() -> None:
    for spec in (None, [], "x", {"template": 3, "replicas": "many"}):
        assert demands([{"kind": "Deployment", "metadata": None, "spec": spec}])
    assert read({"pods": [1]}) is None
    assert read(None) is None


def test_every_golden_lock_says_what_the_manifests_beside_it_say() -> None:
    seen = 0
    for path in sorted(GOLDEN.rglob("*.lock")):
        beside = [yaml.safe_load(each.read_text()) for each in sorted(path.parent.glob("*.yaml"))]
        lock = json.loads(path.read_text())
        found = [read(each) for each in lock["workloads"]]
        assert sorted(map(repr, found)) == sorted(map(repr, demands(beside)))
        seen += len(found)
    assert seen > 10


@pytest.mark.parametrize("text", ["500m", "2", "4Gi", "1500m", "1Ti", "100Mi", "0"])
def test_an_amount_is_written_as_it_was_read(text: str) -> None:
    found = amount(text)
    assert found is not None
    assert written(found) == text


def test_amounts_and_durations() -> None:
    assert amount("1e3") == amount(1000) == amount("1k") == amount("1000000m")
    assert amount("0.5") == amount(".5") == amount("500m")
    assert [amount(text) for text in ("", "x", "1Q", True, None, "1e", "--1")] == [None] * 7
    assert seconds("1m30s") == seconds("90s") == seconds("90000ms") == 90
    assert [seconds(text) for text in ("", "90", "1x", None, 3)] == [None] * 5
