"""Where ours differs from conftest on purpose, and why. Each must still differ somewhere."""

from __future__ import annotations

import re

KNOWN: dict[str, str] = {
    r"millions\.": "whole numbers from a million on are written out; conftest 0.71 writes 1e+06",
    r"multiline-messages .*-o (github|azuredevops|table)": "a message moves no cursor and gives no command",
    r"^tree: whole-input deploy -o github": "a message cannot give a command to the server",
    r": numbers-huge ": "numbers beyond those of Python are refused",
    r": templates ": "strings.render_template is refused",
    r"bad\.xml": "XML that is none is refused, where conftest makes an empty text of it",
    r"minus\.json": "zero has no sign",
    r"whole-metadata numbers\.": "small numbers in metadata are written 1e-7, not 1e-07",
    r"metadata-objects .*-o json": "numbers of a policy are written as JSON has them: 1.5 for 1.50",
    r": numbers-written ": "numbers of a policy are written as JSON has them: 1000.0 for 1e3",
    r"data-dump .*escapes\.json": "numbers of data are written as JSON has them: 100.0 for 1e2",
}
"""By a pattern in the names of cases."""


def known(name: str) -> str | None:
    """Why a case may differ; nothing where it must not."""
    return next((why for pattern, why in KNOWN.items() if re.search(pattern, name)), None)
