"""What `modelyard test` and `modelyard verify` make of everything is what conftest makes of it.

Every case runs in this process; `MODELYARD_RECORD=1` asks the real conftest about every case again,
where otherwise it is asked about some of them.
"""

from __future__ import annotations

import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import peer
from tests.differential import records
from tests.differential.cases import Case, every
from tests.differential.compare import difference
from tests.differential.known import KNOWN, known
from tests.differential.run import Outcome, ours, theirs, version
from tests.peers import go

CASES = {case.name: case for case in every()}
RECORDED = records.read()
SHARDS = 12


def told(case: Case) -> str | None:
    return difference(case, RECORDED[case.name][1], ours(case))


def test_every_case_is_recorded_as_it_is() -> None:
    """If this fails: `python -m tests.differential record`."""
    assert {name: case.digest for name, case in CASES.items()} == {
        name: digest for name, (digest, _) in RECORDED.items()
    }
    assert len(CASES) > 1500
    assert len({case.words[0] for case in CASES.values()}) == 2


@pytest.mark.parametrize("shard", range(SHARDS))
def test_ours_is_theirs(shard: int) -> None:
    cases = [case for name, case in list(CASES.items())[shard::SHARDS] if known(name) is None]
    wrong = [f"=== {case.name}\n{found}" for case in cases if (found := told(case))]
    assert not wrong, "\n".join([f"{len(wrong)} differ", *wrong])


@pytest.mark.parametrize("pattern", KNOWN)
def test_what_differs_on_purpose_still_does(pattern: str) -> None:
    cases = [case for name, case in CASES.items() if known(name) == KNOWN[pattern]]
    assert any(told(case) for case in cases)


def test_the_records_are_what_conftest_says() -> None:
    conftest = peer(go.find("conftest"), "conftest")
    assert all(found == version(conftest) for found in records.versions())
    whole = bool(os.environ.get("MODELYARD_RECORD"))
    some = list(CASES.values()) if whole else random.Random().sample(list(CASES.values()), 12)
    with ThreadPoolExecutor() as pool:
        outcomes = pool.map(lambda case: theirs(case, conftest), some)
        for case, found in zip(some, outcomes, strict=True):
            assert difference(case, RECORDED[case.name][1], found) is None, case.name


def test_a_difference_is_noticed() -> None:
    case = CASES["plain: images deployment.yaml"]
    right = RECORDED[case.name][1]
    assert difference(case, right, right) is None
    for wrong in (
        right._replace(code=0),
        right._replace(out=right.out.replace("latest", "newest")),
        right._replace(out=right.out.replace("4 failures", "3 failures")),
        right._replace(out="\n".join(right.out.split("\n")[::-1])),
        Outcome(right.code, "", "Error: something"),
    ):
        assert wrong == right or difference(case, right, wrong) is not None
