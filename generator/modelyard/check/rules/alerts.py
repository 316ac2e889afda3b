"""Alerts and recording rules of PrometheusRules.

Facts: prometheus.io/docs/prometheus/latest/configuration/alerting_rules, …/template_reference and
monitoring.coreos.com/v1 of the Prometheus operator.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.metrics import is_recorded
from modelyard.check.objects import mapping, sequence
from modelyard.check.promql import (
    Aggregate,
    Binary,
    Call,
    Selector,
    is_scalar,
    labels_of,
    selectors,
    walk,
)
from modelyard.check.queries import KINDS, alerts_of, queries, rules_of
from modelyard.check.rule import Hit, rule
from modelyard.findings import at
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.promql import Node
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_KIND = ("PrometheusRule",)


@rule(
    "prometheus/alert-without-comparison",
    "error",
    rows=("P02",),
    kinds=_KIND,
    aliases=("pint/alerts/comparison",),
)
def alert_without_comparison(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """An alert compares nothing, so that it fires as long as its metric exists."""
    for route, _, tree in alerts_of(manifest):
        if tree is not None and next(selectors(tree), None) and not _selective(tree):
            yield Hit(
                (*route, "expr"),
                "the alert fires as long as there is a value, whatever the value is",
                "compare it with a limit: `… > 5`; a comparison with `bool` always has a result",
            )


def _selective(node: Node) -> bool:
    """Whether a query has a result only at times."""
    if isinstance(node, Selector):
        return is_recorded(node.metric) or node.metric.startswith("ALERTS")
    if isinstance(node, Binary):
        if node.compares:
            return True
        if node.op == "or":
            return _selective(node.left) and _selective(node.right)
        if node.op == "unless":
            return True
        return _selective(node.left) or _selective(node.right)
    if isinstance(node, Call):
        if node.function.startswith("absent"):
            return True
        return any(_selective(each) for each in node.arguments)
    return any(_selective(each) for each in node.inner)


@rule(
    "prometheus/alert-without-for",
    "warning",
    rows=("P10", "P09"),
    kinds=_KIND,
    aliases=("pint/rule/for", "pint/alerts/for", "pint/alerts/absent"),
)
def alert_without_for(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """An alert fires at the first evaluation, for a single outlier or a scrape that failed."""
    for route, alert, tree in alerts_of(manifest):
        if alert.get("for") not in (None, "", "0s", "0m", 0) or tree is None or _lasting(tree):
            continue
        absent = any(isinstance(part, Call) and part.function == "absent" for part, _ in walk(tree))
        yield Hit(
            (*route, "for") if "for" in alert else (*route, "alert"),
            f"alert `{shown(alert['alert'])}` fires "
            + ("when one scrape fails" if absent else "at the first value beyond its limit"),
            f"write `for: {'15m' if absent else '5m'}`",
        )


def _lasting(tree: Node) -> bool:
    """Whether a query itself looks back over a time, or always has a result.

    Alerts last already, and so does what is recorded over several windows, or long ago.
    """
    metrics = [selector.metric for selector in selectors(tree)]
    if all(name.startswith("ALERTS") for name in metrics):
        return True
    windows = {found[0] for name in metrics if (found := _WINDOW.search(name))}
    if len(windows) > 1 and all(_WINDOW.search(name) for name in metrics):
        return True
    functions = {part.function for part, _ in walk(tree) if isinstance(part, Call)}
    return any(
        name in ("increase", "changes", "resets", "delta", "time") or name.endswith("_over_time")
        for name in functions
    )


_WINDOW = re.compile(r"(?<=rate)\d+[smhdw]$")
"""The end of the name of what is recorded over a window, as in `slo:sli_error:ratio_rate5m`."""


@rule(
    "prometheus/alert-without-severity",
    "warning",
    rows=("P10",),
    kinds=_KIND,
    aliases=("pint/rule/label",),
)
def alert_without_severity(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """An alert has no label `severity`, by which Alertmanager routes it."""
    for route, alert, _ in alerts_of(manifest):
        group = mapping(mapping(at(manifest.value, route[:3])).get("labels"))
        labels = {**group, **mapping(alert.get("labels"))}
        if not labels.get("severity"):
            yield Hit(
                (*route, "labels") if isinstance(alert.get("labels"), dict) else (*route, "alert"),
                f"alert `{shown(alert['alert'])}` has no label `severity`",
                "write `labels: {severity: warning}`, or `critical` where a person must get up",
                of_key=True,
            )


_BOOK = re.compile(r"runbook|playbook|documentation|(^|_)docs?(_|$)", re.IGNORECASE)
"""Annotations that say where it is written what to do."""


@rule(
    "prometheus/alert-without-runbook",
    "warning",
    rows=("P10",),
    kinds=_KIND,
    aliases=("pint/alerts/annotation",),
)
def alert_without_runbook(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """An alert does not say what is wrong, or where it is written what to do."""
    for route, alert, _ in alerts_of(manifest):
        notes = mapping(alert.get("annotations"))
        said = any(notes.get(name) for name in ("summary", "description", "message"))
        linked = any(_BOOK.search(str(name)) and notes[name] for name in notes)
        lacks = [*([] if said else ["summary"]), *([] if linked else ["runbook_url"])]
        if lacks:
            names = " and ".join(f"`{name}`" for name in lacks)
            written = isinstance(alert.get("annotations"), dict)
            yield Hit(
                (*route, "annotations") if written else (*route, "alert"),
                f"alert `{shown(alert['alert'])}` has no annotation {names}",
                f"write {names} under `annotations`",
                of_key=True,
            )


_FUNCTIONS = frozenset(
    (
        "args", "tmpl", "safeHtml", "match", "title", "toUpper", "toLower", "graphLink", "tableLink",
        "sortByLabel", "stripPort", "stripDomain", "humanize", "humanize1024", "humanizeDuration",
        "humanizePercentage", "humanizeTimestamp", "toTime", "toDuration", "now", "pathPrefix",
        "externalURL", "parseDuration", "reReplaceAll", "query", "first", "label", "value",
        "strvalue", "and", "or", "not", "len", "index", "print", "printf", "println", "eq", "ne",
        "lt", "le", "gt", "ge", "html", "js", "urlquery", "slice", "call", "if", "else", "end",
        "range", "with", "define", "template", "block", "break", "continue", "true", "false", "nil",
        "urlQueryEscape",
    )
)  # fmt: skip
"""Functions and words of templates of alerts."""

_ACTION = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
_LABEL = re.compile(r"\$labels\.(\w+)")
_DECLARED = re.compile(r"\$\w+(?=\s*(?:,\s*\$\w+\s*)?:?=)")
_WORD = re.compile(r"(?<![\w$.])[A-Za-z_]\w*")
_VARIABLES = ("$labels", "$value", "$externalLabels", "$externalURL")


@rule(
    "prometheus/alert-template",
    "error",
    rows=("P11",),
    kinds=_KIND,
    aliases=("pint/alerts/template",),
)
def alert_template(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A template of an alert cannot be filled in, or makes a new alert with each value."""
    for route, alert, tree in alerts_of(manifest):
        for part in ("labels", "annotations"):
            for name, text in mapping(alert.get(part)).items():
                if isinstance(text, str) and ("{{" in text or "{%" in text):
                    problem = _unfillable(text, tree)
                    if part == "labels" and re.search(r"\{\{[^}]*(\$value|\.Value)\b", text):
                        problem = (
                            "the value as a label makes another alert with each evaluation",
                            "write it into an annotation",
                        )
                    if problem:
                        yield Hit((*route, part, name), *problem)


