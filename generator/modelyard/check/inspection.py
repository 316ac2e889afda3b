"""One directory of the tree: is it what the spec says, and is what it says sound?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from modelyard.bundle import shipped
from modelyard.check import custom, exceptions, readers
from modelyard.check.definitions import Definitions
from modelyard.check.differences import foreign, stale, with_way_out
from modelyard.check.levels import leveled
from modelyard.check.objects import Manifest, Objects
from modelyard.check.rule import Claim, Context
from modelyard.check.schema import Problem, Validators
from modelyard.errors import Refused
from modelyard.findings import Finding, ObjectRef, Summary, anchored, cut
from modelyard.load.document import parse, rendered
from modelyard.load.reader import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from modelyard.check.exceptions import Exemption
    from modelyard.check.judge import Broken, Judge, Verdict
    from modelyard.findings import Cause, Route
    from modelyard.load.document import Document
    from modelyard.load.repository import Repository
    from modelyard.pipeline import Output
    from modelyard.plan import Plan
    from modelyard.write.changes import Change

MAX_MANIFEST_BYTES = 8 << 20
MAX_MESSAGE = 2_000
"""Characters of a message, into which names of any length may come."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What came of looking at a directory."""

    findings: list[Finding]
    summary: Summary
    claims: tuple[tuple[str, Any], ...] = ()
    """What rules of the whole environment gathered: the rule, and a packed claim."""
    exemptions: tuple[Exemption, ...] = ()
    """The exceptions that hold here."""


def all_rules(own: Path | None = None) -> Judge:
    """All rules: ours, and a team's own in a folder. Raises `Refused` for one that cannot be read."""
    from modelyard.check import policies, rules
    from modelyard.check.judge import Judge
    from modelyard.check.own import refuse_links, refuse_taken, unreadable
    from modelyard.policy.engine import PolicyError

    folders = [shipped() / "policies", *([own] if own is not None and own.is_dir() else [])]
    if len(folders) > 1:
        refuse_links(folders[1])
    try:
        written, engine = policies.load(folders)
    except PolicyError as error:
        raise unreadable(error, own) from None
    python = rules.load()
    if len(folders) > 1 and engine is not None:
        refuse_taken(engine.library.modules, folders[1], python)
    return Judge({**python, **written}.values(), engine.watch if engine else None)


