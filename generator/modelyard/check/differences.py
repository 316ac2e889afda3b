"""A directory that is not what the specs say: what a person is told, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.findings import Finding, Location
from modelyard.write.lock import LOCKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.load.repository import Repository
    from modelyard.pipeline import Output


def with_way_out(repository: Repository, output: Output, findings: list[Finding]) -> list[Finding]:
    """Hand-edited files, each with the line of the spec that would have made the change."""
    return [
        _explained(repository, output, finding) if finding.rule == "tree/hand-edited" else finding
        for finding in findings
    ]


def _explained(repository: Repository, output: Output, finding: Finding) -> Finding:
    from modelyard.explain.edits import way_out

    return way_out(repository, output, finding)


def stale(
    directory: str, written: Iterable[str], removed: Iterable[str], *, exists: bool
) -> list[Finding]:
    """Files that rendering would change, or take away; the lock only where it is alone."""
    files = sorted(written)
    return [
        _to_render(
            directory,
            name,
            f"`{name}` is not what the spec says" if exists else f"`{name}` has not been rendered",
        )
        for name in files
        if name not in LOCKS or len(files) == 1
    ] + [_to_render(directory, name, f"nothing renders `{name}` any more") for name in removed]


def _to_render(directory: str, name: str, message: str) -> Finding:
    at = Location(f"{directory}/{name}", 1, 1)
    return Finding("tree/stale", message, at, help="run `modelyard render`")


def foreign(directory: str, name: str) -> Finding:
    """A file that Argo CD would sync although no spec renders it."""
    return Finding(
        "tree/foreign-file",
        f"no spec renders `{name}`, and Argo CD would sync it",
        Location(f"{directory}/{name}", 1, 1),
        severity="warning",
        help="remove it, or put it into a directory of its own outside the tree",
    )


def orphan(directory: str) -> Finding:
    """A directory of ours that no spec asks for."""
    return Finding(
        "tree/orphan",
        f"no spec renders `{directory}` any more, and Argo CD still syncs it",
        Location(f"{directory}/{LOCKS[0]}", 1, 1),
        help="run `modelyard render` to take it away",
    )
