"""Which defects are found, counted; and that each rule is needed for what its samples mark."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.conftest import shared
from tests.policies import coverage, samples

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = coverage.catalogue()
BAD = samples.files("bad.yaml")
ONE_PLACE = {
    "capacity/pool-exceeded": "a sum over all pods has one place",
    "capacity/pool-overcommitted": "a sum over all pods has one place",
    "capacity/quota-exceeded": "a sum over all pods has one place",
    "capacity/quota-overcommitted": "a sum over all pods has one place",
}
"""Rules whose samples show one place only, and why."""


def test_the_table_is_what_rules_and_reasons_say(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        coverage.TABLE.write_text(coverage.table())
    assert coverage.TABLE.read_text() == coverage.table()


def test_enough_is_found() -> None:
    found = coverage.found().keys()
    assert len(KNOWN.defects) == 235
    assert len(KNOWN.starred) == 81
    assert KNOWN.starred - found == set()
    assert len(found) >= 225


def test_every_row_is_found_or_left_out_for_a_reason() -> None:
    found = coverage.found().keys()
    assert found - KNOWN.defects.keys() == set(), "rules name rows that there are"
    assert found & KNOWN.left_out.keys() == set(), "nothing is both found and left out"
    assert KNOWN.defects.keys() - found - KNOWN.left_out.keys() == set()
    assert KNOWN.left_out.keys() | KNOWN.partly.keys() <= KNOWN.defects.keys()
    assert KNOWN.partly.keys() <= found


def test_the_rows_are_those_of_the_catalogue() -> None:
    text = shared("reference", "defects.md").read_text()
    rows = re.findall(r"^\| ([A-Z]\d\d)(★?) \|", text, re.MULTILINE)
    assert [row for row, _ in rows] == list(KNOWN.defects)
    assert {row for row, star in rows if star} == KNOWN.starred


@pytest.mark.parametrize("path", BAD, ids=samples.rule_of)
def test_what_a_rule_finds_nobody_else_finds(path: Path) -> None:
    """Asked among all others it finds its marks; without it, nothing of that name is found."""
    name, sample = samples.rule_of(path), samples.read(path)
    rules = samples.every_rule()
    without = [rule for rule in rules.values() if rule.name != name]

    def told(asked: list[samples.Rule]) -> Counter[int]:
        found = samples.lines(sample, samples.judged(sample, asked))
        return Counter(line for line, rule, _ in found if rule == name)

    assert told([*without, rules[name]]) == sample.marks
    assert told(without) == Counter()


@pytest.mark.parametrize("path", BAD, ids=samples.rule_of)
def test_a_rule_is_shown_in_two_places(path: Path) -> None:
    name = samples.rule_of(path)
    assert (len(samples.read(path).marks) < 2) == (name in ONE_PLACE)
