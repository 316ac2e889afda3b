"""What a lock says that a directory takes, against the manifests beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from modelyard.bundle import shipped
from modelyard.check.load import Share, shares
from modelyard.check.objects import Manifest, Objects
from modelyard.load.files import load_environment
from modelyard.quantity import amount, cores, seconds, size, written
from modelyard.spec.kinds import ENVIRONMENT
from tests.test_golden import ENVIRONMENTS, GOLDEN

if TYPE_CHECKING:
    from modelyard.spec.environment import EnvironmentSpec


def place(name: str) -> EnvironmentSpec:
    text = (shipped() / "environments" / f"{name}.yaml").read_text()
    loaded, findings = load_environment("x.yaml", text, name, ENVIRONMENT)
    assert loaded is not None, findings
    return loaded.value.spec


def sums(found: list[Share]) -> list[tuple[object, ...]]:
    return [
        (one.pool, one.load.model, one.load.pods, one.load.extra, one.load.amounts) for one in found
    ]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_golden_lock_says_what_the_manifests_beside_it_take(environment: str) -> None:
    seen = 0
    for path in sorted((GOLDEN / environment).rglob("release.lock")):
        order = list(json.loads(path.read_text())["files"])
        beside = [
            Manifest(yaml.safe_load((path.parent / name).read_text()), name) for name in order
        ]
        told = [Share.read(each) for each in json.loads(path.read_text())["workloads"]]
        wanted = sums(shares(Objects(beside), place(environment)))
        assert sorted(map(repr, sums([one for one in told if one]))) == sorted(map(repr, wanted))
        seen += len(wanted)
    assert seen >= 3


@pytest.mark.parametrize("document", [None, [], {"pods": [1]}, {"pods": [1, 2], "extra": ["1", 2]}])
def test_what_is_no_share_is_none(document: object) -> None:
    assert Share.read(document) is None


@pytest.mark.parametrize("text", ["500m", "2", "4Gi", "1500m", "1Ti", "100Mi", "0"])
def test_an_amount_is_written_as_it_was_read(text: str) -> None:
    found = amount(text)
    assert found is not None
    assert written(found) == text


def test_amounts_and_durations() -> None:
    assert amount("1e3") == amount(1000) == amount("1k") == amount("1000000m")
    assert amount("0.5") == amount(".5") == amount("500m")
    assert [amount(text) for text in ("", "x", "1Q", True, None, "1e", "--1")] == [None] * 7
    assert seconds("1m30s") == seconds("90s") == seconds("90000ms") == 90
    assert [seconds(text) for text in ("", "90", "1x", None, 3)] == [None] * 5
    half, large = amount("1500m"), amount("1536Mi")
    assert half is not None
    assert large is not None
    assert (cores(half), size(large)) == ("1.5", "1.5Gi")
