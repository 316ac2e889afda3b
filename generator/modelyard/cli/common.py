"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from modelyard.load.hook import Change, Span
    from modelyard.load.repository import Repository
    from modelyard.load.revisions import Changed
    from modelyard.load.selection import Selection
    from modelyard.work.session import Session


def add_directory(parser: argparse.ArgumentParser) -> None:
    """Where the repository is."""
    parser.add_argument(
        "-C",
        "--directory",
        metavar="DIR",
        type=Path,
        default=Path(),
        help="run as if started in DIR",
    )


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Which models and environments."""
    parser.add_argument(
        "models",
        nargs="*",
        metavar="MODEL",
        help="a model, or one of its files; without any, all models",
    )
    parser.add_argument(
        "--env",
        action="append",
        default=[],
        metavar="ENVIRONMENT",
        help="only this environment; may be repeated",
    )


def add_hook(parser: argparse.ArgumentParser) -> None:
    """Working on what a commit changes."""
    parser.add_argument(
        "--hook",
        action="store_true",
        help="for hooks: MODELs are the files that changed; git tells which are gone or not added",
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """How many processes do the work."""
    parser.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="processes to use; as many as processors by default",
    )


def add_work(parser: argparse.ArgumentParser) -> None:
    """How the work is done."""
    add_jobs(parser)
    parser.add_argument(
        "--no-cache", action="store_true", help="look at everything, whatever earlier runs learnt"
    )


def repository(arguments: argparse.Namespace) -> Repository:
    """The repository that a command runs on; raises `Refused`."""
    from modelyard.load.repository import Repository, find_root

    return Repository(find_root(arguments.directory))


def hook_change(arguments: argparse.Namespace) -> Change | None:
    """What the commit does that a hook was called for; nothing outside hooks. Raises `Refused`.

    Because pre-commit names files as git does, they are relative to where it was started, also where
    the repository lies in a directory of its own within that of git.
    """
    if not arguments.hook:
        return None
    from modelyard.load.hook import Change

    return Change(repository(arguments), arguments.models, Path().resolve(), hook_span())


def hook_span() -> Span | None:
    """The two revisions that pre-commit was asked about, where it was not called for a commit."""
    import os

    old, new = (os.environ.get(f"PRE_COMMIT_{end}_REF", "") for end in ("FROM", "TO"))
    return (old, new) if old and new else None


def session(
    arguments: argparse.Namespace,
    change: Change | None = None,
    *,
    check: bool = False,
    rules: bool = True,
    force: bool = False,
) -> Session | None:
    """A run over what was selected; nothing where a hook was called for what is not of ours.

    Raises `Refused`.
    """
    from modelyard.work.session import Session
    from modelyard.write.state import State

    found = change.repository if change else repository(arguments)
    selected = change.selection(arguments.env, check=check) if change else None
    if change and selected is None:
        return None
    changed = None if change else _changed(arguments, found)
    state = State(found.root, use=not arguments.no_cache)
    if changed is not None:
        # Because git is still looking, what will be needed is loaded meanwhile.
        import modelyard.work.shard  # noqa: F401
    selected = selected or _selected(arguments, found, changed)
    jobs = arguments.jobs
    return Session(found, selected, state, check=check, rules=rules, force=force, jobs=jobs)


def _changed(arguments: argparse.Namespace, found: Repository) -> Changed | None:
    """What differs from a revision, where the command is only about that; git is already asked."""
    revision = getattr(arguments, "changed_since", None)
    if revision is None:
        return None
    from modelyard.load.git import Git
    from modelyard.load.revisions import Changed

    return Changed(Git(found.root), revision, "--changed-since")


def _selected(
    arguments: argparse.Namespace, found: Repository, changed: Changed | None
) -> Selection:
    from modelyard.load.selection import choose, since

    if changed is not None:
        return since(found, changed, arguments.env)
    return choose(found, arguments.models, arguments.env, arguments.directory.resolve())


def _positive(text: str) -> int:
    from argparse import ArgumentTypeError

    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"must be at least 1, got {text!r}")
    return int(text)
