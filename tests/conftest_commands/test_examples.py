"""The examples come to what conftest's documentation and tests say of their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest_commands.cases import write
from tests.conftest_commands.examples import EXAMPLES, Example
from tests.conftest_commands.running import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("one", EXAMPLES, ids=lambda one: one.case.name)
def test_an_example_comes_to_what_it_should(
    one: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(one.case, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    ran = run(one.case.words, monkeypatch)
    assert ran.code == one.code, ran.stderr
    assert (ran.stdout.splitlines() or [""])[-1] == one.summary
    assert one.said in ran.stdout
    assert ran.stdout or one.code == 0 or ran.stderr.startswith("Error: running ")
