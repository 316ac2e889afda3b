"""What is found while files are read is found where the samples mark it, and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.policies import reading, samples

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.findings import Finding


def lines(name: str, findings: list[Finding]) -> Counter[int]:
    return Counter(found.location.line for found in findings if found.rule == name)


@pytest.mark.parametrize("path", samples.files("bad.yaml", read=True), ids=samples.rule_of)
def test_it_is_found_exactly_where_manifests_mark_it(path: Path, tmp_path: Path) -> None:
    name = samples.rule_of(path)
    marks, findings = reading.of_manifests(path, tmp_path)
    assert marks
    assert lines(name, findings) == marks, findings
    severity = samples.every_rule()[name].severity
    assert {found.severity for found in findings if found.rule == name} == {severity}


@pytest.mark.parametrize("path", samples.files("good.yaml", read=True), ids=samples.rule_of)
def test_nothing_is_found_in_good_manifests(path: Path, tmp_path: Path) -> None:
    assert reading.of_manifests(path, tmp_path) == (Counter(), [])


@pytest.mark.parametrize("path", samples.files("bad.model.yaml", read=True), ids=samples.rule_of)
def test_it_is_found_exactly_where_specs_mark_it(path: Path, tmp_path: Path) -> None:
    name = samples.rule_of(path)
    marks, findings = reading.of_model(path, tmp_path / "shop")
    assert marks
    assert lines(name, findings) == marks, findings


@pytest.mark.parametrize("path", samples.files("good.model.yaml", read=True), ids=samples.rule_of)
def test_nothing_is_found_in_good_specs(path: Path, tmp_path: Path) -> None:
    assert reading.of_model(path, tmp_path / "shop") == (Counter(), [])
