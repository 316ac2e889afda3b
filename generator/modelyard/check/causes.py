"""One mistake is one finding: what follows from another finding is folded under it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.findings import Finding, ObjectRef, Route, Severity

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
    by_object: dict[Key, _Found] = defaultdict(_Found)
    for index, finding in enumerate(findings):
        if finding.object is not None and finding.suppressed is None:
            by_object[_key(finding, finding.object)].add(index, finding)
    parent: dict[int, int] = {}
    for index, finding in enumerate(findings):
        if finding.object is None or finding.suppressed is not None:
            continue
        causes = follows.get(finding.rule, ())
        cause = by_object[_key(finding, finding.object)].cause(index, finding, causes)
        if cause is None and finding.because_of is not None:
            named = by_object.get((_folder(finding), *finding.because_of), _Found())
            cause = named.cause(index, finding, causes)
        if cause is not None:
            parent[index] = cause
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


class _Found:
    """What was found of one object: the first finding of each rule, and of each wrong shape.

    Because a hostile object may have any number of findings, none is compared with all the others.
    """

    __slots__ = ("rules", "shapes")

    def __init__(self) -> None:
        self.rules: dict[tuple[str, Severity], int] = {}
        self.shapes: dict[tuple[Route, Severity], int] = {}

    def add(self, index: int, finding: Finding) -> None:
        """Take the next finding."""
        self.rules.setdefault((finding.rule, finding.severity), index)
        if finding.rule.startswith("schema/") and finding.route:
            self.shapes.setdefault((finding.route, finding.severity), index)

    def cause(self, index: int, finding: Finding, causes: Sequence[str]) -> int | None:
        """The first finding that this one follows from."""
        may: list[Severity] = ["error"]
        if finding.severity == "warning":  # An error is not folded: what is folded is not counted.
            may.append("warning")
        found = [self.rules.get((rule, grave)) for rule in causes for grave in may]
        if not finding.rule.startswith("schema/"):
            depths = range(1, len(finding.route) + 1)
            found += [self.shapes.get((finding.route[:n], grave)) for n in depths for grave in may]
        return min((one for one in found if one is not None and one != index), default=None)


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
