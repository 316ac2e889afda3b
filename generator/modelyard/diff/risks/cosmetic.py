"""Cosmetic: what is known to change nothing that runs. What nobody has judged is named as such."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.check.objects import mapping
from modelyard.diff.comparison import Risk
from modelyard.diff.risks.case import listed, risk
from modelyard.findings import Location
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.diff.comparison import Change, Field
    from modelyard.diff.risks.case import Case

ANNOTATIONS = frozenset(
    (
        "modelyard.dev",
        "app.kubernetes.io",
        "meta.helm.sh",
        "backstage.io",
        "a8r.io",
        "getambassador.io",
    )
)
"""Domains of annotations that people read, and programs do not act on."""
WORDS = frozenset(("kubernetes.io/description", "kubernetes.io/change-cause", "grafana_folder"))
LABELS = frozenset(("app.kubernetes.io", "helm.sh", "modelyard.dev"))
"""Domains of labels that describe; one that something selects is not among them all the same."""
PROSE = frozenset(("description", "summary", "runbook_url", "dashboard_url", "message"))


def find(case: Case, found: Iterable[Risk]) -> Iterator[Risk]:
    """A word on every change, or part of one, that no risk is about."""
    told: dict[object, set[str] | None] = {}
    for each in found:
        if each.ref is not None:
            paths = told.setdefault(each.ref, set())
            if not each.fields:
                told[each.ref] = None
            elif paths is not None:
                paths.update(each.fields)
    if case.sides.is_new or case.sides.is_gone:
        yield _whole(case)
        return
    for change in case.changes:
        paths = told.get(change.ref, set())
        if paths is not None:
            yield from _left(case, change, paths)


def _whole(case: Case) -> Risk:
    """A directory that comes or goes as a whole: what stands in it needs no word each."""
    objects = plural(len(case.changes), "object")
    verb = "is new" if case.sides.is_new else "is taken away"
    message = f"all of {case.sides.name} {verb}: {objects}"
    change = case.changes[0]
    return Risk(
        "behaviour", "note", message, Location(case.sides.directory, 1, 1), causes=change.causes
    )


def _left(case: Case, change: Change, told: set[str]) -> Iterator[Risk]:
    if change.operation in ("added", "removed"):
        if change.kind == "ConfigMap" and _is_dashboard(change):
            what = "a new dashboard" if change.operation == "added" else "a dashboard is removed"
            yield risk("cosmetic", "note", change, what)
            return
        verb = "is new" if change.operation == "added" else "is removed"
        yield risk("behaviour", "note", change, f"{_article(change.kind)} {verb}")
        return
    left = [field for field in change.fields if field.path not in told]
    light = [field for field in left if _is_cosmetic(case, change, field)]
    heavy = [field for field in left if field not in light]
    if light:
        yield risk("cosmetic", "note", change, _names(light), light)
    if heavy:
        message = f"nobody has judged what this does: {_names(heavy)}"
        yield risk("behaviour", "warning", change, message, heavy)


def _article(kind: str) -> str:
    return f"{'an' if kind[:1] in 'AEIO' else 'a'} {kind}"


def _names(fields: list[Field]) -> str:
    return listed(f"`{field.path}`" for field in fields)


def _is_cosmetic(case: Case, change: Change, field: Field) -> bool:
    if field.same:
        return True
    route = field.route
    if route[:2] == ("metadata", "annotations"):
        return all(_is_word(key) for key in _keys(field, 2))
    if route[:2] == ("metadata", "labels"):
        return all(_is_description(case, key) for key in _keys(field, 2))
    if change.kind == "ConfigMap" and route[:1] == ("data",):
        return _is_dashboard(change)
    return "annotations" in route and change.kind == "PrometheusRule"


def _keys(field: Field, depth: int) -> Iterator[str]:
    """The keys of a mapping that a field is about: one of them, or all at once."""
    if len(field.route) > depth:
        yield str(field.route[depth])
        return
    for side in (field.before, field.after):
        yield from mapping(side)


def _is_word(key: str) -> bool:
    """Whether an annotation only says something to people."""
    domain, slash, name = key.rpartition("/")
    return key in WORDS or domain in ANNOTATIONS or not slash or name in PROSE


def _is_description(case: Case, key: str) -> bool:
    """Whether a label only describes: nothing selects by it."""
    domain, slash, _ = key.rpartition("/")
    return (domain in LABELS or not slash) and key not in case.selected_labels


def _is_dashboard(change: Change) -> bool:
    """Whether a ConfigMap holds dashboards of Grafana, and nothing else."""
    manifest = change.after or change.before or {}
    texts = mapping(manifest.get("data")).values()
    return bool(texts) and all(
        isinstance(text, str) and text.lstrip().startswith("{") and '"panels"' in text
        for text in texts
    )
