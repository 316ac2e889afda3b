"""Many files at once: what is said does not depend on the number of processes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from modelyard.cli import main
from modelyard.conftest import workers

if TYPE_CHECKING:
    from pathlib import Path

POLICY = """package main

deny contains {"msg": sprintf("%s is %d", [input.name, input.size]), "size": input.size} if input.size > 3

deny contains 7 if input.size == 2

warn contains "printed" if {
    input.size == 5
    print("size", input.size)
}

violation contains {"msg": "placed", "_loc": {"file": "elsewhere.yaml", "line": 3}} if input.size == 6

exception contains ["violation"] if input.name == "file 13"

deny_odd contains input.wrong if input.wrong
"""
FILES = 30


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(workers, "WORTH_A_WORKER", 1)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "main.rego").write_text(POLICY)
    (tmp_path / "files").mkdir()
    for number in range(FILES):
        write(tmp_path, number, f"name: file {number}\nsize: {number % 7}\n---\nsize: 1\n")
    return tmp_path


def write(folder: Path, number: int, text: str) -> None:
    (folder / "files" / f"{number:02d}.yaml").write_text(text)


def said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], jobs: int, *words: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(workers, "processors", lambda: jobs)
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(main(["test", *words, "files"]))
    out, error = capfd.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, error


def same(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    alone = said(monkeypatch, capfd, 1, *words)
    for jobs in (2, 3, 5):
        assert said(monkeypatch, capfd, jobs, *words) == alone
    return alone


@pytest.mark.parametrize("output", ["json", "stdout", "junit", "sarif"])
def test_reports_are_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], output: str
) -> None:
    assert (folder / "files" / "13.yaml").is_file()
    write(folder, 11, "size: 1\n...\nunread: 2\n")
    code, out, error = same(monkeypatch, capfd, "-o", output)
    assert code == 1
    assert "file 4 is 4" in out
    assert "input/" not in error
    assert "what begins here is not tested" in error
    assert error.count("holds 7") == 1


def test_a_file_that_cannot_be_read_comes_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write(folder, 3, "size: 1\nwrong: {msg: 3}\n")
    write(folder, 9, "size: 1\nwrong: {msg: 3}\n")
    code, out, error = same(monkeypatch, capfd)
    assert (code, out) == (1, "")
    assert '"msg" field must be present and a string' in error
    write(folder, 20, "a: [\n")
    write(folder, 27, "b: }\n")
    code, out, error = same(monkeypatch, capfd)
    assert (code, out) == (1, "")
    assert error.endswith("path: files/20.yaml\n")
    (folder / "policy" / "main.rego").write_text("package main\n\ndeny contains\n")
    assert same(monkeypatch, capfd) == (code, out, error)


def test_a_policy_that_takes_too_long_is_stopped_in_every_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("modelyard.policy.limits.Watch.__init__.__defaults__", (0.3, 1 << 30))
    policy = (
        "package main\n\ndeny contains sprintf(`%d`, [n]) if {\n input.slow\n"
        " some x in numbers.range(1, 3000)\n some y in numbers.range(1, 3000)\n n := x * y\n n < 0\n}\n"
    )
    (folder / "policy" / "main.rego").write_text(policy)
    write(folder, 7, "slow: true\n")
    code, out, error = same(monkeypatch, capfd)
    assert (code, out) == (1, "")
    assert "stopped after 0.3 s" in error


def test_what_a_lost_process_had_to_do_is_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert folder.is_dir()
    alone = said(monkeypatch, capfd, 1)
    here = os.getpid()
    whole = workers._share

    def lost(*arguments: object) -> object:
        if os.getpid() != here:
            os.kill(os.getpid(), 9)
        return whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(workers, "_share", lost)
    assert said(monkeypatch, capfd, 3) == alone
    monkeypatch.setattr(workers, "_share", whole)

    def refused() -> int:
        raise OSError("no more processes")

    monkeypatch.setattr(os, "fork", refused)
    assert said(monkeypatch, capfd, 3) == alone
