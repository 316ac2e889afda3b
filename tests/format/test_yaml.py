"""Manifests as YAML: whatever is written, every reader reads the same."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from modelyard.format import yaml as writer
from modelyard.format.yaml import emit, scalar
from modelyard.load.document import parse
from tests.format.values import OTHERS, STRINGS, everywhere, manifests, texts
from tests.peers import k8s_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE = [*map(everywhere, STRINGS), *OTHERS.values()]

RUAMEL = YAML(typ="safe", pure=True)


def by_pyyaml(data: bytes) -> Any:
    """YAML 1.1, in Python."""
    return yaml.load(data, yaml.SafeLoader)


def by_libyaml(data: bytes) -> Any:
    """YAML 1.1, in C."""
    return yaml.load(data, yaml.CSafeLoader)


def by_ruamel(data: bytes) -> Any:
    """YAML 1.2, because no directive says otherwise."""
    return RUAMEL.load(io.BytesIO(data))


def by_us(data: bytes) -> Any:
    documents, findings = parse("manifest.yaml", data.decode(), kubernetes=True)
    assert findings == []
    assert len(documents) == 1
    return documents[0].value


@pytest.mark.parametrize("read", [by_pyyaml, by_libyaml, by_ruamel])
def test_every_tricky_value_is_read_as_it_was_written(read: Callable[[bytes], Any]) -> None:
    for value in TABLE:
        assert repr(read(emit(value))) == repr(value), emit(value).decode()


def test_every_tricky_value_is_read_by_us_as_by_kubernetes() -> None:
    for value in TABLE:
        assert k8s_yaml.same(value, by_us(emit(value))), emit(value).decode()


@settings(deadline=None, max_examples=70)
@given(manifests)
def test_any_manifest_is_read_as_it_was_written(value: dict[str, Any]) -> None:
    """With `repr`, to which `1`, `1.0` and `True` differ, and which sees the order of keys.

    Nothing is left out but surrogates, which are no text, and whole numbers of more than 4,300
    digits, which Python does not convert.
    """
    data = emit(value)
    assert repr(by_pyyaml(data)) == repr(value)
    assert repr(by_ruamel(data)) == repr(value)
    assert k8s_yaml.same(value, by_us(data))


@settings(deadline=None)
@given(st.lists(texts, max_size=8))
def test_any_text_is_read_as_it_was_written_wherever_it_stands(strings: list[str]) -> None:
    value = {"all": [everywhere(text) for text in strings]}
    data = emit(value)
    assert by_libyaml(data) == by_us(data) == value


def test_kubernetes_read_every_tricky_value_as_it_was_written(
    request: pytest.FixtureRequest,
) -> None:
    """As its reader printed when the record was written: `pytest --update` writes it anew."""
    emitted = [emit(value).decode() for value in TABLE]
    if request.config.getoption("--update"):
        k8s_yaml.record("k8s-yaml", emitted)
    record = k8s_yaml.recorded("k8s-yaml")
    assert list(record) == list(dict.fromkeys(emitted))
    wrong = [
        text
        for text, value in zip(emitted, TABLE, strict=True)
        if "error" in record[text] or not k8s_yaml.same(value, record[text]["value"])
    ]
    assert wrong == []


def test_kubernetes_still_reads_what_was_recorded() -> None:
    emitted = [emit(value).decode() for value in TABLE]
    assert dict(zip(emitted, k8s_yaml.read(emitted), strict=True)) == k8s_yaml.recorded("k8s-yaml")
    assert k8s_yaml.versions() | {"go": ""} == k8s_yaml.recorded_versions("k8s-yaml") | {"go": ""}


def test_kubernetes_reads_hundreds_of_manifests_as_they_were_written() -> None:
    made: list[dict[str, Any]] = []

    @settings(
        deadline=None, max_examples=200, derandomize=True, database=None, phases=[Phase.generate]
    )
    @given(manifests)
    def make(value: dict[str, Any]) -> None:
        made.append(value)

    make()
    readings = k8s_yaml.read([emit(value).decode() for value in made])
    wrong = [
        (value, reading)
        for value, reading in zip(made, readings, strict=True)
        if "error" in reading or not k8s_yaml.same(value, reading["value"])
    ]
    assert wrong == []
    assert len(made) >= 200


@settings(deadline=None, max_examples=50)
@given(manifests, manifests)
def test_the_same_value_is_always_written_alike(
    value: dict[str, Any], other: dict[str, Any]
) -> None:
    """Whatever was written before it."""
    writer._known.clear()
    first = emit(value)
    emit(other)
    emit({"as keys": dict.fromkeys(map(str, other.values()), 1)})
    assert emit(value) == first


def test_a_text_that_was_a_key_before_is_still_a_block_as_a_value() -> None:
    emit({"a\nb": 1})
    assert emit({"c": "a\nb"}) == b"c: |-\n  a\n  b\n"


def test_no_line_is_wrapped() -> None:
    for text in STRINGS:
        written = emit({"a": text}).decode()
        block = len(text.removesuffix("\n").split("\n")) if written.startswith("a: |") else 0
        assert written.count("\n") == 1 + block, text


BLOCKS = st.lists(st.from_regex(r"[!-~]([ -~é]*[!-~])?", fullmatch=True), min_size=1, max_size=5)


@settings(deadline=None)
@given(BLOCKS, st.lists(st.integers(0, 2), min_size=5, max_size=5), st.booleans())
def test_text_of_several_lines_is_a_literal_block(
    lines: list[str], gaps: list[int], ends: bool
) -> None:
    """Unless it begins with a blank, has lines of blanks, or ends in more than one line end."""
    body = "".join(line + "\n" * (1 + gap) for line, gap in zip(lines, gaps, strict=False))
    text = body.rstrip("\n") + "\n" * ends
    if "\n" in text:
        header = "|" if ends else "|-"
        inside = "".join(f"  {line}\n" if line else "\n" for line in body.rstrip("\n").split("\n"))
        assert emit({"a": text}).decode() == f"a: {header}\n{inside}"


@settings(deadline=None, max_examples=50)
@given(manifests)
def test_there_are_no_anchors_tags_or_markers(value: dict[str, Any]) -> None:
    """Nor more than one document."""
    data = emit({"first": value, "again": [value, value]})
    for event in yaml.parse(data, yaml.CSafeLoader):
        assert getattr(event, "anchor", None) is None
        assert getattr(event, "tag", None) is None
    lines = data.decode().split("\n")
    assert not any(line.startswith(("---", "...", "%")) for line in lines)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(number: float) -> None:
    for value in ({"a": number}, {"a": [number]}, {"a": [{"b": number}]}):
        with pytest.raises(ValueError, match="no place in a manifest"):
            emit(value)


@pytest.mark.parametrize("text", ["\ud800", "a\n\udfff\n", "'\ud83d\ude00"])
def test_half_a_character_is_refused(text: str) -> None:
    for value in ({"a": text}, {"a": [text]}, {text: 1}):
        with pytest.raises(ValueError, match="surrogate"):
            emit(value)


@pytest.mark.parametrize("value", [b"a", {1}, (1,), 1j], ids=repr)
def test_what_yaml_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no place in a manifest"):
        emit({"a": value})


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("production", "production"),
        ("registry.example.com/a/b:v1@sha256", "registry.example.com/a/b:v1@sha256"),
        ("500m", "500m"),
        ("1Gi", "1Gi"),
        ("--flag=1", "--flag=1"),
        ("rate(x[5m]) > 1", '"rate(x[5m]) > 1"'),
        ('a{b="c"} > 0', "'a{b=\"c\"} > 0'"),
        ("1E", '"1E"'),
        ("y", '"y"'),
        ("1e3", '"1e3"'),
        ("", '""'),
        ("a: b", '"a: b"'),
    ],
)
def test_only_what_could_be_misread_is_quoted(text: str, written: str) -> None:
    assert scalar(text) == written


def test_a_header_is_a_comment() -> None:
    assert emit({"a": 1}, "Made for you.") == b"# Made for you.\na: 1\n"
