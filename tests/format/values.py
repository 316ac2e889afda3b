"""Values to write: strings that a reader somewhere takes for something else, and any others."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st


def words(text: str) -> list[str]:
    """What blanks stand between."""
    return text.split()


_WORDS = words(
    r"""
    y n Y N yes no Yes NO on off On OFF true false True FALSE tRUE null Null NULL ~ nil none None
    nan NaN inf .nan .NaN .inf -.inf +.INF
    """
)

_NUMBERS = words(
    r"""
    0 -0 +1 -1 00 007 08 0755 0o7 0O17 0b11 0B1 0x1f 0X1F -0x1f 0xg 1_000 1__0 _1 1_ -_1 -_ --_1 +_ _ __ 1e3 1E3 1e+3
    1.5e-3 1e400 1. .5 -.5 +.5 ._5 1.0 1.2.3 1,000 12:30 12:30:45 -1:30.5 190:20:30 2026-01-01
    2026-1-1 2026-01-01T10:00:00Z 9223372036854775808 18446744073709551616 1E 1Ei 1k 5m 500m 1h30m
    1E5m 0.5Gi 99.9% v1.2.3 1.34 1e 0x 0o 0b + - . .. +. -. --1
    """
)

_INDICATORS = words(
    r"""
    - ? : # = << < > | |- >+ ! !! !x & &a * *a % @ ` [ ] { } [] {} [a] {a} {a:b} , ,a a, ^ $ $$ ;
    ( ) -a ?a :a #a a# a:b a: :: --- ... ---x --a -- -- -x --flag=1 --- // /a/b * / \ " ' '' ""
    '"'
    """
)

_PHRASES = (
    "",
    " ",
    "  ",
    "\t",
    "- a",
    "? a",
    ": a",
    "a: b",
    "a : b",
    "a #b",
    "a# b",
    "a, b",
    "--- x",
    "... x",
    "# a",
    " a",
    "a ",
    "\ta",
    "a\t",
    "a\tb",
    "a  b",
    "%YAML 1.2",
    "%TAG ! x",
    "@daily",
    "`date`",
    "{{ x }}",
    "{{- range .Items }}",
    "$(VAR)",
    "it's",
    'say "so"',
    'it\'s "so"',
    "C:\\new\\table",
    "\\",
    "\\n",
    'a"b\\c',
    "'a'",
    '"a"',
    "a'",
    "key: [a, b]",
    "!!binary aGk=",
    "2026-01-01 10:00:00",
    "*/5 * * * *",
    "0 3 * * 1-5",
    "a|b>c",
    "http://a.b/c?d=e&f=g#h",
    "[fe80::1]:80",
    '{"a": [1, "b"]}',
    "a: ",
    "a:\tb",
    "- ",
    "x" * 5_000,
    "a word and: " * 420,
)

_UNICODE = (
    "\0",
    "\a",
    "\b",
    "\x1b[31m",
    "\x7f",
    "\x80",
    "\x85",
    "a\x85b",
    "\xa0",
    "\xad",
    "\u2028",
    "a\u2028b",
    "\u2029",
    "\u200b",
    "\u202e",
    "\ufeff",
    "a\ufeffb",
    "\ufffd",
    "\ufffe",
    "\uffff",
    "\ue000",
    "\U0001f600",
    "a \U0001f468\u200d\U0001f469 b",
    "\U0010ffff",
    "\U0001fffe",
    "é",
    "e\u0301",
    "日本語",
    "Ж: ж",
    "١٢٣",
    "۱.۵",
)

_LINES = (
    "\n",
    "\n\n",
    "a\n",
    "a\n\n",
    "a\n\n\n",
    "\na",
    "\n\na\n",
    "a\nb",
    "a\nb\n",
    "a\n\nb\n\n\nc",
    "a\n\n\n\nb\n",
    " \n",
    "\n \n",
    "a\n \nb",
    "a\n  ",
    "a\n\t\nb",
    "a \nb  \n",
    " a\nb",
    "  a\n b\n",
    "a\n  b\n    c\n",
    "\ta\nb",
    "a\n\tb",
    "a\r",
    "a\rb",
    "a\r\nb\r\n",
    "\r\n",
    "a\n\rb",
    "---\na",
    "a\n---\nb",
    "a\n--- x\n...\nb\n",
    "...\n",
    "- a\n- b\n",
    "a: b\nc: d\n",
    "# a\nb",
    '#!/bin/sh\nset -e\necho "$1"\n',
    "%YAML 1.2\n---\n",
    "| a\nb",
    "? a\n: b",
    '{\n  "a": 1\n}\n',
    "'a\nb'",
    "a\x85b\nc",
    "a\u2028b\nc\n",
    "\ufeffa\nb",
    "a\nb\ufeff",
    "日本語\nテキスト\n",
    "\U0001f600\n\U0001f600",
    "a\\\nb",
    ("a word and: " * 420).rstrip() + "\nb\n",
)

STRINGS = tuple(dict.fromkeys((*_WORDS, *_NUMBERS, *_INDICATORS, *_PHRASES, *_UNICODE, *_LINES)))


def everywhere(text: str) -> dict[str, Any]:
    """A string as a value, as an item and as a key."""
    return {"value": text, "items": [text], "keys": {text: 1}}


def deep(levels: int) -> dict[str, Any]:
    """Mappings in lists in mappings."""
    value: Any = "bottom\nof it all\n"
    for level in range(levels):
        value = {f"level-{level}": value} if level % 2 else [value, "beside"]
    return {"top": value}


OTHERS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "empty collections": {"a": {}, "b": [], "c": [{}, [], [[]], [{}]], "": None},
    "constants": {"a": True, "b": False, "c": None, "d": [True, False, None]},
    "whole numbers": {"a": [0, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1]},
    "larger numbers": {"a": [2**64, -(2**63) - 1, 10**30]},
    "fractions": {"a": [0.0, -0.0, 1.0, -1.5, 0.1, 1e3, 1e16, 1e22, 1e300, 5e-324, 1.7e308, 1e-7]},
    "nested fifty deep": deep(50),
    "tricky text in lists in lists": {
        "a": [[["b\nc", "y"], {"d": "e\n\n f\n"}], [{"g\nh": "1e3"}]]
    },
    "a long key of a mapping": {"a": [{"k" * 1_100: {"k" * 1_100: [1]}, "b": 2}]},
    "collections in lists": {"a": [[1, [2, {"b": [3]}]], {"c": {"d": 1}, "e": [[]]}]},
}

NUMBER_SCRAPS = words(
    """
    0 1 2 3 4 5 6 7 8 9 0 1 _ . + - e E x X o O b B f T Z 0x 0o 0b true null inf nan yes n
    9223372036854775807 18446744073709551615 400 2026-01-01 :30
    """
)

_SCRAPS = st.text("ab01 :#-?,[]{}&*!|>'\"%@`~=<.\\\t\r\n\x85\u2028\ufeffé", max_size=12)

like_numbers = st.lists(st.sampled_from(NUMBER_SCRAPS), min_size=1, max_size=6).map("".join)

texts = st.one_of(st.sampled_from(STRINGS), _SCRAPS, like_numbers, st.text(max_size=20))
"""Any Unicode text, most of it tricky; without surrogates, which are no text."""

scalars = st.one_of(
    texts,
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
)

values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

manifests = st.dictionaries(texts, values, max_size=5)
