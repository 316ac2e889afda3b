"""Print the JSON Schema of what people write, for editors.

examples:
  modelyard schema model                    print one
  modelyard schema --write                  refresh .modelyard/schemas/ in the repository
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.cli import CLEAN
from modelyard.cli.common import add_directory, repository
from modelyard.cli.output import say

if TYPE_CHECKING:
    import argparse

NAMES = ("model", "environment", "blueprint", "repository")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "name",
        nargs="?",
        choices=NAMES,
        default="model",
        metavar="NAME",
        help=f"one of {', '.join(NAMES)}",
    )
    parser.add_argument(
        "--write", action="store_true", help="write all of them where `modelyard init` put them"
    )
    add_directory(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print, or write."""
    from modelyard.spec.schema import schemas, text

    found = schemas()
    if not arguments.write:
        say(text(found[arguments.name]).rstrip("\n"))
        return CLEAN
    from modelyard.scaffold.schemas import write

    for file in write(repository(arguments).root, found):
        say(file)
    return CLEAN
