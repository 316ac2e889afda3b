"""What readers of YAML disagree about, and what they do not."""

from __future__ import annotations

import pytest
import yaml

from modelyard.check import readers
from modelyard.conftest.parsers import yaml as conftest
from modelyard.load.document import parse


def found(text: str) -> list[tuple[int, str]]:
    documents, wrong = parse("a.yaml", text, kubernetes=True)
    assert wrong == []
    return [(one.location.line, one.rule) for one in readers.findings(documents)]


SEPARATED = [
    ("a: 1\n---\nb: 2\n", []),
    ("---\na: 1\n---\nb: 2\n", []),
    ("--- # first\na: 1\n---\nb: 2\n", []),
    ("# first\n--- \na: 1\n", []),
    ("a: 1\n---", []),
    ("a: 1\n--- \n# nothing\n", []),
    ("a: |\n  --- # text\n", []),
    ("a: 1\r\n---\r\nb: 2\r\n", []),
    ("a: 1\n--- # next\nb: 2\n", [2]),
    ("a: 1\n--- \nb: 2\n", [2]),
    ("a: 1\n--- {b: 2}\n", [2]),
    ("a: 1\r\n---\nb: 2\n", [2]),
    ("a: 1\n---\r\nb: 2\n---\nc: 3\n", [2, 4]),
    ("a: 1\n---\nb: 2\n---\nc: 3\r\n", [2, 4]),
]


@pytest.mark.parametrize(("text", "lines"), SEPARATED)
def test_documents_that_some_readers_do_not_see_are_told(text: str, lines: list[int]) -> None:
    assert found(text) == [(line, "yaml/separator") for line in lines]


@pytest.mark.parametrize(("text", "lines"), SEPARATED)
def test_conftest_sees_the_others(text: str, lines: list[int]) -> None:
    """What is not told is read: conftest has all documents, or says that it has not."""
    content = text.encode()
    notes: list[conftest.Note] = []
    value = conftest.parse(content, notes)
    read = value if isinstance(value, list) else [value]
    every = [one for one in yaml.safe_load_all(text) if one is not None]
    assert ([one for one in read if one is not None] == every) == (lines == [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: yes", True),
        ("a: Off", True),
        ("a: y", True),
        ("a: 0644", True),
        ("a: 0b11", True),
        ("a: 1_000", True),
        ("a: 1e3", True),
        ("a: 12e03", True),
        ("a: [on]", True),
        ("version: 1.10", True),
        ("imageTag: 2.0", True),
        ("a: 123456789012345678901234", True),
        ("a: true", False),
        ("a: 'yes'", False),
        ("a: no.", False),
        ("a: 0o17", False),
        ("a: 0x1F", False),
        ("a: 1.5e+3", False),
        ("a: 0.50", False),
        ("a: null", False),
        ("a: 2026-01-01", False),
        ("a: +1", False),
        ("version: 1.11", False),
        ("version: 1.10.0", False),
        ("defaultMode: 0400", False),
        ("items: [{key: a, mode: 0644}]", False),
    ],
)
def test_values_that_readers_take_for_different_ones_are_told(text: str, told: bool) -> None:
    assert found(text) == ([(1, "yaml/read-otherwise")] if told else [])
