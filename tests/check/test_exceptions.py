"""Exceptions: what they are about is shown and does not count; they end, and must be about something."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Shop

SPEC = "models/fraud-detection.yaml"
NODE = "{target: {kind: Deployment}, merge: {spec: {template: {spec: {hostNetwork: true}}}}}"
RULE = "security/host-namespaces"


@pytest.fixture
def broken(shop: Shop) -> Shop:
    """Production has two Deployments of the model, the canary's among them; staging has one."""
    shop.write(SPEC, f"{shop.text(SPEC)}\npatches:\n  - {NODE}\n")
    assert shop.run("render").code == 0
    return shop


def excepted(shop: Shop, *exceptions: str) -> None:
    listed = "".join(f"  - {one}\n" for one in exceptions)
    shop.edit(SPEC, "\npatches:\n", f"\nexceptions:\n{listed}patches:\n")


def checked(shop: Shop, *words: str, code: int) -> list[dict[str, Any]]:
    run = shop.run("check", "-o", "json", "--as-of", "2027-01-01", *words)
    assert run.code == code, run
    found: list[dict[str, Any]] = json.loads(run.out)["findings"]
    return found


def line_of(shop: Shop, text: str) -> int:
    return next(n for n, line in enumerate(shop.text(SPEC).split("\n"), 1) if text in line)


def words(rule: str = RULE, expires: str = "2027-03-31", more: str = "") -> str:
    return (
        f"{{rule: {rule}, reason: measured at the node, ticket: RISK-12, expires: {expires}{more}}}"
    )


def test_what_is_excepted_is_reported_and_does_not_count(broken: Shop) -> None:
    assert {finding["rule"] for finding in checked(broken, code=1)} == {RULE}
    excepted(broken, words(more=", environments: [staging]"))
    found = checked(broken, "--env", "staging", code=0)
    assert [(one["rule"], one["location"]["file"]) for one in found] == [
        (RULE, "deploy/staging/fraud-detection/deployment.yaml")
    ]
    text = broken.run("check", "--env", "staging", "--as-of", "2027-01-01").out
    assert RULE in text
    assert [one["rule"] for one in checked(broken, "--env", "production", code=1)] == [RULE]


def test_an_alias_of_another_tool_names_the_rule(broken: Shop) -> None:
    excepted(broken, words("kube-linter/host-network", more=", environments: [staging]"))
    assert len(checked(broken, "--env", "staging", code=0)) == 1


def test_an_exception_holds_until_its_last_day(broken: Shop) -> None:
    excepted(broken, words(expires="2027-01-01", more=", environments: [staging]"))
    assert broken.run("check", "--env", "staging", "--as-of", "2027-01-01").code == 0
    run = broken.run("check", "-o", "json", "--env", "staging", "--as-of", "2027-01-02")
    assert run.code == 1
    found = json.loads(run.out)["findings"]
    assert [one["rule"] for one in found] == [RULE, "exceptions/expired"]
    assert found[1]["location"]["line"] == line_of(broken, "expires: 2027-01-01")


def test_an_exception_about_nothing_is_told(broken: Shop) -> None:
    excepted(broken, words("security/host-path"))
    for _ in range(2):
        rules = [one["rule"] for one in checked(broken, code=1)]
        assert rules == [RULE, "exceptions/unused"]
    only = checked(broken, "--env", "staging", code=1)
    assert "exceptions/unused" not in [one["rule"] for one in only], "it may be used elsewhere"


def test_an_exception_about_several_objects_is_told(broken: Shop) -> None:
    excepted(broken, words(more=", environments: [production]"))
    found = checked(broken, "--env", "production", code=1)
    assert [one["rule"] for one in found if one["suppressed"] is None] == ["exceptions/too-wide"]
    broken.edit(
        SPEC, "rule: " + RULE, "object: {kind: Deployment, name: fraud-detection}, rule: " + RULE
    )
    found = checked(broken, "--env", "production", code=1)
    assert [one["object"]["name"] for one in found if one["suppressed"] is None] == [
        "fraud-detection-canary"
    ]


