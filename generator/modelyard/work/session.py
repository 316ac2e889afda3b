"""One run over a repository: survey, prepare, and either write or report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from modelyard.check.differences import stale
from modelyard.errors import Refused
from modelyard.findings import Finding, Location, Report, Summary
from modelyard.load.repository import OWN, TREE
from modelyard.work.pool import Pool
from modelyard.work.result import Share
from modelyard.work.survey import Survey, directories, environments_on_disk, is_ours
from modelyard.write.exclusive import exclusive
from modelyard.write.lock import parsed
from modelyard.write.state import packed, signature
from modelyard.write.swap import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.check.exceptions import Exemption
    from modelyard.load.repository import Repository
    from modelyard.load.selection import Selection
    from modelyard.pipeline import Kind, Output
    from modelyard.work.result import Asked, Result, Task
    from modelyard.write.state import Fingerprint, State


FEW = 40
"""Models; importing pydantic takes as long as reading so many specs without it."""


@dataclass(slots=True)
class Rendering:
    """What a run wrote, or would write."""

    written: list[str] = field(default_factory=list)
    """Files, relative to the repository."""
    removed: list[str] = field(default_factory=list)


class Session:
    """Prepares everything that a selection asks for. Nothing is written before `commit`."""

    def __init__(
        self,
        repository: Repository,
        selection: Selection,
        state: State,
        *,
        force: bool = False,
        check: bool = False,
        rules: bool = True,
        jobs: int | None = None,
        asked: Asked | None = None,
    ) -> None:
        """`asked` says which directories of models are looked at; all of them without it."""
        self.repository = repository
        self.rules = rules
        self.selection = selection
        self.state = state
        self.check = check
        self.survey = Survey(repository, state, selection, check=check)
        self.pool = Pool(repository, force=force, check=check, rules=rules, jobs=jobs)
        self.asked = asked
        self.others: list[Task] = []
        """What nobody asked about, and nothing is known of."""
        self._selected = frozenset(selection.models)
        self.results: list[Result] = []
        self.share = Share()
        self._same_kinds: dict[tuple[Kind, ...], tuple[Kind, ...]] = {}

    def prepare(self) -> list[Result]:
        """What came of every directory that may have changed; raises `Refused` for unsound input.

        Models whose spec has changed are rendered while the file system is still being asked
        about the trees of the others.
        """
        self.share = self._prepared(self.survey.changed_specs())
        others = self._prepared(self.survey.changed_trees())
        self.share.add(others, self.selection.models)
        if self.share.findings:
            raise _refused(self.share.findings)
        self.results = list(self.share.results)
        self.results += self._stale_directories()
        self.results += self._environment_directories()
        return self.results

    def _is_asked(self, environment: str, name: str) -> bool:
        return self.asked is None or self.asked(environment, name)

    def _asked_for(self, tasks: list[Task]) -> Iterator[Task]:
        """Those parts of tasks that are asked for; the others are put aside."""
        for name, wanted, rendered in tasks:
            here = tuple(each for each in wanted if self._is_asked(each, name))
            left = tuple(each for each in wanted if each not in here)
            if left:
                self.others.append((name, left, frozenset()))
            if here:
                yield name, here, rendered

    def _prepared(self, tasks: list[Task]) -> Share:
        tasks = list(self._asked_for(tasks))
        if not tasks:
            return Share()
        from modelyard.spec import shapes

        shapes.use(self.state.section("shapes") if len(tasks) <= FEW else None)
        unsound = _reasons(self._environments())
        if unsound:
            raise _refused(unsound + _reasons(self._specs(tasks)))
        unsound = _reasons(self._blueprints())
        share = self.pool.prepare(tasks)
        share.findings += unsound
        return share

    def commit(self) -> None:
        """Write what was prepared, and keep what was learnt."""
        written = self.pool.commit()
        self.remember(written)

    def remember(self, written: dict[str, Fingerprint | None]) -> None:
        """Keep what is now known of every directory that has nothing wrong with it."""
        trees, models = self.state.section("trees"), self.state.section("models")
        if any(result.summary for result in self.results):
            self.state.section("settings")["schemas"] = self.repository.settings.value.spec.schemas
            self.survey.definitions = self.survey.signatures_of_definitions()
        for name, deployed in self.share.deployed.items():
            models[name] = (self.survey.models[name], deployed)
        same = {known[2]: known[2] for known in trees.values()}
        for result in self.results:
            found = written.get(result.directory, result.fingerprint)
            stale = result.directory not in written and (result.written or result.removed)
            if found is None or stale or result.findings or result.exemptions:
                trees.pop(result.directory, None)
                continue
            seen = result.summary
            checked = seen and (
                self.survey.check_key(result.environment),
                (seen.files, seen.objects, seen.checks),
            )
            kinds = same.setdefault(result.kinds, result.kinds)
            trees[result.directory] = (
                found,
                self._key(result),
                kinds,
                result.refers_to,
                checked,
                result.foreign,
                packed(result.claims) if result.claims else b"",
            )
        if not self.state.section("shapes"):
            from modelyard.spec import shapes

            self.state.section("shapes").update(shapes.derive())
        self.state.save()

    def checked(self, directory: str) -> Summary | None:
        """What the last check of an unchanged directory saw, where it found nothing."""
        known = self.survey.fresh.get(directory)
        return Summary(*known[4][1]) if known is not None else None

    def together(self) -> list[Finding]:
        """What the models of each environment break together; asked anew where something changed."""
        verdicts = self.state.section("together")
        found: list[Finding] = []
        for environment in self.selection.environments:
            here = [result for result in self.results if result.environment == environment]
            key = self.survey.check_key(environment)
            if not here and verdicts.get(environment) == key:
                continue
            claims = self.claims(environment)
            new = self.pool.local.inspector.environment(environment, claims) if claims else []
            found += new
            verdicts.pop(environment, None)
            if not new:
                verdicts[environment] = key
        return found

    def claims(self, environment: str) -> list[tuple[str, Any]]:
        """What rules of the environment have gathered of all its directories."""
        here = [result for result in self.results if result.environment == environment]
        claims = [claim for result in here for claim in result.claims]
        for directory in sorted(self.survey.fresh):
            if directory.split("/")[1] == environment:
                claims += self.survey.claims(directory)
        return claims

    def close(self) -> None:
        """Let the workers go."""
        self.pool.close()

    def _key(self, result: Result) -> Any:
        if result.model in OWN:
            return self.survey.environment_key(result.environment, result.kinds)
        return self.survey.key(result.model, result.environment, result.refers_to)

    def _environments(self) -> Iterator[Callable[[], object]]:
        """What loads everything that models cannot be resolved without."""
        yield lambda: self.repository.settings
        yield from (
            partial(self.repository.environment, name) for name in self.selection.environments
        )

    def _specs(self, tasks: list[Task]) -> Iterator[Callable[[], object]]:
        """What loads the specs of models that are still there."""
        yield from (partial(self.repository.model, name) for name, *_ in tasks)

    def _blueprints(self) -> Iterator[Callable[[], object]]:
        """What loads the team's own blueprints, whether or not a model uses them yet."""
        own = self.repository.own_blueprints if self.selection.whole else ()
        yield from (partial(self.repository.blueprint, name) for name in own)

    def _stale_directories(self) -> list[Result]:
        """Directories of ours that no spec asks for any more."""
        root = self.repository.root
        found: list[Result] = []
        done = {result.directory for result in self.results}
        environments = set(self.selection.environments)
        if self.selection.whole and environments == set(self.repository.environment_names):
            environments |= set(environments_on_disk(root))
        for environment in sorted(environments):
            for name in directories(root, environment):
                directory = f"{TREE}/{environment}/{name}"
                if directory in done or not self._is_asked(environment, name):
                    continue
                if self._is_wanted(name, environment):
                    continue
                if is_ours(root, directory):
                    found.append(self.pool.local.withdrawn(directory, name, environment))
        return found

    def _is_wanted(self, name: str, environment: str) -> bool:
        if environment not in self.repository.environment_names:
            return False
        if name in OWN:
            return True
        if name in self.selection.gone:
            return False
        if name not in self._selected:
            return not self.selection.whole
        return environment in self._deployed(name)

    def _deployed(self, name: str) -> tuple[str, ...]:
        found = self.share.deployed.get(name)
        return found if found is not None else self.survey.deployed(name)

    def _environment_directories(self) -> list[Result]:
        """The environments' own directories, from the kinds that their models have."""
        found: list[Result] = []
        for environment in self.selection.environments:
            kinds = sorted(self.kinds(environment))
            key_kinds = tuple(kinds)
            wanted = [f"{TREE}/{environment}/{name}" for name in OWN]
            key = self.survey.environment_key(environment, key_kinds)
            if all(self.survey.is_known(directory, key) for directory in wanted):
                continue
            for output in _platform(self.repository, environment, kinds):
                result = self.pool.local.compared(output)
                result.kinds = key_kinds
                found.append(result)
        return found

    def kinds(self, environment: str) -> set[Kind]:
        """The kinds of every model in an environment: just built, known, or read from its lock."""
        here = [result for result in self.results if result.environment == environment]
        done = {result.model for result in here}
        same = {id(result.kinds): result.kinds for result in here}
        for name in self.repository.model_names:
            if name not in done:
                directory = f"{TREE}/{environment}/{name}"
                known = self.survey.fresh.get(directory)
                kinds = known[2] if known else self._kinds_of_lock(directory, name, environment)
                same[id(kinds)] = kinds
        return {kind for kinds in same.values() for kind in kinds}

    def _kinds_of_lock(self, directory: str, name: str, environment: str) -> tuple[Kind, ...]:
        """The kinds that a directory's lock names; a model that was not rendered has none."""
        chosen = name in self._selected and environment in self.selection.environments
        if chosen and self._is_asked(environment, name):
            return ()
        path = f"{self.repository.root}/{directory}/release.lock"
        seen, locks = signature(path), self.state.section("locks")
        known = locks.get(directory)
        if seen is None:
            return ()
        if known is not None and known[0] == seen and seen[1] < self.state.trusted_before:
            kinds: tuple[Kind, ...] = known[1]
            return kinds
        kinds = self._read_kinds(path, directory, name)
        locks[directory] = (seen, kinds)
        return kinds

    def _read_kinds(self, path: str, directory: str, name: str) -> tuple[Kind, ...]:
        try:
            with open(path, "rb") as stream:  # noqa: PTH123 - thousands of them
                lock = parsed(stream.read())
        except OSError:
            return ()
        if lock is None:
            file = f"{directory}/release.lock"
            raise Refused(
                [
                    Finding(
                        "tree/lock",
                        "the lock cannot be read",
                        Location(file, 1, 1),
                        help=f"run `modelyard render {name}`",
                    )
                ]
            )
        pairs = (str(kind).rpartition("/") for kind in lock.get("kinds", ()))
        found = tuple((group, kind, False) for group, _, kind in pairs)
        return self._same_kinds.setdefault(found, found)


