"""Print a shell's completion script.

examples:
  modelyard completion bash > ~/.local/share/bash-completion/completions/modelyard
  modelyard completion zsh > ~/.zfunc/_modelyard
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.cli import CLEAN
from modelyard.cli.output import say

if TYPE_CHECKING:
    import argparse

SHELLS = ("bash", "zsh", "tcsh")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    import shtab

    from modelyard.cli.parser import make_parser

    say(shtab.complete(make_parser(), shell=arguments.shell))
    return CLEAN
