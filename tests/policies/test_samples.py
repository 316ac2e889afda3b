"""Every rule finds what its bad sample marks, exactly; and no rule finds anything in a good one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.policies import samples

if TYPE_CHECKING:
    from pathlib import Path

BAD, GOOD = samples.files("bad.yaml"), samples.files("good.yaml")


def name_of(path: Path) -> str:
    return samples.rule_of(path)


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_a_rule_finds_exactly_the_marked_lines(path: Path) -> None:
    rule = samples.every_rule()[samples.rule_of(path)]
    sample = samples.read(path)
    found = samples.lines(sample, samples.judged(sample, [rule]))
    assert sample.marks, "a bad sample marks what is bad"
    assert Counter(line for line, _, _ in found) == sample.marks, found


@pytest.mark.parametrize(
    "path", samples.files("bad.model.yaml") + samples.files("good.model.yaml"), ids=name_of
)
def test_a_rule_finds_exactly_the_marked_lines_of_a_spec(path: Path, tmp_path: Path) -> None:
    rule = samples.every_rule()[samples.rule_of(path)]
    marks, found = samples.of_model(path, rule, tmp_path / "shop")
    assert bool(marks) == path.name.startswith("bad")
    assert found == marks


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_no_rule_finds_anything_in_a_good_sample(path: Path) -> None:
    sample = samples.read(path)
    assert samples.lines(sample, samples.judged(sample, list(samples.every_rule().values()))) == []


def test_every_rule_has_its_folder_and_every_folder_its_rule() -> None:
    folders = {samples.rule_of(path) for path in samples.POLICIES.glob("*/*/README.md")}
    assert folders == set(samples.every_rule())


@pytest.mark.parametrize("name", sorted(samples.every_rule()))
def test_every_rule_is_documented_and_has_samples(name: str) -> None:
    folder, rule = samples.POLICIES / name, samples.every_rule()[name]
    text = (folder / "README.md").read_text()
    for heading in ("## Why", "## Avoid", "## Prefer", "## How to fix"):
        assert heading in text
    if rule.scope == "file":
        assert text.startswith(f"# {rule.title}\n")
    kinds = {file.name for file in folder.iterdir()}
    pairs = ({"good.yaml", "bad.yaml"}, {"good.model.yaml", "bad.model.yaml"})
    alone = rule.scope == "file" and kinds == {"README.md"}
    assert alone or any(pair <= kinds for pair in pairs)
