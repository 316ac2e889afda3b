"""Objects compared field by field: what is matched with what, and what never matters."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelyard.diff.comparison import ABSENT
from modelyard.diff.match import fields
from tests.diff.trees import golden, judged

POD = {
    "kind": "Deployment",
    "spec": {
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "a",
                        "image": "a:1",
                        "env": [{"name": "X", "value": "1"}, {"name": "Y"}],
                    },
                    {"name": "b", "image": "b:1", "ports": [{"containerPort": 80}]},
                ]
            }
        }
    },
}


def told(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    return [(each.path, each.before, each.after) for each in fields(before, after)]


def test_items_are_matched_by_their_keys() -> None:
    after = copy.deepcopy(POD)
    containers: Any = after["spec"]["template"]["spec"]["containers"]  # type: ignore[index]
    containers.insert(0, {"name": "c", "image": "c:1"})
    containers[1]["env"] = [{"name": "Y"}, {"name": "Z", "value": "2"}]
    containers[2]["image"] = "b:2"
    where = "spec.template.spec.containers"
    assert told(POD, after) == [
        (f"{where}[c]", ABSENT, {"name": "c", "image": "c:1"}),
        (f"{where}[a].env[Z]", ABSENT, {"name": "Z", "value": "2"}),
        (f"{where}[a].env[X]", {"name": "X", "value": "1"}, ABSENT),
        (f"{where}[b].image", "b:1", "b:2"),
    ]


def test_the_route_leads_into_the_object_as_it_will_be() -> None:
    after = copy.deepcopy(POD)
    after["spec"]["template"]["spec"]["containers"].reverse()  # type: ignore[index]
    after["spec"]["template"]["spec"]["containers"][0]["image"] = "b:2"  # type: ignore[index]
    first, second = fields(POD, after)
    assert first.route == ("spec", "template", "spec", "containers", 0, "image")
    assert (second.path, second.moved) == ("spec.template.spec.containers", True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": 1}, {"a": True}),
        ({"a": "1"}, {"a": 1}),
        ({"a": None}, {}),
        ({"a": []}, {"a": {}}),
        ({"a": 0}, {"a": False}),
        ({"a": ""}, {"a": None}),
    ],
)
def test_values_of_different_types_differ(before: Any, after: Any) -> None:
    assert len(told(before, after)) == 1


def test_one_and_one_point_zero_are_the_same_number() -> None:
    assert told({"a": 1}, {"a": 1.0}) == []


def test_json_in_a_text_is_compared_as_json() -> None:
    before = {
        "data": {
            "d.json": json.dumps({"panels": [{"title": "A", "id": 1}, {"title": "B", "id": 2}]})
        }
    }
    after = {
        "data": {
            "d.json": json.dumps(
                {"panels": [{"title": "B", "id": 1}, {"title": "A", "id": 2}]}, indent=1
            )
        }
    }
    assert told(before, after) == [
        ('data["d.json"].panels[B].id', 2, 1),
        ('data["d.json"].panels[A].id', 1, 2),
    ]


def test_json_that_is_nested_without_end_is_a_text() -> None:
    before, after = "[" * 5000 + "]" * 5000, "[" * 5001 + "]" * 5001
    assert told({"a": before}, {"a": after}) == [("a", before, after)]


def test_names_are_written_so_that_they_can_be_told_apart() -> None:
    assert told({"a/b.c": {"d": 1}}, {"a/b.c": {"d": 2}}) == [('["a/b.c"].d', 1, 2)]
    assert told({"a\u202eb": 1}, {}) == [('["a\N{REPLACEMENT CHARACTER}b"]', 1, ABSENT)]


SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab/.[]", max_size=3)
NAMES = st.sampled_from(
    ("name", "spec", "env", "rules", "from", "args", "a", "b", "port", "containers")
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=5)


@settings(max_examples=300, deadline=None)
@given(OBJECTS)
def test_what_is_equal_does_not_differ(value: Any) -> None:
    assert told(value, copy.deepcopy(value)) == []


@settings(max_examples=300, deadline=None)
@given(OBJECTS, OBJECTS)
def test_the_way_back_mirrors_the_way_there(before: Any, after: Any) -> None:
    there, back = list(fields(before, after)), list(fields(after, before))
    key = lambda each: (repr(each.before), repr(each.after), each.moved)  # noqa: E731
    turned = lambda each: (repr(each.after), repr(each.before), each.moved)  # noqa: E731
    assert sorted(map(key, there)) == sorted(map(turned, back))


@settings(max_examples=300, deadline=None)
@given(OBJECTS, OBJECTS)
def test_what_differs_is_seen(before: Any, after: Any) -> None:
    same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    if same:
        assert told(before, after) == []
    elif json.dumps(_sorted(before), sort_keys=True) != json.dumps(_sorted(after), sort_keys=True):
        assert told(before, after) != []


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted(
            (_sorted(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True)
        )
    return value


def _shuffled(value: Any, order: random.Random) -> Any:
    """The same object with items that have names in another order, and keys too."""
    if isinstance(value, dict):
        items = list(value.items())
        order.shuffle(items)
        return {name: _shuffled(item, order) for name, item in items}
    if isinstance(value, list):
        found = [_shuffled(item, order) for item in value]
        if found and all(isinstance(item, dict) and "name" in item for item in found):
            order.shuffle(found)
        return found
    return value


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_named_items_never_looks_like_items_that_come_and_go(seed: int) -> None:
    order = random.Random(seed)
    for manifest in golden().values():
        for field in fields(manifest, _shuffled(manifest, order)):
            assert field.moved, field


@pytest.mark.parametrize("seed", range(5))
def test_in_the_order_of_pods_there_is_only_a_restart(seed: int) -> None:
    before, after = golden(), golden()
    after["deployment.yaml"] = _shuffled(after["deployment.yaml"], random.Random(seed))
    changes, risks = judged(before, after)
    assert all(field.moved for change in changes for field in change.fields)
    assert {risk.kind for risk in risks} <= {"restart"}
