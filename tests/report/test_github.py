"""`github`: annotations of a workflow's run. The reader here is that of the runner, in Python."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings

from modelyard.findings import Location, Report
from modelyard.report.github import ROOM
from tests.report.findings import (
    EVERY_SORT,
    EXCEPTION,
    OTHER,
    WORST,
    finding,
    findings,
    report,
    shown,
)

DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    data: str


def read(text: str) -> list[Command]:
    """What the runner makes of a log: `ActionCommand.TryParseV2` of actions/runner."""
    return [found for line in text.splitlines() if (found := command(line)) is not None]


def command(line: str) -> Command | None:
    line = line.lstrip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    head, _, data = line[2:].partition("::")
    name, _, told = head.partition(" ")
    pairs = [part.split("=", 1) for part in told.strip().split(",") if "=" in part]
    return Command(
        name, {key: unescaped(value, PROPERTY) for key, value in pairs}, unescaped(data, DATA)
    )


def unescaped(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for escape, character in pairs:
        text = text.replace(escape, character)
    return text


def test_a_finding_is_an_annotation_where_it_is_mended() -> None:
    assert shown("github", report(finding(related=(OTHER,)))) == (
        "::error file=models/fraud.yaml,line=68,col=34,title=network/port-name::"
        "port `8080` has no name%0Ahelp: write `name: http`"
        "%0Aseen at deploy/production/fraud/service.yaml:9:7"
        "%0Aalso prometheus/monitor-port: the monitor names no port\n"
    )


def test_a_file_lies_where_the_git_repository_has_it() -> None:
    (found,) = read(shown("github", report(finding()), prefix="ml/"))
    assert found.properties["file"] == "ml/models/fraud.yaml"
    (found,) = read(shown("github", report(finding(cause=None)), prefix="ml/"))
    assert found.properties["file"] == "ml/deploy/production/fraud/service.yaml"


def test_a_file_outside_the_repository_is_named_in_the_message_alone() -> None:
    for file in ("../outside.yaml", "/etc/x.yaml", "modelyard:blueprints/realtime/blueprint.yaml"):
        outside = finding(location=Location(file, 3, 1), cause=None)
        (found,) = read(shown("github", report(outside)))
        assert set(found.properties) == {"title"}
        assert f"{file}:3:1" in found.data


def test_errors_come_first_and_what_is_suppressed_is_a_notice() -> None:
    told = read(shown("github", report(*EVERY_SORT)))
    assert [one.name for one in told] == ["error"] * 6 + ["warning"] + ["notice"] * 3
    suppressed = report(finding(suppressed=EXCEPTION))
    assert "suppressed: exception: a legacy client; RISK-12; until 2027-03-31" in shown(
        "github", suppressed
    )


def test_beyond_the_room_of_a_step_the_rest_is_counted() -> None:
    many = [
        *(finding(message=f"error {number}") for number in range(12)),
        *(finding(severity="warning") for _ in range(25)),
        *(finding(suppressed=EXCEPTION) for _ in range(11)),
    ]
    told = read(shown("github", report(*many)))
    names = [one.name for one in told]
    assert {name: names.count(name) for name in set(names)} == {
        "error": 10,
        "warning": 10,
        "notice": 10,
    }
    assert told[-1].data.startswith("2 errors, 15 warnings, 2 suppressed more")
    assert len(read(shown("github", report(*many[:10])))) == 10


@given(found=findings)
@settings(max_examples=200, deadline=None)
def test_a_finding_is_exactly_one_command_whatever_it_says(found: object) -> None:
    text = shown("github", Report([found]))  # type: ignore[list-item]
    assert text.count("\n") == 1
    (told,) = read(text)
    assert told.name in ROOM
    assert set(told.properties) <= {"file", "line", "col", "title"}


def test_the_worst_text_stays_in_its_place() -> None:
    name = "a,b:c%0A=d.yaml"
    (told,) = read(
        shown(
            "github",
            report(finding(rule="x/y", message=WORST, location=Location(name, 1, 1), cause=None)),
        )
    )
    assert told.properties == {"file": name, "line": "1", "col": "1", "title": "x/y"}
    assert "%0A::stop" in told.data
