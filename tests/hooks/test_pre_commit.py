"""Hooks as a person meets them: real commits in a real repository, by the real pre-commit."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
import yaml

from modelyard.cli import main
from modelyard.scaffold.repository import init
from tests.hooks.repository import HOOKS, PROJECT, Repository

if TYPE_CHECKING:
    from pathlib import Path

SPEC = "models/fraud-detection.yaml"
OTHER = "models/demand-forecast.yaml"
BOTH = ("modelyard-render", "modelyard-check")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that was rendered once."""
    root = tmp_path_factory.mktemp("rendered") / "shop"
    init(root, url="https://git.example.com/ml/models.git", git=False)
    assert main(["render", "-C", str(root)]) == 0
    return root


@pytest.fixture
def repository(rendered: Path, tmp_path: Path) -> Repository:
    """The same in git, with both hooks for specs."""
    shutil.copytree(rendered, tmp_path / "shop")
    found = Repository(tmp_path / "shop")
    found.git("init", "-q", "-b", "main")
    found.use(*BOTH)
    return found


def clone(text: str, name: str) -> str:
    return text.replace("fraud-detection", name)


def test_every_hook_is_offered_for_python_and_never_in_parallel() -> None:
    assert [hook["id"] for hook in HOOKS] == [
        f"modelyard-{name}" for name in ("render", "check", "test", "verify")
    ]
    assert all(hook["language"] == "python" and hook["require_serial"] for hook in HOOKS)


def test_the_readme_and_new_repositories_have_the_hooks_that_are_offered(
    repository: Repository,
) -> None:
    init(repository.root / "new", url="https://git.example.com/ml/models.git", git=False)
    for hook in yaml.safe_load(repository.text("new/.pre-commit-config.yaml"))["repos"][0]["hooks"]:
        offered = next(each for each in HOOKS if each["id"] == hook["id"])
        assert hook["entry"].startswith(offered["entry"])
        changed = {"language": "system", "entry": hook["entry"]}
        assert {"description": offered["description"], **hook} == {**offered, **changed}
    readme = (PROJECT / "README.md").read_text()
    assert re.findall(r"- id: (modelyard-\w+)", readme) == [hook["id"] for hook in HOOKS]


def test_a_changed_spec_is_rendered_and_the_commit_waits_for_it(repository: Repository) -> None:
    repository.edit(SPEC, "max: 20", "max: 21")
    repository.git("add", SPEC)
    said = repository.commit()
    assert said.code == 1
    assert "deploy/production/fraud-detection/" in said.text
    assert "Add it to the commit: git add deploy" in said.text
    repository.git("add", "deploy")
    assert repository.commit().code == 0
    assert "maxReplicas: 21" in repository.text("deploy/production/fraud-detection/autoscaler.yaml")


def test_a_mistake_is_refused_at_its_line(repository: Repository) -> None:
    repository.edit(SPEC, "max: 20", "max: 1")
    repository.git("add", SPEC)
    said = repository.commit()
    assert said.code == 1
    assert f"{SPEC}:68:34: error: " in said.text
    assert repository.git("status", "--porcelain").text == f"M  {SPEC}\n"


def test_only_the_changed_model_is_worked_on(repository: Repository) -> None:
    """Another one that cannot even be loaded shows that nobody looked at it."""
    repository.edit(OTHER, "replicas: 2", "replicas: none")
    repository.save()
    repository.edit(SPEC, "max: 20", "max: 21")
    assert repository.run("render", SPEC).code == 0
    repository.git("add", "-A")
    assert repository.commit().code == 0


def test_several_changed_models_are_all_worked_on(repository: Repository) -> None:
    repository.edit(SPEC, "max: 20", "max: 21")
    repository.edit(OTHER, "replicas: 2", "replicas: 3")
    repository.git("add", "models")
    said = repository.commit()
    assert "deploy/production/fraud-detection/" in said.text
    assert "deploy/production/demand-forecast/" in said.text


def test_a_change_of_an_environment_concerns_every_model(repository: Repository) -> None:
    repository.edit("environments/dev.yaml", "interval: 30s", "interval: 45s")
    repository.git("add", "environments")
    said = repository.commit()
    assert said.code == 1
    for name in ("fraud-detection", "demand-forecast", "support-assistant"):
        assert f"deploy/dev/{name}/" in said.text


def test_what_is_not_of_ours_is_left_alone(repository: Repository) -> None:
    repository.edit(OTHER, "replicas: 2", "replicas: none")
    repository.save()
    repository.write("README.md", "Words.\n")
    repository.write("models/README.md", "Words.\n")
    repository.git("add", "-A")
    said = repository.program("pre-commit", "run", "--verbose")
    assert said.code == 0
    assert said.text.count("Passed") == 2
    assert "object" not in said.text
    assert "up to date" not in said.text


