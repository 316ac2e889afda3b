"""`junit`: what CI systems list as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from hypothesis import given, settings

from tests.report.findings import EXCEPTION, WORST, finding, report, reports, shown

if TYPE_CHECKING:
    from modelyard.findings import Report


def parsed(found: Report) -> ET.Element:
    return ET.fromstring(shown("junit", found))


def test_a_finding_is_a_case_that_failed() -> None:
    root = parsed(report(finding()))
    suite = root[0]
    case = suite[0]
    assert suite.attrib["name"] == "deploy/production/fraud/service.yaml"
    assert case.attrib == {
        "classname": "network/port-name",
        "name": "Service production/fraud: spec.ports[0]",
        "file": "models/fraud.yaml",
        "line": "68",
        "time": "0",
    }
    assert case[0].tag == "failure"
    assert case[0].attrib == {"message": "port `8080` has no name", "type": "error"}
    assert "seen at deploy/production/fraud/service.yaml:9:7" in str(case[0].text)


def test_what_is_suppressed_was_skipped_and_what_warns_failed_as_a_warning() -> None:
    root = parsed(report(finding(suppressed=EXCEPTION), finding(severity="warning")))
    skipped, failed = root.findall("testsuite/testcase")
    assert skipped[0].tag == "skipped"
    assert skipped[0].attrib["message"] == (
        "port `8080` has no name (exception: a legacy client; RISK-12; until 2027-03-31)"
    )
    assert failed[0].attrib["type"] == "warning"
    assert {name: root.attrib[name] for name in ("tests", "failures", "skipped")} == {
        "tests": "2",
        "failures": "1",
        "skipped": "1",
    }


def test_names_of_cases_differ() -> None:
    root = parsed(report(finding(), finding(), finding()))
    names = [case.attrib["name"] for case in root.iter("testcase")]
    assert len(set(names)) == 3


def test_nothing_wrong_is_a_case_that_passed() -> None:
    root = parsed(report())
    assert root.attrib["tests"] == "1"
    assert [len(case) for case in root.iter("testcase")] == [0]


@given(found=reports)
@settings(max_examples=100, deadline=None)
def test_any_text_is_valid_xml_and_the_counts_are_right(found: Report) -> None:
    root = parsed(found)
    suites = root.findall("testsuite")
    assert len(list(root.iter("failure"))) == int(root.attrib["failures"])
    assert len(list(root.iter("failure"))) == sum(one.suppressed is None for one in found.findings)
    assert len(list(root.iter("skipped"))) == found.suppressed == int(root.attrib["skipped"])
    for suite in suites:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))


def test_the_worst_text_is_only_text() -> None:
    (failure,) = parsed(report(finding(message=WORST, help=WORST))).iter("failure")
    assert len(failure) == 0
    assert "]]> </details></summary><script>" in str(failure.text)
