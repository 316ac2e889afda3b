"""`python -m tests.policies.coverage [--update]`: which defects of the catalogue are found, and by which rules.

The table is `policies/COVERAGE.md`, made of `coverage.yaml` and of the rows that rules name.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.policies import samples

DATA = Path(__file__).with_name("coverage.yaml")
TABLE = samples.POLICIES / "COVERAGE.md"

HEAD = """\
# Coverage

What goes wrong in GitOps trees that serve models: {rows} defects, of which {found} are found by {rules} of the
{all} rules, {starred} of the {core} that a first release was to find (★). Where only a part of one is found,
or none, it says so. Made by `python -m tests.policies.coverage --update`.
"""


@dataclass(frozen=True)
class Catalogue:
    """The rows, and what is said of them."""

    areas: dict[str, str]
    defects: dict[str, str]
    starred: frozenset[str]
    left_out: dict[str, str]
    partly: dict[str, str]


@cache
def catalogue() -> Catalogue:
    data: dict[str, Any] = yaml.safe_load(DATA.read_text())
    return Catalogue(
        data["areas"],
        data["defects"],
        frozenset(data["starred"]),
        data["left_out"],
        data["partly"],
    )


@cache
def found() -> dict[str, list[str]]:
    """The rules that find a row, by row."""
    by_row: dict[str, list[str]] = defaultdict(list)
    for name, rule in sorted(samples.every_rule().items()):
        for row in rule.rows:
            by_row[row].append(name)
    return dict(by_row)


def table() -> str:
    """The whole text."""
    known, by_row = catalogue(), found()
    text = HEAD.format(
        rows=len(known.defects),
        found=len(by_row),
        rules=len({name for names in by_row.values() for name in names}),
        all=len(samples.every_rule()),
        starred=len(known.starred & by_row.keys()),
        core=len(known.starred),
    )
    for letter, area in known.areas.items():
        text += f"\n## {letter}: {area}\n\n| | defect | found by |\n|---|---|---|\n"
        for row, defect in known.defects.items():
            if row.startswith(letter):
                star = " ★" if row in known.starred else ""
                text += f"| {row}{star} | {_cell(defect)} | {_answer(row)} |\n"
    return text


def _answer(row: str) -> str:
    known, names = catalogue(), found().get(row, [])
    if row in known.left_out:
        return f"no rule. {_cell(known.left_out[row])}"
    listed = ", ".join(f"[{name}]({name}/README.md)" for name in names)
    return f"{listed}. {_cell(known.partly[row])}" if row in known.partly else listed


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(words: list[str]) -> int:
    text = table()
    if "--update" in words:
        TABLE.write_text(text)
    elif not TABLE.exists() or TABLE.read_text() != text:
        print("policies/COVERAGE.md is old: python -m tests.policies.coverage --update")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
