"""A change from the first keystroke to the merge, with the real git and the real pre-commit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from modelyard.scaffold.repository import init
from tests.hooks.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

SPEC = "models/churn.yaml"


def test_a_change_from_a_mistake_to_the_merge(tmp_path: Path) -> None:
    # A platform engineer makes the repository, and a data scientist clones it.
    init(tmp_path / "origin", url="https://git.example.com/ml/models.git", git=False)
    origin = Repository(tmp_path / "origin")
    origin.git("init", "-q", "-b", "main")
    assert origin.run("render").code == 0
    assert origin.run("check").code == 0
    origin.save()
    origin.git("clone", "-q", str(origin.root), str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    assert clone.program("pre-commit", "install").code == 0
    assert clone.run("diff", "--exit-code").code == 0

    # A new model, with a mistake in its spec: the hook refuses the commit, at the line.
    clone.git("checkout", "-q", "-b", "churn")
    assert clone.run("new", "churn", "--team", "growth").code == 0
    written = clone.text(SPEC)
    clone.write(
        SPEC, written.replace("autoscaling:", "autoscalling:").replace("  serving:", "  servign:")
    )
    assert clone.text(SPEC) != written
    line = next(n for n, text in enumerate(clone.text(SPEC).split("\n"), 1) if "servign" in text)
    clone.git("add", "-A")
    refused = clone.commit()
    assert refused.code != 0
    assert f"{SPEC}:{line}:3: error: unknown key `servign`" in refused.text
    assert "did you mean `serving`?" in refused.text
    assert not (clone.root / "deploy" / "dev" / "churn").exists()

    # Mended and rendered, it is taken.
    clone.write(SPEC, written)
    assert clone.run("render").code == 0
    clone.git("add", "-A")
    taken = clone.commit()
    assert taken.code == 0, taken.text

    # The gate lets the branch pass, and the difference names the model in each of its environments.
    run = clone.run("gate", "--base", "origin/main", "-o", "json")
    assert run.code == 0, run.out
    assert json.loads(run.out)["summary"]["errors"] == 0
    told = json.loads(clone.run("diff", "--base", "origin/main", "-o", "json").out)
    rendered = {
        path.relative_to(clone.root).as_posix() for path in clone.root.glob("deploy/*/churn/*.yaml")
    }
    new = [each for one in told["environments"] for each in one["objects"]]
    assert rendered
    assert {each["file"] for each in new if each["change"] == "added"} == rendered
    assert [each["change"] for each in new if each["file"] not in rendered] == []
    people = clone.run("diff", "--base", "origin/main").out
    for file in rendered:
        assert f"{file.split('/')[1]}" in people

    # Merged, there is nothing left to say.
    clone.git("checkout", "-q", "main")
    clone.git("merge", "-q", "--ff-only", "churn")
    clone.git("push", "-q", "origin", "main:merged")
    after = clone.run("diff", "--exit-code", "-o", "json")
    assert (after.code, json.loads(after.out)["summary"]["objects"]) == (0, 0)
