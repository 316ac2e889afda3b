"""Whole command lines against what conftest does with them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from modelyard.conftest.formats import GO_VERSION, NAMES, VERSION, harmless
from tests.conftest_commands.cases import CASES, Case, write
from tests.conftest_commands.examples import EXAMPLES
from tests.conftest_commands.running import run

RECORDS = json.loads((Path(__file__).parent / "records" / "commands.json").read_text())["commands"]

DIFFERENT = {
    "count-exception-text": "the embedded engine checks no types: the reference is undefined there",
    "count-numbers": "numbers of a policy keep their value and not their spelling",
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


def format_of(case: Case) -> str:
    """The format that a case asks for."""
    names = [word for word in case.words if word in NAMES]
    return names[-1] if names else "stdout"


ALL = (*CASES, *(one.case for one in EXAMPLES))


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_command_does_what_conftest_does(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = RECORDS[case.name]
    write(case, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    for name, value in case.environment:
        monkeypatch.setenv(name, value)
    found = run(case.words, monkeypatch, case.stdin)
    if case.name in DIFFERENT:
        assert (found.code, found.stdout) != (expected["code"], expected["stdout"])
        return
    assert found.code == expected["code"], found.stderr
    wanted = harmless(expected["stdout"], format_of(case))
    assert comparable(found.stdout, case) == comparable(wanted, case)
    assert steps(found.stderr) == steps(expected["stderr"])