class Inspector:
    """Checks directories; compiled schemas are kept for each version of Kubernetes."""

    def __init__(
        self, repository: Repository, *, rules: bool = True, facts: Repository | None = None
    ) -> None:
        """Without rules, only schemas are asked.

        `facts` says what is allowed, where that is not for the repository itself to say.
        """
        self.repository = repository
        self.facts = facts or repository
        self.rules = rules
        self._validators: dict[str, Validators] = {}
        self._custom: dict[tuple[str, str], Any] | None = None

    def directory(self, output: Output, change: Change, differences: list[Finding]) -> Inspection:
        """What is wrong with a directory, given what rendering it again would change."""
        summary = Summary()
        validators = self.validators(output.tree.environment)
        findings = with_way_out(self.repository, output, differences)
        told = {finding.location.file for finding in findings}
        old = stale(change.directory, change.files, change.removed, exists=change.exists)
        findings += [finding for finding in old if finding.location.file not in told]
        lying: dict[str, list[Document]] = {}
        manifests = []
        for built in output.tree.files:
            file = f"{change.directory}/{built.file}"
            if built.file in change.files:
                lying[file], found = self.file(file, validators, summary)
                findings += found
            else:
                summary.files += 1
                findings += self._sound(file, built.manifest, validators, output, summary)
                manifests.append(Manifest(built.manifest, file))
        for name in sorted(set(change.kept) | set(change.removed)):
            if name.endswith((".yaml", ".yml", ".json")) and name not in output.rendered.files:
                if name not in change.removed:
                    findings.append(foreign(change.directory, name))
                file = f"{change.directory}/{name}"
                lying[file], found = self.file(file, validators, summary)
                findings += found
        manifests += [
            Manifest(document.value, file, index)
            for file, documents in lying.items()
            for index, document in enumerate(documents)
            if isinstance(document.value, dict)
        ]
        verdict = self.judge.objects(Objects(manifests), self.context(output))
        summary.checks += verdict.checks
        findings += self._broken(output, verdict, lying)
        exemptions, unreadable = self.exemptions(output, manifests, lying)
        findings = self._leveled(findings + unreadable, output.tree.environment)
        return Inspection(findings, summary, _packed(verdict), tuple(exemptions))

    def claims(
        self, output: Output, rules: frozenset[str] | None = None
    ) -> tuple[list[tuple[str, Any]], list[Finding]]:
        """What rules of the whole environment want to know of a directory: the rule, a packed claim.

        Beside them findings about rules that had to be stopped. Without `rules`, all are asked.
        """
        from modelyard.check.judge import Verdict

        verdict = Verdict()
        self.judge.gather(Objects(_manifests(output)), self.context(output), verdict, rules)
        return [*_packed(verdict)], self._broken(output, verdict, {})

    def exemptions_of(self, output: Output) -> list[Exemption]:
        """The exceptions that hold in a directory that is as it was rendered."""
        return self.exemptions(output, _manifests(output), {})[0]

    def exemptions(
        self, output: Output, manifests: list[Manifest], lying: dict[str, list[Document]]
    ) -> tuple[list[Exemption], list[Finding]]:
        """The exceptions of the spec, and of the objects' annotations."""
        found: list[Exemption] = []
        if output.resolution is not None:
            model = output.resolution.model
            deployed = [
                name
                for name in self.repository.environment_names
                if name in model.value.environments
            ]
            found = exceptions.of_model(model, output.tree.environment, deployed)
        wrong: list[Finding] = []
        for manifest in manifests:
            if exceptions.ANNOTATION in manifest.annotations:
                document = (
                    lying[manifest.file][manifest.index]
                    if manifest.file in lying
                    else rendered(manifest.file, output.text(manifest.file))
                )
                own, unreadable = exceptions.of_object(document)
                found += own
                wrong += unreadable
        return found, wrong

    def _leveled(self, findings: list[Finding], environment: str) -> list[Finding]:
        return leveled(findings, self.facts.environment(environment).value.spec.levels)

    def environment(self, name: str, claims: Iterable[tuple[str, Any]]) -> list[Finding]:
        """What the directories of an environment break together, by what was gathered of each."""
        by_rule: dict[str, list[Claim]] = {}
        for rule, packed in claims:
            by_rule.setdefault(rule, []).append(Claim.unpacked(packed))
        found = []
        for broken in self.judge.environment(by_rule, self._context(name)):
            file, hit = broken.manifest.file, broken.hit
            documents, _ = self.file(file, self.validators(name), Summary())
            if broken.manifest.index >= len(documents):
                continue
            problem = problem_of(broken)
            finding = located(problem, documents[broken.manifest.index])
            cause = self._cause(name, file, hit.route)
            found.append(replace(finding, severity=broken.rule.severity, cause=cause))
        return self._leveled(found, name)

    def _cause(self, environment: str, file: str, route: Route) -> Cause | None:
        """The line of the spec behind a line of a model's directory."""
        from modelyard import pipeline
        from modelyard.explain.provenance import cause_of

        _, _, model, name = file.split("/")
        if model not in self.repository.model_names:
            return None
        outputs, _ = pipeline.model_outputs(self.repository, model, (environment,))
        ours = (one for one in outputs if any(built.file == name for built in one.tree.files))
        return next((cause_of(self.repository, one, name, route) for one in ours), None)

    def file(
        self, file: str, validators: Validators, summary: Summary
    ) -> tuple[list[Document], list[Finding]]:
        """A file as it lies there, rendered or not: its documents, and what is wrong with them."""
        root = self.repository.root
        if not (root / file).exists():
            return [], []
        try:
            text = read_text(root / file, file, root=root, limit=MAX_MANIFEST_BYTES)
        except Refused as refusal:
            return [], list(refusal.findings)
        summary.files += 1
        documents, findings = parse(file, text, kubernetes=True, limit=MAX_MANIFEST_BYTES)
        findings += readers.findings(documents)
        for document in documents:
            if document.value is not None:
                summary.objects += 1
                summary.checks += 1
                findings += [
                    located(problem, document) for problem in validators.problems(document.value)
                ]
        return documents, findings

    @cached_property
    def judge(self) -> Judge:
        """All rules: ours, and the team's own under `policies/`; raises `Refused` for a wrong one."""
        if not self.rules:
            from modelyard.check.judge import Judge

            return Judge([])
        return all_rules(self.facts.policies)

    def context(self, output: Output) -> Context:
        """What rules know beside the objects."""
        return self._context(output.tree.environment, output.plan)

    def _context(self, environment: str, plan: Plan | None = None) -> Context:
        found = self.facts.environment(environment)
        written = found.document.value
        return Context(found.value.spec, written["spec"] if isinstance(written, dict) else {}, plan)

    def _broken(
        self, output: Output, verdict: Verdict, lying: dict[str, list[Document]]
    ) -> list[Finding]:
        """What rules have found, at its line and with its cause."""
        own: dict[str, Document] = {}
        found = []
        for broken in verdict.broken:
            file, problem = broken.manifest.file, problem_of(broken)
            if file in lying:
                finding = located(problem, lying[file][broken.manifest.index])
            else:
                if file not in own:
                    own[file] = rendered(file, output.text(file))
                finding = _with_cause(self.repository, output, file, located(problem, own[file]))
            found.append(replace(finding, severity=broken.rule.severity))
        return found

    def validators(self, environment: str) -> Validators:
        """The schemas of an environment; environments of one version of Kubernetes share them."""
        version = str(self.facts.environment(environment).value.spec.cluster.kubernetes)
        if version not in self._validators:
            self._validators[version] = Validators(Definitions(version, self.custom()))
        return self._validators[version]

    def custom(self) -> dict[tuple[str, str], Any]:
        """The team's own definitions; raises `Refused` where they cannot be read."""
        if self._custom is None:
            settings = self.facts.settings
            found, findings = custom.load(self.facts.definitions, settings.value.spec.schemas)
            if findings:
                raise Refused(
                    replace(finding, location=settings.document.locate(finding.route))
                    if finding.route
                    else finding
                    for finding in findings
                )
            self._custom = found
        return self._custom

    def _sound(
        self, file: str, manifest: Any, validators: Validators, output: Output, summary: Summary
    ) -> list[Finding]:
        """An object that is exactly what was rendered: no need to read it again, unless it is wrong."""
        summary.objects += 1
        summary.checks += 1
        problems = list(validators.problems(manifest))
        if not problems:
            return []
        document = rendered(file, output.text(file))
        return [
            _with_cause(self.repository, output, file, located(problem, document))
            for problem in problems
        ]


