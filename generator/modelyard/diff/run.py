"""From a revision to a comparison: find what may differ, render it, compare it, and judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard import pipeline
from modelyard.diff.comparison import Comparison, Environment
from modelyard.diff.listing import Listing
from modelyard.diff.locks import Locks
from modelyard.diff.past import Past
from modelyard.diff.shard import Made, Shard
from modelyard.diff.sums import Sides, Taken, cost, risks, sums
from modelyard.diff.touched import touched
from modelyard.errors import Refused
from modelyard.load.git import Git
from modelyard.load.repository import MODELS, OWN
from modelyard.load.revisions import revision
from modelyard.work.pool import Workers

if TYPE_CHECKING:
    from modelyard.diff.shard import Compared
    from modelyard.diff.touched import Touched
    from modelyard.findings import Cause
    from modelyard.load.repository import Repository
    from modelyard.load.selection import Selection
    from modelyard.pipeline import Kind
    from modelyard.work.result import Task


class Run:
    """One comparison of a repository with a revision."""

    def __init__(
        self,
        repository: Repository,
        selection: Selection,
        base: str | None,
        jobs: int | None,
        known: Touched | None = None,
    ) -> None:
        self.repository, self.selection = repository, selection
        self.git = Git(repository.root)
        self.base = revision(self.git, base)
        self.touched = known or touched(self.git, repository, self.base.commit)
        self.listing = Listing(self.git, self.base.commit)
        self.past = Past(self.git, self.base.commit)
        self.shard = Shard(repository, self.past, self.git, self.touched, self.listing)
        self.locks = Locks(self.git, self.listing)
        self.jobs = jobs

    def compare(self) -> Comparison:
        """Everything; raises `Refused` for specs that cannot be rendered."""
        found = [*self.models(), *self.gone()]
        found += self.own(found)
        comparison = Comparison(self.base)
        for name in self.environments():
            here = [each for each in found if each.environment == name]
            comparison.environments.append(self._environment(name, here))
        return comparison

    def _environment(self, name: str, here: list[Compared]) -> Environment:
        """One environment, with what its models take together where that may matter."""
        environment = Environment(name)
        environment.changes = [change for each in here for change in each.changes]
        environment.risks = [risk for each in here for risk in each.risks]
        sides = self._sides(name, here)
        if sides is not None:
            environment.sums, environment.cost = sums(sides), cost(sides)
            environment.risks += risks(sides)
        environment.risks.sort(key=lambda risk: risk.sort_key)
        return environment

    def _sides(self, name: str, here: list[Compared]) -> Sides | None:
        """Both sides of an environment, where what is taken changes, or a rollout may not fit."""
        if name not in self.repository.environment_names:
            return None
        place = self.repository.environment(name).value.spec
        then = self.shard.place_before(name) or place
        changed = [each for each in here if each.before != each.after]
        rolled = [each for each in here if each.rolls and any(s.load.extra[0] for s in each.after)]
        if not (changed or rolled or place.pools != then.pools or place.quota != then.quota):
            return None
        done = {each.name for each in here}
        others = {name for name in self.repository.model_names if name not in done}
        rest = self.locks.shares(name, others, place)
        before = Taken(then, [*rest, *(share for each in here for share in each.before)])
        after = Taken(place, [*rest, *(share for each in here for share in each.after)])
        causes = {share.load.model: _causes(each) for each in here for share in each.after}
        touched = [each for each in here if each.rolls or each in changed]
        models = frozenset(share.load.model for each in touched for share in each.after)
        return Sides(name, before, after, models, causes)

    def models(self) -> list[Compared]:
        """What came of every model that may have become another one; raises `Refused`."""
        tasks = self.tasks()
        self.past.fetch([f"{MODELS}/{name}.yaml" for name, *_ in tasks])
        workers: Workers[Made] = Workers(self.jobs)
        whole = Made()
        for share in workers.once(self.shard, tasks):
            whole.add(share, [name for name, *_ in tasks])
        if whole.findings:
            raise Refused(sorted(set(whole.findings), key=lambda finding: finding.sort_key))
        return whole.compared

    def environments(self) -> list[str]:
        """Those that are there now, and those of which only a tree is left."""
        left = {environment for environment, _ in self.listing if self._wanted(environment)}
        return sorted({*self.selection.environments, *left})

    def tasks(self) -> list[Task]:
        """Models that may have become others, with the environments."""
        found: list[Task] = []
        for name in self.selection.models:
            wanted = tuple(
                each for each in self.selection.environments if self.touched.concerns(each, name)
            )
            if wanted:
                found.append((name, wanted, frozenset()))
        return found

    def gone(self) -> list[Compared]:
        """Directories that no spec renders: of models, and of environments, that are gone."""
        models = set(self.repository.model_names)
        here = set(self.repository.environment_names)
        directories = [
            self.shard.directory(environment, name, None)
            for environment, name in sorted({*self.listing, *self.touched.directories})
            if self._wanted(environment)
            and (environment not in here or name not in (*models, *OWN))
            and self._selected(name)
            and self.touched.concerns(environment, name)
        ]
        return self.shard.compared(directories)

    def own(self, compared: list[Compared]) -> list[Compared]:
        """The directories of environments themselves, which depend on the kinds of all models."""
        if not self.selection.whole:
            return []
        done = {(each.environment, each.name): each.kinds for each in compared}
        directories = []
        for environment in self.selection.environments:
            here = any(not e.same_kinds for e in compared if e.environment == environment)
            if not here and not any(self.touched.concerns(environment, name) for name in OWN):
                continue
            kinds = self._kinds(environment, done)
            directories += [
                self.shard.directory(environment, output.tree.name, output)
                for output in pipeline.platform(self.repository, environment, kinds)
            ]
        return self.shard.compared(directories)

    def _kinds(self, environment: str, done: dict[tuple[str, str], tuple[Kind, ...]]) -> list[Kind]:
        """The kinds of all models of an environment: of those that were rendered, and of the others."""
        found = {
            kind for (where, _), kinds in done.items() if where == environment for kind in kinds
        }
        others = {name for name in self.repository.model_names if (environment, name) not in done}
        return sorted(found | self.locks.kinds(environment, others))

    def _wanted(self, environment: str) -> bool:
        every = self.selection.environments == self.repository.environment_names
        return environment in self.selection.environments or (
            every and environment not in self.repository.environment_names
        )

    def _selected(self, name: str) -> bool:
        return self.selection.whole or name in self.selection.gone


def _causes(compared: Compared) -> tuple[Cause, ...]:
    """The edits by which a model takes more or less."""
    told = [risk for risk in compared.risks if risk.kind == "capacity"]
    return tuple(dict.fromkeys(cause for risk in told for cause in risk.causes))