def test_an_exception_is_about_its_field_only(broken: Shop) -> None:
    excepted(broken, words(more=", environments: [staging], path: spec.template.metadata"))
    rules = [one["rule"] for one in checked(broken, "--env", "staging", code=1)]
    assert rules == [RULE, "exceptions/unused"]
    broken.edit(SPEC, "path: spec.template.metadata", "path: spec.template.spec")
    checked(broken, "--env", "staging", code=0)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("security/host-namespace", "exceptions/unknown-rule"),
        ("tree/hand-edited", "exceptions/not-allowed"),
    ],
)
def test_an_exception_that_can_never_hold_is_told(broken: Shop, rule: str, told: str) -> None:
    excepted(broken, words(rule))
    found = checked(broken, code=1)
    assert [one["rule"] for one in found] == [RULE, told]
    assert found[1]["help"]


def test_a_hand_edited_file_takes_no_exception(broken: Shop) -> None:
    excepted(broken, words("tree/hand-edited"))
    file = "deploy/staging/fraud-detection/service.yaml"
    broken.write(file, broken.text(file) + "# mine\n")
    assert "tree/hand-edited" in [
        one["rule"] for one in checked(broken, code=1) if one["suppressed"] is None
    ]


JOB = """\
apiVersion: v1
kind: Service
metadata:
  name: ranker
  namespace: search
  annotations:
    modelyard.dev/exceptions: |
      - rule: network/exposed-service
        reason: partners call it, behind their own firewall
        owner: search
        expires: {expires}
spec:
  type: LoadBalancer
  ports: [{{port: 80, name: http}}]
"""


def foreign(shop: Shop, text: str) -> list[dict[str, Any]]:
    shop.write("manifests/service.yaml", text)
    run = shop.run("check", "-o", "json", "--as-of", "2027-01-01", "manifests")
    found: list[dict[str, Any]] = json.loads(run.out)["findings"]
    return [one for one in found if one["rule"].startswith(("exceptions/", "network/exposed"))]


def test_an_annotation_excepts_an_object_that_others_wrote(shop: Shop) -> None:
    found = foreign(shop, JOB.format(expires="2027-01-01"))
    assert [(one["rule"], one["suppressed"]["owner"]) for one in found] == [
        ("network/exposed-service", "search")
    ]
    found = foreign(shop, JOB.format(expires="2026-12-31"))
    assert [(one["rule"], one["suppressed"], one["location"]["line"]) for one in found] == [
        ("exceptions/expired", None, 8),
        ("network/exposed-service", None, 13),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("        owner: search\n", "", 8, "must have a `ticket` or an `owner`"),
        ("        owner:", "        ownr:", 10, "unknown key `ownr`"),
        ("- rule", "rule", 9, ""),
        (
            "      - rule: network/exposed-service\n        reason",
            "      - reason",
            8,
            "`[0].rule` is missing",
        ),
    ],
)
def test_an_annotation_that_cannot_be_read_is_told(
    shop: Shop, old: str, new: str, line: int, said: str
) -> None:
    found = foreign(shop, JOB.format(expires="2027-01-01").replace(old, new))
    wrong = [one for one in found if one["rule"] == "exceptions/unreadable"]
    assert wrong
    assert (wrong[0]["location"]["line"], said in wrong[0]["message"]) == (line, True), wrong
    assert [one["suppressed"] for one in found if one["rule"].startswith("network")] == [None]


def test_a_level_makes_a_finding_graver_or_lighter_or_takes_it_away(broken: Shop) -> None:
    environment = "environments/staging.yaml"
    text = broken.text(environment)
    for level, code, count in (("warning", 0, 1), ("ignore", 0, 0), ("error", 1, 1)):
        for name in (RULE, "security"):
            broken.write(
                environment, text.replace("  argocd:", f"  levels: {{{name}: {level}}}\n  argocd:")
            )
            assert broken.run("render").code == 0
            found = checked(broken, "--env", "staging", code=code)
            assert [one["severity"] for one in found] == [level] * count


def test_a_level_changes_nothing_of_a_tree_that_was_edited(broken: Shop) -> None:
    environment = "environments/staging.yaml"
    broken.edit(environment, "  argocd:", "  levels: {tree: ignore}\n  argocd:")
    assert broken.run("render").code == 0
    file = "deploy/staging/fraud-detection/service.yaml"
    broken.write(file, broken.text(file) + "# mine\n")
    assert "tree/hand-edited" in [one["rule"] for one in checked(broken, code=1)]


