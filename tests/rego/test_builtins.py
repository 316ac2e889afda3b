"""Builtins answer what Open Policy Agent does; `record_builtins` asked it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from modelyard.rego.builtins import GROUPS, BuiltinError, find
from modelyard.rego.builtins.known import INFIX, KNOWN
from modelyard.rego.builtins.text import text
from modelyard.rego.builtins.times import set_now
from modelyard.rego.values import UNDEFINED, Set

from .builtin_cases import CASES, NOT_COMPARED, calls, source
from .record_builtins import RECORD

OPA = "1.21.1"
NUMBER = re.compile(r'(?<![\w"\\])[-+]?(?:0x1p-2|\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+)')

ELSEWISE = {
    'json.patch(one({"a": {"b": 1}}), one([{"op": "move", "from": "/a", "path": "/a/c"}]))': (
        '! path "a" does not exist in object term {}'
    ),
    'regex.is_valid(one("\\\\p{Old_Italic}"))': "= [true]",
    'yaml.unmarshal(one("~: x"))': "! unsupported map key of type: %!s(<nil>), key: <nil>",
    'yaml.unmarshal(one("? [a]\\n: b"))': "! yaml: invalid map key",
    'yaml.marshal(one("\\ufeffx"))': '= ["\\"\\\\uFEFFx\\"\\n"]',
}
"""Where only the words of an error or the escapes of a text are others."""


def call(name: str, operands: tuple[Any, ...]) -> str:
    function = find(name)
    assert function is not None
    try:
        found = function(*operands)
    except BuiltinError as error:
        return f"! {error}"
    return "undefined" if found is UNDEFINED else f"= {text([found])}"


def near(outcome: str) -> str:
    """An outcome with its numbers as Python has them: 53 bits of 64, and not as they were written."""
    if not outcome.startswith("= "):
        return outcome
    return NUMBER.sub(lambda match: repr(_float(match[0])), outcome)


def _float(digits: str) -> float:
    return (float.fromhex(digits) if "x" in digits else float(digits)) + 0.0


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    return json.loads(RECORD.read_text())


def by_name() -> list[tuple[str, list[tuple[Any, ...]]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, operands in calls():
        found.setdefault(name, []).append(operands)
    return list(found.items())


@pytest.mark.parametrize(
    ("name", "rows"), by_name(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_builtin(name: str, rows: list[tuple[Any, ...]], record: dict[str, Any]) -> None:
    wrong = []
    for operands in rows:
        asked = source(name, operands)
        wanted = ELSEWISE.get(asked, record["outcomes"][asked])
        got = call(name, operands)
        if got != wanted and near(got) != near(wanted):
            wrong.append(f"{asked}\n  wanted {wanted}\n  got    {got}")
    assert not wrong, "\n".join(wrong)


def test_the_record_is_of_this_version_and_of_every_builtin(record: dict[str, Any]) -> None:
    assert record["opa"] == OPA
    assert set(GROUPS) == set(CASES) | NOT_COMPARED
    assert set(record["outcomes"]) == {source(*row) for row in calls()}


def test_operands_are_not_changed() -> None:
    for name, operands in calls():
        before = text(list(operands))
        call(name, operands)
        assert text(list(operands)) == before, name


def test_known_functions_have_the_operands_that_ours_take() -> None:
    assert set(GROUPS) <= set(KNOWN)
    assert set(INFIX.values()) <= set(KNOWN)
    for name in CASES:
        assert {len(operands) for operands in CASES[name]} == {KNOWN[name].arguments}, name


def test_a_group_is_read_when_it_is_used() -> None:
    script = (
        "import sys; import modelyard.rego.builtins as b; "
        "heavy = {'re2', 'yaml', 'datetime', 'hashlib', 'jsonschema', 'ipaddress'}; "
        "assert not heavy & set(sys.modules), heavy & set(sys.modules); "
        "b.find('startswith'); assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_time_of_an_evaluation_stands_still() -> None:
    set_now(5)
    try:
        assert call("time.now_ns", ()) == "= [5]"
    finally:
        set_now(None)


def test_nothing_is_told_of_the_machine() -> None:
    assert call("opa.runtime", ()) == "= [{}]"
    assert "not known" in call("time.date", ([0, "Local"],))
    assert find("http.send") is None
    assert find("net.lookup_ip_addr") is None


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("numbers.range", (1, 10**8)),
        ("numbers.range", (1, 2**70)),
        ("bits.lsh", (1, 2**40)),
        ("replace", ("a" * 10**5, "a", "b" * 10**5)),
        ("strings.replace_n", ({"a": "b" * 10**5}, "a" * 10**5)),
        ("strings.replace_n", ({"": "b" * 10**5}, "a" * 10**5)),
        ("regex.replace", ("a" * 10**5, "a", "b" * 10**5)),
        ("sprintf", ("%9999999d" * 20, [1] * 20)),
        ("regex.match", ("a" * 10**6, "a")),
        ("net.cidr_expand", ("::/0",)),
        ("net.cidr_expand", ("10.0.0.0/8",)),
        ("json.unmarshal", ("1" * 5000,)),
        ("json.unmarshal", ("1e99999",)),
        ("json.unmarshal", ("[" * 100_000,)),
        ("units.parse", ("1e99999",)),
        ("concat", ("b" * 10**6, ["a"] * 100)),
        ("regex.globs_match", ("[a-b]*c*" * 2000, "[b-c]*a*" * 2000)),
    ],
)
def test_what_would_be_endless_is_refused(name: str, operands: tuple[Any, ...]) -> None:
    assert call(name, operands).startswith("! ")


def test_bytes_that_are_no_text_survive() -> None:
    odd = find("base64.decode")("/w==")  # type: ignore[misc]
    assert call("base64.encode", (odd,)) == '= ["/w=="]'
    assert call("json.marshal", (odd,)) == '= ["\\"\\\\ufffd\\""]'
    assert call("count", (odd,)) == "= [1]"


def test_walk_goes_through_sets() -> None:
    assert call("walk", (Set([1]),)) == "= [[[[], {1}], [[1], 1]]]"


def test_globs_that_share_nothing_are_found_out_soon() -> None:
    assert call("regex.globs_match", ("a*b*" * 100 + "x", "b*a*" * 100 + "y")) == "= [false]"
