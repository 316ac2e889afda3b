"""What has changed since the last run, by asking the file system and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from modelyard.load.repository import (
    BLUEPRINTS,
    ENVIRONMENTS,
    MODELS,
    OWN,
    POLICIES,
    SETTINGS,
    TREE,
)
from modelyard.work.walk import Walk
from modelyard.write.lock import LOCKS
from modelyard.write.state import Fingerprint, Signature, signature, unpacked

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.load.repository import Repository
    from modelyard.load.selection import Selection
    from modelyard.work.result import Task
    from modelyard.write.state import State

Key = tuple[Any, ...]
"""Signatures of every file that a directory is made of."""

Known = tuple[Fingerprint, Key, tuple[Any, ...], tuple[str, ...], Any, bool, bytes]
"""Of a directory: fingerprint, key, kinds, models referred to, what the last check saw, whether
anything in it is not ours, and packed the claims that rules of the environment have gathered."""


class Survey:
    """The files of a repository as the file system describes them, against the state."""

    def __init__(
        self, repository: Repository, state: State, selection: Selection, *, check: bool
    ) -> None:
        self.check = check
        """Whether a directory must also have passed every check to be left alone."""
        self.repository = repository
        self.state = state
        self.selection = selection
        self.models: dict[str, Signature | None] = {}
        """Signatures of the specs."""
        self.changed: set[str] = set()
        """Models whose spec is not the one of the last run."""
        self.fresh: dict[str, Known] = {}
        """Directories that are as they should be."""
        self.rendered: set[str] = set()
        """Directories that are as they should be, and hold nothing else, but must be checked."""
        self._chosen = frozenset(selection.models)
        self.walk = Walk(str(repository.root), ())
        root = repository.root
        self.common: Key = (signature(root / SETTINGS), *_signatures(root / BLUEPRINTS))
        self.definitions = self.signatures_of_definitions() if check else ()
        self.environments = {
            name: signature(root / ENVIRONMENTS / f"{name}.yaml")
            for name in repository.environment_names
        }

    def changed_specs(self) -> list[Task]:
        """Models whose spec has changed, each with every environment; asks about the tree meanwhile."""
        root = str(self.repository.root)
        known, trees = self.state.section("models"), self.state.section("trees")
        for name in self.repository.model_names:
            self.models[name] = signature(f"{root}/{MODELS}/{name}.yaml")
        self.walk = Walk(root, [each for each in trees if self._is_selected(each)])
        self.changed = {
            name
            for name in self.selection.models
            if self.models[name] is None or self.models[name] != known.get(name, (None,))[0]
        }
        everywhere, none = self.selection.environments, frozenset[str]()
        return [(n, everywhere, none) for n in self.selection.models if n in self.changed]

    def changed_trees(self) -> list[Task]:
        """Other models, with the environments in which their tree, or what it is made of, changed."""
        known, trees = self.state.section("models"), self.state.section("trees")
        found: list[Task] = []
        for name in self.selection.models:
            if name not in self.changed:
                deployed = [each for each in known[name][1] if each in self.selection.environments]
                changed = [each for each in deployed if not self._is_fresh(trees, name, each)]
                rendered = frozenset(e for e in changed if f"{TREE}/{e}/{name}" in self.rendered)
                found += [(name, tuple(changed), rendered)] if changed else []
        return found

    def key(self, model: str, environment: str, refers_to: tuple[str, ...]) -> Key:
        """The signatures of everything that a model in an environment is made of."""
        others = tuple(self.models.get(other) for other in refers_to)
        return (self.common, self.environments.get(environment), self.models.get(model), others)

    def environment_key(self, environment: str, kinds: tuple[Any, ...]) -> Key:
        """The signatures of everything that an environment's own directories are made of."""
        return (self.common, self.environments.get(environment), kinds)

    def deployed(self, model: str) -> tuple[str, ...]:
        """The environments of a model that has not changed."""
        found: tuple[str, ...] = self.state.section("models").get(model, (None, ()))[1]
        return found

    def check_key(self, environment: str) -> Key:
        """The signatures of everything that a check rests on, beside the directory itself."""
        return (self.common, self.environments.get(environment), self.definitions)

    def claims(self, directory: str) -> tuple[tuple[str, Any], ...]:
        """What rules of the environment have gathered of a directory that is as it should be."""
        kept = self.fresh[directory][6]
        found: tuple[tuple[str, Any], ...] = unpacked(kept) if kept else ()
        return found

    def is_known(self, directory: str, key: Key) -> bool:
        """Whether a directory is as it should be, given what it is made of."""
        known = self.state.section("trees").get(directory)
        if known is None or known[1] != key or not self._trusted(key):
            return False
        found = self.walk.fingerprint(directory)
        if found is None or found != known[0] or found[1] >= self.state.trusted_before:
            return False
        if self.check and self._unchecked(known, directory):
            if not known[5]:
                self.rendered.add(directory)
            return False
        self.fresh[directory] = known
        return True

    def _is_selected(self, directory: str) -> bool:
        _, environment, name = directory.split("/")
        own = name in OWN
        chosen = self.selection.whole or own or name in self._chosen
        return chosen and environment in self.selection.environments

    def signatures_of_definitions(self) -> Key:
        """The signatures of the team's policies and definitions, by the last run's settings."""
        root = self.repository.root
        patterns = self.state.section("settings").get("schemas", ())
        found = [signature(path) for each in patterns for path in sorted(root.glob(each))]
        return (*found, *_signatures(root / POLICIES))

    def _unchecked(self, known: Known, directory: str) -> bool:
        checked = known[4]
        return checked is None or checked[0] != self.check_key(directory.split("/")[1])

    def _is_fresh(self, trees: dict[str, Known], model: str, environment: str) -> bool:
        directory = f"{TREE}/{environment}/{model}"
        known = trees.get(directory)
        return known is not None and self.is_known(
            directory, self.key(model, environment, known[3])
        )

    def _trusted(self, key: Any) -> bool:
        """Whether every signature in a key is old enough that a later change would have shown."""
        for part in key:
            if isinstance(part, tuple):
                if len(part) == 5 and isinstance(part[0], int):
                    if part[1] >= self.state.trusted_before:
                        return False
                elif not self._trusted(part):
                    return False
        return True


def directories(root: Path, environment: str) -> list[str]:
    """The names of the directories in an environment's tree."""
    try:
        with os.scandir(root / TREE / environment) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def environments_on_disk(root: Path) -> list[str]:
    """The names of the environments that have a tree."""
    try:
        with os.scandir(root / TREE) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def is_ours(root: Path, directory: str) -> bool:
    """Whether a directory has a lock of ours."""
    return any((root / directory / name).is_file() for name in LOCKS)


def _signatures(top: Path) -> list[Signature | None]:
    """The signatures of everything below a directory."""
    return [
        signature(os.path.join(directory, name))  # noqa: PTH118 - a hot path
        for directory, folders, names in os.walk(top)
        for name in sorted(names + folders)
    ]
