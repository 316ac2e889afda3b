"""Dashboards of Grafana in ConfigMaps.

Facts: grafana.com/docs/grafana/latest: JSON model, provisioning, variables, and the list of Angular
panels; github.com/kiwigrid/k8s-sidecar for how ConfigMaps are found.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelyard.check.dashboards import broken, dashboards, is_marked, line_of, texts
from modelyard.check.objects import mapping, sequence
from modelyard.check.promql import Call, Selector, walk
from modelyard.check.queries import queries
from modelyard.check.rule import Claim, Hit, rule
from modelyard.findings import Fix
from modelyard.words import plural, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.dashboards import Dashboard
    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_KIND = ("ConfigMap",)
_UID = 40
"""The most characters of a uid (grafana.com, Dashboard HTTP API)."""


@rule("grafana/invalid-json", "error", rows=("D11",), kinds=_KIND)
def invalid_json(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A dashboard is no JSON, and Grafana cannot load it."""
    for found in broken(manifest):
        yield Hit(
            ("data", found.key),
            f"`{shown(found.key)}` is no JSON: {shown(found.problem)}",
            "export the dashboard from Grafana again, or correct the line",
            within=found.line,
        )


@rule("grafana/wrapped-dashboard", "error", rows=("D01",), kinds=_KIND)
def wrapped_dashboard(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A dashboard is wrapped as the HTTP API wraps it, and is not loaded from a file."""
    for dashboard in dashboards(manifest):
        if dashboard.root:
            yield Hit(
                ("data", dashboard.key),
                "the dashboard lies under `dashboard`, as the HTTP API has it;"
                " from a file Grafana reads the dashboard itself",
                "leave `dashboard` and its braces out, so that `title` and `panels` stand on top",
                within=line_of(dashboard.text, dashboard.root),
            )


_ANGULAR = {
    "graph": "timeseries",
    "singlestat": "stat",
    "grafana-singlestat-panel": "stat",
    "table-old": "table",
    "grafana-worldmap-panel": "geomap",
    "grafana-piechart-panel": "piechart",
}
"""Panels in Angular, and what has taken their place."""


@rule(
    "grafana/angular-panel",
    "error",
    rows=("D02",),
    kinds=_KIND,
    aliases=("detect-angular-dashboards",),
)
def angular_panel(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A panel is of a type that Grafana 11 turns off, and Grafana 12 no longer has."""
    for dashboard in dashboards(manifest):
        for kind, instead in _ANGULAR.items():
            # Because one export of the dashboard mends all of them, they are told of together.
            found = [route for route, panel in dashboard.panels() if panel.get("type") == kind]
            if found:
                many = f"{plural(len(found), 'panel')} of the type `{kind}`"
                yield dashboard.hit(
                    (*found[0], "type"),
                    f"{many} {'needs' if len(found) == 1 else 'need'} Angular, which Grafana 12 does"
                    " not have",
                    f"write `{instead}`, or let Grafana migrate the dashboard and export it",
                )


@rule("grafana/dashboard-uid", "error", rows=("D03",), kinds=_KIND)
def dashboard_uid(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A dashboard has no uid, or one that Grafana refuses: links to it break when it is loaded again."""
    for dashboard in dashboards(manifest):
        uid = dashboard.value.get("uid")
        if not isinstance(uid, str) or not uid:
            yield dashboard.hit(
                ("uid",) if "uid" in dashboard.value else (),
                "the dashboard has no `uid`, so that its address changes with each installation",
                'write a name of your own: `"uid": "production-fraud-detection"`',
            )
        elif len(uid) > _UID or not re.fullmatch(r"[A-Za-z0-9_-]+", uid):
            yield dashboard.hit(
                ("uid",),
                f"a uid has at most {_UID} letters, digits, `-` and `_`; this one has"
                f" {plural(len(uid), 'character')}",
                "write a shorter one, which nothing else has",
            )


def _uids(objects: Objects, _context: Context) -> Iterator[Claim]:
    for manifest in objects.of("ConfigMap"):
        for dashboard in dashboards(manifest):
            uid = dashboard.value.get("uid")
            if isinstance(uid, str) and uid:
                line = line_of(dashboard.text, (*dashboard.root, "uid"))
                yield Claim(uid, line, ("data", dashboard.key), manifest)


@rule("grafana/repeated-uid", "error", scope="environment", rows=("D03",), gather=_uids)
def repeated_uid(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """Two dashboards have one uid, and take turns in Grafana."""
    first: dict[str, Claim] = {}
    for claim in claims:
        known = first.setdefault(claim.key, claim)
        if known is not claim:
            yield Hit(
                claim.route,
                f"the uid `{shown(claim.key)}` is that of the dashboard in"
                f" {shown(known.manifest.name)} too",
                "give each dashboard a uid of its own",
                claim.manifest,
                within=claim.value,
            )


def _keys(objects: Objects, context: Context) -> Iterator[Claim]:
    environment = context.environment
    annotation = environment.monitoring.dashboards.folder_annotation if environment else None
    for manifest in objects.of("ConfigMap"):
        if is_marked(manifest):
            folder = manifest.annotations.get(str(annotation or "grafana_folder"), "")
            for key, _ in texts(manifest):
                yield Claim(f"{folder}/{key}", key, ("data", key), manifest)


@rule("grafana/repeated-file", "error", scope="environment", rows=("D11",), gather=_keys)
def repeated_file(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """Two ConfigMaps have a dashboard of one file name: the sidecar overwrites one with the other."""
    first: dict[str, Claim] = {}
    for claim in claims:
        known = first.setdefault(claim.key, claim)
        if known is not claim:
            yield Hit(
                claim.route,
                f"ConfigMap {shown(known.manifest.name)} has a file `{shown(str(claim.value))}` too,"
                " for the same folder",
                "put the name of the model and the environment into the key",
                claim.manifest,
                of_key=True,
            )


@rule("grafana/not-found", "error", rows=("D11",), kinds=_KIND, needs=("environment",))
def not_found(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A ConfigMap with a dashboard lacks what Grafana's sidecar looks for."""
    if context.environment is None:
        return
    for dashboard in dashboards(manifest):
        if not dashboard.key.endswith(".json") and is_marked(manifest):
            yield Hit(
                ("data", dashboard.key),
                f"Grafana loads files that end in `.json`, and not `{shown(dashboard.key)}`",
                f"call it `{shown(dashboard.key.rpartition('.')[0] or dashboard.key)}.json`",
                of_key=True,
            )
    if not any(True for _ in dashboards(manifest)):
        return
    wanted = {str(k): str(v) for k, v in context.environment.monitoring.dashboards.labels.items()}
    for name, value in wanted.items():
        if manifest.labels.get(name) != value:
            route: Route = ("metadata", "labels") if manifest.labels else ("metadata",)
            yield Hit(
                (*route, name) if name in manifest.labels else route,
                f"Grafana's sidecar looks for the label `{name}: {value}`",
                f'write `{name}: "{value}"` under `metadata.labels`',
                of_key=name not in manifest.labels,
            )
            return


@rule("grafana/numeric-id", "warning", rows=("D04",), kinds=_KIND, can_fix=True)
def numeric_id(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A dashboard has the number that it had in another Grafana."""
    for dashboard in dashboards(manifest):
        found = dashboard.value.get("id")
        if isinstance(found, int) and not isinstance(found, bool):
            hit = dashboard.hit(
                ("id",),
                f"`id` is a number of the database of one Grafana; {found} may be another"
                " dashboard's here",
                "leave it out, or write `null`; `uid` says which dashboard it is",
            )
            text = dashboard.with_number(("id",), "null")
            fix = Fix(put=((("data", dashboard.key), text),)) if text is not None else None
            yield replace(hit, fix=fix)


_INPUT = re.compile(r"\$\{(DS_\w+|VAR_\w+)\}")


@rule("grafana/import-placeholder", "error", rows=("D05",), kinds=_KIND)
def import_placeholder(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A dashboard was exported for sharing: its data source is asked for at an import that never comes."""
    for dashboard in dashboards(manifest):
        if dashboard.value.get("__inputs"):
            yield dashboard.hit(
                ("__inputs",),
                "`__inputs` are asked for when a person imports; from a file nobody is asked,"
                " and no data source is found",
                "export without “share externally”, or put a variable of the type"
                " `datasource` in their place",
            )
            continue
        names = {str(variable.get("name")) for _, variable in dashboard.variables()}
        for route, text in _strings(dashboard.value, ()):
            found = _INPUT.search(text)
            if found is not None and found[1] not in names:
                yield dashboard.hit(
                    route,
                    f"nothing gives `{shown(found[0])}` a value",
                    'write `"uid": "${datasource}"`, and add a variable `datasource`',
                )
                break


def _strings(value: Any, route: Route) -> Iterator[tuple[Route, str]]:
    if isinstance(value, str):
        yield route, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(item, (*route, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, (*route, index))


_BUILT_IN = (
    "grafana",
    "-- Grafana --",
    "-- Mixed --",
    "-- Dashboard --",
    "__expr__",
    "default",
    "",
)


@rule(
    "grafana/fixed-datasource",
    "warning",
    rows=("D06",),
    kinds=_KIND,
    aliases=("dashboard-linter/panel-datasource-rule", "dashboard-linter/template-datasource-rule"),
)
def fixed_datasource(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A panel names the data source of one Grafana."""
    for dashboard in dashboards(manifest):
        for route, panel in dashboard.panels():
            source = panel.get("datasource")
            uid = source.get("uid") if isinstance(source, dict) else source
            if isinstance(uid, str) and "$" not in uid and uid not in _BUILT_IN:
                yield dashboard.hit(
                    (*route, "datasource", *(("uid",) if isinstance(source, dict) else ())),
                    f"the data source `{shown(uid)}` is called otherwise in other Grafanas",
                    'write `"uid": "${datasource}"`, and add a variable of the type `datasource`',
                )


_MOST_SECONDS = 900


@rule(
    "grafana/fixed-interval",
    "warning",
    rows=("D08",),
    kinds=_KIND,
    aliases=("dashboard-linter/target-rate-interval-rule",),
)
def fixed_interval(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A graph takes its rate over a fixed range: zoomed out it leaves most samples out."""
    for query in queries(manifest):
        if query.panel not in ("timeseries", "graph", "heatmap"):
            continue
        tree = query.tree()
        for part, _ in walk(tree) if tree is not None else ():
            if (
                isinstance(part, Call)
                and part.function in ("rate", "irate")
                and isinstance(part.arguments[0], Selector)
                and (part.arguments[0].seconds or 0) <= _MOST_SECONDS
            ):
                fixed = re.search(
                    r"\[\s*(\d+[smhd]|\$__interval|\$\{__interval\})\s*\]", query.text
                )
                if fixed:
                    yield query.hit(
                        f"the range `{fixed[1]}` does not follow the zoom of the graph",
                        "write `[$__rate_interval]`",
                    )
                break


_WITHOUT_QUERY = frozenset(
    (
        "row", "text", "news", "dashlist", "alertlist", "annolist", "gettingstarted", "welcome",
        "pluginlist", "nodeGraph",
    )
)  # fmt: skip
_WITH_UNIT = frozenset(("timeseries", "stat", "gauge", "bargauge", "graph", "singlestat"))


@rule(
    "grafana/incomplete-panel",
    "warning",
    rows=("D09",),
    kinds=_KIND,
    aliases=(
        "dashboard-linter/panel-units-rule",
        "dashboard-linter/panel-title-description-rule",
        "dashboard-linter/panel-no-targets-rule",
    ),
)
def incomplete_panel(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A panel has no title, no query or no unit."""
    for dashboard in dashboards(manifest):
        for route, panel in dashboard.panels():
            kind = str(panel.get("type"))
            if kind in _WITHOUT_QUERY or "libraryPanel" in panel:
                continue
            lacks = []
            if not panel.get("title"):
                lacks.append("title")
            if not sequence(panel.get("targets")):
                lacks.append("query")
            if kind in _WITH_UNIT and not _has_unit(panel):
                lacks.append("unit")
            if lacks:
                name = f" `{shown(str(panel['title']))}`" if panel.get("title") else ""
                yield dashboard.hit(
                    (*route, "title") if "title" in panel else (*route, "type"),
                    f"the panel{name} has no {' and no '.join(lacks)}",
                    "write " + ", ".join(_HOW[each] for each in lacks),
                )


_HOW = {
    "title": "a `title`",
    "query": "a query under `targets`",
    "unit": "`fieldConfig.defaults.unit`, as `s`, `reqps`, `percentunit` or `short`",
}


def _has_unit(panel: dict[str, Any]) -> bool:
    config = mapping(panel.get("fieldConfig"))
    if mapping(config.get("defaults")).get("unit") or panel.get("format"):
        return True
    properties = [
        mapping(each).get("id")
        for override in sequence(config.get("overrides"))
        for each in sequence(mapping(override).get("properties"))
    ]
    axes = [mapping(axis).get("format") for axis in sequence(panel.get("yaxes"))]
    return "unit" in properties or any(axes)


_VARIABLE = re.compile(
    r"\$\{([A-Za-z_]\w*)(?:[.:][^{}]*)?\}|\[\[([A-Za-z_]\w*)(?::\w+)?\]\]|\$([A-Za-z_]\w*)"
)


@rule(
    "grafana/undefined-variable",
    "error",
    rows=("D13",),
    kinds=_KIND,
    aliases=("dashboard-linter/template-variable-rule",),
)
def undefined_variable(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A query or a data source uses a variable that the dashboard does not have."""
    for dashboard in dashboards(manifest):
        names = {str(variable.get("name")) for _, variable in dashboard.variables()}
        for route, text in _templated(dashboard):
            for groups in _VARIABLE.findall(text):
                name = next(each for each in groups if each)
                if name in names or name.startswith(("__", "DS_", "VAR_")) or name == "timeFilter":
                    continue
                yield dashboard.hit(
                    route,
                    f"the dashboard has no variable `{shown(name)}`",
                    f"add it under `templating.list`, or write its value instead of `${name}`",
                )
                break


def _templated(dashboard: Dashboard) -> Iterator[tuple[Route, str]]:
    """Where variables stand that must have a value."""
    for route, panel in dashboard.panels():
        places: list[tuple[Route, Any]] = [(("datasource",), panel.get("datasource"))]
        for index, target in enumerate(sequence(panel.get("targets"))):
            own = mapping(target)
            places += [(("targets", index, "expr"), own.get("expr")),
                       (("targets", index, "datasource"), own.get("datasource"))]  # fmt: skip
        for place, value in places:
            if isinstance(value, dict):
                place, value = (*place, "uid"), value.get("uid")
            if isinstance(value, str):
                yield (*route, *place), value
