"""A share of the directories: rendered, compared with what was committed, and judged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from modelyard import pipeline
from modelyard.check.load import shares
from modelyard.check.objects import Manifest, Objects
from modelyard.diff.causes import Causes
from modelyard.diff.gather import Directory, gather
from modelyard.diff.objects import changes
from modelyard.diff.risks import Case, judge
from modelyard.diff.risks.pods import RUNS
from modelyard.errors import Refused
from modelyard.load.repository import OWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.check.load import Share
    from modelyard.diff.comparison import Change, Risk
    from modelyard.diff.listing import Listing
    from modelyard.diff.past import Past
    from modelyard.diff.sides import Side, Sides
    from modelyard.diff.touched import Touched
    from modelyard.findings import Finding
    from modelyard.load.git import Git
    from modelyard.load.repository import Repository
    from modelyard.pipeline import Kind, Output
    from modelyard.spec.environment import EnvironmentSpec
    from modelyard.work.result import Task


@dataclass(slots=True)
class Compared:
    """What came of one directory."""

    environment: str
    name: str
    changes: list[Change] = field(default_factory=list)
    risks: list[Risk] = field(default_factory=list)
    kinds: tuple[Kind, ...] = ()
    """Of the objects that are rendered now."""
    same_kinds: bool = True
    """Whether these are those that the lock named."""
    before: list[Share] = field(default_factory=list)
    after: list[Share] = field(default_factory=list)
    """What its workloads took, and will take."""

    @property
    def rolls(self) -> bool:
        """Whether pods come, or are replaced."""
        return any(
            change.kind in RUNS
            and (change.operation != "changed" or any("template" in f.route for f in change.fields))
            for change in self.changes
        )


@dataclass(slots=True)
class Made:
    """What came of a share of the work."""

    compared: list[Compared] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    """What keeps models from being rendered at all."""

    def add(self, other: Made, models: Sequence[str]) -> None:
        """What came of other work too; in the order of the models."""
        order = {name: position for position, name in enumerate(models)}
        self.compared += other.compared
        self.findings += other.findings
        self.compared.sort(key=lambda each: (order[each.name], each.environment))


class Shard:
    """Compares models in environments, here or in a worker."""

    def __init__(
        self, repository: Repository, past: Past, git: Git, touched: Touched, listing: Listing
    ) -> None:
        self.repository, self.past, self.git = repository, past, git
        self.touched, self.listing = touched, listing
        self.causes = Causes(repository, past)
        self._around: dict[str, Objects] = {}

    def prepare(self, tasks: list[Task]) -> Made:
        """Everything that the tasks come to."""
        share = Made()
        directories = []
        for model, wanted, _ in tasks:
            outputs, findings = pipeline.model_outputs(self.repository, model, wanted)
            share.findings += findings
            built = {output.tree.environment: output for output in outputs}
            directories += [self.directory(each, model, built.get(each)) for each in wanted]
        if not share.findings:
            share.compared = self.compared(directories)
        return share

    def commit(self) -> None:
        """Nothing is ever written."""

    def forget(self) -> None:
        """Nothing is kept between shares."""

    def directory(self, environment: str, name: str, output: Output | None) -> Directory:
        """A directory of the tree, with what was committed of it."""
        return Directory(environment, name, output, self.listing.files(environment, name))

    def compared(self, directories: list[Directory]) -> list[Compared]:
        """What came of each directory in which anything differs."""
        found = []
        sides = gather(self.git, self.touched, directories)
        for directory, both in zip(directories, sides, strict=True):
            output = directory.output
            kinds = tuple(sorted(output.tree.kinds())) if output else ()
            result = Compared(directory.environment, directory.name, kinds=kinds)
            result.same_kinds = _kinds(both.before) == _kinds(both.after)
            result.changes = self._explained(directory, both)
            self._judge(result, directory, both)
            found.append(result)
        return found

    def _judge(self, result: Compared, directory: Directory, both: Sides) -> None:
        """What is risky about the changes, and what the workloads take on both sides."""
        place, around = self._surroundings(directory)
        then = self.place_before(directory.environment)
        case = Case(both, result.changes, place, around, was=then)
        now = place or then
        if now is not None:
            result.after = shares(case.after, now)
            result.before = shares(case.before, then or now) if result.changes else result.after
        if result.changes:
            result.risks = judge(case)

    def place_before(self, environment: str) -> EnvironmentSpec | None:
        """What was true of the environment, if it was there and sound."""
        try:
            return self.past.environment(environment).value.spec
        except Refused:
            return None

    def _explained(self, directory: Directory, sides: Sides) -> list[Change]:
        """The changes of a directory, with what was edited."""
        found = changes(sides)
        if sides.is_new or sides.is_gone:
            causes = self.causes.whole(directory.name, directory.environment)
            return [replace(change, causes=causes) for change in found]
        return self.causes.of(directory.output, found)

    def _surroundings(self, directory: Directory) -> tuple[EnvironmentSpec | None, Objects | None]:
        """What is true of the environment as it will be, and its own objects beside a model's."""
        name = directory.environment
        if name not in self.repository.environment_names:
            return None, None
        place = self.repository.environment(name).value.spec
        if directory.name in OWN:
            return place, None
        if name not in self._around:
            tree = pipeline.platform(self.repository, name, ())[0].tree
            manifests = [Manifest(built.manifest, built.file) for built in tree.files]
            self._around[name] = Objects(manifests)
        return place, self._around[name]


def _kinds(side: Side) -> set[tuple[str, str]]:
    return {identity[:2] for identity in side}
