"""Queries as rules see them, with Grafana's variables, and the lines of dashboards in texts."""

from __future__ import annotations

import pytest

from modelyard.check import metrics
from modelyard.check.dashboards import line_of
from modelyard.check.promql import PromqlError, labels_of, read, read_templated
from modelyard.load.document import parse


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("sum(x)", set()),
        ("sum by (a, b) (x)", {"a", "b"}),
        ("max by (a) (sum by (b) (x))", set()),
        ("x", None),
        ("sum by (a) (x) > 5", {"a"}),
        ("5 < sum by (a) (x)", {"a"}),
        ("sum by (a) (x) or sum by (b) (y)", {"a", "b"}),
        ("sum by (a, b) (x) / on (a) group_left (c) y", {"a", "b", "c"}),
        ("x / on (a) y", {"a"}),
        ("histogram_quantile(0.9, sum by (le, a) (rate(x[5m])))", {"a"}),
        ('absent(x{a="b",c!="d"})', {"a"}),
        ('label_replace(sum by (a) (x), "b", "$1", "a", "(.*)")', None),
        ("topk(3, sum by (a) (x))", {"a"}),
        ("vector(1)", set()),
        ('count_values("v", x)', {"v"}),
    ],
)
def test_the_labels_that_a_result_may_have(query: str, labels: set[str] | None) -> None:
    assert labels_of(read(query)) == labels


@pytest.mark.parametrize(
    "query",
    [
        'rate(x{a=~"$m"}[$__rate_interval])',
        "topk($n, sum by ($g) (x))",
        "x[${r}:$s] offset $o",
        "rate($metric[5m]) > [[limit]]",
        'x{a=~"${m:regex}"}',
    ],
)
def test_variables_of_dashboards_stand_for_anything(query: str) -> None:
    assert read_templated(query) is not None


@pytest.mark.parametrize(
    "query", ["", "sum(x", "rate(x)", "x[5m", "abent(x)", "(" * 9000 + "x", "1+" * 9000 + "1"]
)
def test_what_is_no_promql_is_refused(query: str) -> None:
    with pytest.raises(PromqlError):
        read(query)


@pytest.mark.parametrize(
    ("metric", "meant"),
    [
        ("vllm:num_request_waiting", "vllm:num_requests_waiting"),
        ("vllm:prompt_tokens", "vllm:prompt_tokens_total"),
        ("istio_request_total", "istio_requests_total"),
        ("kube_pod_status_phase", None),
        ("vllm:something_new", None),
        ("model_latency_seconds", None),
    ],
)
def test_a_metric_is_corrected_only_where_another_is_meant(metric: str, meant: str | None) -> None:
    assert metrics.correction(metric) == meant


JSON = '{\n  "a": [\n    1,\n    {"b": 2,\n     "c": "x]}"}\n  ],\n  "d": {}\n}\n'


@pytest.mark.parametrize(
    ("route", "line"),
    [
        ((), 1),
        (("a",), 2),
        (("a", 0), 3),
        (("a", 1), 4),
        (("a", 1, "c"), 5),
        (("d",), 7),
        (("d", "no"), 7),
        (("no",), 1),
        ((0,), 1),
    ],
)
def test_the_line_of_a_route_in_json(route: tuple[str | int, ...], line: int) -> None:
    assert line_of(JSON, route) == line


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("data:\n  x: |\n    one\n      two\n", 4, 7),
        ("data:\n  x: |-  # why\n    one\n    two", 4, 5),
        ('data:\n  x: "one\\ntwo"\n', 2, 6),
        ("data:\n  x: |\n    one\n", 2, 6),
    ],
)
def test_a_line_within_a_literal_block_has_a_place(text: str, line: int, column: int) -> None:
    documents, findings = parse("x.yaml", text.rstrip("\n"), kubernetes=True)
    assert not findings
    place = documents[0].locate(("data", "x"), within=2)
    assert (place.line, place.column) == (line, column)
