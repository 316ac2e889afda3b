"""What a plain YAML scalar means.

Because YAML 1.1 (PyYAML, Kubernetes' Go reader) and YAML 1.2 (most editors) disagree, a spec may
only hold plain scalars that both read alike, or whose reading nobody would mistake. Facts: the
core schema of YAML 1.2.2, section 10.3.2, and the types of yaml.org/type for YAML 1.1.
"""

from __future__ import annotations

import re
from math import isinf

Scalar = str | int | float | bool | None

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLS = {word: word[0] in "tT" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_WHOLE = re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")

_PLAIN_STARTS = frozenset("tTfFnN~.+-0123456789")

_LARGEST = 2**63


class Ambiguous(ValueError):  # noqa: N818 - it is what the text is
    """A scalar that readers disagree about. The text says how; `help` what to write instead."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help


def resolve(text: str) -> Scalar:
    """The value of a plain scalar. Raises `Ambiguous` where a person could be mistaken."""
    if text == "":
        return None
    if text[0] not in _PLAIN_STARTS:
        return text
    if text in _NULLS:
        return None
    if text in _BOOLS:
        return _BOOLS[text]
    if _WHOLE.fullmatch(text):
        return _whole(text)
    if _FLOAT.fullmatch(text):
        decimal = float(text)
        if isinf(decimal):
            raise _too_large(text)
        return decimal
    if _NO_NUMBER.fullmatch(text):
        raise _no_number(text)
    return text


def _whole(text: str) -> int:
    """A whole number. Its length is looked at first, because Python converts no endless digits."""
    base = {"0x": 16, "0o": 8}.get(text[:2], 10)
    number = int(text, base) if len(text) < 25 else _LARGEST
    if abs(number) >= _LARGEST:
        raise _too_large(text)
    if base == 8:
        raise Ambiguous(
            f"`{text}` is the number {number} in YAML 1.2 and text in YAML 1.1",
            f'write `{number}`, or quote it: "{text}"',
        )
    if _LEADING_ZERO.fullmatch(text):
        raise _leading_zero(text)
    return number


def _too_large(text: str) -> Ambiguous:
    return Ambiguous(f"`{text[:40]}` is too large for a number", f'quote it: "{text[:40]}"')


def _no_number(text: str) -> Ambiguous:
    return Ambiguous(f"`{text}` is not a number that can be used", f'quote it: "{text}"')


def _leading_zero(text: str) -> Ambiguous:
    decimal = int(text)
    octal = re.fullmatch(r"[-+]?0[0-7]+", text)
    other = f"{int(text, 8)} in YAML 1.1" if octal else "text in YAML 1.1"
    return Ambiguous(
        f"`{text}` is {decimal} in YAML 1.2 and {other}",
        f'write `{decimal}`, or quote it: "{text}"',
    )


_OTHER_BOOLS = {"y": True, "yes": True, "on": True, "n": False, "no": False, "off": False}


def meant_bool(text: str) -> bool | None:
    """What a person means who writes `yes` or `off` where true or false belongs."""
    return _OTHER_BOOLS.get(text.lower(), {"true": True, "false": False}.get(text.lower()))


def meant_int(text: str) -> int | None:
    """What a person means who writes `1e3` or `1_000` where a whole number belongs."""
    bare = text.strip().replace("_", "").replace(",", "")
    if not _FLOAT.fullmatch(bare) or len(bare) > 20:
        return None
    number = float(bare)
    return int(number) if number.is_integer() else None


_GO_BOOLS = {
    form: value
    for words, value in ((("y", "yes", "true", "on"), True), (("n", "no", "false", "off"), False))
    for word in words
    for form in (word, word.capitalize(), word.upper())
}
_GO_INT = re.compile(r"[-+]?(0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]{0,19})")
_GO_DIGIT_GAP = re.compile(r"(?<=[0-9])_(?=[0-9])")
_GO_BASES = {"0b": 2, "0o": 8, "0x": 16}
_GO_STARTS = _PLAIN_STARTS | frozenset("yYoO")


def resolve_as_kubernetes(text: str) -> Scalar:
    """The value of a plain scalar as Kubernetes' reader takes it.

    Raises `Ambiguous` for infinity and NaN, with which it refuses the whole document.
    Fact: sigs.k8s.io/yaml, whose fork of go-yaml v2 reads YAML 1.1 with Go's numbers.
    """
    if text == "":
        return None
    if text[0] not in _GO_STARTS:
        return text
    if text in _NULLS:
        return None
    if text in _GO_BOOLS:
        return _GO_BOOLS[text]
    if _NO_NUMBER.fullmatch(text):
        raise _no_number(text)
    bare = _GO_DIGIT_GAP.sub("", text) if text[0] == "." else text.replace("_", "")
    number = _go_int(bare) if _GO_INT.fullmatch(bare) else None
    if number is None and _FLOAT.fullmatch(bare) and not isinf(float(bare)):
        return float(bare)
    return text if number is None else number


def _go_int(bare: str) -> int | None:
    """A whole number, if Go has one of 64 bits for it; one without a sign may use them all."""
    digits = bare.lstrip("+-")
    base = _GO_BASES.get(digits[:2].lower(), 8 if digits[0] == "0" else 10)
    number = int(bare, base)
    most = 2**64 if bare == digits else 2**63
    return number if -(2**63) <= number < most else None


DOUBTFUL = frozenset("yYnNoO.+-0123456789")
"""What a plain scalar begins with, where readers may disagree about it."""
_EXPONENT_ONLY = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][0-9]+|[-+]?[0-9]+[eE][-+][0-9]+")


def read_otherwise(text: str) -> tuple[Scalar, Scalar] | None:
    """What Kubernetes takes a plain scalar for, and what others do, where that is not the same.

    The others are readers of YAML 1.2; of `1e3` those of YAML 1.1, for which a number has a point
    and a sign before its exponent.
    """
    try:
        ours = resolve_as_kubernetes(text)
    except Ambiguous:
        return None
    if _EXPONENT_ONLY.fullmatch(text):
        return ours, text
    others = _resolve_as_core(text)
    return None if type(ours) is type(others) and ours == others else (ours, others)


def _resolve_as_core(text: str) -> Scalar:
    """The value of a plain scalar by the core schema of YAML 1.2."""
    try:
        return resolve(text)
    except Ambiguous:
        base = {"0x": 16, "0o": 8}.get(text[:2], 10)
        return int(text, base) if _WHOLE.fullmatch(text) and len(text) < 4000 else text
