"""A git repository with the hooks that this project offers, run by the real pre-commit."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.conftest import Shop

PROJECT = Path(__file__).resolve().parents[2]
HOOKS = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
IDENTITY = {
    "GIT_AUTHOR_NAME": "A person",
    "GIT_AUTHOR_EMAIL": "person@example.com",
    "GIT_COMMITTER_NAME": "A person",
    "GIT_COMMITTER_EMAIL": "person@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


@dataclass(frozen=True)
class Said:
    """What a program printed, and its exit code."""

    code: int
    text: str


class Repository(Shop):
    """A shop within git; `top` is git's own directory, `root` that of the shop."""

    def __init__(self, top: Path, below: str = "") -> None:
        super().__init__(top / below)
        self.top = top

    def git(self, *words: str, **environment: str) -> Said:
        """Run git, which must do what it is told but for `commit`."""
        said = self.program("git", *words, **environment)
        assert said.code == 0 or words[0] == "commit", said.text
        return said

    def commit(self, *words: str, skip: str = "") -> Said:
        """Commit what is staged, with the hooks."""
        return self.git("commit", "-m", "A change", *words, SKIP=skip)

    def save(self) -> None:
        """Commit everything, whatever hooks would say."""
        self.git("add", "-A")
        self.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "As it is")

    def program(self, *words: str, **environment: str) -> Said:
        """Run a program at the top, with the commands of this environment on its path."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            words,
            cwd=self.top,
            env={**os.environ, **IDENTITY, "PATH": path, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Said(done.returncode, done.stdout)

    def use(self, *hooks: str, more: dict[str, object] | None = None) -> None:
        """Install hooks as they are offered, but for the environment that each would build."""
        offered = [{**hook, "language": "system", **(more or {})} for hook in HOOKS]
        wanted = [hook for hook in offered if hook["id"] in hooks]
        assert len(wanted) == len(hooks)
        config = {"repos": [{"repo": "local", "hooks": wanted}]}
        (self.top / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
        assert self.program("pre-commit", "install").code == 0
        self.save()
