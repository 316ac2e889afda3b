"""A change that edits what it is judged by: many ways to slip past the gate, none of which works."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.gate.conftest import SPEC, WIDGET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.gate.conftest import Branch

POLICY = "policies/team/no-debug/policy.rego"
EXCEPTION = """
exceptions:
  - rule: team/no-debug
    reason: We look for something.
    ticket: RISK-12
    expires: 2099-01-01
"""
ENVIRONMENTS = ("dev", "staging", "production")


class Way(NamedTuple):
    """A way to slip past: what is wrong, and the edit that hides it from the change's own check."""

    wrong: Callable[[Branch], None]
    edit: Callable[[Branch], None]
    found: str
    told: str


def debug(branch: Branch) -> None:
    branch.edit(SPEC, "LOG_LEVEL: info", "LOG_LEVEL: debug")


def foreign_image(branch: Branch) -> None:
    text = branch.text(SPEC).replace("registry.example.com/risk/fraud-model", "evil.example.net/x")
    branch.write(SPEC, text)


def odd_widget(branch: Branch) -> None:
    branch.write(
        "deploy/production/fraud-detection/widget.yaml",
        "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: x, namespace: ml-production}\nspec: {sise: 2}\n",
    )


def policy_is_weakened(branch: Branch) -> None:
    branch.edit(POLICY, '== "debug"', '== "never"')


def policy_is_deleted(branch: Branch) -> None:
    (branch.root / POLICY).unlink()


def exception_is_added(branch: Branch) -> None:
    branch.write(SPEC, branch.text(SPEC) + EXCEPTION)


def exception_is_hidden_in_an_annotation(branch: Branch) -> None:
    branch.write(
        SPEC,
        f"""{branch.text(SPEC)}
patches:
  - target: {{kind: Deployment, name: fraud-detection}}
    merge:
      metadata:
        annotations:
          modelyard.dev/exceptions: |
            - {{rule: team/no-debug, reason: We look, owner: us, expires: 2099-01-01}}
""",
    )


def environment_allows_more(branch: Branch) -> None:
    for name in ENVIRONMENTS:
        file = f"environments/{name}.yaml"
        text = branch.text(file)
        branch.write(
            file,
            text.replace(
                "registries: [registry.example.com]",
                "registries: [registry.example.com, evil.example.net]",
            ),
        )


def environment_takes_it_lightly(branch: Branch) -> None:
    for name in ENVIRONMENTS:
        file = f"environments/{name}.yaml"
        branch.edit(file, "\nspec:\n", "\nspec:\n  levels: {team/no-debug: ignore}\n")


def definition_is_opened(branch: Branch) -> None:
    branch.write(
        "crds/widget.yaml",
        WIDGET.replace(
            "spec: {type: object, properties: {size: {type: integer}}}",
            "spec: {type: object, x-kubernetes-preserve-unknown-fields: true}",
        ),
    )


def settings_name_another_definition(branch: Branch) -> None:
    definition_is_opened(branch)
    (branch.root / "crds/widget.yaml").rename(branch.root / "open.yaml")
    branch.edit("modelyard.yaml", "crds/*.yaml", "open.yaml")


