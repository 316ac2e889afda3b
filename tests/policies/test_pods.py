"""The pods that policies see are those that Python sees, in objects of every kind and odd shape."""

from __future__ import annotations

import random
from typing import Any

import pytest

from modelyard.check import objects
from modelyard.check.objects import Manifest
from modelyard.policy.embedded import Embedded, load
from modelyard.policy.engine import Options
from tests.policies.samples import POLICIES

ODD: tuple[Any, ...] = (None, True, 0, 1.5, "", "x", [], {}, [None], {"spec": None}, [[]], [{}])
CONTAINER = {"name": "a", "image": "b"}
POD = {
    "containers": [CONTAINER, None, "x", {}],
    "initContainers": [{**CONTAINER, "restartPolicy": "Always"}],
    "ephemeralContainers": [CONTAINER],
    "sidecars": [CONTAINER],
    "container": CONTAINER,
    "script": CONTAINER,
    "model": {},
}


def engine() -> Embedded:
    return load([str(POLICIES / "lib")], Options())


def place(route: tuple[Any, ...], value: Any) -> Any:
    """A value at the end of a route, with two of it where the route leads to every element."""
    for step in reversed(route):
        value = [value, value] if step == "*" else {step: value}
    return value


def written(kind: str) -> list[dict[str, Any]]:
    """Objects of a kind with a pod in each of its places."""
    template = {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}, "spec": POD}
    found = [place(route, template) for route in objects._TEMPLATES.get(kind, ())]
    found += [place(route, POD) for route in objects._INLINE.get(kind, ())]
    found += [place(route, {**POD, "metadata": {}}) for route in objects._INLINE.get(kind, ())]
    return [{**value, "kind": kind, "metadata": {"labels": {"e": "f"}}, **value} for value in found]


def spoiled(value: Any, choose: random.Random) -> Any:
    """The same with something odd in it, somewhere."""
    if choose.random() < 0.08:
        return choose.choice(ODD)
    if isinstance(value, dict):
        return {name: spoiled(item, choose) for name, item in value.items()}
    if isinstance(value, list):
        found = [spoiled(item, choose) for item in value]
        return {"first": found[0]} if found and choose.random() < 0.05 else found
    return value


def of_policies(policies: Embedded, value: Any) -> tuple[Any, Any]:
    document = policies.document({"all": 1} if value is None else value, "x.yaml")
    pods = document.rule("lib.pods", "all").values
    containers = document.rule("lib.pods", "containers").values
    return (
        [
            (pod["route"], pod["spec"], pod["labels"], pod["annotations"], pod["metadata_route"])
            for pod in pods
        ],
        [(item["route"], item["value"], item["role"]) for item in containers],
    )


def of_python(value: Any) -> tuple[Any, Any]:
    pods = Manifest(value, "x.yaml").pods
    return (
        [
            (list(pod.route), pod.spec, pod.labels, pod.annotations, list(pod.labels_route))
            for pod in pods
        ],
        [(list(c.route), c.value, c.role) for pod in pods for c in pod.containers],
    )


def ordered(found: tuple[Any, Any]) -> tuple[list[str], list[str]]:
    return sorted(map(repr, found[0])), sorted(map(repr, found[1]))


@pytest.mark.parametrize("kind", sorted(objects.WORKLOADS))
def test_both_see_the_same_pods(kind: str) -> None:
    policies = engine()
    for value in written(kind):
        pods, containers = of_policies(policies, value)
        assert pods
        assert containers
        assert ordered((pods, containers)) == ordered(of_python(value))


@pytest.mark.parametrize("kind", sorted(objects.WORKLOADS))
def test_both_see_the_same_pods_in_odd_objects(kind: str) -> None:
    policies, choose = engine(), random.Random(kind)
    for whole in written(kind):
        for _ in range(40):
            value = {
                **whole,
                **{key: spoiled(whole[key], choose) for key in whole if key != "kind"},
            }
            assert ordered(of_policies(policies, value)) == ordered(of_python(value)), value


def test_nothing_but_an_object_has_pods() -> None:
    policies = engine()
    for value in (*ODD, [{"path": "x", "contents": {"kind": "Pod", "spec": POD}}]):
        assert of_policies(policies, value) == ([], [])


def test_the_kinds_whose_pods_end_are_the_same() -> None:
    document = engine().document({}, "x.yaml")
    assert set(document.rule("lib.pods", "batch").values) == objects.BATCH
