"""What somebody, or some tool, was to fill in and did not.

Much that looks like a placeholder is none: Argo, Grafana, Prometheus, KServe and shells have templates
of their own. So only those places are looked at where a value is taken as it stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_TEMPLATES = frozenset(
    (
        "Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow", "Sensor",
        "EventSource", "AnalysisTemplate", "ClusterAnalysisTemplate", "AnalysisRun", "Experiment",
        "Rollout", "ApplicationSet", "ServingRuntime", "ClusterServingRuntime", "ExternalSecret",
        "ClusterExternalSecret", "PushSecret", "AlertmanagerConfig", "PrometheusRule",
        "CustomResourceDefinition", "ConstraintTemplate", "ClusterPolicy", "Policy", "EnvoyFilter",
        "OpenTelemetryCollector", "Kustomization", "HelmRelease", "Pipeline", "Task",
    )
)  # fmt: skip
"""Kinds that are templates, or hold some; of them only the metadata is taken as it stands."""
_PLAIN = re.compile(
    r"|[a-z]+|.*\.(?:x-)?k8s\.io|(networking|security|telemetry)\.istio\.io|serving\.kserve\.io|keda\.sh"
    r"|machinelearning\.seldon\.io|argoproj\.io|ray\.io|monitoring\.coreos\.com|kubeflow\.org"
)
"""Groups whose kinds are known well enough to tell where text is free."""
_FREE = frozenset(
    (
        "annotations", "args", "binaryData", "command", "config", "data", "description", "env",
        "expression", "helm", "kustomize", "lua", "messageExpression", "openAPIV3Schema",
        "parameters", "plugin", "query", "regex", "replacement", "script", "stringData",
        "templatePatch", "value", "values", "valuesObject",
    )
)  # fmt: skip
"""Keys below which text may be of any language, `${HOME}` and `{{ .x }}` among it."""

_UNFILLED = re.compile(
    r"(?P<helm>\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities)\b|include\b|template\b|toYaml\b))"
    r"|(?P<template>\{\{.*\}\}|\{%.*%\})"
    r"|(?P<shell>\$\{[A-Z][A-Z0-9_]*\})"
    r"|(?P<go>%![a-z]\(|<no value>|<nil>|\[object Object\])"
    r"|(?P<word>\b(?:CHANGE_?ME|REPLACE_?ME|FIXME)\b|<(?:your|insert|replace|change|enter|fill)\b[^<>]*>"
    r"|<[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+>)"
    r"|(?P<note>^(?:TODO|TBD|XXX)\b(?![-/.\w]))"
)
_WHOLE = re.compile(
    r"(?i:change[-_ ]?me|replace[-_ ]?me|fix[-_ ]?me|replace[-_ ]with[-_ ][\w-]+)|TODO|TBD|XXX+|<no value>"
    r"|<(?:token|password|secret|key|api[-_ ]?key)>"
    r"|<(?:your|insert|replace|change|enter|fill)\b[^<>]*>|<[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+>"
)
_VALUES = re.compile(r"\{\{-?\s*\.(?:Values|Release|Chart)\.")
_SUSPECT = re.compile(r"[{<%\[]|CHANGE|REPLACE|FIXME|TODO|TBD|XXX|[Mm][Ee]$")
_NOBODY = frozenset(("null", "undefined", "None", "nil", "nan", "NaN"))
_WHY = {
    "helm": "Helm would have filled this in",
    "template": "a template that nothing fills in on the way to the cluster",
    "shell": "a variable that no shell fills in on the way to the cluster",
    "go": "a program printed this because it had no value",
    "word": "somebody was to write something here",
    "note": "somebody was to write something here",
}


@rule("objects/placeholder", "error", rows=("T15",))
def placeholder(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A value was to be filled in, and was not."""
    helm = manifest.kind != "Application"
    for route, text, free, of_key in _texts(manifest):
        kind = _unfilled(text, free=free)
        if kind is None and free and helm and _VALUES.search(text) and "\n" not in text:
            kind = "helm"
        if kind is not None:
            yield Hit(
                route,
                f"`{shown(text)}`: {_WHY[kind]}",
                "write the value" if not of_key else "write the key",
                of_key=of_key,
            )
    yield from _nameless(manifest)


def _nameless(manifest: Manifest) -> Iterator[Hit]:
    """Names that are nothing, or the word for it in some language."""
    metadata = manifest.metadata
    names: list[tuple[Route, dict[str, Any], str]] = [
        (("metadata",), metadata, key) for key in ("name", "namespace")
    ]
    for pod in manifest.pods:
        for container in pod.containers:
            names += [(container.route, container.value, key) for key in ("name", "image")]
    for route, value, key in names:
        if key in value and (value[key] is None or str(value[key]) in _NOBODY):
            yield Hit(
                (*route, key),
                f"the {key} is `{shown(str(value[key] or 'null'))}`: what was to fill it in had nothing",
                f"write the {key}",
            )


def _unfilled(text: str, *, free: bool) -> str | None:
    """Which sort of placeholder a text holds, if one; free text may hold anything but be one."""
    if free or len(text) > 1000:
        return "word" if _WHOLE.fullmatch(text) else None
    found = _UNFILLED.search(text)
    if found is not None:
        return found.lastgroup
    return "word" if _WHOLE.fullmatch(text) else None


def _texts(manifest: Manifest) -> Iterator[tuple[Route, str, bool, bool]]:
    """Every text that may be one: its place, itself, whether it is free, and whether it is a key."""
    value = manifest.value
    if manifest.kind not in _TEMPLATES and _PLAIN.fullmatch(manifest.group):
        yield from _walk(value, ())
        return
    yield from _walk(mapping(value.get("metadata")), ("metadata",))
    if manifest.kind not in _TEMPLATES:
        for pod in manifest.pods:
            for container in pod.containers:
                image = container.value.get("image")
                if isinstance(image, str):
                    yield (*container.route, "image"), image, False, False


def _walk(value: Any, route: Route) -> Iterator[tuple[Route, str, bool, bool]]:
    todo: list[tuple[Any, Route, bool]] = [(value, route, False)]
    while todo:
        value, route, free = todo.pop()
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(child, str):
                if _SUSPECT.search(child):
                    yield (*route, key), child, free or key in _FREE, False
            elif isinstance(child, dict | list) and child:
                todo.append((child, (*route, key), free or key in _FREE))
            if isinstance(key, str) and not free and ("{" in key or "<" in key):
                yield (*route, key), key, False, True
