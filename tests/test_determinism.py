"""The same inputs give the same bytes, whatever else differs."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Shop


def digest(root: Path) -> str:
    found = hashlib.sha256()
    for path in sorted((root / "deploy").rglob("*")):
        if path.is_file():
            found.update(path.relative_to(root).as_posix().encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def render(root: Path, *words: str, umask: int = 0o022, **environment: str) -> str:
    subprocess.run(
        [sys.executable, "-m", "modelyard", "render", *words],
        cwd=root,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.DEVNULL,
        umask=umask,
    )
    return digest(root)


@pytest.fixture
def copies(shop: Shop, tmp_path: Path) -> list[Path]:
    for number in range(30):
        text = shop.text("models/fraud-detection.yaml")
        shop.write(
            f"models/m-{number}.yaml",
            text.replace("name: fraud-detection\n", f"name: m-{number}\n"),
        )
    found = [tmp_path / f"copy {number}" for number in range(5)]
    for path in found:
        shutil.copytree(shop.root, path)
    return found


def test_bytes_depend_on_nothing_but_the_inputs(copies: list[Path]) -> None:
    digests = {
        render(copies[0], "--jobs", "1"),
        render(copies[1], "--jobs", "2", PYTHONHASHSEED="1"),
        render(copies[2], PYTHONHASHSEED="4242", LC_ALL="C", LANG="C", TZ="Asia/Tokyo"),
        render(copies[3], umask=0o077, HOME="/nonexistent", USER="somebody"),
        render(copies[4], "--no-cache", PYTHONUTF8="0", LC_ALL="tr_TR.UTF-8"),
    }
    assert len(digests) == 1


def test_the_order_in_which_models_are_rendered_does_not_matter(copies: list[Path]) -> None:
    names = sorted(path.stem for path in (copies[0] / "models").glob("*.yaml"))
    for name in reversed(names):
        render(copies[0], name)
    render(copies[1])
    assert digest(copies[0]) == digest(copies[1])


def test_a_tree_that_grew_step_by_step_is_the_tree_that_is_made_at_once(copies: list[Path]) -> None:
    first, second = copies[:2]
    render(second)
    aside = first.parent / "aside"
    aside.mkdir()
    for path in sorted((first / "models").glob("m-*.yaml")):
        path.rename(aside / path.name)
    render(first)
    for path in sorted(aside.iterdir(), reverse=True):
        path.rename(first / "models" / path.name)
        render(first)
    assert digest(first) == digest(second)


def test_rendering_asks_nobody_on_the_network_and_reads_no_clock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "gethostname", refuse)
    assert shop.run("render").code == 0
    assert shop.run("check").code == 0
