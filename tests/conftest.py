"""What every test may use: an example repository, and the command line run in this process."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelyard.cli import main
from modelyard.scaffold.repository import init

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="write the golden trees and records anew"
    )


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test learns from another, or from the user's own runs."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


@dataclass(frozen=True)
class Run:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


class Shop:
    """A repository to try things in."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *words: str) -> Run:
        """Run a command in the repository, with what it prints caught."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main([words[0], "-C", str(self.root), *words[1:]])
        return Run(code, out.getvalue(), err.getvalue())

    def text(self, file: str) -> str:
        return (self.root / file).read_text()

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the only place where a file says `old`."""
        text = self.text(file)
        assert text.count(old) == 1, f"{file} says {old!r} {text.count(old)} times"
        self.write(file, text.replace(old, new))

    def tree(self, folder: str = "deploy") -> dict[str, bytes]:
        """Every file below a folder, by its place."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted((self.root / folder).rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The repository that `modelyard init` makes."""
    init(tmp_path / "shop", url="https://git.example.com/ml/models.git", git=False)
    return Shop(tmp_path / "shop")


def shared(*parts: str) -> Path:
    """A file of the reference material; skips without it, and fails where it must be there."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{path} is missing, and this run must have it")
        pytest.skip(f"{path} is not on this machine")
    return path


def peer(program: Path | None, name: str) -> Path:
    """A peer program; skips without it, and fails where it must be there."""
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is missing, and this run must have it: python -m tests.peers")
        pytest.skip(f"{name} is not on this machine: python -m tests.peers")
    return program
