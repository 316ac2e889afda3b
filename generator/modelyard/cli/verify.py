"""Run the tests of Rego policies, as conftest does.

examples:
  modelyard verify                          the tests in policy/
  modelyard verify -p rules -d data -o tap  other policies with data, as TAP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.cli import CLEAN, peer

if TYPE_CHECKING:
    import argparse

    from modelyard.conftest.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    from modelyard.conftest.flags import VERIFY

    peer.declare(parser, VERIFY)


def read(words: list[str]) -> argparse.Namespace | None:
    """The arguments, by conftest's rules for command lines."""
    from modelyard.conftest.flags import VERIFY

    return peer.words("verify", VERIFY, words)


def run(arguments: argparse.Namespace) -> int:
    """Run the tests; exit with 1 where one fails or cannot run."""
    from modelyard.conftest.commands import verify
    from modelyard.conftest.flags import VERIFY
    from modelyard.conftest.results import exit_code
    from modelyard.errors import ModelyardError

    try:
        told = peer.settings(VERIFY, arguments)
        if told.on("hook") and not _is_concerned(told):
            return CLEAN
        code = peer.handed_over("verify", told, arguments.words)
    except ModelyardError as error:
        return peer.fail(error)
    if code is not None:
        return code
    try:
        with peer.Loader(told) as load:
            found = verify(told, load)
    except ModelyardError as error:
        return peer.fail(error, "running verification")
    peer.warn(found.notes)
    code = exit_code(found.checks)
    if told.on("quiet") and not code:
        return CLEAN
    peer.show(told.text("output"), found.checks, peer.style(told, show_skipped=True))
    return code


def _is_concerned(told: Settings) -> bool:
    """Whether a commit changes policies, their data or their settings, or takes any away.

    Folders without a policy have no tests either.
    """
    from pathlib import Path

    from modelyard.cli.common import hook_span
    from modelyard.load.hook import changed

    start = Path().resolve()
    folders = [start / place for place in told.list("policy")]
    if folders and all(folder.is_dir() and not any(folder.rglob("*.rego")) for folder in folders):
        return False
    places = [(start / place).resolve() for place in (*told.list("policy"), *told.list("data"))]
    return any(
        path.suffix == ".rego"
        or (path.parent == start and path.stem == "conftest")
        or any(path.is_relative_to(place) for place in places)
        for path in changed(told.files, start, hook_span())
    )
