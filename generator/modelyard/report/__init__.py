"""Findings for people and for machines: a module for each format.

A format is a function from a report to the text that goes to a file or to standard output; it knows
of nothing but what it is given. Another one is a module, a line in `FORMATS`, and a test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from modelyard.findings import Report

FORMATS = ("text", "json", "sarif", "junit", "github", "markdown")
"""In the order in which help lists them. Each is a module of this package."""

LIMIT = 65_536
"""Characters of a comment, as GitHub and GitLab take them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a command knows beside the findings."""

    colour: bool = False
    """Whether it is read on a terminal."""
    closing: str = ""
    """Lines for people, after the findings."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Keys of one command alone, for machines."""
    refused: bool = False
    """Whether the input was refused, so that not everything was looked at."""
    baseline: bool = False
    """Whether findings were compared with a baseline."""
    prefix: str = ""
    """Where the findings' files lie in the git repository: ``, or `folder/`."""
    policies: tuple[Path, ...] = ()
    """Folders with the documentation of rules; the first one that has a rule counts."""
    limit: int = LIMIT
    """Characters, for formats that are cut where they are shown."""
    own: Mapping[str, Callable[[Report, Look], str]] = field(default_factory=dict)
    """Formats that the command writes itself, because it has more to say than findings."""


class Format(Protocol):
    """A module of this package."""

    def write(self, report: Report, look: Look) -> str:
        """The report as text, which ends in a newline where there is any."""


def render(name: str, report: Report, look: Look) -> str:
    """A report in a format."""
    if name in look.own:
        return look.own[name](report, look)
    from importlib import import_module
    from typing import cast

    return cast("Format", import_module(f"modelyard.report.{name}")).write(report, look)
