"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from modelyard.load.repository import Repository
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


def session(
    arguments: argparse.Namespace, *, check: bool = False, rules: bool = True, force: bool = False
) -> Session:
    """A run over what was selected; raises `Refused`."""
    from modelyard.load.selection import choose, since
    from modelyard.work.session import Session
    from modelyard.write.state import State

    found = repository(arguments)
    revision = getattr(arguments, "changed_since", None)
    start = arguments.directory.resolve()
    selection = (
        since(found, revision, arguments.env)
        if revision is not None
        else choose(found, arguments.models, arguments.env, start)
    )
    state = State(found.root, use=not arguments.no_cache)
    jobs = arguments.jobs
    return Session(found, selection, state, check=check, rules=rules, force=force, jobs=jobs)


def _positive(text: str) -> int:
    from argparse import ArgumentTypeError

    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"must be at least 1, got {text!r}")
    return int(text)
