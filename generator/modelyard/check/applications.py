"""Argo CD's Applications as rules see them, those of an ApplicationSet too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.findings import Route


def applications(objects: Objects) -> Iterator[tuple[Manifest, Route, dict[str, Any]]]:
    """Every Application, and the template of every ApplicationSet: object, place and spec."""
    for manifest in objects.of("Application", "ApplicationSet"):
        if manifest.group != "argoproj.io":
            continue
        if manifest.kind == "ApplicationSet":
            inner = mapping(mapping(manifest.spec.get("template")).get("spec"))
            yield manifest, ("spec", "template", "spec"), inner
        else:
            yield manifest, ("spec",), manifest.spec


def sync_options(spec: dict[str, Any]) -> list[str]:
    """What an Application's syncs are told."""
    found = sequence(mapping(spec.get("syncPolicy")).get("syncOptions"))
    return [option.replace(" ", "") for option in found if isinstance(option, str)]


def sources(spec: dict[str, Any]) -> Iterator[tuple[Route, dict[str, Any]]]:
    """Where an Application takes its manifests from, one or several."""
    if isinstance(spec.get("source"), dict):
        yield ("source",), spec["source"]
    for number, found in enumerate(sequence(spec.get("sources"))):
        yield ("sources", number), mapping(found)