WAYS = {
    "policy weakened": Way(debug, policy_is_weakened, "team/no-debug", "changes a policy"),
    "policy deleted": Way(debug, policy_is_deleted, "team/no-debug", "removes a policy"),
    "exception": Way(debug, exception_is_added, "team/no-debug", "adds an exception from"),
    "annotation": Way(
        debug, exception_is_hidden_in_an_annotation, "team/no-debug", "an annotation that is new"
    ),
    "environment": Way(
        foreign_image,
        environment_allows_more,
        "spec/registry",
        "`spec.images.registries`",
    ),
    "levels": Way(debug, environment_takes_it_lightly, "team/no-debug", "changes `spec.levels`"),
    "definition": Way(
        odd_widget, definition_is_opened, "schema/unknown-field", "changes definitions"
    ),
    "settings": Way(
        odd_widget,
        settings_name_another_definition,
        "schema/unknown-field",
        "changes `spec.schemas`",
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_an_edit_of_the_judge_does_not_hold_and_is_told_first(branch: Branch, name: str) -> None:
    way = WAYS[name]
    way.wrong(branch)
    branch.run("render")
    branch.save()
    run = branch.gate()
    assert run.code in (1, 2)
    assert f"[{way.found}]" in run.out
    way.edit(branch)
    branch.render()
    assert branch.run("check").code == 0, "the edit hides nothing by itself"
    run = branch.gate()
    assert run.code == 1, run.out
    assert f"(as main judges it) [{way.found}]" in run.out
    assert run.out.startswith("This change edits what changes are judged by: ")
    assert way.told in run.out
    assert "as main judges it" not in branch.gate("--trust-head").out


def test_a_policy_in_the_place_of_a_rule_is_refused(branch: Branch) -> None:
    """Even to an owner, because it would no more be known what the rule finds."""
    file = "policies/network/service-selects-nothing/policy.rego"
    rule = "package network.service_selects_nothing\n\ndeny contains 1 if input.never\n"
    branch.write(file, rule)
    branch.save()
    for run in (branch.gate(), branch.gate("--trust-head")):
        assert run.code == 2
        assert run.out.startswith("This change edits what changes are judged by: ")
        assert "which is one of ours [policy/name-taken]" in run.out


def test_a_policy_that_is_a_link_is_refused(branch: Branch, tmp_path: Path) -> None:
    """What it leads to is outside of git."""
    (tmp_path / "policy.rego").write_text(branch.text(POLICY).replace('"debug"', '"never"'))
    (branch.root / POLICY).unlink()
    (branch.root / POLICY).symlink_to(tmp_path / "policy.rego")
    branch.save()
    run = branch.gate()
    assert run.code == 2
    assert "is a symbolic link" in run.out.split("\n")[1]
    assert "[policy/link]" in run.out


def test_an_exception_that_ended_does_not_go_on(branch: Branch) -> None:
    branch.git("checkout", "-q", "main")
    debug(branch)
    exception_is_added(branch)
    branch.write(SPEC, branch.text(SPEC).replace("2099-01-01", "2020-01-01"))
    branch.render()
    branch.git("checkout", "-q", "-B", "change")
    branch.write(SPEC, branch.text(SPEC).replace("2020-01-01", "2099-01-01"))
    branch.render()
    assert branch.run("check").code == 0
    run = branch.gate()
    assert run.code == 1
    assert "changes an exception from `team/no-debug`" in run.out.split("\n")[1]
    assert "logs too much (as main judges it) [team/no-debug]" in run.out


def test_an_exception_that_the_base_has_holds(branch: Branch) -> None:
    branch.git("checkout", "-q", "main")
    debug(branch)
    exception_is_added(branch)
    branch.render()
    branch.git("checkout", "-q", "-B", "change")
    branch.change(SPEC, "max: 20", "max: 21")
    run = branch.gate()
    assert run.code == 0, run.out
    assert "gate/" not in run.out


def test_an_annotation_that_the_base_has_holds(branch: Branch) -> None:
    branch.git("checkout", "-q", "main")
    debug(branch)
    exception_is_hidden_in_an_annotation(branch)
    branch.render()
    branch.git("checkout", "-q", "-B", "change")
    branch.change(SPEC, "max: 20", "max: 21")
    run = branch.gate()
    assert run.code == 0, run.out


def test_a_baseline_is_that_of_the_base(branch: Branch) -> None:
    debug(branch)
    branch.render()
    assert branch.run("check", "--write-baseline", str(branch.root / "known.json")).code == 1
    branch.save()
    assert branch.run("check", "--baseline", str(branch.root / "known.json")).code == 0
    run = branch.gate("--baseline", "known.json")
    assert run.code == 1
    assert "adds the baseline [gate/baseline]" in run.out.split("\n")[1]
    assert "logs too much (as main judges it)" in run.out
    assert branch.gate("--baseline", "known.json", "--trust-head").code == 0
    branch.git("checkout", "-q", "-B", "main")
    branch.git("checkout", "-q", "-b", "next")
    branch.change(SPEC, "max: 20", "max: 21")
    assert branch.gate("--baseline", "known.json").code == 0


def test_a_second_name_for_a_place_is_no_second_set_of_rules(branch: Branch) -> None:
    text = branch.text("environments/production.yaml").replace(
        "name: production\n  d", "name: live\n  d"
    )
    branch.write(
        "environments/live.yaml", text.replace("[registry.", "[evil.example.net, registry.")
    )
    foreign_image(branch)
    spec = branch.text(SPEC)
    here = "  dev: {release: v1.3.0}\n  staging: {release: v1.3.0}\n  production:\n"
    assert here in spec
    branch.write(SPEC, spec.replace(here, "  live:\n"))
    branch.render()
    run = branch.gate()
    assert run.code == 1
    assert "environments/live.yaml:1:1: warning: adds `environments/live.yaml`" in run.out
    assert "(as main judges it) [images/foreign-registry]" in run.out


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("modelyard.yaml", "git.example.com/ml", "git.example.com/evil"),
        ("environments/production.yaml", "revision: refs/heads/main", "revision: refs/heads/x"),
        (
            "environments/production.yaml",
            "    name: production\n    kub",
            "    name: other\n    kub",
        ),
    ],
)
def test_where_argo_cd_reads_from_is_for_an_owner_to_say(
    branch: Branch, file: str, old: str, new: str
) -> None:
    branch.change(file, old, new)
    assert branch.run("check").code == 0
    run = branch.gate()
    assert run.code == 1
    assert "where Argo CD reads from or deploys to [gate/source]" in run.out
    assert branch.gate("--trust-head").code == 0


