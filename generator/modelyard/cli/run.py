"""From words to a command, and from whatever happens to an exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol

from modelyard.cli import BUG, CLEAN, INTERRUPTED, REFUSED

if TYPE_CHECKING:
    import argparse


class Command(Protocol):
    """A module of this package: what the command takes, and what it does.

    It may have a function `read` of its own for its words, which returns nothing for help.
    """

    __doc__: str | None

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; returns the exit code."""


COMMANDS = (
    "init", "new", "render", "check", "diff", "gate", "rules", "explain", "test", "verify", "schema",
    "completion",
)  # fmt: skip
"""In the order in which a newcomer needs them. Each is a module of this package."""


def run(words: list[str]) -> int:
    """One command, from its words to its exit code."""
    try:
        return _run(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else REFUSED
    except Exception:
        return _bug()


def _run(words: list[str]) -> int:
    from modelyard.errors import Refused

    only = words[0] if words and words[0] in COMMANDS else None
    read = getattr(command(only), "read", None) if only else None
    arguments: argparse.Namespace | None = read(words[1:]) if read else None
    if arguments is None:
        from modelyard.cli.parser import make_parser

        parser = make_parser(only)
        arguments = parser.parse_args([words[0], "--help"] if read else words)
        if not getattr(arguments, "command", None):
            parser.print_help()
            return CLEAN
    try:
        code = command(arguments.command).run(arguments)
        sys.stdout.flush()
    except Refused as refusal:
        from modelyard.cli.output import report
        from modelyard.findings import Report

        report(Report(list(refusal.findings)), arguments, refused=True)
        return REFUSED
    return code


def command(name: str) -> Command:
    """The module of a command."""
    from importlib import import_module
    from typing import cast

    return cast("Command", import_module(f"modelyard.cli.{name}"))


def _bug() -> int:
    """What nobody expected keeps its trace, and asks to be told."""
    import traceback

    from modelyard import __version__

    traceback.print_exc()
    sys.stderr.write(
        f"\nThis is a bug in modelyard {__version__}, not in your files."
        " Please report it with the lines above; nothing more was written.\n"
    )
    return BUG
