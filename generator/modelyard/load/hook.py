"""What a hook is about: the files that a commit changes, and those that it takes away.

Because pre-commit names no file that is gone, and a renamed model only by its new name, git is asked
for those. And because pre-commit notices only changes of files that git knows, a file that was rendered
and never added would stay out of the commit without a word: so it is told here.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.errors import Refused
from modelyard.findings import Finding, Location
from modelyard.load.git import Git, names
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
from modelyard.load.revisions import named
from modelyard.load.selection import Selection, inside
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.load.repository import Repository

Span = tuple[str, str]
"""Two revisions, where the hook is about what lies between them and not about a commit to come."""

Parts = tuple[str, ...]
"""Of a path below the repository's root."""

EVERY, NONE = "*", ""
"""In the place of a model: every one; none, but the directories of the environments themselves."""

DEFINITIONS = (".yaml", ".yml", ".json")


class Change:
    """What a commit, or a span of commits, does to a repository of ours."""

    def __init__(
        self, repository: Repository, files: Sequence[str], start: Path, span: Span | None
    ) -> None:
        """`files` are relative to `start`, as pre-commit names them; raises `Refused`."""
        self.repository = repository
        self.top = top(start)
        found = {inside(repository.root, path) for path in changed(files, start, span)}
        self.files: list[Parts] = sorted(parts for parts in found if parts)

    def selection(self, environments: Sequence[str], *, check: bool) -> Selection | None:
        """What to work on, or nothing where the change is not about us.

        With `check`, policies and definitions of custom resources count too.
        """
        owners = {self._owner(parts, check=check) for parts in self.files} - {None}
        if not owners:
            return None
        known = self.repository.environment_names
        chosen = select(environments, known, what="environment") if environments else known
        every = self.repository.model_names
        if EVERY in owners:
            return Selection(every, chosen, whole=True)
        gone = sorted(owner for owner in owners if owner and owner not in every)
        models = tuple(name for name in every if name in owners)
        return Selection(models, chosen, whole=False, gone=tuple(gone))

    def not_added(self, selection: Selection) -> list[Finding]:
        """Directories with rendered files that git does not know."""
        by_directory: dict[str, list[str]] = {}
        for file in self._unknown(selection):
            directory, _, name = file.rpartition("/")
            by_directory.setdefault(directory, []).append(name)
        found = ((each, self._ours(each, files)) for each, files in by_directory.items())
        return [self._not_added(directory, files) for directory, files in found if files]

    def _unknown(self, selection: Selection) -> Iterator[str]:
        """Files in the selected part of the tree, relative to the root, that git does not know."""
        below = (*selection.models, *OWN)
        directories = [f"{TREE}/{env}/{name}" for env in selection.environments for name in below]
        wanted = [TREE] if selection.whole or len(directories) > 300 else directories
        paths = [f"{self._prefix}{path}" for path in wanted]
        answer = Git(self.top, staged=True).run("ls-files", "--others", "-z", "--", *paths)
        chosen = frozenset(directories)
        for file in names(answer):
            ours = file.removeprefix(self._prefix)
            if ours.rpartition("/")[0] in chosen:
                yield ours

    def _ours(self, directory: str, files: list[str]) -> list[str]:
        """Those of some files that a lock beside them names, and the lock itself."""
        from modelyard.write.lock import LOCKS, owned

        ours: set[str] = set()
        for lock in LOCKS:
            path = self.repository.root / directory / lock
            if path.is_file() and not path.is_symlink():
                ours |= {lock, *owned(path.read_bytes())}
        return sorted(ours.intersection(files))

    def _not_added(self, directory: str, files: list[str]) -> Finding:
        more = f" and {plural(len(files) - 1, 'other file')}" if files[1:] else ""
        return Finding(
            "tree/not-added",
            f"`{files[0]}`{more} in {directory}: rendered, but git does not know of it",
            Location(f"{directory}/{files[0]}", 1, 1),
            help=f"run `git add {self.tree}`, or the commit leaves it out",
        )

    @property
    def tree(self) -> str:
        """The tree, as git names it."""
        return f"{self._prefix}{TREE}"

    @cached_property
    def _prefix(self) -> str:
        """The repository of ours within that of git."""
        below = self.repository.root.relative_to(self.top.resolve()).as_posix()
        return "" if below == "." else f"{below}/"

    @cached_property
    def _definitions(self) -> tuple[str, ...]:
        """Where the team's definitions may lie: what its patterns begin with."""
        patterns = self.repository.settings.value.spec.schemas
        return tuple(pattern.partition("*")[0].partition("?")[0] for pattern in patterns)

    def _owner(self, parts: Parts, *, check: bool) -> str | None:
        """The model that a file belongs to; nothing where it is not of ours."""
        folder, depth = parts[0], len(parts)
        if folder == MODELS:
            is_spec = depth == 2 and parts[1].endswith((".yaml", ".yml"))
            return parts[1].removesuffix(".yaml") if is_spec else None
        if folder == TREE and depth > 3:
            return NONE if parts[2] in OWN else parts[2]
        if parts == (SETTINGS,) or folder in (ENVIRONMENTS, BLUEPRINTS):
            return EVERY
        if not check or folder == TREE:
            return None
        file = "/".join(parts)
        is_definition = file.endswith(DEFINITIONS) and file.startswith(self._definitions)
        return EVERY if folder == POLICIES or is_definition else None


def top(start: Path) -> Path:
    """The directory that git's names of files are relative to; raises `Refused` outside of git."""
    return Path(next(names(Git(start).run("rev-parse", "--show-toplevel").replace(b"\n", b"\0"))))


def changed(files: Sequence[str], start: Path, span: Span | None) -> list[Path]:
    """The files that were named, relative to `start`, and those that the change takes away."""
    base = top(start)
    return [
        *(start / file for file in files),
        *(base / file for file in _gone(Git(base, staged=True), span)),
    ]


def _gone(git: Git, span: Span | None) -> Iterator[str]:
    words = ("diff", "--name-only", "-z", "--no-renames", "--diff-filter=D", "--no-ext-diff")
    if span is None:
        return names(git.run(*words, "--cached", "--"))
    old, new = (named(git, revision, ".") for revision in span)
    try:
        return names(git.run(*words, f"{old}...{new}", "--"))
    except Refused:  # they have no ancestor in common, or not in what was fetched
        return names(git.run(*words, f"{old}..{new}", "--"))
