"""The example repository, rendered and committed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.diff import changes
from modelyard.load.repository import Repository
from modelyard.scaffold.repository import init
from tests.conftest import Shop

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.diff.comparison import Comparison, Environment

WHO = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")


class GitShop(Shop):
    """A repository under git."""

    def git(self, *words: str) -> str:
        found = subprocess.run(
            ["git", *WHO, *words], cwd=self.root, check=True, capture_output=True, text=True
        )
        return found.stdout

    def commit(self, message: str = "change") -> None:
        """Commit everything that there is."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def render(self) -> None:
        """Render, by force where a test edited the tree."""
        run = self.run("render", "--force")
        assert run.code == 0, run.out

    def compare(self, base: str | None = None) -> Comparison:
        """What `diff` compares, before it is printed."""
        return changes(Repository(self.root), base)

    def document(self, *words: str) -> dict[str, Any]:
        """What `diff` prints for machines."""
        run = self.run("diff", "-o", "json", *words)
        assert run.code in (0, 1), run.out
        found: dict[str, Any] = json.loads(run.out)
        return found


def environment(comparison: Comparison, name: str) -> Environment:
    return next(each for each in comparison.environments if each.name == name)


@pytest.fixture(scope="session")
def _committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One repository, from which others are copied."""
    os.environ["GIT_CONFIG_GLOBAL"] = os.devnull
    root = tmp_path_factory.mktemp("committed") / "shop"
    init(root, url="https://git.example.com/ml/models.git", git=True)
    shop = GitShop(root)
    shop.render()
    shop.commit("everything")
    return root


@pytest.fixture
def repo(tmp_path: Path, _committed: Path) -> GitShop:
    """A repository of one's own, in which everything is rendered and committed."""
    shutil.copytree(_committed, tmp_path / "shop")
    return GitShop(tmp_path / "shop")
