"""The repository as it was at a commit: what people had written then."""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from modelyard.diff.touched import INPUTS
from modelyard.load.reader import refused
from modelyard.load.repository import BLUEPRINTS, Repository

if TYPE_CHECKING:
    from modelyard.load.git import Git


class Past(Repository):
    """Reads from git what `Repository` reads from disk. Nothing of it is ever written."""

    def __init__(self, git: Git, commit: str | None) -> None:
        super().__init__(git.root)
        self._git = git
        self._blobs = {entry.path: entry.blob for entry in git.files(commit, INPUTS)}
        self._texts: dict[str, bytes] = {}

    def fetch(self, files: list[str]) -> None:
        """Read several files at once."""
        blobs = {file: self._blobs[file] for file in files if file in self._blobs}
        read = self._git.contents(blobs.values())
        self._texts |= {file: read[blob] for file, blob in blobs.items() if blob in read}

    def text(self, file: str) -> str:
        """The text of a file; raises `Refused` where there was none."""
        if file not in self._texts:
            self.fetch([file])
        try:
            return self._texts[file].decode("utf-8-sig")
        except (KeyError, UnicodeDecodeError):
            raise refused("file/unreadable", "cannot be read at that revision", file) from None

    @cached_property
    def own_blueprints(self) -> tuple[str, ...]:
        """The names of the team's own blueprints, sorted."""
        paths = (PurePosixPath(path) for path in self._blobs)
        return tuple(
            sorted(
                path.parts[1]
                for path in paths
                if path.match(f"{BLUEPRINTS}/*/blueprint.yaml") and len(path.parts) == 3
            )
        )

    def _names(self, folder: str) -> tuple[str, ...]:
        start = f"{folder}/"
        names = (path.removeprefix(start) for path in self._blobs if path.startswith(start))
        return tuple(
            sorted(
                name.removesuffix(".yaml")
                for name in names
                if name.endswith(".yaml") and "/" not in name
            )
        )