@pytest.mark.parametrize("skip", ["", "modelyard-render"])
def test_rendered_files_that_were_never_added_are_not_left_out(
    repository: Repository, skip: str
) -> None:
    """pre-commit itself sees no difference, because git does not know of the files."""
    repository.write("models/other.yaml", clone(repository.text(SPEC), "other"))
    repository.git("add", "models")
    said = repository.commit(skip=skip)
    assert said.code == 1
    assert repository.run("render").code == 0
    said = repository.commit(skip=skip)
    assert said.code == 1
    assert "deploy/dev/other/alerts.yaml:1:1: error: `alerts.yaml` and" in said.text
    assert "other files in deploy/dev/other: rendered, but git does not know of it" in said.text
    repository.git("add", "deploy")
    assert repository.commit(skip=skip).code == 0


def test_an_ignored_lock_is_told_too(repository: Repository) -> None:
    """Argo CD finds models by their locks, and `*.lock` is ignored in many a repository."""
    repository.write(".gitignore", "*.lock\n")
    repository.write("models/other.yaml", clone(repository.text(SPEC), "other"))
    assert repository.run("render").code == 0
    repository.git("add", "-A")
    said = repository.commit()
    assert said.code == 1
    assert "`release.lock` in deploy/dev/other: rendered, but git does not know" in said.text


def test_files_of_others_in_the_tree_may_stay_out_of_git(repository: Repository) -> None:
    repository.write("deploy/dev/fraud-detection/notes.txt", "mine")
    repository.edit(SPEC, "max: 20", "max: 21")
    assert repository.run("render").code == 0
    repository.git("add", "models", "deploy/production")
    assert repository.commit().code == 0


def test_a_deleted_model_is_taken_out_of_the_tree(repository: Repository) -> None:
    repository.git("rm", "-q", OTHER)
    said = repository.commit()
    assert said.code == 1
    assert "deploy/dev/demand-forecast/" in said.text
    assert not (repository.root / "deploy/dev/demand-forecast").exists()
    repository.git("add", "deploy")
    assert repository.commit().code == 0
    assert repository.run("check").code == 0


def test_the_tree_of_a_deleted_model_does_not_pass_the_check(repository: Repository) -> None:
    repository.git("rm", "-q", OTHER)
    said = repository.commit(skip="modelyard-render")
    assert said.code == 1
    assert "no spec renders `deploy/dev/demand-forecast` any more" in said.text


def test_a_renamed_model_leaves_nothing_under_its_old_name(repository: Repository) -> None:
    repository.git("mv", SPEC, "models/fraud.yaml")
    repository.edit("models/fraud.yaml", "name: fraud-detection", "name: fraud")
    repository.git("add", "models")
    assert repository.commit().code == 1
    assert (repository.root / "deploy/dev/fraud").exists()
    assert not (repository.root / "deploy/dev/fraud-detection").exists()
    repository.git("add", "deploy")
    assert repository.commit().code == 0
    assert repository.run("check").code == 0


def test_a_rendered_file_that_is_deleted_comes_back(repository: Repository) -> None:
    repository.git("rm", "-q", "deploy/dev/fraud-detection/service.yaml")
    said = repository.commit(skip="modelyard-render")
    assert "`service.yaml` is not what the spec says" in said.text
    said = repository.commit()
    assert said.code == 1
    assert (repository.root / "deploy/dev/fraud-detection/service.yaml").exists()


def test_a_deleted_environment_concerns_every_model(repository: Repository) -> None:
    repository.git("rm", "-q", "environments/staging.yaml")
    said = repository.commit()
    assert said.code == 1
    assert "there is no environment `staging`" in said.text


def test_a_rendered_file_that_was_edited_by_hand_is_refused(repository: Repository) -> None:
    file = "deploy/production/fraud-detection/autoscaler.yaml"
    repository.edit(file, "maxReplicas: 20", "maxReplicas: 25")
    repository.git("add", "-A")
    said = repository.commit()
    assert said.code == 1
    assert "change the line of the spec instead" in said.text


def test_what_lies_between_two_commits_counts_with_its_deletions(repository: Repository) -> None:
    repository.git("rm", "-q", OTHER)
    repository.git("commit", "-q", "--no-verify", "-m", "Gone")
    said = repository.program(
        "pre-commit", "run", "modelyard-check", "--from-ref", "HEAD~1", "--to-ref", "HEAD"
    )
    assert said.code == 1
    assert "no spec renders `deploy/dev/demand-forecast` any more" in said.text


def test_all_files_can_be_run_at_once(repository: Repository) -> None:
    assert repository.program("pre-commit", "run", "--all-files").code == 0


def test_the_first_commit_of_a_repository_passes(rendered: Path, tmp_path: Path) -> None:
    shutil.copytree(rendered, tmp_path / "shop")
    found = Repository(tmp_path / "shop")
    found.git("init", "-q", "-b", "main")
    found.use(*BOTH)
    found.git("update-ref", "-d", "HEAD")
    assert found.commit().code == 0


def test_a_policy_of_the_team_concerns_every_model(repository: Repository) -> None:
    policy = 'package ours.none\n\ndeny contains "never" if input.kind == "Deployment"\n'
    assert repository.run("check").code == 0
    repository.write("policies/ours/none/policy.rego", policy)
    repository.git("add", "-A")
    said = repository.commit()
    assert said.code == 1
    assert "never [ours/none]" in said.text
    assert "modelyard-render" not in said.text
    repository.save()
    repository.git("rm", "-q", "policies/ours/none/policy.rego")
    assert repository.commit().code == 0