def _unfillable(text: str, tree: Node | None) -> tuple[str, str] | None:
    if re.search(r"\{%-?\s*(raw|endraw)", text):
        return (
            "`{% raw %}` is of Jinja; Prometheus would send it as it stands",
            "leave `{% raw %}` and `{% endraw %}` out, or render the file",
        )
    if text.count("{{") != text.count("}}"):
        return "the braces of the template are not closed", "write `{{ $value }}`"
    labels = labels_of(tree) if tree is not None else None
    variables = {*_VARIABLES, *_DECLARED.findall(text)}
    for found in _ACTION.findall(text):
        action = re.sub(r"/\*.*?\*/", "", _QUOTED.sub('""', found), flags=re.DOTALL)
        for variable in re.findall(r"\$\w+", action):
            if variable not in variables:
                return (
                    f"templates of alerts have no variable `{shown(variable)}`",
                    "write `$labels.name` or `$value`",
                )
        for word in _WORD.findall(action):
            if word not in _FUNCTIONS:
                return (
                    f"templates of alerts have no function `{shown(word)}`",
                    "write a function of Prometheus, as `humanize` or `humanizeDuration`",
                )
        for label in _LABEL.findall(action):
            if labels is not None and label not in labels:
                kept = ", ".join(f"`{shown(each)}`" for each in sorted(labels)) or "no labels"
                return (
                    f"the result of the query has no label `{shown(label)}`; it has {kept}",
                    f"write `by ({shown(label)})` in the query, or leave the label out",
                )
    return None