def test_settings_of_conftest_are_not_read(branch: Branch) -> None:
    debug(branch)
    branch.write("conftest.toml", 'policy = ["policies"]\nno-fail = true\nnamespace = ["none"]\n')
    branch.render()
    run = branch.gate()
    assert run.code == 1
    assert "conftest.toml:1:1: warning: changes the settings of conftest" in run.out


def test_policies_for_conftest_are_not_read(branch: Branch) -> None:
    """An edit of them changes no verdict; one that makes them ours again is not worth a word."""
    debug(branch)
    shutil.rmtree(branch.root / ".modelyard/policies/security")
    branch.write(".modelyard/policies/lib/pods.rego", "package lib.pods\n\nall := []\n")
    branch.render()
    run = branch.gate()
    assert run.code == 1
    assert "error: logs too much [team/no-debug]" in run.out
    assert ".modelyard/policies/lib/pods.rego:1:1: warning: changes `pods.rego` and " in run.out
    assert "other files of the policies for conftest, which are then not those of" in run.out
    assert branch.run("rules", "--write").code == 0
    branch.save()
    assert ".modelyard/policies" not in branch.gate().out


def test_policies_for_conftest_may_be_brought_up_to_date(branch: Branch) -> None:
    branch.git("checkout", "-q", "main")
    branch.write(".modelyard/policies/old/rule/policy.rego", "package old.rule\n")
    branch.write(".modelyard/policies/lib/pods.rego", "package lib.pods\n")
    branch.save()
    branch.git("checkout", "-q", "-B", "change")
    assert branch.run("rules", "--write").code == 0
    branch.save()
    run = branch.gate()
    assert run.code == 0, run.out
    assert ".modelyard" not in run.out


@pytest.mark.parametrize(
    "file", [".github/workflows/modelyard.yaml", ".pre-commit-config.yaml", "requirements.txt"]
)
def test_an_edit_of_what_runs_the_gate_is_told(branch: Branch, file: str) -> None:
    branch.write(file, "# nothing\n")
    branch.save()
    run = branch.gate()
    assert run.code == 0
    assert f"{file}:1:1: warning: changes `{file}`, which decides how changes are judged" in run.out


def test_a_blueprint_is_told_and_what_it_builds_is_judged(branch: Branch) -> None:
    branch.write(
        "blueprints/loud/blueprint.yaml",
        "apiVersion: modelyard/v1\nkind: Blueprint\nmetadata: {name: loud, description: Loud.}\n"
        "spec: {extends: realtime, defaults: {serving: {env: {LOG_LEVEL: debug}}}}\n",
    )
    branch.edit(SPEC, "blueprint: realtime", "blueprint: loud")
    branch.edit(SPEC, "    env:\n      LOG_LEVEL: info\n", "")
    branch.render()
    run = branch.gate()
    assert run.code == 1
    assert "adds `blueprints/loud/blueprint.yaml` [gate/blueprint]" in run.out
    assert "logs too much [team/no-debug]" in run.out


def test_a_harmless_change_of_an_environment_passes(branch: Branch) -> None:
    branch.change("environments/production.yaml", "pods: 1000", "pods: 900")
    run = branch.gate()
    assert run.code == 0, run.out
    assert "warning: changes `spec.quota.pods` [gate/environment]" in run.out
