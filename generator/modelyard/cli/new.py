"""Write the spec of a new model.

examples:
  modelyard new churn --team growth
  modelyard new assistant --team support --runtime vllm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.cli import CLEAN
from modelyard.cli.common import add_directory, repository
from modelyard.cli.output import say

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "model", metavar="MODEL", help="the model's name: lower-case letters, digits and `-`"
    )
    parser.add_argument(
        "--blueprint", default="realtime", help="the kind of model (default: realtime)"
    )
    parser.add_argument(
        "--runtime", default="container", help="the server that runs it (default: container)"
    )
    parser.add_argument("--team", required=True, help="the team that owns it")
    parser.add_argument("--description", default="", help="what it does, in one sentence")
    add_directory(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the files of the blueprint's scaffold."""
    from modelyard.scaffold.model import Wanted, new

    wanted = Wanted(
        arguments.model,
        arguments.team,
        arguments.blueprint,
        arguments.runtime,
        arguments.description,
    )
    for file in new(repository(arguments), wanted):
        say(file)
    say(f"Next: fill in the image and what it needs, then modelyard render {arguments.model}")
    return CLEAN
