"""The formats in which conftest prints results, byte for byte; one module each.

A format is a function from checks to the text that goes to standard output. An unknown name is not
an error to conftest: it prints `stdout` with its defaults.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modelyard.conftest.results import Check

NAMES = ("stdout", "json", "tap", "table", "junit", "github", "azuredevops", "sarif")

VERSION = "0.71.1"
"""conftest's, as far as reports tell it."""
GO_VERSION = "go1.27.1"
"""Of the toolchain that its go.mod names."""


@dataclass(frozen=True, slots=True)
class Style:
    """What flags say about printing."""

    colour: bool = True
    trace: bool = False
    suppress_exceptions: bool = False
    show_skipped: bool = False
    hide_message: bool = False
    hide_passed: bool = False
    terminal: bool = False
    """Whether a person's terminal obeys what is printed, so that messages must not steer it."""


def render(name: str, checks: Sequence[Check], style: Style) -> str:
    """The text of a report."""
    known = name in NAMES
    module = import_module(f"modelyard.conftest.formats.{name if known else 'stdout'}")
    write = cast("Callable[[Sequence[Check], Style], str]", module.write)
    return write(checks, style if known else Style(terminal=style.terminal))


def told(message: str, style: Style) -> str:
    """A message as it may be shown: without control characters where they would steer a terminal."""
    if not style.terminal:
        return message
    from modelyard.words import clean

    return "\n".join(clean(line.replace("\t", " ")) for line in message.split("\n"))


def bullet(check: Check) -> str:
    """File and namespace before a message; standard input is a dash of its own."""
    file = "-" if check.file == "-" else f"- {check.file}"
    return f"{file} {'-' if check.namespace == '-' else f'- {check.namespace} -'}"
