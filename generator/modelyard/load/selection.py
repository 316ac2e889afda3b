"""Which models a command is about: by name, or by the files that a person or a hook hands over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.load.reader import refused
from modelyard.load.repository import (
    BLUEPRINTS,
    ENVIRONMENTS,
    MODELS,
    OWN,
    POLICIES,
    SETTINGS,
    TREE,
    select,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.load.repository import Repository
    from modelyard.load.revisions import Changed


@dataclass(frozen=True, slots=True)
class Selection:
    """Models and environments, by name, in order."""

    models: tuple[str, ...]
    environments: tuple[str, ...]
    whole: bool
    """Whether every model is selected, so that what no model owns is stale."""
    gone: tuple[str, ...] = ()
    """Models that were named by a file that is no longer there."""


def choose(
    repository: Repository, words: Sequence[str], environments: Sequence[str], cwd: Path
) -> Selection:
    """The selection that words of a command line mean; raises `Refused` for one that means nothing.

    A word is the name of a model, or a file or directory of the repository: a spec, a rendered
    file, or an environment, a blueprint or `modelyard.yaml`, which concern every model.
    """
    known = repository.environment_names
    chosen = select(environments, known, what="environment") if environments else known
    names: set[str] = set()
    gone: set[str] = set()
    whole = not words
    for word in words:
        found = _meant(repository, word, cwd)
        whole = whole or found is None
        if found is not None:
            (names if found in repository.model_names else gone).add(found)
    models = (
        repository.model_names if whole else select(names, repository.model_names, what="model")
    )
    return Selection(models, chosen, whole, () if whole else tuple(sorted(gone)))


def since(repository: Repository, changed: Changed, environments: Sequence[str]) -> Selection:
    """The models whose spec or tree has changed.

    All of them where something changed that concerns every model. Raises `Refused`.
    """
    files = changed.files()
    ours = (MODELS, ENVIRONMENTS, BLUEPRINTS, POLICIES, TREE)
    words = [file for file in files if file.partition("/")[0] in ours or file == SETTINGS]
    if any(word.startswith(f"{POLICIES}/") for word in words):
        words = [SETTINGS]
    if not words:
        chosen = choose(repository, (), environments, repository.root)
        return Selection((), chosen.environments, whole=False)
    return choose(repository, words, environments, repository.root)


def _meant(repository: Repository, word: str, cwd: Path) -> str | None:
    """The model that a word means, or `None` for all of them."""
    if word in repository.model_names:
        return word
    path = Path(word) if Path(word).is_absolute() else cwd / word
    if "/" not in word and "." not in word and not path.exists():
        select([word], repository.model_names, what="model")
    parts = inside(repository.root, path)
    if parts is None:
        raise refused(
            "repository/selection",
            f"`{word}` is not in the repository",
            word,
            "name a model, or one of its files",
        )
    folder = parts[0] if parts else ""
    if folder == MODELS and len(parts) == 2 and parts[1].endswith(".yaml"):
        return parts[1].removesuffix(".yaml")
    if folder == TREE and len(parts) > 2 and parts[2] not in OWN:
        return parts[2]
    if parts in ((), (SETTINGS,)) or folder in (MODELS, ENVIRONMENTS, BLUEPRINTS, TREE):
        return None
    raise refused(
        "repository/selection",
        f"`{word}` belongs to no model",
        word,
        "name a model, or one of its files",
    )


def inside(root: Path, path: Path) -> tuple[str, ...] | None:
    """The parts of a path below the repository's root; `None` where it lies elsewhere."""
    import os

    found = Path(os.path.normpath(path))
    for base in (root, Path(os.path.realpath(root))):
        if found.is_relative_to(base):
            return found.relative_to(base).parts
    return None