@rule(
    "prometheus/repeated-rule",
    "error",
    scope="release",
    rows=("P12",),
    aliases=("promtool/duplicate-rules", "pint/rule/duplicate"),
)
def repeated_rule(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Two rules make the same series, or two groups of an object have one name."""
    seen: dict[tuple[object, ...], str] = {}
    for manifest in objects.of("PrometheusRule"):
        groups: set[str] = set()
        for index, item in enumerate(sequence(manifest.spec.get("groups"))):
            name = mapping(item).get("name")
            if isinstance(name, str):
                if name in groups:
                    yield Hit(
                        ("spec", "groups", index, "name"),
                        f"two groups are called `{shown(name)}`",
                        "put their rules together, or give one another name",
                        manifest,
                    )
                groups.add(name)
        for route, owner in rules_of(manifest):
            kind = "alert" if "alert" in owner else "record"
            name = owner.get(kind)
            if not isinstance(name, str):
                continue
            labels = {**_group_labels(manifest, route), **mapping(owner.get("labels"))}
            told = frozenset((str(label), str(value)) for label, value in labels.items())
            text = str(owner.get("expr")) if kind == "alert" else ""
            identity = (kind, name, told, text)
            if identity in seen:
                yield Hit(
                    (*route, kind),
                    f"`{shown(name)}` is there already with the same labels,"
                    f" in {shown(seen[identity])}",
                    "leave one out, or give it a label of its own",
                    manifest,
                )
            seen.setdefault(identity, manifest.name or manifest.file)


def _group_labels(manifest: Manifest, route: Route) -> dict[str, Any]:
    return mapping(mapping(at(manifest.value, route[:3])).get("labels"))


_LENGTH = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_LOOKBACK = 300


@rule(
    "prometheus/slow-group",
    "warning",
    rows=("P13",),
    kinds=_KIND,
    aliases=("pint/group/interval",),
)
def slow_group(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A group is evaluated so seldom that its series come and go."""
    for index, item in enumerate(sequence(manifest.spec.get("groups"))):
        text = mapping(item).get("interval")
        found = _LENGTH.fullmatch(text[:20]) if isinstance(text, str) else None
        if found is None:
            continue
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        if hours * 3600 + minutes * 60 + seconds > _LOOKBACK:
            yield Hit(
                ("spec", "groups", index, "interval"),
                f"Prometheus looks back 5m, and the next value comes after {shown(str(text))}:"
                " series and alerts vanish in between",
                "write `5m` or less",
            )


_LIMITS = frozenset(("container_spec_memory_limit_bytes", "container_spec_memory_swap_limit_bytes"))
"""Gauges of cAdvisor that are 0 where there is no limit; without one there is no quota of CPU at all."""


@rule(
    "prometheus/division-by-zero",
    "warning",
    rows=("P15",),
    kinds=KINDS,
    aliases=("pint/promql/nan",),
)
def division_by_zero(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A ratio is compared so that no traffic, or no limit, fires the alert."""
    for query in queries(manifest):
        tree = query.tree() if query.source in ("alert", "scaler", "analysis") else None
        for part, above in walk(tree) if tree is not None else ():
            if not isinstance(part, Binary) or part.op != "/" or is_scalar(part.right):
                continue
            limit = next((s.metric for s in selectors(part.right) if s.metric in _LIMITS), "")
            filtered = any(isinstance(n, Binary) and n.compares for n, _ in walk(part.right))
            if limit and not filtered:
                yield query.hit(
                    f"`{limit}` is 0 where there is no limit, and the ratio infinite",
                    f"divide by `({limit} > 0)`",
                )
            elif any(isinstance(each, Binary) and each.op == "!=" and each.compares
                     for each in above[-1:]) and not filtered:  # fmt: skip
                yield query.hit(
                    "without traffic the ratio is NaN, which is unequal to everything",
                    "compare with `>` or `<`, or divide by `(… > 0)`",
                )


_IDENTITY = frozenset(
    (
        "job", "namespace", "exported_namespace", "service", "model", "model_name", "app", "pod",
        "deployment", "container", "instance", "destination_workload", "destination_service",
        "destination_service_name", "destination_service_namespace", "destination_app", "workload",
        "exported_job", "horizontalpodautoscaler", "persistentvolumeclaim", "statefulset",
        "inference_service", "isvc", "cluster", "destination_workload_namespace", "rollout",
        "kubernetes_namespace", "label_app_kubernetes_io_name", "team", "tenant", "consumergroup",
        "consumer_group", "topic", "queue",
    )
)  # fmt: skip
"""Labels that tell models and tenants apart."""

_SHARED = re.compile(
    r"(up|node_|kube_node|apiserver_|etcd_|prometheus_|alertmanager_|scheduler_|workqueue_|coredns_"
    r"|kubelet_|kubeproxy_|grafana_|DCGM_|argocd_|istio_build|pilot_|process_|go_)"
)


@rule(
    "prometheus/everything-together",
    "warning",
    rows=("P18",),
    kinds=_KIND,
    aliases=("pint/promql/aggregate",),
)
def everything_together(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """An alert takes all models together: the traffic of one hides the failure of another."""
    for route, _, tree in alerts_of(manifest):
        for part, above in walk(tree) if tree is not None else ():
            if not isinstance(part, Aggregate) or part.op not in ("sum", "avg"):
                continue
            labels = labels_of(part)
            if labels is None or labels & _IDENTITY:
                continue
            if any(isinstance(each, Aggregate) and _names(each) for each in above):
                continue
            found = list(selectors(part))
            if found and not any(_names(each) for each in found):
                metric = found[0].metric
                yield Hit(
                    (*route, "expr"),
                    f"`{part.op}` adds up `{shown(metric)}` of all models of the cluster",
                    'select one: `{job="…",namespace="…"}`; or tell them apart:'
                    f" `{part.op} by (namespace, job) (…)`",
                )
                break


def _names(node: Node) -> bool:
    """Whether a selector names a workload, or is of a metric of the whole cluster."""
    if isinstance(node, Aggregate):
        return bool(set(node.labels) & _IDENTITY)
    return isinstance(node, Selector) and (
        not node.metric
        or _SHARED.match(node.metric) is not None
        or is_recorded(node.metric)
        or any(m.label in _IDENTITY and m.op in ("=", "=~") for m in node.matchers)
    )


_UNBOUNDED = re.compile(
    r"(request|trace|span|session|user|customer|account|conversation|message|transaction|order"
    r"|correlation)_?id|prompt|query|email|client_ip|remote_addr|url|uri|user_agent",
    re.IGNORECASE,
)


@rule(
    "prometheus/unbounded-label",
    "warning",
    rows=("P22",),
    kinds=("PrometheusRule", "ServiceMonitor", "PodMonitor"),
    aliases=("pint/query/cost",),
)
def unbounded_label(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A label has as many values as there are requests or users: each is a series of its own."""
    help = "leave it out; put it into logs or traces"
    for route, owner in rules_of(manifest):
        for name in mapping(owner.get("labels")):
            if _UNBOUNDED.fullmatch(str(name)):
                yield Hit((*route, "labels", name), _many(str(name)), help, of_key=True)
    for query in queries(manifest) if manifest.kind == "PrometheusRule" else ():
        tree = query.tree()
        kept = labels_of(tree) if tree is not None else None
        for name in sorted(kept or ()):
            if _UNBOUNDED.fullmatch(name):
                yield query.hit(_many(name), help)
    for part in ("endpoints", "podMetricsEndpoints"):
        for number, endpoint in enumerate(sequence(manifest.spec.get(part))):
            for field in ("relabelings", "metricRelabelings"):
                for index, item in enumerate(sequence(mapping(endpoint).get(field))):
                    label = str(mapping(item).get("targetLabel"))
                    dropped = mapping(item).get("action") in ("labeldrop", "drop")
                    if _UNBOUNDED.fullmatch(label) and not dropped:
                        place = ("spec", part, number, field, index, "targetLabel")
                        yield Hit(place, _many(label), help)


def _many(name: str) -> str:
    return f"the label `{shown(name)}` has a value for each request or user"
