"""The files of the tree at a commit, by their directories, of which few are ever looked at."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from modelyard.load.git import REGULAR, Entry
from modelyard.load.repository import TREE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.load.git import Git

Place = tuple[str, str]
"""An environment, and the name of a directory in its tree."""


class Listing:
    """Committed files. Nothing lies deeper than a directory of the tree, or is looked for there."""

    def __init__(self, git: Git, commit: str | None) -> None:
        self._start = len(f"{git.prefix}{TREE}/".encode())
        self._rows: dict[bytes, list[bytes]] = {}
        for row in git.rows(commit, [TREE]):
            at = row.index(b"\t") + 1 + self._start
            self._rows.setdefault(row[at : row.rindex(b"/")], []).append(row)

    def __iter__(self) -> Iterator[Place]:
        for directory in self._rows:
            environment, slash, name = os.fsdecode(directory).partition("/")
            if slash and "/" not in name:
                yield environment, name

    def files(self, environment: str, name: str) -> dict[str, Entry]:
        """The regular files of a directory, by their names."""
        rows = self._rows.get(os.fsencode(f"{environment}/{name}"), ())
        found = {}
        for row in rows:
            told, _, path = row.partition(b"\t")
            mode, _, blob = told.split(b" ")
            if mode in REGULAR:
                file = os.fsdecode(path.rpartition(b"/")[2])
                found[file] = Entry(f"{TREE}/{environment}/{name}/{file}", blob.decode())
        return found

    def blobs(self, file: str) -> dict[Place, str]:
        """The object of one file, in every directory that has it."""
        end = f"/{file}".encode()
        found = {}
        for directory, rows in self._rows.items():
            for row in rows:
                if row.endswith(end) and row[:6] in REGULAR:
                    environment, _, name = os.fsdecode(directory).partition("/")
                    found[environment, name] = row.split(b" ", 2)[2].partition(b"\t")[0].decode()
        return found
