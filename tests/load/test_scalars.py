"""What plain scalars mean: in a spec as to YAML 1.2, in a manifest as to Kubernetes."""

from __future__ import annotations

import io
import random
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from modelyard.load.scalars import (
    Ambiguous,
    Scalar,
    meant_bool,
    meant_int,
    resolve,
    resolve_as_kubernetes,
)
from tests.format.values import NUMBER_SCRAPS, like_numbers, words
from tests.peers import k8s_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

CORE: list[tuple[str, Scalar]] = [
    *((text, None) for text in ("", "~", "null", "Null", "NULL")),
    *((text, True) for text in ("true", "True", "TRUE")),
    *((text, False) for text in ("false", "False", "FALSE")),
    *((text, int(text)) for text in ("0", "-19", "+1", "-0", "7", "9223372036854775807")),
    *((text, int(text, 16)) for text in ("0x3A", "0xff", "0x0", "0x7FFFFFFFFFFFFFFF")),
    *((text, float(text)) for text in ("0.", "-0.0", ".5", "-.5", "+12e03", "-2E+05", "1e3", "1.")),
    *((text, text) for text in ("tRUE", "nULL", "yes", "no", "on", "off", "y", "n", "None", "nil")),
    *((text, text) for text in ("0X3A", "-0x3A", "0b11", "0O7", "1_000", "0x", "0o", "0o8", "0xg")),
    *((text, text) for text in ("12:30:45", "190:20:30.15", "2026-01-01", "2026-01-01T00:00:00Z")),
    *(
        (text, text)
        for text in ("1.2.3", ".", "..", "+", "-.", "+.", "1e", "1e+", "e3", "--1", "+-1")
    ),
    *(
        (text, text)
        for text in ("500m", "1Gi", "99.9%", "v1", "1,000", "nan", "inf", "<<", "=", "١")
    ),
]

UNSAFE = [
    *("0755", "007", "08", "-01", "+00", "00", "0o17", "0o0"),
    *(".inf", "-.Inf", "+.INF", ".nan", ".NaN", ".NAN"),
    *("9223372036854775808", "-9223372036854775808", "18446744073709551616", "1e400", "-1e309"),
    *("0xFFFFFFFFFFFFFFFF", "0o7777777777777777777777", "9" * 5_000, "0" * 5_000, "-" + "1" * 30),
    *("0x" + "f" * 5_000, "0o" + "7" * 6_000, "1" * 400 + ".5", "1e" + "9" * 5_000),
]

PLAIN = [
    *words(
        """
        y Y yes Yes YES n N no No NO on On ON off Off OFF yEs oN t f T F true True TRUE tRUE false
        False FALSE ~ null Null NULL nULL ~~ nil none 0 -0 +0 00 -00 1 +1 -1 --1 +-1 12 007 0755
        -0755 +0755 08 09 -08 0o 0o17 0o8 -0o17 +0o7 0O17 0o_7 0b 0b11 0B11 -0b11 +0b1 0b2 0b_1 0x
        0x1F 0X1F -0x1F +0x1f 0x_1F 0xg 0x1p4 1_000 1__0 _1 1_ -_1 +_1 0_7 0_8 _0x1 1_e3 1_0.5
        1.5_0 5_._5 ._5 .5_0 .5__0 .5_ 1. 1.0 .5 -.5 +.5 0.5 00.5 . .. -. +. + 1.2.3 1.5. 1e3 1E3
        1e+3 1e-3 1.5e3 1.e3 .5e3 1e 1e+ e3 .e3 1e400 -1e400 1e-400 1e3.5 1E5m .inf .Inf .INF
        -.inf +.inf .iNF .nan .NaN .NAN -.nan inf nan Infinity NaN 12:30 12:30:45 1:2.5 2026-01-01
        2026-1-1 2026-01-01T00:00:00Z 2026-13-45 2026- 9007199254740993 9223372036854775807
        9223372036854775808 +9223372036854775808 18446744073709551615 18446744073709551616
        -9223372036854775808 -9223372036854775809 0xFFFFFFFFFFFFFFFF 0x1FFFFFFFFFFFFFFFF
        +0xFFFFFFFFFFFFFFFF
        -0x8000000000000000 -0x8000000000000001 0o1777777777777777777777 0o2000000000000000000000
        02000000000000000000000 1e99999999999999999999999999999999999999999999999999 << = 500m 1Gi
        1E 1Ei 99.9% v1.2.3 1.34 1,000 a 1a -a .a +a ~a ١٢٣
        """
    ),
    *("0b" + "1" * 64, "0b" + "1" * 65, "0" * 400 + "1", "9" * 400, "9" * 5_000),
]


def is_plain(text: str) -> bool:
    return text != "-" and not text.startswith("---") and text != "..."


def meaning(resolver: Callable[[str], Scalar], text: str) -> Scalar | type[Ambiguous]:
    try:
        return resolver(text)
    except Ambiguous:
        return Ambiguous


