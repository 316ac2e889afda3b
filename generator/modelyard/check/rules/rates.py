"""Counters, gauges and histograms: what functions of PromQL make of them.

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
    Number,
    Selector,
    Subquery,
    Text,
    selectors,
    walk,
)
from modelyard.check.queries import KINDS, all_queries, queries
from modelyard.check.rule import Hit, rule
from modelyard.words import plain_number, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.promql import Node
    from modelyard.check.queries import Query
    from modelyard.check.rule import Context

_RULE_KINDS = tuple(kind for kind in KINDS if kind != "ConfigMap")
_RATES = ("rate", "irate", "increase")
_DURATION = re.compile(r"duration|latency|time_to_|response_time")
_HISTOGRAM_FUNCTIONS = "histogram_"


@rule(
    "prometheus/rate-of-histogram",
    "error",
    rows=("P03", "D14"),
    kinds=KINDS,
    aliases=("dashboard-linter/target-histogram-rule",),
)
def rate_of_histogram(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A rate of a latency histogram is taken for the latency."""
    for query in queries(manifest):
        tree = query.tree()
        if tree is None or query.source == "record" or query.panel in ("heatmap", "histogram"):
            continue
        for part, above in walk(tree):
            if (
                isinstance(part, Call)
                and part.function in _RATES
                and isinstance(part.arguments[0], Selector)
                and (metric := _not_a_latency(part.arguments[0], above))
            ):
                base = metrics.stem(metric)
                yield query.hit(
                    f"the {part.function} of `{shown(metric)}` is no latency",
                    f"write `histogram_quantile(0.95, sum by (le) (rate({base}_bucket[5m])))`,"
                    f" or divide the rate of `{base}_sum` by that of `{base}_count`",
                )
                break


def _not_a_latency(selector: Selector, above: tuple[Node, ...]) -> str:
    """The metric, where its rate stands alone though only a part of a latency."""
    metric = selector.metric
    if _DURATION.search(metric) is None or metrics.is_recorded(metric):
        return ""
    if metric.endswith("_count") or any(m.label in ("le", "quantile") for m in selector.matchers):
        return ""
    if not metric.endswith(("_sum", "_bucket", "_seconds", "_milliseconds", "_ms")):
        return ""
    if metrics.known().get(metric) == "gauge":
        return ""
    divided = any(isinstance(each, Binary) and each.op == "/" for each in above)
    called = any(
        isinstance(each, Call) and each.function.startswith(_HISTOGRAM_FUNCTIONS) for each in above
    )
    counted = any(
        isinstance(each, Call) and each.function.startswith("absent") for each in above
    ) or any(isinstance(each, Aggregate) and each.op in ("count", "group") for each in above)
    return "" if divided or called or counted else metric


