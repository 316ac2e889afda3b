"""The gate: what it looks at, what it says, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.gate.conftest import SPEC

if TYPE_CHECKING:
    from tests.gate.conftest import Branch

OTHER = "models/demand-forecast.yaml"


def test_a_branch_that_changes_nothing_passes(branch: Branch) -> None:
    run = branch.gate()
    assert (run.code, run.err) == (0, "")
    told = "The gate is open: nothing that modelyard renders has changed, compared with `main`.\n"
    assert run.out == told


def test_a_sound_change_passes_and_is_told(branch: Branch) -> None:
    branch.change(SPEC, "max: 20", "max: 21")
    run = branch.gate()
    assert run.code == 0, run.out
    assert "spec.maxReplicas: 20 → 21" in run.out
    assert "gate/" not in run.out


def test_what_is_not_committed_yet_is_judged_too(branch: Branch) -> None:
    branch.edit(SPEC, "max: 20", "max: 21")
    run = branch.gate()
    assert run.code == 1
    assert "`autoscaler.yaml` is not what the spec says" in run.out


def test_a_tree_that_was_edited_by_hand_is_refused(branch: Branch) -> None:
    branch.edit(
        "deploy/production/fraud-detection/autoscaler.yaml", "maxReplicas: 20", "maxReplicas: 25"
    )
    branch.save()
    run = branch.gate()
    assert run.code == 1
    assert "was changed by hand" in run.out


def test_an_unsound_change_is_refused_at_its_line(branch: Branch) -> None:
    branch.change(SPEC, "LOG_LEVEL: info", "LOG_LEVEL: debug")
    run = branch.gate()
    assert run.code == 1
    assert "error: logs too much [team/no-debug]" in run.out
    assert run.out.endswith("The gate is shut: something stands against the change.\n")


def test_a_spec_that_cannot_be_rendered_is_refused_with_another_code(branch: Branch) -> None:
    branch.edit(SPEC, "max: 20", "max: 1")
    branch.write("conftest.toml", "no-fail = true\n")
    branch.save()
    run = branch.gate()
    assert run.code == 2
    assert f"{SPEC}:68:34: error: " in run.out
    assert run.out.startswith("This change edits what changes are judged by: `conftest.toml`;")
    assert run.out.endswith("The gate is shut: the change cannot be rendered.\n")


def test_a_directory_that_nothing_renders_any_more_is_refused(branch: Branch) -> None:
    branch.git("rm", "-q", OTHER)
    branch.save()
    run = branch.gate()
    assert run.code == 1
    assert "no spec renders `deploy/dev/demand-forecast` any more" in run.out


def test_what_the_base_has_wrong_is_not_held_against_the_change(branch: Branch) -> None:
    branch.git("checkout", "-q", "main")
    branch.edit("deploy/dev/demand-forecast/deployment.yaml", "replicas: 2", "replicas: 9")
    branch.save()
    branch.git("checkout", "-q", "-B", "change")
    branch.edit(SPEC, "max: 20", "max: 21")
    assert branch.run("render", "fraud-detection").code == 0
    branch.save()
    assert branch.run("check").code == 1
    run = branch.gate()
    assert run.code == 0, run.out


def test_what_models_break_together_is_found_although_one_of_them_did_not_change(
    branch: Branch,
) -> None:
    branch.git("checkout", "-q", "main")
    branch.change("environments/production.yaml", "pods: 1000", "pods: 40")
    assert branch.run("check").code == 0
    branch.git("checkout", "-q", "-B", "change")
    branch.edit(SPEC, "min: 3, max: 20", "min: 39, max: 39")
    branch.render()
    run = branch.gate("--no-cache")
    assert run.code == 1
    assert "[capacity/quota-exceeded]" in run.out


@pytest.mark.parametrize("kept", [True, False])
def test_a_tag_of_a_model_that_did_not_change_may_not_get_another_digest(
    branch: Branch, kept: bool
) -> None:
    if kept:
        assert branch.run("check").code == 0
    old = branch.text(OTHER).partition("forecast-server:")[2].partition("\n")[0]
    theirs = branch.text(SPEC).partition("fraud-model:")[2].partition("@")[0]
    digest = old.partition("@")[2]
    branch.change(
        OTHER,
        f"supply-chain/forecast-server:{old}",
        f"risk/fraud-model:{theirs}@{digest}",
    )
    run = branch.gate(*([] if kept else ["--no-cache"]))
    assert run.code == 1
    assert "[images/digest-differs]" in run.out
    assert run.out == branch.gate("--no-cache").out, "what is kept decides nothing"


def test_what_models_break_together_already_is_not_told_of_a_change_of_something_else(
    branch: Branch,
) -> None:
    branch.git("checkout", "-q", "main")
    branch.change("environments/production.yaml", "pods: 1000", "pods: 4")
    assert "[capacity/quota-exceeded]" in branch.run("check").out
    branch.git("checkout", "-q", "-B", "change")
    branch.change(OTHER, "max: 2s", "max: 3s")
    assert branch.gate().code == 0
    branch.change(SPEC, "min: 3, max: 20", "min: 4, max: 20")
    assert "[capacity/quota-exceeded]" in branch.gate().out


def test_a_base_that_is_not_there_is_refused(branch: Branch) -> None:
    run = branch.run("gate", "--base", "nowhere")
    assert run.code == 2
    assert "there is no revision `nowhere`" in run.out


def test_a_revision_is_never_taken_for_an_option(branch: Branch) -> None:
    run = branch.run("gate", "--base=--output=/tmp/x")
    assert run.code == 2
    assert "there is no revision" in run.out


def test_rules_that_the_base_has_got_meanwhile_hold(branch: Branch) -> None:
    branch.change(SPEC, "max: 20", "max: 21")
    branch.git("checkout", "-q", "main")
    policy = branch.text("policies/team/no-debug/policy.rego")
    stricter = policy.replace("no_debug", "no_info").replace('"debug"', '"info"')
    branch.write("policies/team/no-info/policy.rego", stricter)
    branch.save()
    branch.git("checkout", "-q", "change")
    run = branch.gate()
    assert run.code == 1
    assert "logs too much (as main judges it) [team/no-info]" in run.out
    assert "gate/policy" not in run.out, "this change did not edit it"


def test_stricter_rules_of_the_change_hold_at_once(branch: Branch) -> None:
    branch.edit("policies/team/no-debug/policy.rego", '"debug"', '"info"')
    branch.save()
    run = branch.gate()
    assert run.code == 1
    assert "logs too much [team/no-debug]" in run.out


def test_for_machines_it_is_one_document(branch: Branch) -> None:
    branch.change(SPEC, "max: 20", "max: 21")
    run = branch.gate("-o", "json")
    told = json.loads(run.out)
    assert "gate/" not in run.out
    assert told["gate"] == {"base": "main", "passes": True, "refused": False}
    assert [each["name"] for each in told["diff"]["environments"]] == [
        "dev",
        "production",
        "staging",
    ]


@pytest.mark.parametrize("word", ["--no-cache", "--jobs=1"])
def test_the_verdict_does_not_depend_on_how_the_work_is_done(branch: Branch, word: str) -> None:
    branch.change(SPEC, "LOG_LEVEL: info", "LOG_LEVEL: debug")
    assert branch.gate().out == branch.gate(word).out == branch.gate().out
