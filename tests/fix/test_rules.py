"""Every rule that can mend does: in its own bad sample, to the letter, and without breaking another."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modelyard.check.inspection import located, problem_of
from modelyard.findings import Report
from modelyard.fix import nodes
from modelyard.fix.manifests import mend
from modelyard.fix.rounds import key
from modelyard.load.document import parse
from tests.policies import samples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.findings import Finding

ABLE = sorted(name for name, rule in samples.every_rule().items() if rule.can_fix)
OF_FILES = [name for name in ABLE if samples.every_rule()[name].scope == "file"]
"""What is found when files are read; tests/fix/test_schemas.py and test_specs.py have it."""
RULES = sorted({*ABLE} - {*OF_FILES})


class Memory:
    """One file, which nobody writes."""

    def __init__(self, text: str) -> None:
        self.original = text

    def text(self, file: str) -> str:
        assert file == "bad.yaml"
        return self.original


def findings(text: str, rule: str) -> list[Finding]:
    """What all rules find, with the fixes of one."""
    from modelyard.check.objects import Manifest, Objects

    documents, mistakes = parse("bad.yaml", text, kubernetes=True)
    assert not mistakes
    documents = [document for document in documents if isinstance(document.value, dict)]
    objects = Objects([Manifest(d.value, "bad.yaml", n) for n, d in enumerate(documents)])
    sample = samples.Sample(samples.POLICIES, objects, documents, Counter())
    found = []
    for broken in samples.judged(sample, list(samples.every_rule().values())).broken:
        finding = located(problem_of(broken), documents[broken.manifest.index])
        found.append(finding if finding.rule == rule else replace(finding, fix=None))
    return found


def mended(text: str, rule: str) -> tuple[str, list[Finding], list[Finding]]:
    """The text as it becomes, what is left but for what was tried, and what was mended."""

    def check(texts: Mapping[str, str]) -> Report:
        return Report(findings(texts.get("bad.yaml", text), rule))

    report, done = mend(Memory(text), check)  # type: ignore[arg-type]
    left = [one for one in report.findings if key(one) not in done.reasons]
    return done.texts.get("bad.yaml", text), left, [one.finding for one in done.fixed]


def sample(rule: str) -> str:
    text = (samples.POLICIES / rule / "bad.yaml").read_text()
    return "\n".join(samples.MARK.sub("", line).rstrip() for line in text.split("\n"))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_can_mend_does(rule: str) -> None:
    text = sample(rule)
    found, left, fixed = mended(text, rule)
    before = [finding for finding in findings(text, rule) if finding.rule == rule]
    assert fixed
    assert {finding.rule for finding in fixed} == {rule}
    unmended = [finding for finding in left if finding.rule == rule]
    assert len(unmended) <= len(before) - len(fixed)
    assert all(finding.fix is None for finding in unmended)
    assert found != text


@pytest.mark.parametrize("rule", RULES)
def test_what_a_rule_mends_breaks_no_other(rule: str) -> None:
    text = sample(rule)
    _, left, _ = mended(text, rule)
    told = Counter((one.rule, str(one.object)) for one in findings(text, rule))
    assert not Counter((one.rule, str(one.object)) for one in left) - told


@pytest.mark.parametrize("rule", RULES)
def test_what_is_mended_is_not_mended_again(rule: str) -> None:
    found, _, _ = mended(sample(rule), rule)
    again, _, fixed = mended(found, rule)
    assert (again, fixed) == (found, [])


@pytest.mark.parametrize("rule", RULES)
def test_what_a_rule_mends_keeps_comments_and_other_lines(rule: str) -> None:
    """A comment stands above each line, and behind each that has none of its own."""
    lines = sample(rule).split("\n")
    blocks = [n for n, line in enumerate(lines) if line.rstrip().endswith(("|", "|-", ">", ">-"))]
    last = blocks[0] if blocks else len(lines)
    text = "\n".join(
        f"# above {n}\n{line}{f'  # behind {n}' if line and line != '---' else ''}"
        if n < last
        else line
        for n, line in enumerate(lines)
    )
    found, _, fixed = mended(text, rule)
    before = [c for part in text.split("\n---") for c in comments(part)]
    assert [c for part in found.split("\n---") for c in comments(part)] == before
    gone = Counter(text.split("\n")) - Counter(found.split("\n"))
    assert gone.total() <= sum(len(one.fix.put) + len(one.fix.drop) for one in fixed if one.fix)


def comments(part: str) -> list[str]:
    return nodes.comments(nodes.read(part))


@pytest.mark.parametrize("rule", ABLE)
def test_the_documentation_says_what_is_mended(rule: str) -> None:
    text = (samples.POLICIES / rule / "README.md").read_text().partition("## How to fix")[2]
    assert "`modelyard check --fix`" in text


def test_only_rules_that_say_so_mend() -> None:
    for path in samples.files("bad.yaml"):
        rule = samples.every_rule()[samples.rule_of(path)]
        verdict = samples.judged(samples.read(path), [rule])
        assert rule.can_fix or not any(broken.hit.fix for broken in verdict.broken), rule.name


def test_there_are_more_than_a_dozen() -> None:
    assert len(RULES) > 12
