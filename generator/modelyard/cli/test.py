"""Test files against Rego policies, as conftest does.

examples:
  modelyard test deploy/                    policies of policy/ against a directory
  modelyard test -p rules -o github a.yaml  other policies, for GitHub's annotations
  modelyard test --combine deploy/ -d data  all files together, with data for the policies
  helm template . | modelyard test -        what comes in from a pipe
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from modelyard.cli import CLEAN, peer

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    from modelyard.conftest.flags import TEST

    parser.add_argument("path", nargs="+", metavar="PATH", help="a file, a directory, or `-`")
    peer.declare(parser, TEST)


def read(words: list[str]) -> argparse.Namespace | None:
    """The arguments, by conftest's rules for command lines."""
    from modelyard.conftest.flags import TEST

    return peer.words("test", TEST, words)


def run(arguments: argparse.Namespace) -> int:
    """Test; exit with conftest's codes: 1 for failures and for errors."""
    from modelyard.conftest.commands import test
    from modelyard.conftest.flags import TEST
    from modelyard.conftest.results import exit_code
    from modelyard.errors import ModelyardError

    try:
        told = peer.settings(TEST, arguments)
        code = peer.handed_over("test", told, arguments.words)
        if code is not None:
            return code
        if not told.files:
            sys.stderr.write("usage: modelyard test [options] PATH [PATH ...]\n")
            return peer.fail(ValueError("missing required arguments"))
    except ModelyardError as error:
        return peer.fail(error)
    try:
        with peer.Loader(told) as load:
            found = test(told, load, peer.standard_input, early=load.embedded)
    except ModelyardError as error:
        return peer.fail(error, "running test")
    peer.warn(found.notes)
    code = exit_code(found.checks, fail_on_warn=told.on("fail-on-warn"))
    if told.on("quiet") and not code:
        return CLEAN
    peer.show(told.text("output"), found.checks, peer.style(told))
    return CLEAN if told.on("no-fail") else code
