"""Which revision is compared with, and which files differ from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.load.git import names
from modelyard.load.reader import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.load.git import Git

DEFAULTS = ("origin/main", "origin/master", "main", "master")
"""Where changes are merged, when `origin/HEAD` does not say so."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit to compare with."""

    name: str
    """As it was asked for, or found."""
    commit: str | None
    """The commit's name; `None` where nothing has been committed yet."""


def revision(git: Git, wanted: str | None) -> Revision:
    """The revision that was asked for, or the one that a person means; raises `Refused`.

    Without a word, it is where this branch left the default branch; on the default branch itself,
    and where there is none, the last commit.
    """
    if wanted is not None:
        return Revision(wanted, named(git, wanted, "--base"))
    head = git.commit("HEAD")
    if head is None:
        return Revision("nothing", None)
    default = _default(git)
    if default is None or _branch(git) == default.removeprefix("origin/"):
        return Revision("HEAD", head)
    code, out, _ = git.ask("merge-base", "--end-of-options", default, "HEAD")
    return Revision(default, out.decode().strip()) if code == 0 else Revision("HEAD", head)


def named(git: Git, wanted: str, where: str) -> str:
    """The commit that was asked for with an option; raises `Refused` for a word that means none."""
    commit = git.commit(wanted)
    if commit is None:
        raise _unknown(git, wanted, where)
    return commit


class Changed:
    """Every file that differs from where the history left a revision, committed or not.

    Because git needs most of the time for the files of the working tree, it is asked about them as
    soon as this is made, while the caller does something else. Raises `Refused`.
    """

    def __init__(self, git: Git, wanted: str, where: str) -> None:
        self.git, self.wanted, self.where = git, wanted, where
        status = ("status", "--porcelain=v1", "-z", "--no-renames", "-uall", "--", ".")
        self._status: Callable[[], bytes] = git.start(*status)

    def files(self) -> list[str]:
        """Their names, relative to the repository of models; sorted."""
        try:
            prefix, committed = self.git.prefix, self._committed()
        finally:
            status = self._status()
        found = {*names(committed), *(entry[3:] for entry in names(status))}
        return sorted(name.removeprefix(prefix) for name in found if name.startswith(prefix))

    def _committed(self) -> bytes:
        commit = named(self.git, self.wanted, self.where)
        code, out, _ = self.git.ask("merge-base", commit, "HEAD")
        left = out.decode("ascii").split("\n")[0] if code == 0 else commit
        words = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", left, "HEAD", "--")
        return self.git.run(*words)


def _default(git: Git) -> str | None:
    """The branch into which changes go."""
    code, out, _ = git.ask("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    likely = ([out.decode().strip()] if code == 0 else []) + list(DEFAULTS)
    return next((name for name in likely if git.commit(name)), None)


def _branch(git: Git) -> str | None:
    """The branch that is checked out; none for a detached one."""
    code, out, _ = git.ask("symbolic-ref", "--quiet", "--short", "HEAD")
    return out.decode().strip() if code == 0 else None


def _unknown(git: Git, wanted: str, where: str) -> Exception:
    from modelyard.words import shown

    shallow = git.ask("rev-parse", "--is-shallow-repository")[1].strip() == b"true"
    help_ = (
        "this clone has only part of the history: fetch it whole, with `fetch-depth: 0` in"
        " actions/checkout or `git fetch --unshallow`"
        if shallow
        else "name a branch, a tag or a commit, as `origin/main`"
    )
    return refused("repository/revision", f"there is no revision `{shown(wanted)}`", where, help_)
