"""The parser of command lines, which takes its time to load, and which not every command needs."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, NoReturn

from modelyard.cli import REFUSED
from modelyard.cli.run import COMMANDS, command

if TYPE_CHECKING:
    from collections.abc import Iterator


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
