"""What holds of every format: nothing is left out, moves the cursor, or is a command."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings

from modelyard import report as package
from modelyard.findings import Finding, Location, Report
from modelyard.report import FORMATS
from tests.report.findings import (
    BAD_NAME,
    EVERY_SORT,
    EXCEPTION,
    OTHER,
    WORST,
    finding,
    findings,
    report,
    reports,
    shown,
)

NO_FORMATS = {"__init__", "diff", "mended", "places", "rulebook"}


def test_every_format_on_disk_is_listed_and_tested() -> None:
    modules = {path.stem for path in Path(str(package.__file__)).parent.glob("*.py")}
    assert modules - NO_FORMATS == set(FORMATS)
    for name in FORMATS:
        assert (Path(__file__).parent / f"test_{name}.py").exists()


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_left_out_of_a_format(name: str) -> None:
    found = finding(message="mmm", help="hhh", related=(OTHER,))
    text = shown(name, report(found, finding(message="sss", suppressed=EXCEPTION)))
    for said in ("mmm", "hhh", "sss", "network/port-name", "models/fraud.yaml", "68"):
        assert said in text
    for said in ("deploy/production/fraud/service.yaml", OTHER.rule, OTHER.message):
        assert said in text
    for said in (EXCEPTION.reason, EXCEPTION.owner, EXCEPTION.expires):
        assert said in text


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_the_same_each_time(name: str) -> None:
    assert shown(name, report(*EVERY_SORT)) == shown(name, report(*EVERY_SORT))


@pytest.mark.parametrize("name", FORMATS)
@given(found=reports)
@settings(max_examples=60, deadline=None)
def test_no_text_moves_the_cursor_or_gives_a_build_a_command(name: str, found: Report) -> None:
    text = shown(name, found)
    assert text.isascii() or not {
        character
        for character in text
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character != "\n"
    }
    if name != "github":  # There each line is a command of ours as a whole.
        assert "##[" not in text
        assert "##vso[" not in text
        assert not re.search(r"^\s*::", text, re.MULTILINE)
    text.encode()


@pytest.mark.parametrize("name", FORMATS)
def test_the_worst_text_in_every_field_is_only_text(name: str) -> None:
    found = Finding(
        WORST, WORST, Location(BAD_NAME, 1, 1), help=WORST, related=(finding(message=WORST),)
    )
    for one in (found, finding(message=WORST, suppressed=EXCEPTION)):
        text = shown(name, report(one))
        assert not set(text) & {"\x1b", "\x07", "\x00", "\x9b", "\u202e", "\u2028", "\r"}


@given(found=findings)
@settings(max_examples=60, deadline=None)
def test_a_fingerprint_is_hexadecimal_digits(found: Finding) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", found.fingerprint)
