"""The guide's manifests: every fault is found at its line, and nothing is found that is none."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Shop, shared
from tests.policies import samples

FAULTS: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("faults.yaml").read_text()
)
PRODUCTION = samples.ROOT / "environments" / "production.yaml"
Found = Counter[tuple[str, int, str]]
"""How often a rule finds something in a line of a file."""


def listed(names: list[str], *needs: str) -> Found:
    return Counter(
        (name, fault["line"], fault["rule"])
        for name in names
        for fault in FAULTS[name]["faults"]
        if fault.get("needs") in (None, *needs)
    )


def found(shop: Shop, paths: list[Path], *words: str) -> Found:
    """What `check PATH` finds, what it folds under something else too."""
    run = shop.run("check", *map(str, paths), *words, "-o", "json")
    assert run.code in (0, 1), run
    told: Found = Counter()
    todo = list(json.loads(run.out)["findings"])
    while todo:
        one = todo.pop()
        todo += one.get("related", ())
        if one["rule"] != "check/undecided":
            told[(Path(one["location"]["file"]).name, one["location"]["line"], one["rule"])] += 1
    return told


def test_every_manifest_of_the_guide_is_on_the_list() -> None:
    assert {path.name for path in shared("seed", "manifests").iterdir()} == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_found_and_nothing_else(name: str, shop: Shop) -> None:
    path = shared("seed", "manifests", name)
    assert found(shop, [path]) == listed([name])


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_true_of_the_cluster_shows_more(name: str, shop: Shop) -> None:
    path = shared("seed", "manifests", name)
    facts = ("--environment", str(PRODUCTION))
    assert found(shop, [path], *facts) == listed([name], "environment")


def test_together_they_show_more(shop: Shop) -> None:
    folder = shared("seed", "manifests")
    assert found(shop, [folder]) == listed(list(FAULTS), "others")
    facts = ("--environment", str(PRODUCTION))
    assert found(shop, [folder], *facts) == listed(list(FAULTS), "environment", "others", "both")
