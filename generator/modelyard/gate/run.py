"""From a base to a verdict: look, look again where the judges differ, and compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from modelyard import pipeline
from modelyard.check import baseline as baselines
from modelyard.check.settle import settled
from modelyard.diff import changes
from modelyard.diff.touched import touched
from modelyard.errors import Refused
from modelyard.findings import Report
from modelyard.gate import told
from modelyard.gate.base import Base
from modelyard.gate.second import Judged, SecondLook
from modelyard.gate.together import Together
from modelyard.load.reader import read_text
from modelyard.load.revisions import Revision
from modelyard.load.selection import Selection
from modelyard.work.pool import Workers
from modelyard.work.result import Share
from modelyard.work.session import Session, check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from modelyard.diff.comparison import Comparison
    from modelyard.findings import Finding
    from modelyard.load.repository import Repository
    from modelyard.work.result import Asked, Task
    from modelyard.write.state import State

LOOKED_AT = ("gate/policy", "gate/definition", "gate/settings")
"""Edits after which every model is looked at, whether or not it changed."""
OF_THE_GATE = ("gate/exception",)
"""What only the second look sees of a change's edits."""
HARMLESS = ("gate/conftest", "gate/surroundings", "gate/blueprint")
"""Edits that leave what the base judges by as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks of the gate."""

    base: str | None = None
    """The revision that the change is to be merged into."""
    today: str
    """The day that the ends of exceptions are compared with."""
    trust_head: bool = False
    """Whether an owner takes the change's word for what it is judged by."""
    baseline: str | None = None
    """A file of the repository with findings that do not count."""
    jobs: int | None = None


@dataclass(slots=True)
class Verdict:
    """What came of a change."""

    base: str
    past: Repository
    """The repository as the base has it."""
    edits: list[Finding]
    """What it edits of its own judges; these come first, and are not in the report."""
    report: Report
    comparison: Comparison | None = None
    """Nothing where the change cannot be rendered."""
    refused: bool = False
    trusted: bool = False
    """Whether an owner took the change's word."""

    @property
    def passes(self) -> bool:
        """Whether nothing stands against it."""
        errors = sum(edit.severity == "error" for edit in self.edits) + self.report.count("error")
        return not (errors or self.refused or (self.comparison and self.comparison.count("error")))


def gate(repository: Repository, wanted: Wanted, state: State) -> Verdict:
    """Judge what lies in the working tree; raises `Refused` where there is no base."""
    base = Base(repository.root, wanted.base)
    found = touched(base.git, repository, base.left)
    changed = {*found.models, *(name for _, name in found.directories)}
    edits = told.edits(base, repository, sorted(changed), wanted.baseline)
    edits += _surroundings(base)
    verdict = Verdict(base.name, base.past, edits, Report(), trusted=wanted.trust_head)
    every = found.everything or any(edit.rule in LOOKED_AT for edit in edits)
    selection = Selection(repository.model_names, repository.environment_names, whole=True)
    asked = None if every else found.concerns
    session = Session(repository, selection, state, check=True, jobs=wanted.jobs, asked=asked)
    try:
        together = None if every else Together(base, found, wanted.jobs)
        verdict.report = check(session, today=wanted.today, together=together)
        _without(verdict, _baseline(repository, wanted), whole=every)
        if not wanted.trust_head and _must_look_again(base, repository, edits, session):
            claims = together.claims if together else session.claims
            second = _second(base, session, found.concerns, claims, wanted)
            verdict.edits += [finding for finding in second if finding.rule in OF_THE_GATE]
            second = [finding for finding in second if finding.rule not in OF_THE_GATE]
            verdict.report.findings = merged(verdict.report.findings, second, base.name)
        verdict.comparison = changes(repository, base.left, jobs=wanted.jobs, known=found)
        verdict.comparison.base = Revision(base.name, base.left)
    except Refused as refusal:
        verdict.report.findings = list(refusal.findings)
        verdict.refused = True
    finally:
        session.close()
    if wanted.trust_head:
        verdict.edits = [replace(edit, severity="warning") for edit in edits]
    return verdict


