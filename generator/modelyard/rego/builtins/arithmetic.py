"""Numbers as Open Policy Agent computes with them.

Whole numbers are exact. With others it computes in binary floating point whose mantissa has 64
bits, read from their decimal text; we keep 53 of them, as Python's numbers do.
Facts: `NumberToFloat` and `FloatToNumber` of `topdown/builtins`, and Go's `math/big`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import trunc
from typing import TYPE_CHECKING

from modelyard.rego.builtins import BuiltinError
from modelyard.rego.builtins.operands import too_large

if TYPE_CHECKING:
    from collections.abc import Iterable

_BITS = 64
_EXACT = 1 << 53


def add(*numbers: float) -> int | float:
    """The sum of numbers, not all of them whole."""
    return number(reduce(lambda sum_, one: rounded(sum_ + rational(one)), numbers, Fraction(0)))


def multiply(left: float, right: float) -> int | float:
    """The product of two numbers, not both of them whole."""
    return number(rounded(rational(left) * rational(right)))


def product(numbers: Iterable[float]) -> int | float:
    """The product of many numbers, for which Open Policy Agent takes 53 bits only."""
    found = Fraction(1)
    for one in numbers:
        found = rounded(found * rational(one), bits=53)
    return number(found, bits=53)


def divide(left: float, right: float) -> int | float:
    """The quotient of two numbers."""
    if right == 0:
        raise BuiltinError("divide by zero")
    if type(left) is int and type(right) is int and abs(left) < _EXACT and abs(right) < _EXACT:
        return left // right if left % right == 0 else left / right
    return number(rounded(rational(left) / rational(right)))


def subtract(left: float, right: float) -> int | float:
    """The difference of two numbers, not both of them whole."""
    return number(rounded(rational(left) - rational(right)))


def rational(value: float) -> Fraction:
    """The number that Open Policy Agent's floating point has for a value."""
    if type(value) is int:
        return rounded(Fraction(value))
    return rounded(Fraction(Decimal(repr(value))))


def rounded(value: Fraction, bits: int = _BITS) -> Fraction:
    """The nearest number with a mantissa of so many bits; of two, the even one."""
    over, under = abs(value.numerator), value.denominator
    if under == 1 and over.bit_length() <= bits:
        return value
    shift = over.bit_length() - under.bit_length() - bits
    if over << max(-shift, 0) >= under << max(shift, 0) + bits:
        shift += 1
    unit = Fraction(2) ** shift
    return round(value / unit) * unit


def number(value: Fraction, bits: int = _BITS) -> int | float:
    """A value from a number with a mantissa of so many bits."""
    if value.denominator == 1:
        if abs(value.numerator).bit_length() <= bits:
            return value.numerator
        return int(shortest(value, bits))
    try:
        found = float(value)
    except OverflowError:
        raise too_large("the number") from None
    return int(found) if found.is_integer() else found


def shortest(value: Fraction, bits: int = _BITS) -> Decimal:
    """The decimal number with the fewest digits that has the same mantissa of so many bits."""
    magnitude = abs(value)
    exponent = len(str(trunc(magnitude))) if magnitude >= 1 else -_leading_zeros(magnitude)
    for digits in range(1, 24):
        scale = Fraction(10) ** (digits - exponent)
        near = round(magnitude * scale) / scale
        if rounded(near, bits) == magnitude:
            return Decimal((near * scale).numerator).scaleb(exponent - digits) * (
                -1 if value < 0 else 1
            )
    raise AssertionError(value)


def _leading_zeros(magnitude: Fraction) -> int:
    """How many zeros follow the point."""
    zeros = max(len(str(magnitude.denominator)) - len(str(magnitude.numerator)) - 1, 0)
    while magnitude * 10 ** (zeros + 1) < 1:
        zeros += 1
    return zeros


_MOST_DIGITS = 4000


def parsed(text: str) -> int | float:
    """The number that a decimal text has; a whole one is exact."""
    if len(text) > _MOST_DIGITS:
        raise too_large("the number")
    if text.isdigit():
        return int(text)
    exact = Decimal(text)
    if exact.adjusted() > _MOST_DIGITS:
        raise too_large("the number")
    if exact == exact.to_integral_value():
        return int(exact)
    return float(exact)
