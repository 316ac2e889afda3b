"""JSON that people can read, and any program."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from modelyard.format.json import _WIDTH, emit
from tests.format.values import OTHERS, STRINGS, everywhere, values


@settings(deadline=None)
@given(values)
def test_any_value_is_read_as_it_was_written(value: Any) -> None:
    """With `repr`, which sees the order of keys, and that `1` is not `1.0`."""
    assert repr(json.loads(emit(value))) == repr(value)


def test_every_tricky_value_is_read_as_it_was_written() -> None:
    for value in (*map(everywhere, STRINGS), *OTHERS.values()):
        assert repr(json.loads(emit(value))) == repr(value)


@settings(deadline=None)
@given(values)
def test_the_text_ends_with_one_newline_and_has_no_blanks_at_line_ends(value: Any) -> None:
    lines = emit(value).split("\n")
    assert lines.pop() == ""
    assert all(line and line[-1] not in " \t" for line in lines)


@settings(deadline=None)
@given(values)
def test_a_collection_of_plain_values_stands_on_one_line_if_it_fits(value: Any) -> None:
    lines = [line.strip() for line in emit(value).split("\n")]
    for inner in flat_collections(value):
        text = json.dumps(inner, ensure_ascii=False)
        on_one_line = any(text in line for line in lines)
        assert on_one_line == (len(text) <= _WIDTH)


def flat_collections(value: Any) -> list[Any]:
    """Every collection in a value that holds no other."""
    if not isinstance(value, dict | list):
        return []
    inner = list(value.values() if isinstance(value, dict) else value)
    if not any(isinstance(item, dict | list) for item in inner):
        return [value]
    return [found for item in inner for found in flat_collections(item)]


def test_two_spaces_a_level_and_the_order_of_the_mapping() -> None:
    value = {"b": [1, "a"], "a": {"d": {"e": None}, "c": []}, "w": ["x" * 50, "y" * 50], "t": (1,)}
    assert (
        emit(value)
        == f"""{{
  "b": [1, "a"],
  "a": {{
    "d": {{"e": null}},
    "c": []
  }},
  "w": [
    "{"x" * 50}",
    "{"y" * 50}"
  ],
  "t": [1]
}}
"""
    )


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(number: float) -> None:
    for value in (number, {"a": number}, [[number]], {"a": {"b": [1, {"c": number}]}}):
        with pytest.raises(ValueError, match="not JSON compliant"):
            emit(value)
