"""The laws by which layers become one value, and by which its origin is found again."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modelyard.findings import at, leads
from modelyard.load.document import Document
from modelyard.resolve.layers import Layer, merge, origin

leaf = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 3),
    st.text("ab", max_size=2),
    st.lists(st.integers(0, 2)),
)
keys = st.sampled_from(("a", "b", "c", "replicas", "autoscaling"))
mappings: Any = st.recursive(
    st.dictionaries(keys, leaf, max_size=4),
    lambda inner: st.dictionaries(keys, leaf | inner, max_size=4),
    max_leaves=12,
)
plain: Any = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), leaf, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), leaf | inner, max_size=4),
    max_leaves=12,
)
examples = settings(deadline=None, max_examples=150, derandomize=True, database=None)


def merged(*values: dict[str, Any]) -> dict[str, Any]:
    return merge(layers(*values))


def layers(*values: dict[str, Any]) -> list[Layer]:
    return [
        Layer(Document(f"{index}.yaml", "", value), ("spec",), value)
        for index, value in enumerate(values)
    ]


def routes(value: Any, route: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [route] if route else []
    for key, item in value.items() if isinstance(value, dict) else ():
        found += routes(item, (*route, key))
    return found


@examples
@given(mappings, mappings)
def test_merging_changes_no_layer(low: Any, high: Any) -> None:
    before = copy.deepcopy((low, high))
    merged(low, high)
    assert (low, high) == before


@examples
@given(mappings)
def test_nothing_and_the_same_again_change_nothing(value: Any) -> None:
    assert merged() == {}
    assert merged(value) == merged({}, value) == merged(value, {}) == value
    assert merged(value, value) == value


@examples
@given(plain, plain, plain)
def test_layers_may_be_merged_in_groups_where_a_mapping_meets_mappings_only(
    low: Any, middle: Any, high: Any
) -> None:
    """A middle layer that puts something else in the place of a mapping cuts off what lies below."""
    assume(not cuts(low, middle) and not cuts(middle, high) and not cuts(low, high))
    assert merged(merged(low, middle), high) == merged(low, merged(middle, high))


def cuts(low: Any, high: Any) -> bool:
    """Whether a mapping of one layer meets something else in the other."""
    return any(
        isinstance(low[key], dict) != isinstance(high[key], dict)
        or (isinstance(low[key], dict) and cuts(low[key], high[key]))
        for key in low.keys() & high.keys()
    )


@examples
@given(mappings, mappings, mappings)
def test_layers_are_merged_from_the_lowest_to_the_highest(low: Any, middle: Any, high: Any) -> None:
    assert merged(low, middle, high) == merged(merged(low, middle), high)


@examples
@given(mappings, mappings)
def test_the_highest_layer_has_the_last_word(low: Any, high: Any) -> None:
    found = merged(low, high)
    for route in routes(high):
        value = at(high, route)
        assert at(found, route) == value or isinstance(value, dict)


@examples
@given(plain, plain)
def test_nothing_is_lost_but_what_is_overridden_and_nothing_is_made_up(low: Any, high: Any) -> None:
    found = merged(low, high)
    for route in routes(found):
        assert leads(low, route) or leads(high, route)
    assert set(found) == set(low) | set(high)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": None}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"b": None, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": [1, 2]}, {"a": []}, {"a": []}),
        ({"a": [{"b": 1}]}, {"a": [{"c": 2}]}, {"a": [{"c": 2}]}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": 0}, {"a": False}, {"a": False}),
    ],
)
def test_null_turns_off_and_lists_are_replaced_whole(low: Any, high: Any, expected: Any) -> None:
    found = merged(low, high)
    assert found == expected
    assert repr(found) == repr(expected)


SCALER = {"min": 1, "max": 3}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([{"replicas": 2}, {"autoscaling": SCALER}], {"autoscaling": SCALER}),
        ([{"autoscaling": SCALER}, {"replicas": 2}], {"replicas": 2}),
        ([{"autoscaling": SCALER}, {"replicas": None}], {"autoscaling": SCALER, "replicas": None}),
        ([{"replicas": 2}, {"autoscaling": None}], {"replicas": 2, "autoscaling": None}),
        (
            [{"autoscaling": SCALER}, {"autoscaling": None, "replicas": 2}],
            {"autoscaling": None, "replicas": 2},
        ),
        (
            [{"autoscaling": SCALER}, {"replicas": 2}, {"autoscaling": {"max": 5}}],
            {"autoscaling": {"max": 5}},
        ),
        ([{"replicas": 2}, {"autoscaling": SCALER}, {"replicas": 4}], {"replicas": 4}),
    ],
)
def test_of_two_rivals_the_one_in_the_higher_layer_stays(values: Any, expected: Any) -> None:
    assert merged(*values) == expected
    wrapped = merged(*({"serving": value} for value in values))
    assert wrapped == {"serving": expected}


@examples
@given(st.lists(mappings, min_size=1, max_size=4))
def test_the_origin_of_every_value_is_the_highest_layer_that_has_it(values: list[Any]) -> None:
    all_layers = layers(*values)
    found = merge(all_layers)
    for route in routes(found):
        there = origin(all_layers, route)
        assert there is not None
        document, written = there
        number = int(document.file.removesuffix(".yaml"))
        assert written == ("spec", *route)
        assert not any(leads(higher, route) for higher in values[number + 1 :])
        value = at(values[number], route)
        assert value == at(found, route) or isinstance(value, dict)


def test_what_no_layer_has_comes_from_nowhere() -> None:
    assert origin(layers({"a": {"b": 1}}, {"c": None}), ("a", "c")) is None
    assert origin(layers({"a": 1}), ("a", "b")) is None
    assert origin([], ("a",)) is None
