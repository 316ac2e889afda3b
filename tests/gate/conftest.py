"""A repository whose base has rules of its own, and a branch that changes it."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from modelyard.cli import main
from modelyard.scaffold.repository import init
from tests.conftest import Run, Shop

if TYPE_CHECKING:
    from pathlib import Path

SPEC = "models/fraud-detection.yaml"
POLICY = """\
# METADATA
# title: Nothing logs at the level of debugging
# custom:
#   kinds: [Deployment]
package team.no_debug

deny contains {"msg": "logs too much", "route": ["metadata", "name"]} if {
	not endswith(input.metadata.name, "canary")
	some container in input.spec.template.spec.containers
	some variable in container.env
	variable.name == "LOG_LEVEL"
	variable.value == "debug"
}
"""
WIDGET = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, properties: {size: {type: integer}}}
"""


class Branch(Shop):
    """A branch that leaves `main`."""

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.root, capture_output=True, text=True, check=True
        )
        return done.stdout

    def save(self) -> None:
        """Commit everything."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "A change")

    def change(self, file: str, old: str, new: str) -> None:
        """Change a file, render, and commit."""
        self.edit(file, old, new)
        self.render()

    def render(self) -> None:
        """Render and commit."""
        run = self.run("render")
        assert run.code == 0, run.out
        self.save()

    def gate(self, *words: str) -> Run:
        """What the gate says of the branch."""
        return self.run("gate", "--base", "main", *words)


@pytest.fixture(autouse=True)
def _identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A person")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "person@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a policy and a definition of the team, rendered."""
    root = tmp_path_factory.mktemp("base") / "shop"
    init(root, url="https://git.example.com/ml/models.git", git=False)
    shop = Shop(root)
    shop.write("policies/team/no-debug/policy.rego", POLICY)
    shop.write("crds/widget.yaml", WIDGET)
    shop.edit("modelyard.yaml", "spec:\n", "spec:\n  schemas: [crds/*.yaml]\n")
    shop.write("conftest.toml", 'policy = ["policies"]\n')
    assert main(["render", "-C", str(root)]) == 0
    return root


@pytest.fixture
def branch(_made: Path, tmp_path: Path, _identity: None) -> Branch:
    """The same in git, on a branch that has changed nothing yet."""
    shutil.copytree(_made, tmp_path / "shop")
    found = Branch(tmp_path / "shop")
    found.git("init", "-q", "-b", "main")
    found.save()
    found.git("checkout", "-q", "-b", "change")
    return found
