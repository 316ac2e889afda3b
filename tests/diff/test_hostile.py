"""Repositories that mean harm: nothing of theirs runs, nothing leads out, and nothing is read without end."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from modelyard.load.git import MAX_BYTES, Git
from tests.diff.conftest import environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.diff.conftest import GitShop

SPEC = "models/fraud-detection.yaml"
PLACE = "deploy/production/fraud-detection"


def trap(repo: GitShop, name: str) -> tuple[Path, Path]:
    """A program that leaves a mark when somebody runs it."""
    program, mark = repo.root.parent / name, repo.root.parent / f"{name}.ran"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    program.chmod(0o755)
    return program, mark


def test_nothing_that_the_repository_configures_is_run(repo: GitShop) -> None:
    program, mark = trap(repo, "trap")
    for key in (
        "core.fsmonitor", "diff.external", "core.pager", "filter.evil.clean", "filter.evil.smudge",
        "filter.evil.process", "diff.evil.command", "diff.evil.textconv", "core.sshCommand", "core.editor",
    ):  # fmt: skip
        repo.git("config", key, str(program))
    for hook in ("post-index-change", "fsmonitor-watchman", "post-checkout", "pre-auto-gc"):
        shutil.copy(program, repo.root / ".git/hooks" / hook)
    repo.write(".gitattributes", "* filter=evil diff=evil\n")
    repo.edit(SPEC, "max: 20", "max: 25")
    for path in (repo.root / "deploy").rglob("*.yaml"):
        os.utime(path, (1, 1))
    run = repo.run("diff", "--base", "HEAD", "-o", "markdown")
    assert "spec.maxReplicas" in run.out
    assert not mark.exists()


def test_the_trap_works(repo: GitShop) -> None:
    """Git itself, asked as usual, does run what the repository configures."""
    program, mark = trap(repo, "trap")
    repo.git("config", "filter.evil.clean", str(program))
    repo.write(".gitattributes", "* filter=evil\n")
    repo.edit(SPEC, "max: 20", "max: 25")
    repo.git("add", SPEC)
    assert mark.exists()


def test_nothing_is_written(repo: GitShop) -> None:
    repo.edit(SPEC, "max: 20", "max: 25")
    before = {path: path.stat().st_mtime_ns for path in repo.root.rglob("*") if path.is_file()}
    repo.run("diff")
    assert {
        path: path.stat().st_mtime_ns for path in repo.root.rglob("*") if path.is_file()
    } == before


@pytest.mark.parametrize(
    "base", ["--upload-pack=touch /tmp/x", "-h", "--all", "HEAD..HEAD", "HEAD:models", ":/x\n"]
)
def test_a_word_that_looks_like_an_option_never_reaches_git_as_one(
    repo: GitShop, base: str
) -> None:
    assert Git(repo.root).commit(base) is None
    run = repo.run("diff", f"--base={base}")
    assert run.code == 2
    assert "[repository/revision]" in run.out


def test_a_link_in_the_tree_is_not_followed(repo: GitShop) -> None:
    outside = repo.root.parent / "outside.yaml"
    outside.write_text(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: stolen}\nstringData: {a: hunter2}\n"
    )
    (repo.root / PLACE / "link.yaml").symlink_to(outside)
    assert "stolen" not in repo.run("diff", "--base", "HEAD", "-o", "json").out
    repo.commit("a link")
    assert "stolen" not in repo.run("diff", "--base", "HEAD~1", "-o", "json").out


def test_what_is_too_large_is_not_read(repo: GitShop) -> None:
    repo.write(f"{PLACE}/large.yaml", f"a: {'x' * (MAX_BYTES + 1)}\n")
    repo.commit("large")
    git = Git(repo.root)
    blob = repo.git("rev-parse", f"HEAD:{PLACE}/large.yaml").strip()
    small = repo.git("rev-parse", f"HEAD:{PLACE}/service.yaml").strip()
    assert list(git.contents([blob, small])) == [small]
    assert repo.run("diff").code == 0


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [1]\nb: *a\n",
        "[" * 5000,
        "a: {" * 300,
        "kind: Deployment\napiVersion: apps/v1\nmetadata: 3\nspec: [1]\n",
        "apiVersion: v1\nkind: List\nitems: 7\n",
        "<<<<<<< ours\na: 1\n=======\na: 2\n>>>>>>> theirs\n",
        "\x00\x01",
        "apiVersion: v1\nkind: Service\nkind: Pod\nmetadata: {name: a}\n",
    ],
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_no_error_of_ours(repo: GitShop, text: str) -> None:
    repo.write(f"{PLACE}/odd.yaml", text)
    assert repo.run("diff").code in (0, 1)
    repo.commit("odd")
    (repo.root / PLACE / "odd.yaml").unlink()
    assert repo.run("diff").code in (0, 1)


def test_a_rendered_file_that_was_broken_is_said_to_be_unreadable(repo: GitShop) -> None:
    repo.write(f"{PLACE}/autoscaler.yaml", "<<<<<<< ours\n")
    repo.commit("a conflict")
    repo.render()
    found = environment(repo.compare(), "production")
    assert any("cannot be read" in risk.message for risk in found.risks)


def test_what_a_hook_tells_of_another_repository_does_not_mislead(
    repo: GitShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.edit(SPEC, "max: 20", "max: 25")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    monkeypatch.setenv("GIT_WORK_TREE", "/")
    assert [change.kind for change in environment(repo.compare(), "production").shown] == [
        "HorizontalPodAutoscaler"
    ]


def test_a_shallow_clone_says_how_to_get_the_rest(repo: GitShop) -> None:
    repo.edit(SPEC, "max: 20", "max: 25")
    repo.commit()
    there = repo.root.parent / "shallow"
    repo.git("clone", "-q", "--depth=1", f"file://{repo.root}", str(there))
    repo.root = there
    run = repo.run("diff", "--base", "HEAD~1")
    assert run.code == 2
    assert "fetch-depth: 0" in run.out
