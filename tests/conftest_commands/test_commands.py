"""Whole command lines against what conftest does with them."""

from __future__ import annotations

import json
import re
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from modelyard.cli import main
from modelyard.conftest.formats import GO_VERSION, VERSION
from tests.conftest_commands.cases import CASES, Case, write

RECORDS = json.loads((Path(__file__).parent / "records" / "commands.json").read_text())["commands"]

DIFFERENT = {
    "count-exception-text": "the embedded engine checks no types: the reference is undefined there",
    "count-numbers": "numbers of a policy keep their value and not their spelling",
}


def run(case: Case, where: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    write(case, where)
    monkeypatch.chdir(where)
    for name, value in case.environment:
        monkeypatch.setenv(name, value)
    out, err = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(case.stdin)))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    code = main(case.words)
    out.flush()
    err.flush()
    return {
        "code": code,
        "stdout": out.buffer.getvalue().decode(),  # type: ignore[attr-defined]
        "stderr": err.buffer.getvalue().decode(),  # type: ignore[attr-defined]
    }


def comparable(text: str, case: Case) -> Any:
    """Output without versions, and without an order where conftest has none."""
    text = text.replace('"version":"dev"', f'"version":"{VERSION}"')
    text = re.sub(r'value="go1\.[0-9.]+"', f'value="{GO_VERSION}"', text)
    if not case.unordered:
        return text
    if text.startswith(("[", "{")) and "sarif" in case.name + case.words[-1]:
        return sorted(re.split(r"[{},]", re.sub(r'"ruleIndex":\d+', "", text)))
    if text.startswith(("[\n", "{\n")):
        return sorted(json.dumps(one, indent=0) for one in json.loads(text))
    return sorted(re.sub(r"^((not )?ok) \d+", r"\1", line) for line in text.splitlines())


def steps(text: str) -> list[str]:
    """The steps that an error names, without what is in them."""
    lines = [line for line in text.splitlines() if line.startswith("Error: ")]
    return lines[0].split(": ")[:2] if lines else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_command_does_what_conftest_does(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = RECORDS[case.name]
    found = run(case, tmp_path / "work", monkeypatch)
    if case.name in DIFFERENT:
        assert (found["code"], found["stdout"]) != (expected["code"], expected["stdout"])
        return
    assert found["code"] == expected["code"], found["stderr"]
    assert comparable(found["stdout"], case) == comparable(expected["stdout"], case)
    assert steps(found["stderr"]) == steps(expected["stderr"])
