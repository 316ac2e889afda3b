"""Which revision is compared with, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.load.reader import refused

if TYPE_CHECKING:
    from modelyard.diff.git import Git

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
        commit = git.commit(wanted)
        if commit is None:
            raise _unknown(git, wanted)
        return Revision(wanted, commit)
    head = git.commit("HEAD")
    if head is None:
        return Revision("nothing", None)
    default = _default(git)
    if default is None or _branch(git) == default.removeprefix("origin/"):
        return Revision("HEAD", head)
    code, out, _ = git.ask("merge-base", "--end-of-options", default, "HEAD")
    return Revision(default, out.decode().strip()) if code == 0 else Revision("HEAD", head)


def _default(git: Git) -> str | None:
    """The branch into which changes go."""
    code, out, _ = git.ask("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    names = ([out.decode().strip()] if code == 0 else []) + list(DEFAULTS)
    return next((name for name in names if git.commit(name)), None)


def _branch(git: Git) -> str | None:
    """The branch that is checked out; none for a detached one."""
    code, out, _ = git.ask("symbolic-ref", "--quiet", "--short", "HEAD")
    return out.decode().strip() if code == 0 else None


def _unknown(git: Git, wanted: str) -> Exception:
    from modelyard.words import shown

    shallow = git.ask("rev-parse", "--is-shallow-repository")[1].strip() == b"true"
    help_ = (
        "this clone has only part of the history: fetch it whole, with `fetch-depth: 0` in"
        " actions/checkout or `git fetch --unshallow`"
        if shallow
        else "name a branch, a tag or a commit, as `origin/main`"
    )
    return refused("diff/revision", f"there is no revision `{shown(wanted)}`", "--base", help_)
