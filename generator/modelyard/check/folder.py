"""Manifests that others wrote: any files and folders, without specs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from modelyard.check import contents, exceptions, listing, readers
from modelyard.check.inspection import MAX_MANIFEST_BYTES, located, problem_of
from modelyard.check.levels import leveled
from modelyard.check.objects import Manifest, Objects
from modelyard.check.settle import settled
from modelyard.check.standards import Standards
from modelyard.errors import Refused
from modelyard.findings import Finding, Location, Report
from modelyard.load.document import parse
from modelyard.load.reader import read_text
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from modelyard.check.exceptions import Exemption
    from modelyard.check.profile import Profile
    from modelyard.load.document import Document


def check(
    paths: Sequence[str],
    facts: Path | None,
    start: Path,
    *,
    today: str,
    rules: bool = True,
    profile: Profile | None = None,
    texts: Mapping[str, str] | None = None,
) -> Report:
    """Everything that is wrong with the manifests under some paths, taken together.

    `today` is the day that the ends of exceptions are compared with. `facts` is an environment's
    file, which says what is true of the cluster; rules that need what nobody told are not decided,
    and a finding says which. Without `rules`, only schemas are asked. `texts` stand in the place of
    files, by their paths from `start`, which may be in a repository of ours: see `Standards`.
    Raises `Refused` for a path without manifests, and for an unsound environment or repository.
    """
    standards = Standards(start, facts, rules=rules)
    context = standards.context
    report = Report()
    manifests: list[Manifest] = []
    documents: list[Document] = []
    everything: list[Path] = []
    for path in paths:
        everything += listing.manifests(start / path, start, path)[0]
        listing.refuse_too_much(everything, path)
    for path in paths:
        for document in contents.objects(_read(path, start, report, texts or {})):
            manifests.append(Manifest(document.value, document.file, len(documents)))
            documents.append(document)
    if not manifests and not report.findings:
        report.findings.append(_nothing(paths[0]))
    validators = standards.validators(one.value for one in manifests)
    for manifest, document in zip(manifests, documents, strict=True):
        report.summary.objects += 1
        report.summary.checks += 1
        if not contents.is_kustomization(manifest.value):
            problems = validators.problems(manifest.value)
            report.findings += [located(problem, document) for problem in problems]
    report.findings = contents.unknown_once(report.findings)
    judge = standards.judge if profile is None else profile.around(standards.judge)
    verdict = judge.objects(Objects(manifests), context)
    verdict.broken += judge.environment(verdict.claims, context)
    report.summary.checks += verdict.checks
    for broken in verdict.broken:
        finding = located(problem_of(broken), documents[broken.manifest.index])
        report.findings.append(replace(finding, severity=broken.rule.severity))
    undecided = {name for name in verdict.undecided if "plan" not in judge.by_name[name].needs}
    if undecided:
        report.summary.skipped += len(undecided)
        report.findings.append(_undecided(undecided, paths[0]))
    levels = context.environment.levels if context.environment else None
    exemptions = _exemptions(documents, report)
    report.findings = settled(
        leveled(report.findings, levels),
        exemptions,
        judge,
        today=today,
        seen={document.file for document in documents},
        undecided=verdict.undecided,
    )
    return report


def _exemptions(documents: list[Document], report: Report) -> list[Exemption]:
    """The exceptions in the objects' annotations."""
    found: list[Exemption] = []
    for document in documents:
        exemptions, unreadable = exceptions.of_object(document)
        found += exemptions
        report.findings += unreadable
    return found


def _read(path: str, start: Path, report: Report, texts: Mapping[str, str]) -> Iterator[Document]:
    """The documents under a path, but for those that are no objects before a tool makes some of them."""
    files, wrong = listing.manifests(start / path, start, path)
    report.findings += wrong
    read: dict[Path, list[Document]] = {}
    templates: set[Path] = set()
    for chart, those in contents.charts(files).items():
        templates |= {*those, chart / "Chart.yaml", chart / "Chart.yml"}
        if those:
            shown = listing.named(chart, start)
            report.findings.append(contents.unrendered_chart(shown, len(those)))
    for file in files:
        if file not in templates:
            read[file] = _documents(file, listing.named(file, start), report, texts)
    patches = {found for file in read for found in contents.patches(file, read[file])}
    for file, documents in read.items():
        if file not in patches:
            report.findings += contents.unrendered(documents)
            yield from documents


def _documents(file: Path, shown: str, report: Report, texts: Mapping[str, str]) -> list[Document]:
    text = texts.get(shown)
    try:
        if text is None:
            root = listing.real(file).parent
            text = read_text(file, shown, root=root, limit=MAX_MANIFEST_BYTES)
    except Refused as refusal:
        report.findings += refusal.findings
        return []
    if not contents.mentions_objects(text):
        return []
    report.summary.files += 1
    documents, findings = parse(shown, text, kubernetes=True, limit=MAX_MANIFEST_BYTES)
    template = contents.as_template(text, findings)
    if template is not None:
        report.findings.append(template)
        return []
    report.findings += findings
    report.findings += readers.findings(documents)
    return documents


def _nothing(path: str) -> Finding:
    help_ = "name a folder with manifests"
    return Finding("file/missing", "no objects are here", Location(path, 1, 1), help=help_)


def _undecided(names: set[str], path: str) -> Finding:
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    return Finding(
        "check/undecided",
        f"{plural(len(names), 'rule')} could not be decided without facts: {listed}",
        Location(path, 1, 1),
        "warning",
        help="tell what is true of the cluster: `--environment FILE`",
    )