def test_a_baseline_counts_only_what_is_new_and_tells_what_is_stale(broken: Shop) -> None:
    file = str(broken.root / "baseline.json")
    assert broken.run("check", "--write-baseline", file).code == 1
    assert len(json.loads(broken.text("baseline.json"))["findings"]) == 1
    assert checked(broken, "--baseline", file, code=0)[0]["suppressed"]["kind"] == "baseline"
    broken.edit(SPEC, "hostNetwork: true", "hostNetwork: true, hostPID: true")
    assert broken.run("render").code == 0
    new = [one for one in checked(broken, "--baseline", file, code=1) if not one["suppressed"]]
    assert [one["route"][-1] for one in new] == ["hostPID"]
    broken.edit(SPEC, "hostNetwork: true, hostPID: true", "priorityClassName: models-critical")
    assert broken.run("render").code == 0
    stale = checked(broken, "--baseline", file, code=0)
    assert [(one["rule"], one["location"]["line"]) for one in stale] == [("baseline/stale", 4)]


def test_a_baseline_is_looked_for_where_the_command_runs(broken: Shop) -> None:
    assert broken.run("check", "--write-baseline", "known.json").code == 1
    assert (broken.root / "known.json").is_file()
    checked(broken, "--baseline", "known.json", code=0)


def test_a_baseline_survives_moved_lines(broken: Shop) -> None:
    file = str(broken.root / "baseline.json")
    assert broken.run("check", "--write-baseline", file).code == 1
    broken.write(SPEC, f"# a comment\n{broken.text(SPEC)}")
    broken.edit(SPEC, "LOG_LEVEL: info", "LOG_LEVEL: info\n      A_FIRST: one")
    assert broken.run("render").code == 0
    checked(broken, "--baseline", file, code=0)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{}]}', "{"]
)
def test_a_file_that_is_no_baseline_is_refused(broken: Shop, text: str) -> None:
    broken.write("baseline.json", text)
    run = broken.run("check", "--baseline", str(broken.root / "baseline.json"))
    assert (run.code, run.err) == (2, "")
    assert "baseline.json" in run.out


def git(shop: Shop, *said: str) -> None:
    subprocess.run(
        ["git", "-C", str(shop.root), "-c", "user.name=x", "-c", "user.email=x@example.com", *said],
        check=True,
        capture_output=True,
    )


def test_what_has_not_changed_since_a_revision_is_not_checked(broken: Shop) -> None:
    git(broken, "init", "-q")
    git(broken, "add", "-A")
    git(broken, "commit", "-qm", "first")
    assert checked(broken, "--changed-since", "HEAD", code=0) == []
    broken.write(
        "models/demand-forecast.yaml", broken.text("models/demand-forecast.yaml") + "# x\n"
    )
    assert broken.run("render").code == 0
    assert checked(broken, "--changed-since", "HEAD", code=0) == []
    broken.edit(SPEC, "LOG_LEVEL: info", "LOG_LEVEL: debug")
    assert broken.run("render").code == 0
    assert [one["rule"] for one in checked(broken, "--changed-since", "HEAD", code=1)] == [RULE]
    git(broken, "commit", "-qam", "second")
    assert checked(broken, "--changed-since", "HEAD", code=0) == []
    assert [one["rule"] for one in checked(broken, "--changed-since", "HEAD~1", code=1)] == [RULE]
    broken.write("environments/dev.yaml", broken.text("environments/dev.yaml") + "# x\n")
    assert [one["rule"] for one in checked(broken, "--changed-since", "HEAD", code=1)] == [RULE]


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "-h", "HEAD:README.md"])
def test_a_revision_that_git_does_not_know_is_refused(broken: Shop, revision: str) -> None:
    git(broken, "init", "-q")
    git(broken, "add", "-A")
    git(broken, "commit", "-qm", "first")
    run = broken.run("check", f"--changed-since={revision}")
    assert run.code == 2
    assert f"there is no revision `{revision}`" in run.out


def test_without_git_a_revision_is_refused(broken: Shop) -> None:
    run = broken.run("check", "--changed-since", "HEAD")
    assert run.code == 2
    assert "repository/" in run.out


def test_a_profile_names_every_rule_that_was_asked(broken: Shop) -> None:
    run = broken.run("check", "--profile")
    assert run.code == 1
    assert RULE in run.err
    assert run.err.count("\n") > 50