def _reasons(loaders: Iterable[Callable[[], object]]) -> list[Finding]:
    """Why things cannot be loaded, each asked."""
    found: list[Finding] = []
    for load in loaders:
        try:
            load()
        except Refused as refusal:
            found += refusal.findings
    return found


def _refused(findings: Iterable[Finding]) -> Refused:
    """A refusal in reading order, which says once what several models have in common."""
    return Refused(sorted(dict.fromkeys(findings), key=lambda finding: finding.sort_key))


def render(session: Session) -> Rendering:
    """Bring the tree up to date; raises `Refused`, having written nothing."""
    with exclusive(session.repository.root):
        Writer(session.repository.root).prepare()
        results = session.prepare()
        findings = [finding for result in results for finding in result.findings]
        if findings:
            raise _refused(findings)
        if results:
            session.commit()
    return _rendering(results)


def would_render(session: Session) -> tuple[Rendering, list[Finding]]:
    """What rendering would do, and a finding for everything that it would change or refuse."""
    results = session.prepare()
    findings = []
    for result in results:
        told = {finding.location.file for finding in result.findings}
        old = stale(result.directory, result.written, result.removed, exists=result.exists)
        findings += [*result.findings, *(one for one in old if one.location.file not in told)]
    return _rendering(results), sorted(findings, key=lambda finding: finding.sort_key)


