"""Which revision is compared with, and which changes are seen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from modelyard.errors import Refused
from tests.test_golden import GOLDEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Shop
    from tests.diff.conftest import GitShop

SPEC = "models/fraud-detection.yaml"


def files(repo: GitShop, *words: str) -> list[str]:
    found = repo.document(*words)
    return sorted(each["file"] for where in found["environments"] for each in where["objects"])


def test_after_everything_is_committed_nothing_differs(repo: GitShop) -> None:
    run = repo.run("diff")
    assert (run.code, run.out) == (0, f"Nothing differs from `HEAD` ({head(repo)}).\n")


def head(repo: GitShop) -> str:
    return repo.git("rev-parse", "HEAD")[:12]


def test_a_spec_that_nobody_has_rendered_shows(repo: GitShop) -> None:
    repo.edit(SPEC, "max: 20", "max: 25")
    assert files(repo) == ["deploy/production/fraud-detection/autoscaler.yaml"]


def test_rendering_and_committing_changes_nothing_of_what_is_seen(repo: GitShop) -> None:
    repo.git("checkout", "-q", "-b", "topic")
    repo.edit(SPEC, "max: 20", "max: 25")
    unrendered = repo.document()
    repo.render()
    rendered = repo.document()
    repo.commit()
    assert unrendered == rendered == repo.document()
    assert unrendered["base"]["revision"] == "main"
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "topic")
    assert repo.document()["environments"][0]["objects"] == []
    assert not repo.compare()


def test_on_another_branch_the_base_is_where_it_began(repo: GitShop) -> None:
    repo.git("checkout", "-q", "-b", "topic")
    repo.edit(SPEC, "max: 20", "max: 25")
    repo.render()
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.edit("models/demand-forecast.yaml", "replicas: 2", "replicas: 3")
    repo.render()
    repo.commit()
    repo.git("checkout", "-q", "topic")
    assert files(repo) == ["deploy/production/fraud-detection/autoscaler.yaml"]
    assert len(files(repo, "--base", "main")) == 4


def test_a_revision_may_be_a_tag_or_a_commit(repo: GitShop) -> None:
    repo.git("tag", "v1")
    repo.edit(SPEC, "max: 20", "max: 25")
    repo.render()
    repo.commit()
    for base in ("v1", "HEAD~1", repo.git("rev-parse", "HEAD~1").strip()):
        assert files(repo, "--base", base) == ["deploy/production/fraud-detection/autoscaler.yaml"]
    assert files(repo) == []


@pytest.mark.parametrize("base", ["nowhere", "--output=/tmp/x", "HEAD:models", "", " ", "a\0b"])
def test_a_revision_that_is_none_is_refused(repo: GitShop, base: str) -> None:
    with pytest.raises(Refused) as refusal:
        repo.compare(base)
    assert refusal.value.findings[0].rule == "repository/revision"


def test_outside_git_it_is_refused(shop: Shop) -> None:
    run = shop.run("diff")
    assert run.code == 2
    assert "not in a git repository" in run.out
    assert "git init" in run.out


def test_before_the_first_commit_everything_is_new(shop: Shop) -> None:
    os.system(f"git init -q {shop.root}")
    run = shop.run("diff", "--env", "dev")
    assert run.code == 0
    assert f"dev: {len(list((GOLDEN / 'dev').rglob('*.yaml')))} added" in run.out


def test_only_the_models_and_environments_that_were_asked_for(repo: GitShop) -> None:
    repo.edit(SPEC, "LOG_LEVEL: info", "LOG_LEVEL: debug")
    assert len(files(repo)) == 4
    assert files(repo, "demand-forecast") == []
    assert files(repo, "--env", "dev", SPEC) == ["deploy/dev/fraud-detection/deployment.yaml"]


def test_a_repository_in_a_folder_of_another(tmp_path: Path, repo: GitShop) -> None:
    top = tmp_path / "monorepo"
    top.mkdir()
    (repo.root / ".git").rename(tmp_path / "unused")
    repo.root.rename(top / "ml")
    repo.root = top / "ml"
    os.system(f"git init -q -b main {top}")
    repo.commit()
    assert files(repo) == []
    repo.edit(SPEC, "max: 20", "max: 25")
    assert files(repo) == ["deploy/production/fraud-detection/autoscaler.yaml"]