def _must_look_again(
    base: Base, repository: Repository, edits: list[Finding], session: Session
) -> bool:
    """Whether the base may judge otherwise than the change itself does."""
    if any(edit.rule not in HARMLESS for edit in edits):
        return True
    exemptions = (one for result in session.results for one in result.exemptions)
    if any(one.suppression.kind == "annotation" for one in exemptions):
        return True
    moved_on = base.left != base.commit
    return moved_on and bool(base.edits(base.commit, told.judges(base, repository)))


def _second(
    base: Base,
    session: Session,
    asked: Asked,
    claims: Callable[[str], list[tuple[str, Any]]],
    wanted: Wanted,
) -> list[Finding]:
    """What the base finds in everything that changed."""
    repository = session.repository
    with TemporaryDirectory(prefix="modelyard-base-") as folder:
        base.materialise(base.commit, told.judges(base, base.past), Path(folder))
        look = SecondLook(repository, Judged(repository, base, Path(folder)))
        share = _share(look, _tasks(repository, asked), wanted.jobs)
        for name in repository.environment_names:
            outputs = pipeline.platform(repository, name, sorted(session.kinds(name)))
            share.results += [look.compared(output) for output in outputs]
            share.findings += look.inspector.environment(name, claims(name))
        findings = [finding for result in share.results for finding in result.findings]
        seen = {result.directory for result in share.results}
        others = [result for result in session.results if result.directory not in seen]
        exemptions = [one for result in (*share.results, *others) for one in result.exemptions]
        found = settled(
            [*findings, *share.findings],
            exemptions,
            look.inspector.judge,
            today=wanted.today,
            seen=(),
        )
    if wanted.baseline is not None:
        data = base.text(wanted.baseline)
        if data is not None:
            known = baselines.read(wanted.baseline, data.decode("utf-8", "replace"))
            found = known.applied(found, whole=False)
    return found


def _share(look: SecondLook, tasks: list[Task], jobs: int | None) -> Share:
    workers: Workers[Share] = Workers(jobs)
    whole = Share()
    for share in workers.once(look, tasks):
        whole.add(share, [name for name, *_ in tasks])
    return whole


def _tasks(repository: Repository, asked: Asked) -> list[Task]:
    """The models that changed, with the environments."""
    found: list[Task] = []
    for name in repository.model_names:
        where = [each for each in repository.environment_names if asked(each, name)]
        wanted = (
            tuple(each for each in pipeline.deployed(repository, name) if each in where)
            if where
            else ()
        )
        if wanted:
            found.append((name, wanted, frozenset()))
    return found


def merged(first: Iterable[Finding], second: Iterable[Finding], base: str) -> list[Finding]:
    """Findings of both looks, each at its worst."""
    found = {_key(finding): finding for finding in first}
    for finding in second:
        key = _key(finding)
        known = found.get(key)
        told_already = finding.rule.startswith(("exceptions/", "tree/"))
        if not told_already and (known is None or _weight(finding) > _weight(known)):
            found[key] = replace(finding, message=f"{finding.message} (as {base} judges it)")
    return sorted(found.values(), key=lambda finding: finding.sort_key)


def _key(finding: Finding) -> tuple[object, ...]:
    return (finding.rule, finding.location, finding.fingerprint)


def _weight(finding: Finding) -> int:
    return 0 if finding.suppressed else 1 + (finding.severity == "error")


def _baseline(repository: Repository, wanted: Wanted) -> baselines.Baseline | None:
    if wanted.baseline is None:
        return None
    root, file = repository.root, wanted.baseline
    text = read_text(root / file, file, root=root, limit=baselines.MOST_BYTES)
    return baselines.read(file, text)


def _without(verdict: Verdict, known: baselines.Baseline | None, *, whole: bool) -> None:
    if known is not None:
        verdict.report.findings = known.applied(verdict.report.findings, whole=whole)


def _surroundings(base: Base) -> list[Finding]:
    """What changes at the top of the git repository, which may be another directory."""
    if not base.git.prefix:
        return told.surroundings(base, "")
    top = base.git.run("rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape")
    return told.surroundings(Base(Path(top.removesuffix("\n")), base.name), "")
