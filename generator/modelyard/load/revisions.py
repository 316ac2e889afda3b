"""What git knows of the repository: revisions, and the files that differ from one.

Because repositories under test come from pull requests, git is asked in ways that run nothing of
theirs: no hooks, no external differs, no file system monitors.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from modelyard.load.reader import refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SAFE = (
    "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false",
)  # fmt: skip


class Git:
    """The git repository that a directory lies in."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *words: str) -> bytes:
        """What a command of git prints; raises `Refused` where it fails."""
        done = subprocess.run(  # noqa: S603 - git itself, with words of ours
            self._command(words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=_environment(),
        )
        if done.returncode != 0:
            raise self._failed(done.stderr)
        return done.stdout

    def commit(self, revision: str) -> str:
        """The commit that a revision names; raises `Refused` for one that names none."""
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        done = subprocess.run(  # noqa: S603 - the revision stands behind `--end-of-options`
            self._command(words), capture_output=True, check=False, env=_environment()
        )
        if done.returncode != 0:
            raise refused(
                "repository/revision",
                f"git knows no revision `{revision}` here",
                ".",
                "name a commit, a branch or a tag; a shallow clone may not have it: fetch it first",
            )
        return done.stdout.decode().strip()

    def branched(self, revision: str) -> str:
        """Where the history of `HEAD` left that of a revision; the revision, if they share nothing."""
        commit = self.commit(revision)
        words = ("merge-base", commit, "HEAD")
        done = subprocess.run(  # noqa: S603 - git itself, with words of ours
            self._command(words), capture_output=True, check=False, env=_environment()
        )
        return done.stdout.decode().split("\n")[0] if done.returncode == 0 else commit

    def changed(self, commit: str) -> list[str]:
        """Every file that differs from a commit, committed or not, relative to the root; sorted."""
        prefix = (
            self.run("rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").rstrip("\n")
        )
        committed = self.run(
            "diff-tree", "-r", "-z", "--name-only", "--no-renames", commit, "HEAD", "--"
        )
        status = self.run("status", "--porcelain=v1", "-z", "--no-renames", "-uall", "--", ".")
        found = {*names(committed), *(entry[3:] for entry in names(status))}
        return sorted(name.removeprefix(prefix) for name in found if name.startswith(prefix))

    def _command(self, words: Sequence[str]) -> list[str]:
        return ["git", "-C", str(self.root), *SAFE, *words]

    def _failed(self, said: bytes) -> Exception:
        reason = (said.decode("utf-8", "replace").strip() or "it says nothing").split("\n")[0]
        return refused(
            "repository/git", f"git cannot be asked: {reason}", ".", "run this in a git repository"
        )


def names(output: bytes) -> Iterator[str]:
    """The names in what git prints with a NUL after each."""
    return (os.fsdecode(name) for name in output.split(b"\0") if name)


def _environment() -> dict[str, str]:
    """Git's words in English, and no lock for what only reads."""
    return {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