def _rendering(results: list[Result]) -> Rendering:
    rendering = Rendering()
    for result in results:
        rendering.written += [f"{result.directory}/{name}" for name in result.written]
        rendering.removed += [f"{result.directory}/{name}" for name in result.removed]
    return rendering


def _platform(repository: Repository, environment: str, kinds: list[Kind]) -> list[Output]:
    """Imported late, because a run that finds nothing to do builds nothing."""
    from modelyard import pipeline

    return pipeline.platform(repository, environment, kinds)


Together = Callable[["Session"], tuple[list[Finding], list["Exemption"]]]
"""Finds what the models of each environment break together, and exceptions of models not looked at."""


def check(session: Session, *, today: str, together: Together | None = None) -> Report:
    """Everything that is wrong with the selected part of the tree.

    `today` is the day, as `2027-03-31`, that the ends of exceptions are compared with. `together` is
    asked in place of the session where not everything is looked at.
    """
    report = Report()
    results = session.prepare()
    for result in results:
        report.findings += result.findings
        report.summary.add(result.summary or Summary())
    for directory in sorted(session.survey.fresh):
        seen = session.checked(directory)
        if seen is not None:
            report.summary.add(seen)
    exemptions = [one for result in results for one in result.exemptions]
    if together is not None:
        found, more = together(session)
        report.findings += found
        exemptions += more
    elif session.selection.whole and session.rules:
        report.findings += session.together()
    if results and session.rules:
        session.remember({})
    if report.findings or exemptions:
        report.findings = _settled(session, report.findings, exemptions, today)
    return report


def _settled(
    session: Session, findings: list[Finding], exemptions: list[Exemption], today: str
) -> list[Finding]:
    from modelyard.check.settle import settled

    judge = session.pool.local.inspector.judge
    partly = not session.selection.whole or session.asked is not None
    return settled(
        findings,
        exemptions,
        judge,
        today=today,
        seen={result.directory for result in session.results},
        undecided={rule.name for rule in judge.rules if partly and rule.scope == "environment"},
    )
