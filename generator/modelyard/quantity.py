"""Amounts and durations as manifests have them, in numbers that can be added."""

from __future__ import annotations

import re
from fractions import Fraction

_QUANTITY = re.compile(
    r"([+-]?(?:[0-9]{1,24}(?:\.[0-9]{0,24})?|\.[0-9]{1,24}))([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?"
)
_SUFFIXES = {
    "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000), "k": Fraction(1000),
    **{letter: Fraction(1000 ** (index + 2)) for index, letter in enumerate("MGTPE")},
    **{f"{letter}i": Fraction(1024 ** (index + 1)) for index, letter in enumerate("KMGTPE")},
}  # fmt: skip
_DURATION = re.compile(r"(?:[0-9]{1,12}(?:\.[0-9]{1,9})?(?:ns|us|µs|ms|[smhdwy]))+")
_PART = re.compile(r"([0-9.]+)(ns|us|µs|ms|[smhdwy])")
_SECONDS = {
    "ns": Fraction(1, 10**9), "us": Fraction(1, 10**6), "µs": Fraction(1, 10**6), "ms": Fraction(1, 1000),
    "s": Fraction(1), "m": Fraction(60), "h": Fraction(3600), "d": Fraction(86400),
    "w": Fraction(7 * 86400), "y": Fraction(365 * 86400),
}  # fmt: skip


def amount(value: object) -> Fraction | None:
    """A quantity of Kubernetes (`500m`, `4Gi`, `2`), exactly; nothing for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = _QUANTITY.fullmatch(str(value))
    if found is None:
        return None
    number, suffix = Fraction(found[1]), found[2] or ""
    if suffix[:1] in ("e", "E") and len(suffix) > 1:
        return number * Fraction(10) ** int(suffix[1:])
    return number * _SUFFIXES.get(suffix, Fraction(1))


def seconds(value: object) -> Fraction | None:
    """The length of a duration (`90s`, `1m30s`, `30d`); nothing for what is none."""
    if not isinstance(value, str):
        return None
    if value == "0":
        return Fraction(0)
    if not _DURATION.fullmatch(value):
        return None
    return sum((Fraction(n) * _SECONDS[unit] for n, unit in _PART.findall(value)), Fraction(0))


def written(value: Fraction) -> str:
    """An amount in Kubernetes' notation; parts of a thousandth are rounded up."""
    if value.denominator != 1:
        return f"{-(-value.numerator * 1000 // value.denominator)}m"
    for power, unit in ((4, "Ti"), (3, "Gi"), (2, "Mi")):
        if value and value % 1024**power == 0:
            return f"{value // 1024**power}{unit}"
    return str(value)


def cores(value: Fraction) -> str:
    """An amount of CPU as people write it: `1.5`."""
    return _decimal(value, 3)


def size(value: Fraction) -> str:
    """An amount of memory as people write it: `1.5Gi`."""
    for power, unit in ((4, "Ti"), (3, "Gi"), (2, "Mi"), (1, "Ki")):
        if abs(value) >= 1024**power:
            return f"{_decimal(value / 1024**power, 1)}{unit}"
    return _decimal(value, 0)


def _decimal(value: Fraction, digits: int) -> str:
    text = f"{float(value):,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
