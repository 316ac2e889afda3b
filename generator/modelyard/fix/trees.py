"""What is wrong with rendered files, mended in the line of the model's spec that decides it.

The model is built again, and nothing but what the fix is about may have become another one.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from modelyard import pipeline
from modelyard.build.parts.labels import SPEC_DIGEST
from modelyard.check.inspection import Inspector
from modelyard.explain.answer import parse_field
from modelyard.findings import Fix, at, leads
from modelyard.fix.meant import meant, same
from modelyard.fix.nodes import CannotFix
from modelyard.fix.rounds import ROUNDS, Change, everything, key
from modelyard.load.repository import MODELS, TREE, Repository
from modelyard.write.changes import Change as Difference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from modelyard.findings import Finding, Route
    from modelyard.fix.rounds import Mending

Manifests = dict[str, dict[str, Any]]
"""What a model becomes, by file."""


def mend_behind(root: Path, mending: Mending, findings: Sequence[Finding]) -> None:
    """Mend the specs behind rendered files, and look again at what they become."""
    known = {key(one) for one in everything(findings) if one.suppressed is None}
    todo = _able(findings)
    for _ in range(ROUNDS):
        changed = {_model(finding) for finding in todo if _mend(root, mending, finding)}
        if not changed:
            return
        todo = [one for one in _able(_told(root, mending, sorted(changed))) if key(one) in known]


def _able(findings: Iterable[Finding]) -> list[Finding]:
    """Those that say how they are mended, and whose cause stands in a model's spec."""
    return [
        finding
        for finding in findings
        if finding.fix is not None and finding.suppressed is None
        if finding.location.file.startswith(f"{TREE}/")
        if finding.cause is not None and finding.cause.location.file.startswith(f"{MODELS}/")
    ]


def _model(finding: Finding) -> str:
    return finding.location.file.split("/")[2]


def _told(root: Path, mending: Mending, names: Iterable[str]) -> Iterator[Finding]:
    """What is wrong with what some models become now."""
    repository = Repository(root, mending.texts)
    inspector = Inspector(repository)
    for name in names:
        for output in _outputs(repository, name):
            as_it_is = Difference(output.tree.directory, {}, exists=True)
            yield from inspector.directory(output, as_it_is, []).findings


def _outputs(repository: Repository, name: str) -> list[pipeline.Output]:
    """What a model becomes in all environments; nothing where something is wrong with it."""
    outputs, findings = pipeline.model_outputs(repository, name, repository.environment_names)
    return [] if findings else outputs


def _manifests(repository: Repository, name: str) -> Manifests:
    """What a model becomes, but for the digest of its spec, which every change of that changes."""
    found = {
        f"{output.tree.directory}/{built.file}": deepcopy(built.manifest)
        for output in _outputs(repository, name)
        for built in output.tree.files
    }
    for manifest in found.values():
        manifest["metadata"].get("annotations", {}).pop(SPEC_DIGEST, None)
    return found


def _mend(root: Path, mending: Mending, finding: Finding) -> bool:
    """Mend the line of a spec that decides what is wrong; whether it was mended now."""
    assert finding.fix is not None
    assert finding.cause is not None
    repository, name = Repository(root, mending.texts), _model(finding)
    old = _manifests(repository, name)
    fix = _in_spec(repository, old, finding)
    if fix is None:
        mending.reasons.setdefault(key(finding), "no line of the spec alone decides it")
        return False
    change = Change(finding, finding.cause.location, fix)
    if same(_mended(old[finding.location.file], finding.fix), old[finding.location.file]):
        mending.fixed.append(change)
        return False
    if not mending.apply([change]):
        return False
    new = _manifests(Repository(root, mending.texts), name)
    helps = _only_mended(old, new, finding)
    mending.judge([finding], [] if helps else [finding])
    return helps


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
    place = _place(repository.model(_model(finding)).document.value, cause, manifest, route)
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
    except CannotFix:
        return None
