"""From a revision to a comparison: find what may differ, render it, compare it, and judge it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from modelyard import pipeline
from modelyard.diff.comparison import Comparison, Environment
from modelyard.diff.git import Git
from modelyard.diff.past import Past
from modelyard.diff.revisions import revision
from modelyard.diff.shard import Shard, Share, kinds_of, listing
from modelyard.diff.touched import touched
from modelyard.errors import Refused
from modelyard.load.repository import MODELS, TREE
from modelyard.work.pool import Workers

if TYPE_CHECKING:
    from modelyard.diff.shard import Compared
    from modelyard.load.repository import Repository
    from modelyard.load.selection import Selection
    from modelyard.work.result import Task
OWN = ("platform", "argocd")
"""Directories of an environment itself."""


class Run:
    """One comparison of a repository with a revision."""

    def __init__(
        self, repository: Repository, selection: Selection, base: str | None, jobs: int | None
    ) -> None:
        self.repository, self.selection = repository, selection
        self.git = Git(repository.root)
        self.base = revision(self.git, base)
        self.touched = touched(self.git, repository, self.base.commit)
        self.listing = listing(self.git.files(self.base.commit, [TREE]))
        self.past = Past(self.git, self.base.commit)
        self.shard = Shard(repository, self.past, self.git, self.touched, self.listing)
        self.jobs = jobs

    def compare(self) -> Comparison:
        """Everything; raises `Refused` for specs that cannot be rendered."""
        found = [*self.models(), *self.gone()]
        found += self.own(found)
        comparison = Comparison(self.base)
        for name in self.environments():
            here = [each for each in found if each.environment == name]
            environment = Environment(name)
            environment.changes = [change for each in here for change in each.changes]
            environment.risks = [risk for each in here for risk in each.risks]
            environment.risks.sort(key=lambda risk: risk.sort_key)
            comparison.environments.append(environment)
        return comparison

    def models(self) -> list[Compared]:
        """What came of every model that may have become another one; raises `Refused`."""
        tasks = self.tasks()
        self.past.fetch([f"{MODELS}/{name}.yaml" for name, *_ in tasks])
        workers: Workers[Share] = Workers(self.jobs)
        whole = Share()
        try:
            for share in workers.shares(self.shard, tasks) if tasks else ():
                whole.add(share, [name for name, *_ in tasks])
        finally:
            workers.close()
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
            here = any(each.environment == environment for each in compared)
            if not here and not any(self.touched.concerns(environment, name) for name in OWN):
                continue
            kinds = self._kinds(environment, done)
            directories += [
                self.shard.directory(environment, output.tree.name, output)
                for output in pipeline.platform(self.repository, environment, kinds)
            ]
        return self.shard.compared(directories)

    def _kinds(self, environment: str, done: dict[tuple[str, str], Any]) -> list[Any]:
        kinds = {
            kind for (where, _), found in done.items() if where == environment for kind in found
        }
        locks = [
            files["release.lock"].blob
            for (where, name), files in self.listing.items()
            if where == environment
            and (where, name) not in done
            and "release.lock" in files
            and name in self.repository.model_names
        ]
        for data in self.git.contents(locks).values():
            kinds |= set(kinds_of(_lock(data)))
        return sorted(kinds)

    def _wanted(self, environment: str) -> bool:
        every = self.selection.environments == self.repository.environment_names
        return environment in self.selection.environments or (
            every and environment not in self.repository.environment_names
        )

    def _selected(self, name: str) -> bool:
        return self.selection.whole or name in self.selection.gone


def _lock(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
