"""The formats in which conftest prints results, byte for byte; one module each.

A format is a function from checks to the text that goes to standard output. An unknown name is not
an error to conftest: it prints `stdout` with its defaults.
"""

from __future__ import annotations

import re
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


def render(name: str, checks: Sequence[Check], style: Style) -> str:
    """The text of a report."""
    known = name in NAMES
    module = import_module(f"modelyard.conftest.formats.{name if known else 'stdout'}")
    write = cast("Callable[[Sequence[Check], Style], str]", module.write)
    return harmless(write(checks, style if known else Style()), name)


_CONTROL = re.compile(
    "\x1b\\[(?:0|3[0-9])m|\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_COMMAND = re.compile(r"^(?=::|##\[|##vso\[)", re.MULTILINE)


def harmless(text: str, name: str) -> str:
    """A report that moves no cursor, hides nothing, and gives a build no commands but ours.

    Control characters out of messages become escapes where the format has some, else replacement
    characters; a line that would be a command is moved in by a space.
    """
    if name in ("json", "sarif"):
        return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    text = _CONTROL.sub(
        lambda found: found[0] if len(found[0]) > 1 else "\N{REPLACEMENT CHARACTER}",
        text,
    )
    return text if name in ("github", "azuredevops", "junit") else _COMMAND.sub(" ", text)


def bullet(check: Check) -> str:
    """File and namespace before a message; standard input is a dash of its own."""
    file = "-" if check.file == "-" else f"- {check.file}"
    return f"{file} {'-' if check.namespace == '-' else f'- {check.namespace} -'}"
