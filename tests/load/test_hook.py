"""What a hook is told by git while a commit is being made."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from modelyard.load.hook import changed

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)


def test_a_commit_of_everything_has_an_index_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.yaml").write_text("kind: Model\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one")
    assert changed([], tmp_path, None) == []
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / ".git" / "index.of-all"))
    git(tmp_path, "read-tree", "HEAD")
    git(tmp_path, "rm", "-q", "model.yaml")
    assert changed([], tmp_path, None) == [tmp_path / "model.yaml"]
