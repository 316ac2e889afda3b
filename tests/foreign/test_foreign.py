"""Manifests as the documentation of others writes them: exactly what is marked is found.

A mark is `# finding RULE…` at the end of a line. What has no mark is a near miss, which a rule once
took for a mistake or easily could.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from modelyard.check.folder import check

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))
_MARK = re.compile(r"# finding ([a-z/ -]+)$")


def marks(path: Path) -> Counter[tuple[int, str]]:
    """The lines and rules that a file marks."""
    return Counter(
        (number, rule)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (found := _MARK.search(line))
        for rule in found[1].split()
    )


def findings(path: Path) -> Counter[tuple[int, str]]:
    """The lines and rules that are found, but for what nobody told the facts of."""
    report = check([path.name], None, HERE, today="2027-01-01")
    return Counter(
        (finding.location.line, finding.rule)
        for finding in report.findings
        if finding.rule != "check/undecided"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_marked_is_found_and_nothing_else(path: Path) -> None:
    assert findings(path) == marks(path)
