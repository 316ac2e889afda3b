"""Our policies say under the real conftest what they say under the embedded engine."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.check.judge import Judge
from modelyard.check.objects import Manifest, Objects
from modelyard.check.rule import Context
from tests.conftest import peer
from tests.peers import go
from tests.policies import record, samples
from tests.policies.test_golden_silent import mutate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(record.RECORD.read_text())
    return found


def odd() -> list[Any]:
    """Samples with values of wrong types in them."""
    chance, found = random.Random("odd"), []
    for path in (samples.ROOT / file for file in record.sample_files()):
        for document in samples.read(path).documents:
            value = copy.deepcopy(document.value)
            for _ in range(chance.randint(1, 3)):
                mutate(value, chance)
            found.append(value)
    return found


def test_the_record_is_of_the_pinned_version(recorded: dict[str, Any]) -> None:
    assert recorded["conftest"] == go.PROGRAMS["conftest"][1]


@pytest.mark.parametrize("way", record.WAYS)
def test_the_embedded_engine_says_what_conftest_said(
    way: str, recorded: dict[str, Any], tmp_path: Path
) -> None:
    assert record.of_engine(record.sample_files(), way, tmp_path) == recorded[way]


@pytest.mark.parametrize("way", record.WAYS)
def test_conftest_says_what_is_recorded(way: str, recorded: dict[str, Any], tmp_path: Path) -> None:
    program = peer(go.find("conftest"), "conftest")
    assert record.of_conftest(program, record.sample_files(), way, tmp_path) == recorded[way]


def test_both_say_the_same_of_odd_objects(tmp_path: Path) -> None:
    program = peer(go.find("conftest"), "conftest")
    file = tmp_path / "odd.json"
    file.write_text(json.dumps(odd()))
    for way in record.WAYS[:2]:
        one = record.of_engine([str(file)], way, tmp_path)
        assert one == record.of_conftest(program, [str(file)], way, tmp_path)
        assert len(one) > 40


def test_rules_of_objects_say_nothing_of_objects_together_nor_the_other_way_round(
    recorded: dict[str, Any],
) -> None:
    rules = samples.every_rule()
    for way in record.WAYS:
        scopes = {rules[key.split(" ")[0]].scope for key in recorded[way]}
        assert scopes == {"release" if way.startswith("together") else "object"}


def test_rules_that_need_the_environment_say_nothing_without_it(recorded: dict[str, Any]) -> None:
    rules = samples.every_rule()
    for way in ("alone", "together"):
        assert not [key for key in recorded[way] if rules[key.split(" ")[0]].needs]


@pytest.mark.parametrize("context", [samples.context(), Context()], ids=["known", "unknown"])
def test_policies_survive_values_of_wrong_types(context: Context) -> None:
    judge = Judge(rule for rule in samples.every_rule().values() if rule.language == "rego")
    values = [value for value in odd() if isinstance(value, dict)]
    manifests = [Manifest(value, "odd.yaml", n) for n, value in enumerate(values)]
    assert judge.objects(Objects(manifests), context).broken
