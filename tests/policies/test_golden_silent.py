"""No rule finds anything in a right tree; and none stumbles over values of wrong types."""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelyard.check.judge import Judge
from modelyard.check.objects import Manifest, Objects
from modelyard.check.rule import Claim, Context
from modelyard.spec.environment import Environment
from tests.policies import samples

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = samples.ROOT / "tests" / "golden"
ENVIRONMENTS = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())


def context_of(environment: str) -> Context:
    text = (samples.ROOT / "environments" / f"{environment}.yaml").read_text()
    return Context(Environment.model_validate(yaml.safe_load(text)).spec)


def objects_of(directory: Path) -> Objects:
    return Objects(
        [
            Manifest(value, f"{directory.name}/{path.name}", index)
            for path in sorted(directory.glob("*.yaml"))
            for index, value in enumerate(yaml.safe_load_all(path.read_text()))
            if isinstance(value, dict)
        ]
    )


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_rule_finds_anything_in_the_golden_trees(environment: str) -> None:
    context, claims = context_of(environment), defaultdict[str, list[Claim]](list)
    judge = Judge(samples.every_rule().values())
    broken = []
    for directory in sorted((GOLDEN / environment).iterdir()):
        verdict = judge.objects(objects_of(directory), context)
        broken += verdict.broken
        for name, found in verdict.claims.items():
            claims[name] += found
    broken += judge.environment(claims, context)
    told = [(found.rule.name, found.manifest.file, found.hit.message) for found in broken]
    assert told == []


ODD: list[Any] = [None, True, -1, 0.5, "", "x", "a: b", [], {}, [[]], [None], {"x": None}, {"": []}]


def mutate(value: Any, chance: random.Random) -> None:
    """Put something odd in some place of a document."""
    parent, key = None, None
    while isinstance(value, dict | list) and value and chance.random() < 0.85:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        parent, key = value, chance.choice(list(keys))
        value = parent[key]
    if parent is not None:
        parent[key] = copy.deepcopy(chance.choice(ODD))


@pytest.mark.parametrize("path", samples.files("bad.yaml"), ids=samples.rule_of)
def test_rules_survive_values_of_wrong_types(path: Path) -> None:
    values = [document.value for document in samples.read(path).documents]
    python = [rule for rule in samples.every_rule().values() if rule.language == "python"]
    judge, chance = Judge(python), random.Random(samples.rule_of(path))
    for _ in range(40):
        broken = copy.deepcopy(values)
        for value in broken:
            for _ in range(chance.randint(1, 3)):
                mutate(value, chance)
        objects = Objects([Manifest(value, path.name, n) for n, value in enumerate(broken)])
        for context in (samples.context(), Context()):
            verdict = judge.objects(objects, context)
            judge.environment(verdict.claims, context)
