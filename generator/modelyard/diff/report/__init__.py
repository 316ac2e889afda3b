"""A comparison for people, for machines and for a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from modelyard.diff.comparison import Comparison
    from modelyard.load.repository import Repository

FORMATS = ("text", "json", "markdown")


def write(comparison: Comparison, stream: TextIO, output: str, repository: Repository) -> None:
    """A comparison in one of the formats."""
    if output == "json":
        from modelyard.diff.report import json

        json.write(comparison, stream)
    elif output == "markdown":
        from modelyard.diff.report import markdown
        from modelyard.diff.report.links import links

        markdown.write(comparison, stream, links(repository))
    else:
        from modelyard.diff.report import text

        text.write(comparison, stream)
