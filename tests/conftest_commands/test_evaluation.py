"""Counting, with an engine whose answers are written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.conftest.errors import Stopped
from modelyard.conftest.evaluation import Evaluation, combine, without_prefix
from modelyard.conftest.inputs import Input
from modelyard.conftest.namespaces import chosen, matching
from modelyard.conftest.results import Check, Place, exit_code
from modelyard.policy.engine import Answer

if TYPE_CHECKING:
    from modelyard.policy import engine


@dataclass
class Fake:
    """Answers by rule; `asked` are the documents in order."""

    definitions: dict[str, int]
    answers: dict[str, Answer] = field(default_factory=dict)
    excused: dict[str, int] = field(default_factory=dict)
    asked: list[Any] = field(default_factory=list)

    def namespaces(self) -> list[str]:
        return ["main"]

    def rules(self, namespace: str) -> dict[str, int]:
        return self.definitions if namespace == "main" else {}

    def document(self, document: Any, file: str) -> Fake:
        self.asked.append((file, document))
        return self

    def tests(self) -> list[engine.Test]:
        return []

    def rule(self, namespace: str, rule: str) -> Answer:
        assert namespace == "main"
        return self.answers.get(rule, Answer(True))

    def exceptions(self, namespace: str, suffix: str) -> Answer:
        assert namespace == "main"
        times = self.excused.get(suffix, 0)
        return Answer(bool(times), [True] * times)


def check(definitions: dict[str, int], answers: dict[str, list[Any]], **excused: int) -> Check:
    engine = Fake(
        definitions, {name: Answer(True, found) for name, found in answers.items()}, excused
    )
    return Evaluation(engine).each([Input("a.yaml", {})], ["main"])[0]


def test_definitions_that_said_nothing_have_passed() -> None:
    found = check({"deny": 3, "helper": 5}, {"deny": ["x"]})
    assert ([one.message for one in found.failures], found.successes) == (["x"], 2)


def test_more_results_than_definitions_are_all_counted() -> None:
    found = check({"deny": 1}, {"deny": ["x", "y", "z"]})
    assert (len(found.failures), found.successes) == (3, 0)


def test_a_rule_without_a_value_counts_as_passed_only_by_its_definition() -> None:
    engine = Fake({"deny": 1}, {"deny": Answer(False)})
    found = Evaluation(engine).each([Input("a.yaml", {})], ["main"])[0]
    assert (found.totals.tests, found.successes) == (1, 1)


def test_exceptions_replace_what_the_rule_says() -> None:
    found = check({"deny_a": 1, "warn_a": 1, "deny_b": 1}, {"deny_a": ["x"], "deny_b": ["y"]}, a=2)
    assert len(found.exceptions) == 4
    assert [one.message for one in found.failures] == ["y"]
    assert found.exceptions[0].message == 'data.main.exception[_][_] == "a"'
    assert found.exceptions[0].metadata is None


def test_objects_keep_everything_but_their_message_and_place() -> None:
    value = {"msg": "x", "_loc": {"file": "f", "line": 3}, "more": [1], "query": "mine"}
    result = check({"violation_a": 1}, {"violation_a": [value]}).failures[0]
    assert result.place == Place("f", 3)
    assert result.metadata == {"more": [1], "query": "data.main.violation_a"}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"file": "f"}, Place("f")),
        ({"line": 2}, Place("", 2)),
        ({"line": "2"}, None),
        ({"line": True}, None),
        ({}, None),
        ("f:2", None),
        (None, None),
    ],
)
def test_a_place_is_what_can_be_read_of_it(place: Any, expected: Place | None) -> None:
    assert check({"deny": 1}, {"deny": [{"msg": "x", "_loc": place}]}).failures[0].place == expected


@pytest.mark.parametrize("value", [{}, {"msg": 1}, {"msg": None}])
def test_an_object_without_a_message_stops_the_run(value: dict[str, Any]) -> None:
    with pytest.raises(Stopped, match=r'^query rule: check: query rule: new result: "msg" field'):
        check({"deny": 1}, {"deny": [value]})


def test_documents_of_a_file_are_asked_one_by_one_and_added_up() -> None:
    engine = Fake({"deny": 2}, {"deny": Answer(True, ["x"])})
    found = Evaluation(engine).each([Input("a", [1, None]), Input("b", [])], ["main"])
    assert engine.asked == [("a", 1), ("a", None)]
    assert [(one.file, len(one.failures), one.successes) for one in found] == [
        ("a", 2, 2),
        ("b", 0, 0),
    ]


def test_combined_documents_are_in_the_order_of_their_paths() -> None:
    inputs = [Input("b", [1, 2]), Input("a", {"x": 1}), Input("c", [])]
    assert combine(inputs) == [
        {"path": "a", "contents": {"x": 1}},
        {"path": "b", "contents": 1},
        {"path": "b", "contents": 2},
    ]
    assert combine([Input("c", [])]) is None


@pytest.mark.parametrize(
    ("rule", "suffix"),
    [
        ("deny", ""),
        ("warn", ""),
        ("violation", ""),
        ("deny_a_b", "a_b"),
        ("violation_deny_warn_x", "x"),
        ("warn_deny_x", "deny_x"),
        ("deny_deny_x", "deny_x"),
    ],
)
def test_exceptions_know_a_rule_without_its_prefix(rule: str, suffix: str) -> None:
    assert without_prefix(rule) == suffix


def test_exit_codes() -> None:
    failed = [check({"deny": 1}, {"deny": ["x"]})]
    warned = [check({"warn": 1}, {"warn": ["x"]})]
    passed = [check({"deny": 1}, {})]
    assert [exit_code(found) for found in (failed, warned, passed, [])] == [1, 0, 0, 0]
    assert [exit_code(found, fail_on_warn=True) for found in (failed, warned, passed)] == [2, 1, 0]


def test_one_wildcard_makes_globs_of_all_names() -> None:
    available = ["main", "main.gke", "lib", "Main"]
    assert chosen(["main", "absent"], available) == ["main", "absent"]
    assert chosen(["main*", "lib"], available) == ["main", "main.gke", "lib"]
    assert chosen([], available, every=True) == ["main", "main.gke", "lib"]


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("*", "a.b", True),
        ("a?b", "a.b", True),
        ("[a-c]x", "bx", True),
        ("[^a-c]x", "bx", False),
        ("[z-a]x", "mx", False),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("a*", 'a["x/y"]', False),
        ("[a]", "a", True),
        ("", "", True),
        ("a", "ab", False),
    ],
)
def test_globs_are_those_of_go(pattern: str, name: str, matches: bool) -> None:
    assert (matching([pattern], [name]) == [name]) == matches


@pytest.mark.parametrize("pattern", ["[", "[]", "[a", "a\\", "[a-]", "[-a]"])
def test_a_glob_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(Stopped, match="syntax error in pattern"):
        matching([pattern], ["a"])