def _manifests(output: Output) -> list[Manifest]:
    directory = output.tree.directory
    return [Manifest(built.manifest, f"{directory}/{built.file}") for built in output.tree.files]


def _packed(verdict: Verdict) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (rule, claim.packed()) for rule, claims in verdict.claims.items() for claim in claims
    )


def problem_of(broken: Broken) -> Problem:
    """What a rule has found, as schemas say what they find."""
    hit = broken.hit
    more = (hit.of_key, hit.within, hit.fix, hit.because_of)
    return Problem(broken.rule.name, hit.route, hit.message, hit.help, *more)


def located(problem: Problem, document: Document) -> Finding:
    """A problem at its line."""
    value: dict[str, Any] = document.value if isinstance(document.value, dict) else {}
    metadata: Any = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    namespace = metadata.get("namespace")
    return Finding(
        problem.rule,
        cut(problem.message, MAX_MESSAGE),
        document.locate(problem.route, key=problem.of_key, within=problem.within),
        problem.severity,
        object=ObjectRef(
            cut(str(value.get("apiVersion", ""))),
            cut(str(value.get("kind", ""))),
            None if namespace is None else cut(str(namespace)),
            cut(str(metadata.get("name", ""))),
        ),
        route=problem.route,
        anchor=anchored(value, problem.route),
        help=cut(problem.help, MAX_MESSAGE),
        fix=problem.fix.below(document.root) if problem.fix else None,
        because_of=problem.because_of,
    )


def _with_cause(repository: Repository, output: Output, file: str, finding: Finding) -> Finding:
    from modelyard.explain.provenance import cause_of

    return replace(
        finding, cause=cause_of(repository, output, file.rpartition("/")[2], finding.route)
    )
