"""The base of a change, read from git: nothing of it is checked out, and nothing in it is run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from modelyard.diff.past import Past
from modelyard.diff.touched import blob_of
from modelyard.errors import Refused
from modelyard.load.git import MAX_BYTES, Git
from modelyard.load.reader import read_bytes, refused
from modelyard.load.repository import BLUEPRINTS, ENVIRONMENTS, POLICIES, SETTINGS
from modelyard.load.revisions import revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_FILES = 5_000
"""No team has more policies and definitions."""
CONFTEST = tuple(
    f"conftest.{extension}"
    for extension in ("toml", "yaml", "yml", "json", "properties", "env", "ini", "hcl")
)
COPIES = ".modelyard/policies"
"""Our own policies, for conftest."""
JUDGES = (SETTINGS, ENVIRONMENTS, BLUEPRINTS, POLICIES, *CONFTEST)
"""What a change is judged by, beside what specs and objects say themselves."""
AROUND = (
    ".github", ".gitlab-ci.yml", ".gitlab", ".gitattributes", ".pre-commit-config.yaml",
    "requirements.txt", "CODEOWNERS",
)  # fmt: skip
"""What decides whether, and with which program, a change is judged at all."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A file that is another one on both sides, or only on one."""

    file: str
    """Relative to the repository."""
    before: bytes | None
    after: bytes | None
    is_link: bool = False
    """Whether a symbolic link stands there now, which nobody follows."""


class Base:
    """A revision that a change is to be merged into."""

    def __init__(self, root: Path, wanted: str | None) -> None:
        """Raises `Refused` where there is no such revision."""
        self.root, self.git = root, Git(root)
        found = revision(self.git, wanted)
        self.name = found.name
        commit = self.git.commit(found.name) or found.commit
        if commit is None:
            raise refused(
                "gate/no-base",
                "nothing was committed yet",
                ".",
                "commit, and name a base: `--base`",
            )
        self.commit = commit
        """Its last commit, whose rules hold."""
        code, out, _ = self.git.ask("merge-base", commit, "HEAD")
        self.left = out.decode("ascii").strip() if code == 0 else commit
        """Where the change left it; what lies between is the base's own doing."""

    @cached_property
    def past(self) -> Past:
        """The repository as the base has it."""
        return Past(self.git, self.commit)

    @cached_property
    def before(self) -> Past:
        """The repository as the change found it."""
        return self.past if self.left == self.commit else Past(self.git, self.left)

    def edits(self, commit: str, places: Iterable[str]) -> list[Edit]:
        """Files below some places that differ between a commit and the working tree."""
        wanted = list(places)
        blobs = {entry.path: entry.blob for entry in self.git.files(commit, wanted)}
        there = {file: path for place in wanted for file, path in self._files(place)}
        changed, now = [], {}
        for file in sorted(blobs.keys() | there):
            now[file] = self._content(file) if file in there else None
            if now[file] is None or blobs.get(file) != blob_of(
                now[file] or b"", blobs.get(file, "")
            ):
                changed.append(file)
        old = self.git.contents(blobs[file] for file in changed if file in blobs)
        return [
            Edit(file, old.get(blobs.get(file, "")), now[file], file in there and there[file])
            for file in changed
        ]

    def materialise(self, commit: str, places: Iterable[str], target: Path) -> None:
        """Write the regular files below some places into a directory of ours; raises `Refused`."""
        entries = self.git.files(commit, places)
        if len(entries) > MAX_FILES:
            raise refused("gate/base", f"more than {MAX_FILES} files", POLICIES, "keep fewer")
        data = self.git.contents(entry.blob for entry in entries)
        for entry in entries:
            if entry.blob not in data or not _is_plain(entry.path):
                raise refused(
                    "gate/base", f"cannot be read from {self.name}", entry.path, "make it smaller"
                )
            path = target / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                stream.write(data[entry.blob])

    def text(self, file: str) -> bytes | None:
        """A file of the base; nothing where there is none."""
        entries = self.git.files(self.commit, [file])
        blobs = [entry.blob for entry in entries if entry.path == file]
        return self.git.contents(blobs).get(blobs[0]) if blobs else None

    def _content(self, file: str) -> bytes | None:
        try:
            return read_bytes(self.root / file, file, root=self.root, limit=MAX_BYTES)
        except Refused:
            return None

    def _files(self, place: str) -> Iterator[tuple[str, bool]]:
        """Files of the working tree at or below a place, and whether each is a symbolic link."""
        top = self.root / place
        if top.is_symlink():
            yield place, True
        elif top.is_file():
            yield place, False
        for folder, folders, names in os.walk(top):
            links = [name for name in folders if (top / folder / name).is_symlink()]
            for name in sorted([*names, *links]):
                path = top / folder / name
                yield path.relative_to(self.root).as_posix(), path.is_symlink()


def _is_plain(path: str) -> bool:
    """Whether a name from git can only lead down."""
    bad = {"", ".", ".."}
    parts = path.split("/")
    is_odd = any(part in bad or part.lower() == ".git" for part in parts)
    return not is_odd and not any(char in path for char in ("\\", ":", "\0")) and len(path) < 1024
