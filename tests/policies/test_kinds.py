"""Policies keep to their kinds by themselves: conftest does not read METADATA, and asks them about all."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from modelyard.policy.embedded import Embedded, load
from modelyard.policy.engine import Options
from tests.policies import samples
from tests.policies.record import sample_files
from tests.test_golden import objects


@cache
def engine() -> Embedded:
    return load([str(samples.POLICIES)], Options())


@cache
def every_object() -> tuple[dict[str, Any], ...]:
    """Of our own trees, and of every sample."""
    found: list[Any] = [value for _, value in objects()]
    for path in (samples.ROOT / file for file in sample_files()):
        found += [document.value for document in samples.read(path).documents]
    return tuple(each for each in found if isinstance(each, dict))


@cache
def said() -> dict[str, set[str]]:
    """By rule, the kinds of what it finds something in."""
    rules = [rule for rule in samples.every_rule().values() if rule.language == "rego"]
    rules = [rule for rule in rules if rule.scope == "object"]
    found: dict[str, set[str]] = {rule.name: set() for rule in rules}
    for value in every_object():
        document = engine().document(value, "sample.yaml")
        for name in found:
            package = name.replace("-", "_").replace("/", ".")
            if document.rule(package, "deny").values:
                found[name].add(str(value.get("kind")))
    return found


@pytest.mark.parametrize(
    "name",
    sorted(
        n for n, r in samples.every_rule().items() if r.language == "rego" and r.scope == "object"
    ),
)
def test_a_policy_says_nothing_of_other_kinds(name: str) -> None:
    kinds = samples.every_rule()[name].kinds
    if kinds:
        assert said()[name] - kinds == set()
