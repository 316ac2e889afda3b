"""From words to a command, and from whatever happens to an exit code."""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import TYPE_CHECKING, NoReturn, Protocol

from modelyard.cli import BUG, CLEAN, INTERRUPTED, REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    "init", "new", "render", "check", "rules", "explain", "test", "verify", "schema",
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

        report(Report(list(refusal.findings)), getattr(arguments, "output", "text"))
        return REFUSED
    return code


def command(name: str) -> Command:
    """The module of a command."""
    from importlib import import_module
    from typing import cast

    return cast("Command", import_module(f"modelyard.cli.{name}"))


def make_parser(only: str | None = None) -> argparse.ArgumentParser:
    """The parser of the whole command line, or of one command: the others cost time to declare."""
    parser = Parser(
        prog="modelyard", description="One YAML spec per ML model becomes a checked GitOps tree."
    )
    parser.add_argument("-V", "--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", parser_class=Parser
    )
    for name in (only,) if only else COMMANDS:
        module = command(name)
        text = (module.__doc__ or "").strip()
        summary, _, examples = text.partition("\n\n")
        sub = commands.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=examples or None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.configure(sub)
    return parser


class Parser(argparse.ArgumentParser):
    """Says which word was probably meant."""

    def __init__(self, **more: object) -> None:
        super().__init__(allow_abbrev=False, **more)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """One line that says what is wrong, and what to write."""
        text = re.sub(
            r"argument COMMAND: invalid choice: '(.*)' \(.*\)", r"there is no command '\1'", message
        )
        near = _suggestion(text, list(_words(self)))
        self.exit(REFUSED, f"{self.prog}: {text}{near}\nTry `{self.prog} --help`.\n")


def _words(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Every option and every command of a parser, and of those below it."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to ask
        yield from action.option_strings
        yield from action.choices or ()
        if isinstance(action.choices, dict):
            for inner in action.choices.values():
                yield from _words(inner)


def _suggestion(message: str, words: list[str]) -> str:
    from modelyard.load.suggest import nearest

    found = re.search(
        r"(?:command|invalid choice:) '([^']*)'|unrecognized arguments: (\S+)", message
    )
    word = (found[1] or found[2]).split("=")[0] if found else ""
    near = nearest(word, words) if word else None
    return f"; did you mean `{near}`?" if near else ""


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
