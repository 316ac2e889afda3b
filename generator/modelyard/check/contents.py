"""What of a folder a cluster is sent: the objects, those of lists one by one.

Because a folder may be a whole repository, other things lie there too: what programs read themselves,
and templates, patches and values that are no objects before Helm or kustomize make some of them.
Facts: helm.sh/docs/topics/charts (the file structure), kubectl.docs.kubernetes.io/references/kustomize.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, sequence
from modelyard.findings import Finding, Location
from modelyard.words import plural, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from modelyard.load.document import Document

KUSTOMIZE = "kustomize.config.k8s.io"
_TOOLS = frozenset(
    (
        KUSTOMIZE, "apiserver.config.k8s.io", "audit.k8s.io", "backstage.io", "client.authentication.k8s.io",
        "kind.x-k8s.io", "kubeadm.k8s.io", "kubelet.config.k8s.io", "kubeproxy.config.k8s.io",
        "kubescheduler.config.k8s.io", "modelyard", "skaffold",
    )
)  # fmt: skip
"""Groups of files that programs read themselves; no server has them."""

_BODIES = frozenset(("metadata", "spec", "data"))
_CHANGES = (
    "patches", "patchesStrategicMerge", "patchesJson6902", "namespace", "namePrefix", "nameSuffix",
    "commonLabels", "commonAnnotations", "labels", "images", "replicas", "replacements", "components",
    "transformers", "helmCharts", "vars",
)  # fmt: skip
"""Keys of a kustomization that change objects."""
_MENTIONED = re.compile(r"""^[ \t-]*["']?(apiVersion|kind)["']?\s*:""", re.MULTILINE)


def mentions_objects(text: str) -> bool:
    """Whether a text may hold an object, even where it cannot be read."""
    return _MENTIONED.search(text) is not None


def charts(files: Iterable[Path]) -> dict[Path, list[Path]]:
    """The charts among some files, by their folder, with their templates."""
    listed = list(files)
    found: dict[Path, list[Path]] = {
        file.parent: [] for file in listed if file.name in ("Chart.yaml", "Chart.yml")
    }
    for file in listed:
        for folder in file.parents:
            if folder.name == "templates" and folder.parent in found:
                found[folder.parent].append(file)
                break
    return found


def patches(file: Path, documents: Sequence[Document]) -> Iterator[Path]:
    """The files that a kustomization takes for patches and the like, which are no objects."""
    for document in documents:
        if not is_kustomization(document.value):
            continue
        value: dict[str, Any] = document.value
        for key in ("patches", "patchesJson6902", "replacements"):
            for item in sequence(value.get(key)):
                if isinstance(path := mapping(item).get("path"), str):
                    yield _beside(file, path)
        for key in ("patchesStrategicMerge", "configurations", "transformers"):
            for path in sequence(value.get(key)):
                if isinstance(path, str) and "\n" not in path:
                    yield _beside(file, path)


def _beside(file: Path, path: str) -> Path:
    return Path(os.path.normpath(file.parent / path))


def is_kustomization(value: Any) -> bool:
    """Whether a value is a kustomization, or a component of some."""
    return str(mapping(value).get("apiVersion")).startswith(f"{KUSTOMIZE}/")


def is_of_a_tool(value: Any) -> bool:
    """Whether a value is for a program, and not for a server."""
    return str(mapping(value).get("apiVersion")).rpartition("/")[0] in _TOOLS


def unrendered(documents: Iterable[Document]) -> Iterator[Finding]:
    """What kustomizations change before a cluster sees it."""
    for document in documents:
        if is_kustomization(document.value):
            changes = [key for key in _CHANGES if document.value.get(key)]
            if changes:
                named = ", ".join(f"`{key}`" for key in changes)
                yield Finding(
                    "input/unrendered",
                    f"the objects are checked as they lie here, without what {named} would change",
                    document.locate((changes[0],), key=True),
                    "warning",
                    help="check what `kubectl kustomize` makes of it instead",
                )


def unrendered_chart(chart: str, templates: int) -> Finding:
    """Templates of a chart, which are objects only once Helm has filled them in."""
    return Finding(
        "input/unrendered",
        f"{plural(templates, 'template')} of this chart {'is' if templates == 1 else 'are'} not"
        " checked: Helm makes objects of them",
        Location(chart, 1, 1),
        "warning",
        help="check what `helm template` makes of it instead",
    )


def as_template(text: str, findings: list[Finding]) -> Finding | None:
    """What is wrong with a text that is no YAML because it is a template: that, once."""
    broken = [each for each in findings if each.rule in ("yaml/syntax", "yaml/key")]
    lines = text.split("\n")
    keys = (each for each in broken if each.rule == "yaml/key")
    if not broken or not re.search(r"\{\{|\{%", text):
        return None
    if any("{" not in lines[each.location.line - 1] for each in keys):
        return None
    return replace(
        broken[0],
        rule="yaml/syntax",
        message="this is a template, and no YAML before its `{{ … }}` are filled in",
        help="render it, and check what comes of it",
    )


def objects(documents: Iterable[Document]) -> Iterator[Document]:
    """The objects of some documents, each with its own place; those of lists one by one."""
    for document in documents:
        value = document.value
        if not isinstance(value, dict) or not _is_meant(value):
            continue
        items = value.get("items")
        if str(value.get("kind")).endswith("List") and isinstance(items, list):
            yield from _items(document, items)
        else:
            yield document


def _is_meant(value: dict[str, Any]) -> bool:
    """Whether a mapping is meant to be an object of a cluster, perhaps with a key missing."""
    if is_of_a_tool(value) and not is_kustomization(value):
        return False
    named = {"apiVersion", "kind"} & value.keys()
    return len(named) == 2 or bool(named and _BODIES & value.keys())


def _items(document: Document, items: list[Any]) -> Iterator[Document]:
    spots = document.marks.get(id(items), [])
    for index, (item, spot) in enumerate(zip(items, spots, strict=False)):
        if isinstance(item, dict):
            yield replace(document, value=item, start=spot, root=("items", index))


def unknown_once(findings: list[Finding]) -> list[Finding]:
    """Findings, with each kind that has no definition told of once."""
    told: set[tuple[str, str]] = set()
    kept = []
    for finding in findings:
        if finding.rule == "schema/unchecked-kind" and finding.object is not None:
            key = (finding.object.api_version, shown(finding.object.kind))
            if key in told:
                continue
            told.add(key)
        kept.append(finding)
    return kept
