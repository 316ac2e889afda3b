"""Our parsers against what conftest's make of the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modelyard.conftest.errors import Stopped
from modelyard.conftest.parsers import by_name
from tests.conftest_commands.documents import DOCUMENTS, content

RECORDS = json.loads((Path(__file__).parent / "records" / "documents.json").read_text())["parsers"]

REFUSED = "we say that only conftest reads it"
DIFFERENT = {
    ("ignore", "backslash-end"): "conftest crashes",
    ("edn", "big-integer"): REFUSED,
    ("edn", "big-float"): REFUSED,
    ("edn", "set-mixed"): REFUSED,
    ("edn", "inst-offset"): REFUSED,
}

PAIRS = [(parser, name) for parser, found in DOCUMENTS.items() for name in found]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_THERE", raising=False)
    monkeypatch.delenv("A", raising=False)
    monkeypatch.setenv("TZ", "UTC")


def parsed(parser: str, name: str) -> dict[str, Any]:
    try:
        return {"value": by_name(parser)(content(parser, name)).value}
    except Stopped as error:
        return {"error": str(error)}


@pytest.mark.parametrize(("parser", "name"), PAIRS)
def test_a_document_is_what_it_is_to_conftest(parser: str, name: str) -> None:
    expected = RECORDS[parser][name]
    found = parsed(parser, name)
    same = (
        found == expected
        if "value" in expected and "value" in found
        else ("error" in expected) == ("error" in found)
    )
    assert same != ((parser, name) in DIFFERENT), (found, expected)
