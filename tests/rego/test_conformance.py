"""The embedded engine evaluates as Open Policy Agent does, or says that it does not."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.conftest import peer
from tests.peers import go
from tests.rego.conformance import RECORD, outcome, outcomes, record

DOCUMENTED = {
    "data/nested integer": "data has no numbers as keys, so `data.x[2]` finds nothing",
    "base/virtual: conflicts": "a rule and data at one place: the rule is preferred",
    "general, overlapping rule, different dynamic depths, no conflict": "open: rules within rules",
    "general, overlapping rule, conflict": "open: rules within rules",
    "deep override inside other rule object value, conflict": "open: rules within rules",
    "deep injection into other rule object value, conflict": "open: rules within rules",
    "general, set leaf (shallow ref)": "open: rules within rules",
    "general, set leaf (other rule defines dynamic ref portion)": "open: rules within rules",
    "general, set leaf": "open: rules within rules",
    "refheads/single-value, with var, conflict": "open: rules within rules",
    "indirect call, arity 0, query package": "a package's value is without functions of nothing",
    "indirect call through function, query package": (
        "a package's value is without functions of nothing"
    ),
}
"""By the end of the name of a case that comes out wrong without a word: why that is no harm."""


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RECORD.read_text())
    return found


def test_nothing_is_silently_wrong_but_what_is_documented(recorded: dict[str, Any]) -> None:
    undocumented = [name for name in recorded["wrong"] if _documented(name) is None]
    assert undocumented == []
    used = Counter(map(_documented, recorded["wrong"]))
    assert used.keys() == DOCUMENTED.keys()


def test_the_record_is_what_the_engine_does(recorded: dict[str, Any]) -> None:
    folder = peer(go.conformance_cases(), "the conformance cases of Open Policy Agent")
    assert record(outcomes(folder)) == recorded


def test_a_case_that_comes_out_wrong_is_noticed() -> None:
    right = {
        "note": "x",
        "query": "data.p.x = y",
        "modules": ["package p\n\nx contains z if some z in [2, 1]\n"],
        "want_result": [{"y": [1, 2]}],
    }
    assert outcome(right, 1) == ("right", "")
    assert outcome({**right, "want_result": [{"y": [1]}]}, 1)[0] == "wrong"
    assert outcome({**right, "want_result": []}, 1)[0] == "wrong"
    assert outcome({**right, "want_error": "never"}, 1)[0] == "wrong"
    assert outcome({**right, "query": "data.p.x[y]", "want_result": [{"y": 1}, {"y": 2}]}, 1) == (
        "right",
        "",
    )
    assert outcome({**right, "modules": ["package p\n\nx := http.send({})\n"]}, 1)[0] == "refused"


def _documented(name: str) -> str | None:
    return next((end for end in DOCUMENTED if name.endswith(end)), None)
