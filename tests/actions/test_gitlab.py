"""The job for GitLab that the README shows: a real one, which judges as GitLab would run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from modelyard import __version__
from modelyard.scaffold.repository import init
from tests.hooks.repository import Repository
from tests.test_readme import blocks

SPEC = "models/fraud-detection.yaml"
POLICY = """\
# METADATA
# title: Nothing logs at the level of debugging
# custom:
#   kinds: [Deployment]
package team.no_debug

deny contains {"msg": "logs too much", "route": ["metadata", "name"]} if {
	some container in input.spec.template.spec.containers
	some variable in container.env
	variable.name == "LOG_LEVEL"
	variable.value == "debug"
}
"""


def text() -> str:
    return next(block for block in blocks("yaml") if block.startswith("# .gitlab-ci.yml"))


def job() -> dict[str, Any]:
    (found,) = yaml.safe_load(text()).values()
    return dict(found)


@dataclass
class Project:
    """A project of GitLab, and what its runner has checked out of a merge request."""

    origin: Repository
    clone: Repository

    def judge(self, base: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the job's script, as a runner does: in one shell that stops at the first failure."""
        clone = self.clone
        clone.git(
            "fetch", "-q", "--prune", "origin", "+refs/heads/*:refs/remotes/origin/*", "--tags"
        )
        clone.git("checkout", "-q", "--detach", "refs/remotes/origin/change")
        lines = list(job()["script"])
        if base is not None:
            target = "refs/remotes/origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
            assert target in lines[0]
            lines = [line.replace(target, base) for line in lines]
        folder = Path(sys.executable).parent
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
            cwd=clone.root,
            env={
                **os.environ,
                **job()["variables"],
                "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
                "CI_PIPELINE_SOURCE": "merge_request_event",
                "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def report(self, name: str) -> str:
        return (self.clone.root / name).read_text()

    def failures(self) -> list[str]:
        """The rules of the tests that the merge request shows as failed."""
        found = ET.fromstring(self.report(job()["artifacts"]["reports"]["junit"]))
        return [
            case.get("classname", "")
            for case in found.iter("testcase")
            if case.find("failure") is not None
        ]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A merge request that lets a model log more than before."""
    init(tmp_path / "origin", url="https://git.example.com/ml/models.git", git=False)
    origin = Repository(tmp_path / "origin")
    origin.git("init", "-q", "-b", "main")
    assert origin.run("render").code == 0
    origin.save()
    origin.git("clone", "-q", str(origin.root), str(tmp_path / "clone"))
    origin.git("checkout", "-q", "-b", "change")
    origin.edit(SPEC, "LOG_LEVEL: info", "LOG_LEVEL: debug")
    assert origin.run("render").code == 0
    origin.save()
    return Project(origin, Repository(tmp_path / "clone"))


def test_the_job_is_one_to_gitlabs_own_schema(tmp_path: Path) -> None:
    assert check(tmp_path, text()) == 0
    assert check(tmp_path, text().replace("when: always", "when: allways")) == 1


def check(folder: Path, document: str) -> int:
    program = Path(sys.executable).parent / "check-jsonschema"
    (folder / ".gitlab-ci.yml").write_text(document)
    words = ["--builtin-schema", "vendor.gitlab-ci", "-o", "json", str(folder / ".gitlab-ci.yml")]
    done = subprocess.run([str(program), *words], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["status"] == ("fail" if done.returncode else "ok")
    return done.returncode


def test_the_job_has_what_it_needs_and_no_more() -> None:
    found = job()
    assert found["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
    assert found["variables"] == {"GIT_DEPTH": "0"}, "the whole history, and no secret"
    assert found["artifacts"]["when"] == "always", "what is wrong must be read where it fails"
    (install,) = found["before_script"]
    assert f"@v{__version__}" in install
    assert "requirements" not in install, "a change must not choose its own judge"


def test_a_sound_change_passes_and_leaves_its_reports(project: Project) -> None:
    done = project.judge()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The gate is open" in done.stdout
    (comment,) = job()["artifacts"]["paths"]
    assert project.report(comment).startswith("<!-- modelyard:gate -->\n")
    assert "The gate is open" in project.report(comment)
    assert project.failures() == []


def test_a_change_is_judged_by_the_target_branch_as_it_is_now(project: Project) -> None:
    """Where the change left it there was no such rule yet, and a tag may bear any name."""
    origin = project.origin
    left = origin.git("rev-parse", "main").text.strip()
    origin.git("checkout", "-q", "main")
    origin.git("tag", "origin/main", left)
    origin.write("policies/team/no-debug/policy.rego", POLICY)
    origin.save()
    done = project.judge()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "logs too much" in done.stdout
    assert "The gate is shut" in project.report("modelyard.md")
    assert project.failures() == ["team/no-debug"]
    for weaker in (left, "origin/main"):
        assert project.judge(weaker).returncode == 0


def test_what_cannot_be_rendered_fails_with_its_reports(project: Project) -> None:
    project.origin.edit(SPEC, "max: 20", "max: 1")
    project.origin.save()
    assert project.judge().returncode == 2
    assert "cannot be rendered" in project.report("modelyard.md")
    assert project.failures() == ["spec/range"]
