"""A tree as the files of its directory, with the lock that says which of them are ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard import __version__, digest
from modelyard.format import json
from modelyard.format.yaml import emit
from modelyard.write.lock import ARGOCD_LOCK, RELEASE_LOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelyard.build.tree import Tree


@dataclass(frozen=True, slots=True)
class Rendered:
    """The files of one directory, the lock among them."""

    directory: str
    files: Mapping[str, bytes]
    digests: Mapping[str, str]
    """`sha256:…` of every file but the lock."""
    lock: str
    """The name of the lock."""


def render(tree: Tree, kubernetes: str, workloads: Iterable[Mapping[str, Any]] = ()) -> Rendered:
    """The bytes of every file; `workloads` are what the lock says of what they take."""
    header = (
        f"Rendered by modelyard from {tree.source}. Edit that file, then run `modelyard render`."
    )
    files = {built.file: emit(built.manifest, header) for built in tree.files}
    digests = {name: digest.of_bytes(files[name]) for name in sorted(files)}
    lock = ARGOCD_LOCK if tree.name == "argocd" else RELEASE_LOCK
    text = {
        "apiVersion": "modelyard/v1",
        "kind": "ReleaseLock",
        "application": tree.application,
        "name": tree.name,
        "environment": tree.environment,
        "release": tree.release,
        "source": tree.source,
        "specDigest": tree.digest,
        "versions": {"modelyard": __version__, "kubernetes": kubernetes},
        "ignoreDifferences": tree.ignore_differences,
        "workloads": list(workloads),
        "kinds": sorted({f"{group}/{kind}".lstrip("/") for group, kind, _ in tree.kinds()}),
        "files": digests,
    }
    files[lock] = json.emit(text).encode()
    return Rendered(tree.directory, files, digests, lock)
