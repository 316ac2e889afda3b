"""Make a new repository, with example models, ready to render and commit.

examples:
  modelyard init shop && cd shop && modelyard render && modelyard check
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.cli import CLEAN
from modelyard.cli.output import say

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "directory", metavar="DIR", type=Path, help="where; it is made if it is not there"
    )
    parser.add_argument(
        "--url",
        default="https://git.example.com/ml/models.git",
        help="the address at which Argo CD will reach the repository",
    )
    parser.add_argument("--no-git", action="store_true", help="do not make it a git repository")


def run(arguments: argparse.Namespace) -> int:
    """Write the files, and make it a git repository unless it is in one."""
    from modelyard.scaffold.repository import init

    files = init(arguments.directory, url=arguments.url, git=not arguments.no_git)
    say(f"Made {arguments.directory}: {len(files)} files, three example models among them.")
    say(f"Next: cd {arguments.directory} && modelyard render && modelyard check")
    return CLEAN
