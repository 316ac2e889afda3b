"""One mistake is one finding: what follows from another finding is folded under it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.findings import Finding, ObjectRef, Route

Key = tuple[str, str, str, str]
"""A directory and the object's kind, namespace and name."""


def folded(findings: Sequence[Finding], follows: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Findings, each with those that follow from it under `related`.

    A finding follows from another one of the same object, or of the object that it names, where
    its rule says so; and from one that says that its place, or what it stands in, has a wrong
    shape. What one line of a spec breaks at the same place of several objects, those of several
    environments mostly, is told of the first of them. What does not count, because of an exception,
    is no cause: it must not hide others.
    """
    by_object: dict[Key, list[int]] = defaultdict(list)
    for index, finding in enumerate(findings):
        if finding.object is not None and finding.suppressed is None:
            by_object[_key(finding, finding.object)].append(index)
    parent: dict[int, int] = {}
    for index, finding in enumerate(findings):
        if finding.object is None or finding.suppressed is not None:
            continue
        near = by_object[_key(finding, finding.object)]
        if finding.because_of is not None:
            near = [*near, *by_object.get((_folder(finding), *finding.because_of), ())]
        causes = follows.get(finding.rule, ())
        for other in near:
            if other != index and _explains(findings[other], finding, causes):
                parent[index] = other
                break
    _repeated(findings, parent)
    return _gathered(findings, parent)


def _repeated(findings: Sequence[Finding], parent: dict[int, int]) -> None:
    """Find what the same line of a spec breaks again."""
    first: dict[tuple[object, ...], int] = {}
    for index in sorted(range(len(findings)), key=lambda index: findings[index].severity):
        finding = findings[index]
        if index in parent or finding.cause is None or finding.suppressed is not None:
            continue
        about = finding.object
        key = (finding.rule, finding.cause, finding.anchor, about and about.kind)
        if first.setdefault(key, index) != index:
            parent[index] = first[key]


def _explains(cause: Finding, finding: Finding, causes: Sequence[str]) -> bool:
    if cause.severity == "warning" and finding.severity == "error":
        return False  # because what is folded is not counted
    if cause.rule in causes:
        return True
    shape = cause.rule.startswith("schema/") and not finding.rule.startswith("schema/")
    return shape and _starts(finding.route, cause.route)


def _starts(route: Route, beginning: Route) -> bool:
    return bool(beginning) and route[: len(beginning)] == beginning


def _gathered(findings: Sequence[Finding], parent: Mapping[int, int]) -> list[Finding]:
    related: dict[int, list[Finding]] = defaultdict(list)
    for index in parent:
        root, passed = index, {index}
        while root in parent and parent[root] not in passed:
            root = parent[root]
            passed.add(root)
        if root in parent:  # each follows from the other: none is the cause
            root = min(passed)
        if root != index:
            related[root].append(findings[index])
    under = {id(one) for several in related.values() for one in several}
    return [
        replace(finding, related=(*finding.related, *related[index]))
        if index in related
        else finding
        for index, finding in enumerate(findings)
        if id(finding) not in under
    ]


def _key(finding: Finding, about: ObjectRef) -> Key:
    return (_folder(finding), about.kind, about.namespace or "", about.name)


def _folder(finding: Finding) -> str:
    return finding.location.file.rpartition("/")[0]
