"""`text`: what a person reads."""

from __future__ import annotations

from modelyard.findings import Location
from modelyard.report.text import summary
from tests.report.findings import EXCEPTION, OTHER, WORST, finding, report, shown


def test_a_finding_is_a_line_and_others_for_the_way_out() -> None:
    assert shown("text", report(finding(related=(OTHER,)))) == (
        "deploy/production/fraud/service.yaml:9:7: error: port `8080` has no name [network/port-name]\n"
        "  because models/fraud.yaml:68:34 environments.production.serving.port\n"
        "  help write `name: http`\n"
        "  also prometheus/monitor-port: the monitor names no port\n"
    )


def test_what_is_suppressed_is_a_short_line_with_its_reason() -> None:
    found = report(finding(suppressed=EXCEPTION))
    line = (
        "deploy/production/fraud/service.yaml:9:7: suppressed: port `8080` has no name"
        " [network/port-name] (exception: a legacy client; RISK-12; until 2027-03-31)"
    )
    assert shown("text", found) == f"{line}\n"
    assert shown("text", found, colour=True) == f"\x1b[2m{line}\x1b[0m\n"
    assert summary(found) == "2 objects in 3 files: nothing wrong, 1 suppressed"


def test_the_summary_counts_each_sort() -> None:
    found = report(finding(), finding(severity="warning"), finding(suppressed=EXCEPTION))
    assert summary(found) == "2 objects in 3 files: 1 error, 1 warning, 1 suppressed"
    assert summary(report()) == "2 objects in 3 files: nothing wrong"


def test_a_file_whose_name_is_a_command_is_only_a_file() -> None:
    for name in ("::error::x.yaml", "  ::error::x.yaml"):
        text = shown("text", report(finding(location=Location(name, 1, 1), message=WORST)))
        assert text.startswith("./")
        assert "##[" not in text


def test_the_closing_lines_of_a_command_come_last() -> None:
    assert shown("text", report(), closing="done\n") == "done\n"
