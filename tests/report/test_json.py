"""`json`: for programs, in a form that stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings

from tests.report.findings import (
    EVERY_SORT,
    EXCEPTION,
    OTHER,
    WORST,
    finding,
    report,
    reports,
    shown,
)

if TYPE_CHECKING:
    from modelyard.findings import Report


def parsed(found: Report, **look: Any) -> Any:
    return json.loads(shown("json", found, **look))


def test_a_finding_has_all_its_keys() -> None:
    found = finding(related=(OTHER,), suppressed=EXCEPTION)
    told = parsed(report(found))["findings"][0]
    assert told["fingerprint"] == found.fingerprint
    assert told["fixable"] is False
    assert told["related"][0]["rule"] == OTHER.rule
    assert told["suppressed"] == {
        "kind": "exception",
        "reason": "a legacy client",
        "owner": "RISK-12",
        "expires": "2027-03-31",
        "location": {"file": "models/fraud.yaml", "line": 80, "column": 5},
    }
    assert parsed(report(finding()))["findings"][0]["suppressed"] is None


def test_what_is_suppressed_is_counted_apart() -> None:
    summary = parsed(report(*EVERY_SORT))["summary"]
    assert (summary["errors"], summary["warnings"], summary["suppressed"]) == (6, 1, 3)


def test_a_finding_that_can_be_mended_says_so() -> None:
    assert [one["fixable"] for one in parsed(report(*EVERY_SORT))["findings"]].count(True) == 1


def test_the_keys_of_one_command_come_after_those_of_all() -> None:
    assert list(parsed(report(), more={"changes": 1})) == ["findings", "summary", "changes"]


@given(found=reports)
@settings(max_examples=60, deadline=None)
def test_it_can_be_read_and_says_the_same(found: Report) -> None:
    told = parsed(found)["findings"]
    assert [one["message"] for one in told] == [_sound(one.message) for one in found.findings]


def _sound(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)


def test_the_worst_text_is_kept_but_cannot_be_seen() -> None:
    text = shown("json", report(finding(message=WORST)))
    assert "\\u202e" in text
    assert json.loads(text)["findings"][0]["message"] == _sound(WORST)
