"""What queries in PromQL mean: of alerts, recording rules, panels, scalers and analyses.

Facts: prometheus.io/docs/prometheus/latest/querying/functions, …/operators and
prometheus.io/docs/practices/histograms.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.check import metrics
from modelyard.check.promql import (
    COMPARISONS,
    Aggregate,
    Binary,
    Call,
    PromqlError,
    Selector,
    constant,
    is_scalar,
    labels_of,
    selectors,
    walk,
)
from modelyard.check.queries import KINDS, all_queries, queries, rules_of
from modelyard.check.rule import Hit, rule
from modelyard.words import plain_number, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.promql import Node
    from modelyard.check.queries import Query
    from modelyard.check.rule import Context

_RULE_KINDS = tuple(kind for kind in KINDS if kind != "ConfigMap")


@rule(
    "prometheus/invalid-promql",
    "error",
    rows=("P01", "A08", "C18"),
    kinds=_RULE_KINDS,
    aliases=("pint/promql/syntax", "promtool/check-rules"),
)
def invalid_promql(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A query of a rule, a scaler or an analysis is no PromQL."""
    for query in queries(manifest):
        yield from _unreadable(query)


@rule(
    "grafana/invalid-promql",
    "error",
    rows=("D07", "P01"),
    kinds=("ConfigMap",),
    aliases=("dashboard-linter/target-promql-rule",),
)
def invalid_panel(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A query of a panel is no PromQL."""
    for query in queries(manifest):
        yield from _unreadable(query)


def _unreadable(query: Query) -> Iterator[Hit]:
    if query.source == "panel" and not query.text.strip():
        return
    try:
        query.read()
    except PromqlError as error:
        yield query.hit(f"this is no PromQL: {shown(str(error))}", _advice(str(error)))


def _advice(problem: str) -> str:
    if "expected type matrix" in problem and "got vector" in problem:
        return "give the function a range: `rate(metric[5m])`"
    if "expected type vector" in problem and "got matrix" in problem:
        return "leave out the range, or put `rate(…)` around it"
    if "unclosed" in problem or "unexpected end" in problem:
        return "close the bracket"
    if "unknown function" in problem:
        return "write the name of a function of Prometheus"
    if "expected string" in problem:
        return 'put the value of the label in quotes: `{label="value"}`'
    if "duration" in problem:
        return "write a duration as `5m` or `1h30m`"
    return "try the query in Prometheus, then copy it from there"


@rule(
    "prometheus/never-matches",
    "error",
    rows=("P14",),
    kinds=KINDS,
    aliases=("pint/promql/impossible", "pint/promql/vector_matching"),
)
def never_matches(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """The two sides of an operation have no labels in common, or a selector contradicts itself."""
    for query in queries(manifest):
        tree = query.tree()
        for part, _ in walk(tree) if tree is not None else ():
            problem = None
            if isinstance(part, Binary):
                problem = _unmatched(part)
            elif isinstance(part, Selector):
                problem = _contradiction(part)
            if problem:
                yield query.hit(*problem)
                break


def _contradiction(selector: Selector) -> tuple[str, str] | None:
    wanted: dict[str, str] = {}
    for matcher in selector.matchers:
        if matcher.op == "=":
            if wanted.setdefault(matcher.label, matcher.value) != matcher.value:
                both = f"{wanted[matcher.label]}|{matcher.value}"
                values = f"`{shown(wanted[matcher.label])}` and `{shown(matcher.value)}`"
                return (
                    f"`{shown(matcher.label)}` cannot be {values} at once",
                    f'write `{shown(matcher.label)}=~"{shown(both)}"`',
                )
            if any(m.op == "!=" and m.label == matcher.label and m.value == matcher.value
                   for m in selector.matchers):  # fmt: skip
                return (
                    f"`{shown(matcher.label)}` cannot be and not be `{shown(matcher.value)}`",
                    "leave one of the two matchers out",
                )
    return None


def _unmatched(node: Binary) -> tuple[str, str] | None:
    if node.op in ("or", "unless") or is_scalar(node.left) or is_scalar(node.right):
        return None
    left, right = labels_of(node.left), labels_of(node.right)
    if node.matching == "on":
        for label in node.labels:
            lost = [side for side, has in (("left", left), ("right", right))
                    if has is not None and label not in has]  # fmt: skip
            if len(lost) == 1:
                return (
                    f"the {lost[0]} side has no label `{shown(label)}`, so that nothing matches",
                    f"keep it there: `sum by ({shown(label)}) (…)`",
                )
        return None
    ignored = set(node.labels)
    if left is not None and right is not None:
        if left - ignored != right - ignored:
            odd = sorted((left ^ right) - ignored)
            names = ", ".join(shown(name) for name in odd)
            group = "left" if odd[0] in left else "right"
            return (
                f"only one side has the labels {names}, so that nothing matches",
                f"aggregate both sides alike, or write `ignoring ({names}) group_{group}`",
            )
        return None
    one, other_one = _selected(node.left), _selected(node.right)
    if one is not None and other_one is not None:
        for matcher in one.matchers:
            other = other_one.equal(matcher.label)
            if (
                matcher.op == "="
                and matcher.label not in ignored
                and other not in (None, matcher.value)
            ):
                return (
                    f"`{shown(matcher.label)}` differs between the sides, so that nothing matches",
                    f"write `ignoring ({shown(matcher.label)})`, or aggregate both sides",
                )
    return None


def _selected(node: Node) -> Selector | None:
    """The series that a side is, or is a function of."""
    if isinstance(node, Call) and len(node.arguments) == 1:
        node = node.arguments[0]
    return node if isinstance(node, Selector) else None


@rule(
    "prometheus/unknown-metric",
    "error",
    rows=("P16", "D12"),
    kinds=KINDS,
    aliases=("pint/promql/series",),
)
def unknown_metric(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """No exporter exports this metric, but one of a similar name."""
    for query in queries(manifest):
        tree = query.tree()
        told = set()
        for selector in selectors(tree) if tree is not None else ():
            meant = metrics.correction(selector.metric)
            if meant is not None and selector.metric not in told:
                told.add(selector.metric)
                yield query.hit(
                    f"nothing exports a metric `{shown(selector.metric)}`",
                    f"did you mean `{meant}`?",
                )


@rule(
    "prometheus/unknown-recording",
    "error",
    rows=("P17",),
    scope="release",
    aliases=("pint/rule/dependency",),
)
def unknown_recording(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A query asks for a recorded metric that no rule here records any more."""
    from modelyard.load.suggest import nearest

    recorded = {
        str(owner["record"])
        for manifest in objects.of("PrometheusRule")
        for _, owner in rules_of(manifest)
        if isinstance(owner.get("record"), str)
    }
    if not recorded:
        return
    for query in all_queries(objects):
        tree = query.tree()
        for selector in selectors(tree) if tree is not None else ():
            metric = selector.metric
            if not metrics.is_recorded(metric) or metric in recorded:
                continue
            meant = nearest(metric, recorded, cutoff=0.9)
            if meant is not None:
                yield query.hit(
                    f"no rule here records `{shown(metric)}`", f"did you mean `{shown(meant)}`?"
                )
                break


_REQUESTS = re.compile(
    r"latency|request|inference|response|predict|time_to_first|output_token|grpc"
)
_LONG = re.compile(r"load|train|job|batch|startup|build|export|backup")
_SHARES = ("_ratio", "_accuracy", "_usage_perc", "_precision", "_recall", "_f1", "_hit_rate")


@rule("prometheus/threshold-unit", "error", rows=("P05",), kinds=_RULE_KINDS)
def threshold_unit(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A threshold is in another unit than the metric: milliseconds for seconds, per cent for shares."""
    for query in queries(manifest):
        tree = query.tree()
        for part, _ in walk(tree) if tree is not None else ():
            if isinstance(part, Binary) and part.op in COMPARISONS:
                limit, of = constant(part.right), part.left
                if limit is None:
                    limit, of = constant(part.left), part.right
                problem = _wrong_unit(of, limit) if limit is not None else None
                if problem:
                    yield query.hit(*problem)


def _wrong_unit(of: Node, limit: float) -> tuple[str, str] | None:
    unit, metric = _unit(of)
    said = plain_number(limit)
    if unit == "s" and limit >= 100 and _REQUESTS.search(metric) and not _LONG.search(metric):
        return f"`{shown(metric)}` is in seconds, and {said} seconds is long", (
            f"write `{limit / 1000:g}` if milliseconds were meant"
        )
    if unit == "ms" and 0 < limit < 1:
        return f"`{shown(metric)}` is in milliseconds, and {said} of them is hardly any time", (
            f"write `{limit * 1000:g}` if seconds were meant"
        )
    if unit == "share" and 1 < limit <= 100:
        return f"`{shown(metric)}` is a share from 0 to 1, and can never be {said}", (
            f"write `{limit / 100:g}` if per cent were meant"
        )
    if unit == "percent" and 0 < limit < 1:
        return f"the left side is multiplied by 100, and {said} per cent is next to nothing", (
            f"write `{limit * 100:g}`, or leave out `* 100`"
        )
    return None


def _unit(node: Node) -> tuple[str, str]:
    """The unit of a value, and the metric that it is of."""
    if isinstance(node, Aggregate):
        return _unit(node.of) if node.op in ("min", "max", "avg", "quantile") else ("", "")
    if isinstance(node, Call):
        if node.function == "histogram_quantile":
            return _suffix(next((each.metric for each in selectors(node)), ""))
        if node.function.endswith("_over_time") and not node.function.startswith(("sum", "count")):
            return _unit(node.arguments[-1])
        return "", ""
    if isinstance(node, Selector):
        found = _suffix(node.metric)
        return ("", "") if metrics.type_of(node.metric) == "counter" else found
    if isinstance(node, Binary) and node.op == "/":
        return _unit_of_ratio(node)
    if isinstance(node, Binary) and node.op == "*":
        for factor, of in ((node.right, node.left), (node.left, node.right)):
            if constant(factor) == 100 and _unit(of)[0] == "share":
                return "percent", _unit(of)[1]
    return "", ""


def _unit_of_ratio(node: Binary) -> tuple[str, str]:
    above = next((each.metric for each in selectors(node.left)), "")
    below = next((each.metric for each in selectors(node.right)), "")
    if above.endswith("_sum") and below.endswith("_count"):
        return _suffix(above)
    if above and above == below and above.endswith(("_total", "_count")):
        factors = [constant(part) for part, _ in walk(node.left) if constant(part) is not None]
        return ("percent" if factors == [100] else "" if factors else "share"), above
    return "", ""


def _suffix(metric: str) -> tuple[str, str]:
    base = metrics.stem(metric)
    if base.endswith("_seconds"):
        return "s", base
    if base.endswith(("_milliseconds", "_ms")):
        return "ms", base
    return ("share", base) if base.endswith(_SHARES) else ("", "")
