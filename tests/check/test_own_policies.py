"""A team's own policies that are refused: where that is told, and what of ours they may not replace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Shop

FILE = "policies/own/rule/policy.rego"


def told(shop: Shop, text: bytes) -> list[dict[str, Any]]:
    """What `check` finds with a policy of these bytes."""
    shop.write(FILE, "")
    (shop.root / FILE).write_bytes(text)
    assert shop.run("render").code == 0
    run = shop.run("check", "-o", "json")
    assert run.code == 2
    found: list[dict[str, Any]] = json.loads(run.out)["findings"]
    return found


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (b"package own.rule\n\ndeny contains 1 if inputt.x\n", 3, 20),
        (b'package own.rule\n\ndeny["x"] if\n', 4, 1),
        (b'package own.rule\n\n\ndeny["x"] if input.x\n', 4, 1),
        (b"package own.rule\n# \xff\n", 1, 1),
    ],
    ids=["unsafe", "cut off", "never denies", "not a text"],
)
def test_a_policy_that_cannot_be_read_is_told_at_its_line(
    shop: Shop, text: bytes, line: int, column: int
) -> None:
    (found,) = told(shop, text)
    assert found["rule"] == "policy/unreadable"
    assert found["location"] == {"file": FILE, "line": line, "column": column}
    assert str(shop.root) not in found["message"]


def test_every_policy_that_cannot_be_read_is_told(shop: Shop) -> None:
    shop.write("policies/own/another/policy.rego", "package own.another\n\nx := \n")
    found = told(shop, b"package own.rule\nx := (\n")
    assert [(one["location"]["file"], one["location"]["line"]) for one in found] == [
        ("policies/own/another/policy.rego", 4),
        (FILE, 3),
    ]


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("network.no_dns", "network/no-dns"),
        ('network["no-dns"]', "network/no-dns"),
        ("security.privileged_container", "security/privileged-container"),
        ("lib.pods", "lib/pods"),
    ],
    ids=["in Python", "in Python, with hyphens", "in Rego", "a helper"],
)
def test_no_policy_takes_the_place_of_one_of_ours(shop: Shop, package: str, name: str) -> None:
    text = f"# METADATA\n# custom: {{kinds: [Nothing]}}\npackage {package}\n\ndeny contains 1 if false\n"
    (found,) = told(shop, text.encode())
    assert found["rule"] == "policy/name-taken"
    assert found["location"] == {"file": FILE, "line": 3, "column": 1}
    assert f"is that of `{name}`" in found["message"]
