"""What may differ between a revision and the working tree, so that only that is looked at.

Git's index knows which files changed. Whatever it is unsure about counts as changed: being asked
too often costs time, and being asked too seldom would hide a change.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from typing import TYPE_CHECKING

from modelyard.errors import Refused
from modelyard.load.git import MAX_BYTES
from modelyard.load.repository import BLUEPRINTS, ENVIRONMENTS, MODELS, SETTINGS, TREE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.load.git import Git
    from modelyard.load.repository import Repository

INPUTS = (SETTINGS, MODELS, ENVIRONMENTS, BLUEPRINTS)


@dataclass(slots=True)
class Touched:
    """Files that may differ, and what they concern."""

    files: frozenset[str]
    everything: bool = False
    """Whether settings or a blueprint changed, which concern every model."""
    environments: set[str] = field(default_factory=set)
    """Environments whose own file changed."""
    models: set[str] = field(default_factory=set)
    """Models whose spec changed, or the spec of a model that they name."""
    directories: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """By environment and name of directories of the tree: the files in them that changed."""

    def in_directory(self, environment: str, name: str) -> list[str]:
        """The files that changed in a directory of the tree."""
        return self.directories.get((environment, name), [])

    def concerns(self, environment: str, model: str) -> bool:
        """Whether a model in an environment may have become another one."""
        return (
            self.everything
            or environment in self.environments
            or model in self.models
            or (environment, model) in self.directories
        )


def touched(git: Git, repository: Repository, commit: str | None) -> Touched:
    """What may have changed since a commit, committed or not."""
    files = frozenset(_files(git, commit))
    found = Touched(files)
    for file in files:
        parts = file.split("/")
        if parts[0] == TREE and len(parts) > 3:
            found.directories.setdefault((parts[1], parts[2]), []).append(file)
        elif parts[0] == MODELS and len(parts) == 2 and parts[1].endswith(".yaml"):
            found.models.add(parts[1].removesuffix(".yaml"))
        elif parts[0] == ENVIRONMENTS and len(parts) == 2 and parts[1].endswith(".yaml"):
            found.environments.add(parts[1].removesuffix(".yaml"))
        elif parts[0] in (SETTINGS, BLUEPRINTS):
            found.everything = True
    found.models |= _naming(repository, found.models)
    return found


def _files(git: Git, commit: str | None) -> Iterator[str]:
    """Files that are not what they were at a commit, those among them that git does not know."""
    places = (TREE, *INPUTS)
    others = git.run("ls-files", "-o", "-z", "--exclude-standard", "--", *places)
    yield from (os.fsdecode(path) for path in others.split(b"\0")[:-1])
    if commit is None:
        known = git.run("ls-files", "-z", "--", *places)
        yield from (os.fsdecode(path) for path in known.split(b"\0")[:-1])
        return
    rows = git.run("diff-index", "--raw", "-z", "--no-renames", "--relative", commit, "--", *places)
    fields = rows.split(b"\0")[:-1]
    for told, path in zip(fields[::2], fields[1::2], strict=True):
        _, _, before, after, status = told.split(b" ")
        file = os.fsdecode(path)
        unsure = status == b"M" and not after.strip(b"0")
        if not unsure or not _is(git.root / file, before.decode()):
            yield file


def _is(path: os.PathLike[str], blob: str) -> bool:
    """Whether a file holds what an object of git does; it may only have another time."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return False
        with open(path, "rb") as stream:  # noqa: PTH123 - of thousands
            return blob_of(stream.read(MAX_BYTES), blob) == blob
    except OSError:
        return False


def blob_of(data: bytes, like: str = "") -> str:
    """The name that git gives to these bytes, in the format of another name."""
    text = b"blob %d\0%b" % (len(data), data)
    return sha256(text).hexdigest() if len(like) == 64 else sha1(text).hexdigest()  # noqa: S324


def _naming(repository: Repository, models: Iterable[str]) -> set[str]:
    """Models whose spec has the name of one of these as a word: it may call it, or be called."""
    names = [re.escape(name) for name in sorted(models)]
    if not names:
        return set()
    found = set()
    pattern = re.compile(rf"\bmodel\W{{1,9}}(?:{'|'.join(names)})(?![\w-])")
    for name in repository.model_names:
        try:
            text = repository.text(f"{MODELS}/{name}.yaml")
        except Refused:
            continue
        if pattern.search(text):
            found.add(name)
    return found