def test_definitions_of_custom_resources_concern_every_model(repository: Repository) -> None:
    repository.edit("modelyard.yaml", "spec:\n", "spec:\n  schemas: [crds/*.yaml]\n")
    repository.save()
    repository.write("crds/wrong.yaml", "kind: CustomResourceDefinition\n")
    repository.git("add", "-A")
    said = repository.commit()
    assert said.code == 1
    assert "crds/wrong.yaml" in said.text


def test_a_repository_within_another_is_found_by_its_directory(
    rendered: Path, tmp_path: Path
) -> None:
    shutil.copytree(rendered, tmp_path / "all" / "ml")
    found = Repository(tmp_path / "all", "ml")
    found.git("init", "-q", "-b", "main")
    found.use(*BOTH, more={"args": ["-C", "ml"]})
    found.write("../models/churn.yaml", "of others")
    found.git("rm", "-q", f"ml/{OTHER}")
    found.edit(SPEC, "max: 20", "max: 21")
    found.git("add", "-A")
    said = found.commit()
    assert said.code == 1
    assert "Add it to the commit: git add ml/deploy" in said.text
    found.git("add", "ml/deploy")
    assert found.commit().code == 0
    assert "maxReplicas: 21" in found.text("deploy/production/fraud-detection/autoscaler.yaml")
    assert not (found.root / "deploy/dev/demand-forecast").exists()


# test and verify


POLICY = """\
package main

deny contains msg if {
	input.kind == "Service"
	not input.metadata.labels.owner
	msg := sprintf("service %v has no owner", [input.metadata.name])
}
"""
TESTS = """\
package main

test_a_service_without_an_owner_is_denied if {
	count(deny) == 1 with input as {"kind": "Service", "metadata": {"name": "x"}}
}
"""


def test_changed_manifests_are_tested_with_the_policies_of_the_team(
    repository: Repository,
) -> None:
    repository.write("policies/owner.rego", POLICY)
    repository.use("modelyard-test")
    repository.edit(SPEC, "port: 8080", "port: 8081")
    assert repository.run("render").code == 0
    repository.git("add", "-A")
    said = repository.commit()
    assert said.code == 1
    told = "deploy/dev/fraud-detection/service.yaml - main - service fraud-detection has no owner"
    assert told in said.text
    assert "demand-forecast" not in said.text


def test_settings_of_conftest_choose_the_policies(repository: Repository) -> None:
    repository.write("rules/owner.rego", POLICY.replace("package main", "package team"))
    repository.write("conftest.toml", 'policy = ["rules"]\nnamespace = ["team"]\n')
    repository.use("modelyard-test")
    repository.edit(SPEC, "port: 8080", "port: 8081")
    assert repository.run("render").code == 0
    repository.git("add", "-A")
    said = repository.commit()
    assert said.code == 1
    assert " - team - service fraud-detection has no owner" in said.text


def test_manifests_are_tested_with_our_policies_too(repository: Repository) -> None:
    repository.use("modelyard-test")
    file = "deploy/dev/fraud-detection/deployment.yaml"
    text = repository.text(file)
    repository.write(file, text.replace("Escalation: false", "Escalation: true"))
    repository.git("add", "-A")
    said = repository.commit()
    assert said.code == 1
    assert f"{file} - security.privilege_escalation - container `server` may gain" in said.text


def test_a_manifest_that_is_deleted_is_not_tested(repository: Repository) -> None:
    repository.write("policies/owner.rego", POLICY)
    repository.use("modelyard-test")
    repository.git("rm", "-q", "deploy/dev/fraud-detection/service.yaml")
    assert repository.commit().code == 0


def test_tests_of_policies_are_run_when_policies_change(repository: Repository) -> None:
    repository.write("policies/owner.rego", POLICY)
    repository.write("policies/owner_test.rego", TESTS)
    repository.use("modelyard-verify")
    repository.edit("policies/owner.rego", '"Service"', '"Pod"')
    repository.git("add", "-A")
    said = repository.commit()
    assert said.code == 1
    assert "data.main.test_a_service_without_an_owner_is_denied" in said.text
    repository.save()
    repository.edit(SPEC, "max: 20", "max: 21")
    repository.git("add", "-A")
    assert repository.commit().code == 0, "the tests still fail, but nobody changed a policy"
    repository.git("rm", "-q", "policies/owner.rego")
    assert repository.commit().code == 1


def test_a_new_repository_without_policies_of_its_own_has_no_tests_to_run(
    rendered: Path, tmp_path: Path
) -> None:
    shutil.copytree(rendered, tmp_path / "shop")
    found = Repository(tmp_path / "shop")
    found.git("init", "-q", "-b", "main")
    found.git("add", "-A")
    said = found.program("pre-commit", "run", "modelyard-verify")
    assert said.code == 0, said.text
    found.write("policies/owner.rego", POLICY)
    found.write("policies/owner_test.rego", TESTS.replace("== 1", "== 2"))
    found.git("add", "-A")
    assert found.program("pre-commit", "run", "modelyard-verify").code == 1
