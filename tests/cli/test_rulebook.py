"""`explain RULE` and `rules RULE`: what a rule is for, in one place and one form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from modelyard.report.rulebook import pretty

if TYPE_CHECKING:
    from tests.conftest import Shop

RULE = "security/privilege-escalation"


@pytest.mark.parametrize("word", [RULE, "CKV_K8S_20", "polaris/privilegeEscalationAllowed"])
def test_a_rule_is_explained_by_its_name_and_by_those_of_others(word: str, shop: Shop) -> None:
    told = shop.run("explain", word)
    assert told.code == 0
    assert told.out.startswith(f"{RULE}: Containers cannot gain privileges (error)\nalso known as")
    assert "\n`modelyard check --fix` mends it where that is certain\n" in told.out
    headings = [line for line in told.out.split("\n") if line.startswith("## ")]
    assert headings == ["## Why", "## Avoid", "## Prefer", "## How to fix"]
    assert shop.run("rules", word) == told


def test_an_alias_of_several_rules_explains_each(shop: Shop) -> None:
    rules = json.loads(shop.run("rules", "-o", "json").out)["rules"]
    aliases = [alias for rule in rules for alias in rule["aliases"]]
    alias = next(one for one in aliases if aliases.count(one) > 1)
    wanted = [rule["name"] for rule in rules if alias in rule["aliases"]]
    found = json.loads(shop.run("explain", alias, "-o", "json").out)["rules"]
    assert [rule["name"] for rule in found] == wanted


def test_the_nearest_rule_is_suggested(shop: Shop) -> None:
    told = shop.run("explain", "security/privilege-escalatoin")
    assert told.code == 2
    assert "there is no rule `security/privilege-escalatoin`" in told.out
    assert f"did you mean `{RULE}`?" in told.out


def test_a_file_is_a_file_and_no_rule(shop: Shop) -> None:
    assert "explain/file" in shop.run("explain", "models/nothing.yaml").out
    assert "explain/file" in shop.run("explain", "deploy/dev").out


def test_rules_say_whether_they_mend(shop: Shop) -> None:
    rules = {
        rule["name"]: rule for rule in json.loads(shop.run("rules", "-o", "json").out)["rules"]
    }
    assert rules[RULE]["canFix"] is True
    assert rules["images/no-digest"]["canFix"] is False
    assert "--fix" not in shop.run("rules", "images/no-digest").out.partition("## Why")[0]


def test_a_terminal_shows_headings_in_bold_and_code_set_in() -> None:
    text = "## Why\n\nBecause.\n\n```yaml\na: 1\n\n# b\n```\nso\x1b[2J\n"
    bold = "\x1b[1mWhy\x1b[0m"
    assert (
        pretty(text) == f"{bold}\n\nBecause.\n\n    a: 1\n\n    # b\nso\N{REPLACEMENT CHARACTER}[2J"
    )
