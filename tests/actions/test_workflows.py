"""Workflows and actions: sound to real linters, and safe for the pull requests of strangers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelyard.cli import main
from modelyard.scaffold.repository import init
from tests.conftest import Shop, peer
from tests.peers import go

ROOT = Path(__file__).parents[2]
SHIPPED = (
    ROOT / "blueprints" / "repository" / "{{cookiecutter.directory}}" / ".github" / "workflows"
)
WORKFLOWS = sorted([*(ROOT / ".github" / "workflows").glob("*.yml"), *SHIPPED.glob("*.yaml")])
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
RECORD = Path(__file__).parent / "actionlint.json"


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def document(path: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text())
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    value = document(path)
    if "runs" in value:
        return list(value["runs"]["steps"])
    return [step for job in value["jobs"].values() for step in job.get("steps", ())]


def test_actionlint_said_nothing(request: pytest.FixtureRequest) -> None:
    """What it said of these very files is recorded, and held against the program where it is."""
    texts = {name(path): path.read_text() for path in WORKFLOWS}
    if request.config.getoption("--update"):
        program = peer(go.find("actionlint"), "actionlint")
        record = {"actionlint": go.PROGRAMS["actionlint"][1], "said": lint(program), "of": texts}
        RECORD.write_text(json.dumps(record, indent=1) + "\n")
    recorded = json.loads(RECORD.read_text())
    assert recorded["of"] == texts, "run pytest tests/actions --update"
    assert recorded["said"] == []
    assert recorded["actionlint"] == go.PROGRAMS["actionlint"][1]


def test_actionlint_says_what_is_recorded() -> None:
    program = peer(go.find("actionlint"), "actionlint")
    assert lint(program) == json.loads(RECORD.read_text())["said"]


def test_actionlint_sees_mistakes(tmp_path: Path) -> None:
    program = peer(go.find("actionlint"), "actionlint")
    wrong = (ROOT / ".github" / "workflows" / "gate.yml").read_text().replace("runs-on", "run-on")
    (tmp_path / "gate.yml").write_text(wrong)
    assert lint(program, tmp_path / "gate.yml")


def lint(program: Path, *files: Path) -> list[Any]:
    done = subprocess.run(
        [str(program), "-format", "{{json .}}", *map(str, files or WORKFLOWS)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    found: list[Any] = json.loads(done.stdout or "null") or []
    return found


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=name)
def test_no_script_has_an_expression_in_it(path: Path) -> None:
    """What an event says becomes text of a script where it is written into one."""
    for step in steps(path):
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=name)
def test_what_others_wrote_is_pinned(path: Path) -> None:
    for step in steps(path):
        used = step.get("uses", "")
        if used and not used.startswith("modelyard/"):
            revision = used.partition("@")[2]
            assert len(revision) == 40, used


def test_the_gate_may_write_nothing_and_the_publisher_checks_nothing_out() -> None:
    gate = document(ROOT / ".github" / "workflows" / "gate.yml")
    assert gate["permissions"] == {"contents": "read"}
    checkout = next(step for step in steps(ROOT / ".github" / "workflows" / "gate.yml"))
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}
    publisher = ROOT / ".github" / "workflows" / "publish.yml"
    assert not [step for step in steps(publisher) if "checkout" in step.get("uses", "")]
    assert not [step for step in steps(publisher) if "run" in step]
    assert document(publisher)["permissions"] == {}


def test_the_new_repositorys_workflows_call_ours() -> None:
    called = {
        job["uses"] for path in SHIPPED.glob("*.yaml") for job in document(path)["jobs"].values()
    }
    assert called == {
        f"modelyard/modelyard/.github/workflows/{one}.yml@v0" for one in ("gate", "publish")
    }
    assert set(document(SHIPPED / "modelyard.yaml")[True]) == {"pull_request"}, (
        "no secrets for forks"
    )


def test_an_owners_label_holds_for_the_run_that_it_starts_alone() -> None:
    """Otherwise what is pushed after it would be trusted too."""
    called = next(
        s for s in steps(ROOT / ".github/workflows/gate.yml") if "trust-head" in s.get("with", {})
    )
    assert "github.event.action == 'labeled'" in called["with"]["trust-head"]


@pytest.mark.parametrize("directory", [".", "ml"])
def test_the_action_judges_and_leaves_its_reports_where_they_are_looked_for(
    tmp_path: Path, directory: str
) -> None:
    """Its script, run as a runner would, also for a repository within another."""
    top, temp = tmp_path / "checkout", tmp_path / "temp"
    root = top / directory
    init(root, url="https://git.example.com/ml/models.git", git=False)
    assert main(["render", "-C", str(root)]) == 0
    who = {
        f"GIT_{w}_{k}": v
        for w in ("AUTHOR", "COMMITTER")
        for k, v in (("NAME", "A"), ("EMAIL", "a@b"))
    }
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "base")):
        subprocess.run(["git", *words], cwd=top, env={**os.environ, **who}, check=True)
    Shop(root).edit("models/fraud-detection.yaml", "max: 20", "max: 21")
    program = temp / "modelyard" / "bin" / "modelyard"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m modelyard "$@"\n')
    program.chmod(0o755)
    (script,) = (s["run"] for s in steps(ACTIONS[0]) if s.get("name") == "Judge the change")
    told = {"BASE": "main", "DIRECTORY": directory, "REPORTS": "reports", "TRUST_HEAD": "false"}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=top,
        env={
            **os.environ,
            **told,
            "RUNNER_TEMP": str(temp),
            "GITHUB_STEP_SUMMARY": str(temp / "summary"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The gate is shut" in (top / "reports" / "comment.md").read_text()
    assert "The gate is shut" in (temp / "summary").read_text()
    assert (top / "reports" / "results.sarif").is_file()
