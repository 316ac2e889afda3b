"""Specs, environments and blueprints, mended where the mistake was written.

A mistake that is told of a rendered file is mended in the model's spec, if one line of it decides the
field: the model is built again, and nothing but that field may have become another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard import pipeline
from modelyard.errors import Refused
from modelyard.explain.answer import parse_field
from modelyard.findings import Fix, at, leads
from modelyard.fix.meant import meant, same
from modelyard.fix.nodes import CannotFix
from modelyard.fix.rounds import ROUNDS, Change, Mended, Mending, key
from modelyard.load.repository import BLUEPRINTS, ENVIRONMENTS, MODELS, SETTINGS, Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from modelyard.findings import Finding, Route
    from modelyard.fix.files import Folder

Manifests = dict[str, dict[str, Any]]
"""What a model becomes, by file."""


def mend(root: Path, folder: Folder, findings: Sequence[Finding]) -> Mended:
    """What of the findings can be mended; nothing is written yet."""
    mending = Mending(folder.text, kubernetes=False)
    able = [one for one in findings if one.fix is not None and one.suppressed is None]
    _directly(root, mending, [one for one in able if _is_written(one.location.file)])
    for finding in able:
        if finding.cause is not None and finding.cause.location.file.startswith(f"{MODELS}/"):
            _by_cause(root, mending, finding)
    return mending.mended()


def _is_written(file: str) -> bool:
    """Whether people write a file."""
    return file == SETTINGS or file.startswith((f"{MODELS}/", f"{ENVIRONMENTS}/", f"{BLUEPRINTS}/"))


def _directly(root: Path, mending: Mending, findings: list[Finding]) -> None:
    """Mend what is told of the files that people write; what that uncovers, too."""
    files = sorted({finding.location.file for finding in findings})
    for _ in range(ROUNDS):
        changes = [Change(one, one.location, one.fix) for one in findings if one.fix is not None]
        if not mending.apply(changes):
            return
        before, findings = findings, _all_wrong(root, mending, files)
        if mending.judge(before, _not_mended(mending.made, findings)):
            findings = _all_wrong(root, mending, files)


def _all_wrong(root: Path, mending: Mending, files: Iterable[str]) -> list[Finding]:
    repository = Repository(root, mending.texts)
    found = [one for file in files for one in wrong(repository, file)]
    return [one for one in dict.fromkeys(found) if one.location.file in files]


def wrong(repository: Repository, file: str) -> list[Finding]:
    """What is wrong with one file that people write."""
    folder, _, name = file.partition("/")
    name = name.removesuffix(".yaml").removesuffix("/blueprint")
    try:
        if folder == MODELS:
            return pipeline.model_outputs(repository, name, repository.environment_names)[1]
        if folder == ENVIRONMENTS:
            repository.environment(name)
        elif folder == BLUEPRINTS:
            repository.blueprint(name)
        else:
            _ = repository.settings
    except Refused as refusal:
        return list(refusal.findings)
    return []


def _not_mended(changes: Iterable[Change], findings: Iterable[Finding]) -> list[Finding]:
    """Findings that speak against a change: the same again, or another one about the same value.

    What a mistake hid is told now, and speaks against nothing.
    """
    told = {key(change.finding) for change in changes}
    places = {str(change.place) for change in changes if not change.fix.rename}
    return [one for one in findings if key(one) in told or str(one.location) in places]


def _by_cause(root: Path, mending: Mending, finding: Finding) -> None:
    """Mend the line of a model's spec that decides what is wrong with a rendered file."""
    assert finding.fix is not None
    assert finding.cause is not None
    old = _manifests(Repository(root, mending.texts), finding)
    fix = _in_spec(Repository(root, mending.texts), old, finding)
    if fix is None:
        mending.reasons[key(finding)] = "no line of the spec alone decides it"
        return
    if mending.apply([Change(finding, finding.cause.location, fix)]):
        new = _manifests(Repository(root, mending.texts), finding)
        helps = _only_mended(old, new, finding)
        mending.judge([finding], [] if helps else [finding])


def _manifests(repository: Repository, finding: Finding) -> Manifests:
    """What the model of a finding becomes in all environments."""
    name = finding.location.file.split("/")[2]
    outputs, findings = pipeline.model_outputs(repository, name, repository.environment_names)
    if findings:
        return {}
    return {
        f"{output.tree.directory}/{built.file}": built.manifest
        for output in outputs
        for built in output.tree.files
    }


def _in_spec(repository: Repository, manifests: Manifests, finding: Finding) -> Fix | None:
    """A fix of an object as one of the spec, where the spec has what is wrong in the same words."""
    assert finding.fix is not None
    assert finding.cause is not None
    file, fix = finding.location.file, finding.fix
    if file not in manifests or sum(map(len, (fix.put, fix.quote, fix.rename, fix.drop))) != 1:
        return None
    manifest, cause = manifests[file], parse_field(finding.cause.path)
    if fix.rename:
        (route, name), *_ = fix.rename
        ends = [end for end in range(len(cause), 0, -1) if cause[end - 1] == route[-1]]
        return Fix(rename=((cause[: ends[0]], name),)) if ends else None
    route = [*(route for route, _ in fix.put), *fix.quote, *fix.drop][0]
    place = _place(repository.model(file.split("/")[2]).document.value, cause, manifest, route)
    if place is None:
        return None
    put = tuple((place, value) for _, value in fix.put)
    return Fix(put, (place,) if fix.drop else (), (), (place,) if fix.quote else ())


def _place(written: Any, cause: Route, manifest: Any, route: Route) -> Route | None:
    """Where the spec says what stands at a route of the object, or at the nearest that is there."""
    depth = max(end for end in range(len(route) + 1) if leads(manifest, route[:end]))
    there = at(manifest, route[:depth])
    for end in range(len(cause), 0, -1):
        if leads(written, cause[:end]) and same(at(written, cause[:end]), there):
            return (*cause[:end], *route[depth:])
    return None


def _only_mended(old: Manifests, new: Manifests, finding: Finding) -> bool:
    """Whether the object has changed as its fix says, and all others in the same way or not at all."""
    assert finding.fix is not None
    file = finding.location.file
    if old.keys() != new.keys() or not same(_mended(old[file], finding.fix), new[file]):
        return False
    return all(
        same(old[name], new[name]) or same(_mended(old[name], finding.fix), new[name])
        for name in old
    )


def _mended(manifest: Any, fix: Fix) -> Any:
    """An object with its fix; nothing where that has no place in it."""
    try:
        return meant(manifest, fix, lambda route: str(at(manifest, route)))
    except (LookupError, CannotFix):
        return None