@rule(
    "prometheus/averaged-quantile",
    "warning",
    rows=("D14", "P03"),
    kinds=KINDS,
)
def averaged_quantile(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """Quantiles are averaged or added up."""
    for query in queries(manifest):
        tree = query.tree()
        for part, _ in walk(tree) if tree is not None else ():
            if isinstance(part, Aggregate) and part.op in ("avg", "sum") and _quantile(part.of):
                yield query.hit(
                    f"`{part.op}` of quantiles is no quantile of all requests",
                    "take the quantile last, of the sum of the buckets:"
                    " `histogram_quantile(0.95, sum by (le) (rate(…_bucket[5m])))`",
                )
                break


def _quantile(node: Node) -> bool:
    if isinstance(node, Call):
        return node.function == "histogram_quantile"
    return isinstance(node, Selector) and any(m.label == "quantile" for m in node.matchers)


@rule("prometheus/histogram-quantile", "error", rows=("P04",), kinds=KINDS)
def histogram_quantile(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A histogram_quantile gives nothing: without `le`, or for a quantile beyond 1."""
    for query in queries(manifest):
        tree = query.tree()
        for part, _ in walk(tree) if tree is not None else ():
            if isinstance(part, Call) and part.function == "histogram_quantile":
                share, of = part.arguments[0], part.arguments[1]
                if (
                    isinstance(share, Number)
                    and not 0 <= share.value <= 1
                    and not _has_variable(query)
                ):
                    instead = share.value / 100 if 1 < share.value <= 100 else 0.95
                    yield query.hit(
                        f"a quantile is a share from 0 to 1, and not {plain_number(share.value)}",
                        f"write `{instead:g}`",
                    )
                elif problem := _no_buckets(of):
                    yield query.hit(*problem)


def _has_variable(query: Query) -> bool:
    return query.source == "panel" and "$" in query.text.partition("histogram_quantile")[2][:24]


def _no_buckets(of: Node) -> tuple[str, str] | None:
    found = [each for each in selectors(of) if each.metric]
    for each in found:
        if each.metric.endswith(("_sum", "_count")):
            base = metrics.stem(each.metric)
            return (
                f"`{shown(each.metric)}` has no buckets",
                f"write `{shown(base)}_bucket`, and keep `le`",
            )
    if not any(each.metric.endswith("_bucket") for each in found):
        return None
    node = of
    while isinstance(node, Call | Aggregate | Subquery):
        if isinstance(node, Aggregate):
            if not node.keeps("le"):
                labels = [*node.labels, "le"] if node.mode == "by" else ["le"]
                instead = (
                    "take `le` out of `without`"
                    if node.mode == "without"
                    else f"write `{node.op} by ({', '.join(labels)}) (…)`"
                )
                return f"`{node.op}` drops the label `le`, and with it the buckets", instead
            node = node.of
        elif isinstance(node, Call):
            vectors = [each for each in node.arguments if not isinstance(each, Number | Text)]
            if not vectors:
                break
            node = vectors[-1]
        else:
            node = node.of
    return None


_PRESENCE = ("absent", "absent_over_time", "present_over_time", "count_over_time", "timestamp")
_OF_COUNTERS = frozenset((*_RATES, "resets", "changes", *_PRESENCE))
_OF_GAUGES = ("delta", "idelta", "deriv", "predict_linear")


@rule(
    "prometheus/rate-of-gauge",
    "error",
    rows=("P06",),
    kinds=KINDS,
    aliases=("pint/promql/rate",),
)
def rate_of_gauge(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A function for counters is applied to a gauge, or one for gauges to a counter."""
    for query in queries(manifest):
        tree = query.tree()
        for part, _ in walk(tree) if tree is not None else ():
            if not isinstance(part, Call) or not isinstance(
                part.arguments[0] if part.arguments else None, Selector
            ):
                continue
            metric = next(selectors(part)).metric
            kind = metrics.type_of(metric)
            if part.function in _RATES and kind == "gauge":
                yield query.hit(
                    f"`{part.function}` is for counters, and `{shown(metric)}` is a gauge",
                    f"write `delta({metric}[…])` or `avg_over_time({metric}[…])`",
                )
            elif part.function in _OF_GAUGES and kind == "counter":
                yield query.hit(
                    f"`{part.function}` is for gauges, and `{shown(metric)}` is a counter",
                    f"write `{'increase' if part.function == 'delta' else 'rate'}({metric}[…])`",
                )


@rule(
    "prometheus/raw-counter",
    "error",
    rows=("P06",),
    kinds=_RULE_KINDS,
    aliases=("pint/promql/counter", "dashboard-linter/target-counter-agg-rule"),
)
def raw_counter(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A counter is compared without a rate: it only ever grows, and falls when a pod restarts."""
    for query in queries(manifest):
        tree = query.tree() if query.source in ("alert", "scaler", "analysis") else None
        if tree is None or any(each.shifted for each in selectors(tree)):
            continue
        for part, above in walk(tree):
            if isinstance(part, Selector) and part.seconds is None and _raw(part, above, query):
                yield query.hit(
                    f"`{shown(part.metric)}` is a counter, which only grows until a pod restarts",
                    f"write `rate({shown(part.metric)}[5m])` or `increase({shown(part.metric)}[1h])`",
                )
                break


def _raw(selector: Selector, above: tuple[Node, ...], query: Query) -> bool:
    if metrics.type_of(selector.metric) != "counter":
        return False
    if any(isinstance(each, Call) and each.function in _OF_COUNTERS for each in above):
        return False
    if any(isinstance(each, Aggregate) and each.op in ("count", "group") for each in above):
        return False
    if any(isinstance(each, Subquery) for each in above):
        return False
    path = (*above, selector)
    for outer, inner in zip(above, path[1:], strict=True):
        if isinstance(outer, Binary) and outer.op in ("and", "unless", "or", "/", "-"):
            if outer.op in ("and", "unless") and inner is outer.right:
                return False
            if outer.op in ("/", "-"):
                return False
    return query.source != "alert" or any(
        isinstance(each, Binary) and each.op in COMPARISONS for each in above
    )


@rule(
    "prometheus/short-range",
    "warning",
    rows=("P07",),
    scope="release",
    aliases=("pint/promql/rate",),
)
def short_range(objects: Objects, context: Context) -> Iterator[Hit]:
    """A rate is taken over less than two scrapes."""
    interval = _interval(objects, context)
    if interval is None:
        return
    for query in all_queries(objects):
        tree = query.tree() if "$" not in query.text else None
        for part, _ in walk(tree) if tree is not None else ():
            if (
                isinstance(part, Call)
                and part.function in (*_RATES, "delta", "deriv")
                and isinstance(part.arguments[0], Selector)
                and (seconds := part.arguments[0].seconds or 0) < 2 * interval
            ):
                yield query.hit(
                    f"{seconds:g}s are fewer than two scrapes, which are {interval:g}s apart:"
                    f" `{part.function}` finds nothing",
                    f"write at least `[{4 * interval:g}s]`",
                )
                break


def _interval(objects: Objects, context: Context) -> float | None:
    """The shortest interval of scraping that is known, in seconds."""
    from modelyard.check.objects import mapping, sequence

    found = []
    if context.environment is not None:
        found.append(context.environment.monitoring.interval.milliseconds / 1000)
    for monitor in objects.of("ServiceMonitor", "PodMonitor"):
        for name in ("endpoints", "podMetricsEndpoints"):
            for endpoint in sequence(monitor.spec.get(name)):
                text = mapping(endpoint).get("interval")
                match = re.fullmatch(r"(\d{1,6})(s|m)", text) if isinstance(text, str) else None
                if match:
                    found.append(int(match[1]) * (60 if match[2] == "m" else 1))
    return min(found) if found else None


@rule(
    "prometheus/rate-of-sum",
    "error",
    rows=("P08",),
    scope="release",
    aliases=("pint/promql/rate",),
)
def rate_of_sum(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A rate is taken of a sum: the restart of one pod looks like a leap of all."""
    sums = _recorded_sums(objects)
    for query in all_queries(objects):
        tree = query.tree()
        for part, _ in walk(tree) if tree is not None else ():
            if not isinstance(part, Call) or part.function not in _RATES:
                continue
            of = part.arguments[0]
            inner = of.of if isinstance(of, Subquery) else None
            summed = isinstance(inner, Aggregate) and inner.op in ("sum", "avg", "min", "max")
            counts = summed and any(
                metrics.type_of(each.metric) == "counter"
                for each in selectors(of)
                if each.seconds is None
            )
            if counts or (isinstance(of, Selector) and of.metric in sums):
                yield query.hit(
                    f"`{part.function}` of a sum cannot see that one of its counters began anew",
                    f"take the sum last: `sum({part.function}(metric[5m]))`",
                )


def _recorded_sums(objects: Objects) -> set[str]:
    """The recorded metrics that are sums of counters."""
    found = set()
    for query in all_queries(objects):
        tree = query.tree() if query.source == "record" else None
        if (
            isinstance(tree, Aggregate)
            and tree.op == "sum"
            and isinstance(tree.of, Selector)
            and metrics.type_of(tree.of.metric) == "counter"
        ):
            found.add(str(query.owner.get("record")))
    return found