@pytest.mark.parametrize(("text", "value"), CORE)
def test_a_plain_scalar_means_what_it_means_to_yaml_1_2(text: str, value: Scalar) -> None:
    """Examples of section 10.3.2, and what they leave out."""
    assert repr(resolve(text)) == repr(value)


@pytest.mark.parametrize("text", UNSAFE, ids=lambda text: text[:20])
def test_a_plain_scalar_that_could_be_mistaken_is_refused(text: str) -> None:
    with pytest.raises(Ambiguous) as refusal:
        resolve(text)
    assert "quote it" in refusal.value.help


MORE_THAN_CORE = re.compile(
    r".*_.*"
    r"|[-+]?0b[01]+"
    r"|[-+]0[xo][0-9a-fA-F]+"
    r"|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?.*"
    r"|[-+]?\.[0-9]+[eE][0-9]+"
)
"""Where ruamel.yaml departs from the core schema: it takes digits with `_`, binary numbers, signs
before hexadecimal and octal ones, and dates, and does not take `.5e3` without a sign."""


@settings(deadline=None)
@given(st.lists(like_numbers.filter(is_plain), min_size=1, max_size=30))
def test_no_plain_scalar_means_anything_else_than_to_a_reader_of_yaml_1_2(texts: list[str]) -> None:
    texts = [text for text in texts if not MORE_THAN_CORE.fullmatch(text)]
    stream = io.StringIO("".join(f"- {text}\n" for text in texts))
    read = YAML(typ="safe", pure=True).load(stream) or []
    for text, theirs in zip(texts, read, strict=True):
        ours = meaning(resolve, text)
        assert ours is Ambiguous or repr(ours) == repr(theirs), text


def document(text: str) -> str:
    return f"a: {text}\n"


def agrees(text: str, reading: k8s_yaml.Reading) -> bool:
    ours = meaning(resolve_as_kubernetes, text)
    if ours is Ambiguous:
        return "unsupported value" in reading.get("error", "")
    return "value" in reading and k8s_yaml.same(ours, reading["value"]["a"])


def test_a_plain_scalar_of_a_manifest_means_what_it_meant_to_kubernetes(
    request: pytest.FixtureRequest,
) -> None:
    """As its reader printed when the record was written: `pytest --update` writes it anew."""
    texts = [document(text) for text in PLAIN]
    if request.config.getoption("--update"):
        k8s_yaml.record("k8s-yaml-scalars", texts)
    readings = k8s_yaml.recorded("k8s-yaml-scalars")
    assert list(readings) == list(dict.fromkeys(texts))
    assert [text for text in PLAIN if not agrees(text, readings[document(text)])] == []


def test_kubernetes_still_reads_plain_scalars_as_was_recorded() -> None:
    texts = [document(text) for text in PLAIN]
    readings = dict(zip(texts, k8s_yaml.read(texts), strict=True))
    assert readings == k8s_yaml.recorded("k8s-yaml-scalars")


SIGN_WITHIN = re.compile(r"0_*b_*[-+][-+01_]*")
"""`0b-1` is -1 to Go by an oversight of its reader; to us it is text."""


def test_thousands_of_plain_scalars_mean_what_they_mean_to_kubernetes() -> None:
    dice = random.Random(5)
    made = {"".join(dice.choices(NUMBER_SCRAPS, k=dice.randint(1, 6))) for _ in range(10_000)}
    texts = sorted(text for text in made if is_plain(text) and not SIGN_WITHIN.fullmatch(text))
    readings = k8s_yaml.read(list(map(document, texts)))
    wrong = [
        (text, reading)
        for text, reading in zip(texts, readings, strict=True)
        if not agrees(text, reading)
    ]
    assert wrong == []


@settings(deadline=None)
@given(st.one_of(st.text(), like_numbers))
def test_every_text_means_something_or_is_refused(text: str) -> None:
    for resolver in (resolve, resolve_as_kubernetes):
        found = meaning(resolver, text)
        assert found is Ambiguous or found is None or isinstance(found, str | int | float)
        if isinstance(found, str):
            assert found == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Yes", True),
        ("ON", True),
        ("y", True),
        ("off", False),
        ("no", False),
        ("true", True),
        ("", None),
        ("yeah", None),
        ("1", None),
    ],
)
def test_what_somebody_means_who_writes_another_word(text: str, value: bool | None) -> None:
    assert meant_bool(text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000),
        ("1_000", 1000),
        ("1,000", 1000),
        (" 5 ", 5),
        ("2.0", 2),
        ("-3", -3),
        ("2.5", None),
        ("", None),
        ("ten", None),
        ("1e400", None),
        ("9" * 5_000, None),
    ],
)
def test_what_somebody_means_who_writes_another_number(text: str, value: int | None) -> None:
    assert meant_int(text) == value
