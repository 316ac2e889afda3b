"""Numbers. Facts: Open Policy Agent 1.21's `topdown/arithmetic.go`, `bits.go`, `numbers.go`."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from math import isinf, trunc

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins import arithmetic as inexact
from modelyard.rego.builtins.operands import (
    MOST_ITEMS,
    big_integer,
    number,
    string,
    too_large,
    utf8,
    wrong,
)
from modelyard.rego.builtins.sets import difference
from modelyard.rego.builtins.text import quoted
from modelyard.rego.values import Set, Value

_HALF = Fraction(1, 2)
_MOST_BITS = 1 << 20


@builtin("plus")
def plus(left: Value, right: Value) -> Value:
    """The infix `+`."""
    if type(left) is int and type(right) is int:
        return left + right
    return inexact.add(number(left, 1), number(right, 2))


@builtin("minus")
def minus(left: Value, right: Value) -> Value:
    """The infix `-`, of numbers and of sets."""
    if type(left) is int and type(right) is int:
        return left - right
    if type(left) is Set and type(right) is Set:
        return difference(left, right)
    if type(left) is not Set:
        if type(left) is not int and type(left) is not float:
            raise wrong(1, left, "number", "set")
        return inexact.subtract(left, number(right, 2))
    raise wrong(2, right, "set" if type(right) is int or type(right) is float else "number")


@builtin("mul")
def mul(left: Value, right: Value) -> Value:
    """The infix `*`."""
    if type(left) is int and type(right) is int:
        return left * right
    return inexact.multiply(number(left, 1), number(right, 2))


@builtin("div")
def div(left: Value, right: Value) -> Value:
    """The infix `/`."""
    return inexact.divide(number(left, 1), number(right, 2))


@builtin("rem")
def rem(left: Value, right: Value) -> Value:
    """The infix `%`, whose result has the sign of the first operand."""
    number(left, 1), number(right, 2)
    if type(left) is not int or type(right) is not int:
        raise BuiltinError("modulo on floating-point number")
    if right == 0:
        raise BuiltinError("modulo by zero")
    return abs(left) % abs(right) * (-1 if left < 0 else 1)


@builtin("abs")
def abs_(value: Value) -> Value:
    """A number without its sign."""
    return inexact.number(abs(inexact.rational(number(value, 1))))


@builtin("round")
def round_(value: Value) -> Value:
    """The nearest whole number; of two, the one further from zero."""
    found = inexact.rational(number(value, 1))
    return trunc(inexact.rounded(found - _HALF if found < 0 else found + _HALF))


@builtin("ceil")
def ceil(value: Value) -> Value:
    """The least whole number that is not less; Open Policy Agent has 1 for what is just below 0."""
    found = inexact.rational(number(value, 1))
    cut = trunc(found)
    return cut if cut < 0 or cut == found else cut + 1


@builtin("floor")
def floor(value: Value) -> Value:
    """The greatest whole number that is not more; Open Policy Agent has 0 for what is above -1."""
    found = inexact.rational(number(value, 1))
    cut = trunc(found)
    return cut if cut >= 0 or cut == found else cut - 1


@builtin("bits.and")
def bits_and(left: Value, right: Value) -> Value:
    """The bits that both have."""
    return big_integer(left, 1) & big_integer(right, 2)


@builtin("bits.or")
def bits_or(left: Value, right: Value) -> Value:
    """The bits that one of them has."""
    return big_integer(left, 1) | big_integer(right, 2)


@builtin("bits.xor")
def bits_xor(left: Value, right: Value) -> Value:
    """The bits that just one of them has."""
    return big_integer(left, 1) ^ big_integer(right, 2)


@builtin("bits.negate")
def bits_negate(value: Value) -> Value:
    """The other bits."""
    return ~big_integer(value, 1)


def _shift(value: Value) -> int:
    found = big_integer(value, 2)
    if found < 0:
        raise BuiltinError(
            "operand 2 must be an unsigned integer number but got a negative integer"
        )
    return found % (1 << 64)


@builtin("bits.lsh")
def bits_lsh(value: Value, by: Value) -> Value:
    """The bits, so many places to the left."""
    found, places = big_integer(value, 1), _shift(by)
    if found and places > _MOST_BITS:
        raise too_large("the number")
    return found << places if found else 0


@builtin("bits.rsh")
def bits_rsh(value: Value, by: Value) -> Value:
    """The bits, so many places to the right."""
    found, places = big_integer(value, 1), _shift(by)
    return found >> places


def _range(first: int, last: int, step: int) -> list[int]:
    if abs(last - first) // step >= MOST_ITEMS:
        raise too_large("the range")
    return list(range(first, last + 1, step) if first <= last else range(first, last - 1, -step))


@builtin("numbers.range")
def range_(first: Value, last: Value) -> Value:
    """The whole numbers from one to another, with both."""
    return _range(big_integer(first, 1), big_integer(last, 2), 1)


@builtin("numbers.range_step")
def range_step(first: Value, last: Value, step: Value) -> Value:
    """The whole numbers from one to another, in steps."""
    start, stop, by = big_integer(first, 1), big_integer(last, 2), big_integer(step, 3)
    if by <= 0:
        raise BuiltinError("numbers.range_step: step must be a positive integer")
    return _range(start, stop, by)


_DIGITS = "[0-9]+(_[0-9]+)*"
_NUMBER = re.compile(rf"[+-]?({_DIGITS}(\.({_DIGITS})?)?|\.{_DIGITS})([eE][+-]?{_DIGITS})?")
_HEXADECIMAL = re.compile(
    r"[+-]?0[xX](_?[0-9a-fA-F]+)+(\.([0-9a-fA-F]+(_[0-9a-fA-F]+)*)?)?[pP][+-]?[0-9]+"
    r"|[+-]?0[xX]\.[0-9a-fA-F]+[pP][+-]?[0-9]+"
)


@builtin("to_number")
def to_number(value: Value) -> Value:
    """The number that a text, a boolean or null stands for."""
    if value is None or value is False:
        return 0
    if value is True:
        return 1
    if type(value) is int or type(value) is float:
        return value
    if type(value) is not str:
        raise wrong(1, value, "null", "boolean", "number", "string")
    if value.lstrip("+-").lower() in ("inf", "infinity", "nan"):
        raise wrong(1, value, "valid number string")
    if _NUMBER.fullmatch(value):
        near = float(value.replace("_", ""))
        if isinf(near):
            raise BuiltinError(f"strconv.ParseFloat: parsing {quoted(value)}: value out of range")
        return inexact.parsed(value.replace("_", ""))
    if _HEXADECIMAL.fullmatch(value):
        near = float.fromhex(value.replace("_", ""))
        return int(near) if near.is_integer() else near
    raise BuiltinError(f"strconv.ParseFloat: parsing {quoted(value)}: invalid syntax")


_QUANTITY = re.compile(r"(?P<number>(?:[0-9.+-]|[eE][+-]|[eE](?=[0-9]))*)(?P<unit>.*)", re.DOTALL)
_EXPONENT = re.compile(r"[eE][+-]?([0-9]*)")
_BYTES = {"": 1} | {
    name: 1000**power if not name.endswith(("ib", "i")) else 1024**power
    for power, letter in enumerate("kmgtpe", 1)
    for name in (letter, f"{letter}b", f"{letter}i", f"{letter}ib")
}
_UNITS = {"": Fraction(1), "m": Fraction(0.001), "M": Fraction(1000**2)} | {
    form: Fraction((1024 if suffix else 1000) ** power)
    for power, letter in enumerate("kmgtpe", 1)
    for suffix in ("", "i")
    for form in (letter + suffix, letter.upper() + suffix)
    if form.lower() != "m"
}


def _quantity(text: str, name: str) -> tuple[str, str]:
    """The number and the unit of a quantity."""
    if " " in text:
        raise BuiltinError(f"{name}: spaces not allowed in resource strings")
    match = _QUANTITY.fullmatch(text)
    digits, unit = (match["number"], match["unit"]) if match else ("", text)
    if any(len(exponent) > 6 for exponent in _EXPONENT.findall(digits)):
        raise BuiltinError(f"{name}: exponent too large")
    return digits, unit


@builtin("units.parse_bytes")
def parse_bytes(value: Value) -> Value:
    """The number of bytes that a text such as `1.5GiB` stands for."""
    text = string(value, 1).lower().replace('"', "")
    digits, unit = _quantity(text, "units.parse_bytes")
    if not digits:
        raise BuiltinError("units.parse_bytes: no byte amount provided")
    if unit not in _BYTES:
        raise BuiltinError(f"units.parse_bytes: byte unit {unit} not recognized")
    amount = _amount(digits, "units.parse_bytes: could not parse byte amount to a number")
    return trunc(inexact.rounded(inexact.rounded(amount) * _BYTES[unit]))


@builtin("units.parse")
def parse(value: Value) -> Value:
    """The number that a text such as `100m` or `2Gi` stands for."""
    text = string(value, 1).replace('"', "")
    digits, unit = _quantity(text, "units.parse")
    if not digits:
        raise BuiltinError("units.parse: no amount provided")
    unit = unit[:1] + unit[1:].lower()
    if not unit[:1].isascii():
        unit = "\ufffd" * len(utf8(unit[0])) + unit[1:]
    if unit not in _UNITS:
        raise BuiltinError(f"units.parse: unit {unit} not recognized")
    found = _amount(digits, "units.parse: could not parse amount to a number") * _UNITS[unit]
    if found.denominator == 1:
        return found.numerator
    tenths = trunc(abs(found) * 10**10 + _HALF) * (-1 if found < 0 else 1)
    return tenths // 10**10 if tenths % 10**10 == 0 else float(Decimal(tenths).scaleb(-10))


def _amount(digits: str, complaint: str) -> Fraction:
    if "_" in digits or not _NUMBER.fullmatch(digits):
        raise BuiltinError(complaint)
    exact = Decimal(digits)
    if abs(exact.adjusted()) > 4000:
        raise too_large("the number")
    return Fraction(exact)
