"""What the locks of directories say that did not change: which kinds they hold, and what they take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from modelyard.check.load import Share, shares
from modelyard.check.objects import Manifest, Objects
from modelyard.diff.sides import is_manifest, read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from modelyard.diff.listing import Listing, Place
    from modelyard.load.git import Git
    from modelyard.pipeline import Kind
    from modelyard.spec.environment import EnvironmentSpec

LOCK = "release.lock"


class Locks:
    """The locks of an environment at a commit, read when they are first asked for."""

    def __init__(self, git: Git, listing: Listing) -> None:
        self._git, self._listing = git, listing
        self._blobs: dict[Place, str] | None = None
        self._read: dict[str, dict[str, dict[str, Any]]] = {}

    def kinds(self, environment: str, names: Collection[str]) -> set[Kind]:
        """The kinds that directories hold."""
        return {
            (group, kind, False)
            for name, lock in self._of(environment).items()
            if name in names and isinstance(lock.get("kinds"), list)
            for group, _, kind in (str(each).rpartition("/") for each in lock["kinds"])
        }

    def shares(
        self, environment: str, names: Collection[str], place: EnvironmentSpec
    ) -> list[Share]:
        """What directories take; where a lock does not say so, their manifests are read."""
        found: list[Share] = []
        silent = []
        for name, lock in self._of(environment).items():
            if name not in names:
                continue
            told = lock.get("workloads")
            known = [Share.read(each) for each in told] if isinstance(told, list) else [None]
            found += [share for share in known if share is not None]
            if None in known:
                silent.append(name)
        for name in silent:
            found += shares(Objects(list(self._manifests(environment, name))), place)
        return found

    def _manifests(self, environment: str, name: str) -> Iterator[Manifest]:
        files = self._listing.files(environment, name)
        wanted = {file: entry.blob for file, entry in files.items() if is_manifest(file)}
        data = self._git.contents(wanted.values())
        for file, blob in wanted.items():
            for placed in read(file, data.get(blob, b"")) or ():
                yield Manifest(placed.value, file)

    def _of(self, environment: str) -> dict[str, dict[str, Any]]:
        """Every lock of an environment, by the name of its directory."""
        if environment not in self._read:
            if self._blobs is None:
                self._blobs = self._listing.blobs(LOCK)
            blobs = {name: blob for (at, name), blob in self._blobs.items() if at == environment}
            data = self._git.contents(blobs.values())
            self._read[environment] = {
                name: _parsed(data.get(blob, b"")) for name, blob in blobs.items()
            }
        return self._read[environment]


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
