"""Text from a format and values, as Go's `fmt.Sprintf` makes it.

Facts: the documentation of Go's package `fmt`, and `builtinSprintf` of Open Policy Agent 1.21: a
whole number is an `int64` or, where it is too large, a `*big.Int`; another number is a `float64`;
everything else is a `string`, composite values as they stand in a policy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import frexp
from typing import TYPE_CHECKING

from modelyard.rego.builtins import BuiltinError
from modelyard.rego.builtins.operands import MOST_CHARACTERS, too_large, utf8
from modelyard.rego.builtins.text import quoted, text

if TYPE_CHECKING:
    from modelyard.rego.values import Value

_DIRECTIVE = re.compile(
    r"(?P<flags>[#0+\- ]*)"
    r"(?P<index>\[[^\]]*\]|\[)?"
    r"(?P<width>\*|[0-9]+)?"
    r"(?:\.(?!\Z)(?P<point>)(?P<precision_index>\[[^\]]*\]|\[)?(?P<precision>\*|[0-9]+)?)?"
    r"(?P<late_index>\[[^\]]*\]|\[)?"
    r"(?P<verb>.)?",
    re.DOTALL,
)
_LARGEST = 1_000_000
_INT64 = 1 << 63
_EXPONENT_FROM = 6

Argument = str | int | float


@dataclass(slots=True)
class _Spec:
    """What stands between the percent sign and the verb."""

    minus: bool = False
    plus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    go: bool = False
    width: int = 0
    precision: int | None = None

    def pad(self, one: str, zeros: bool = True) -> str:
        """A text in its width."""
        if len(one) >= self.width:
            return one
        if self.minus:
            return one.ljust(self.width)
        return one.rjust(self.width, "0" if self.zero and zeros else " ")


def argument(value: Value) -> Argument:
    """What a value is in Go."""
    kind = type(value)
    return value if kind is str or kind is int or kind is float else text(value)


def sprintf(template: str, values: list[Value]) -> str:
    """The text of a format and its values."""
    pieces = _pieces(template)
    if pieces is not None and len(pieces) == len(values) + 1:
        made = [pieces[0]]
        for value, piece in zip(values, pieces[1:], strict=True):
            kind = type(value)
            if kind is str:
                if piece[0] == "d":
                    break
                made.append(value)
            elif kind is int:
                if piece[0] == "s":
                    break
                made.append(str(value))
            elif kind is float or piece[0] == "d":
                break
            else:
                made.append(text(value))
            made.append(piece[1:])
        else:
            return "".join(made)
    return _Printer([argument(value) for value in values]).print(template)


@lru_cache(maxsize=512)
def _pieces(template: str) -> list[str] | None:
    """A format that has only `%s`, `%d` and `%v`, cut before each of these letters."""
    pieces = template.split("%")
    plain = all(piece[:1] in ("s", "d", "v") and piece for piece in pieces[1:])
    return pieces if plain else None


class _Printer:
    def __init__(self, arguments: list[Argument]) -> None:
        self.arguments = arguments
        self.next = 0
        self.reordered = False
        self.good = True
        self.length = 0

    def print(self, template: str) -> str:
        """Everything, with Go's complaints about what is missing and what is too much."""
        made: list[str] = []
        position = 0
        while (start := template.find("%", position)) >= 0:
            made.append(template[position:start])
            position, one = self.directive(template, start + 1)
            made.append(one)
            self.length += len(one)
            if self.length > MOST_CHARACTERS:
                raise too_large("the text")
        made.append(template[position:])
        if not self.reordered and self.next < len(self.arguments):
            extra = ", ".join(
                f"{_type(one)}={_value(_Spec(), 'v', one)}" for one in self.arguments[self.next :]
            )
            made.append(f"%!(EXTRA {extra})")
        return "".join(made)

    def directive(self, template: str, start: int) -> tuple[int, str]:
        """Where a directive ends, and its text."""
        match = _DIRECTIVE.match(template, start)
        if match is None:  # pragma: no cover - the expression matches everything
            raise AssertionError(template)
        flags, end = match["flags"], len(template)
        spec = _Spec(*(one in flags for one in "-+# 0"))
        complaint = ""
        self.good = True
        after_index = self.take_index(match["index"])
        if match["width"] == "*":
            width = self.take_int()
            if width is None:
                complaint = "%!(BADWIDTH)"
            elif width < 0:
                spec.minus, spec.zero = True, False
            spec.width = abs(width or 0)
            after_index = False
        elif match["width"]:
            if not _fits(match["width"]):
                return end, "%!(NOVERB)"
            spec.width = int(match["width"])
            self.good = self.good and not after_index
        if match["point"] is not None:
            self.good = self.good and not after_index
            after_index = self.take_index(match["precision_index"])
            if match["precision"] == "*":
                spec.precision = self.take_int()
                if spec.precision is not None and spec.precision < 0:
                    spec.precision = None
                if spec.precision is None:
                    complaint += "%!(BADPREC)"
                after_index = False
            elif match["precision"] and not _fits(match["precision"]):
                return end, complaint + "%!(NOVERB)"
            else:
                spec.precision = int(match["precision"] or 0)
        if match["late_index"]:
            if after_index:
                return match.start("late_index") + 1, complaint + self.verb(spec, "[")
            self.take_index(match["late_index"])
        verb = match["verb"]
        if verb is None:
            return end, complaint + "%!(NOVERB)"
        return match.end(), complaint + self.verb(spec, verb)

    def verb(self, spec: _Spec, verb: str) -> str:
        """The text of the next argument."""
        if verb == "%":
            return "%"
        if not self.good:
            return f"%!{verb}(BADINDEX)"
        if self.next >= len(self.arguments):
            return f"%!{verb}(MISSING)"
        one = self.arguments[self.next]
        self.next += 1
        if verb == "v":
            spec.go, spec.sharp, spec.plus = spec.sharp, False, spec.plus and _big(one)
        return _value(spec, verb, one)

    def take_index(self, index: str | None) -> bool:
        """Go to the argument that an index like `[2]` names."""
        if not index:
            return False
        self.reordered = True
        digits = index[1:-1]
        if index[-1] != "]" or not digits.isascii() or not digits.isdigit() or not _fits(digits):
            self.good = False
            return False
        if 1 <= int(digits) <= len(self.arguments):
            self.next = int(digits) - 1
        else:
            self.good = False
        return True

    def take_int(self) -> int | None:
        """The next argument, as a width or a precision."""
        if self.next >= len(self.arguments):
            return None
        one = self.arguments[self.next]
        self.next += 1
        return one if type(one) is int and abs(one) <= _LARGEST else None


def _fits(digits: str) -> bool:
    """Whether Go still reads a number: it stops at a further digit after a million."""
    bare = digits.lstrip("0")
    return len(bare) <= 7 or (len(bare) == 8 and bare.startswith("1000000"))


def _big(one: Argument) -> bool:
    return type(one) is int and not -_INT64 <= one < _INT64


def _type(one: Argument) -> str:
    if type(one) is str:
        return "string"
    if type(one) is float:
        return "float64"
    return "*big.Int" if _big(one) else "int64"


def _value(spec: _Spec, verb: str, one: Argument) -> str:
    if verb == "T":
        return _string(spec, "s", _type(one)) or ""
    if type(one) is str:
        made = _string(spec, verb, one)
    elif type(one) is float:
        made = _float(spec, verb, one)
    elif _big(one):
        return _big_integer(spec, verb, int(one))
    else:
        made = _integer(spec, verb, int(one))
    if made is None:
        return f"%!{verb}({_type(one)}={_value(spec, 'v', one)})"
    return made


def _string(spec: _Spec, verb: str, one: str) -> str | None:
    if verb in "xX":
        data = utf8(one)[: spec.precision]
        separator = (" 0x" if spec.sharp else " ") if spec.space else ""
        made = ("0x" if spec.sharp and data else "") + separator.join(
            f"{byte:02x}" for byte in data
        )
        return spec.pad(made.upper() if verb == "X" else made)
    if verb not in "svq":
        return None
    cut = one[: spec.precision]
    if verb == "q" or (verb == "v" and spec.go):
        return spec.pad(
            _backquoted(cut) if spec.sharp and _can_backquote(cut) else _quote(spec, cut)
        )
    return spec.pad(cut)


def _quote(spec: _Spec, one: str, quote: str = '"') -> str:
    return quoted(one, quote, ascii_only=spec.plus)


def _backquoted(one: str) -> str:
    return f"`{one}`"


def _can_backquote(one: str) -> bool:
    return not any(
        (char < " " and char != "\t") or char in "`\x7f\ufeff" or "\udc80" <= char <= "\udcff"
        for char in one
    )


_BASES = {"b": "b", "o": "o", "O": "o", "x": "x", "X": "X", "d": "d", "v": "d"}


def _integer(spec: _Spec, verb: str, one: int) -> str | None:
    if verb in ("c", "q"):
        char = chr(one) if 0 <= one <= 0x10FFFF and not 0xD800 <= one < 0xE000 else "\ufffd"
        return spec.pad(char if verb == "c" else _quote(spec, char, "'"))
    if verb == "U":
        return spec.pad(_unicode(spec, one), zeros=False)
    if verb not in _BASES:
        return None
    digits = format(abs(one), _BASES[verb])
    signed = one < 0 or spec.plus or spec.space
    if spec.precision is not None:
        if spec.precision == 0 and one == 0:
            return " " * spec.width
        digits = digits.rjust(spec.precision, "0")
    elif spec.zero and not spec.minus:
        digits = digits.rjust(spec.width - signed, "0")
    if spec.sharp:
        if verb in "bxX":
            digits = f"0{verb}{digits}"
        elif verb in "oO" and digits[0] != "0":
            digits = f"0{digits}"
    if verb == "O":
        digits = f"0o{digits}"
    return spec.pad(_sign(spec, one) + digits, zeros=False)


def _sign(spec: _Spec, one: float) -> str:
    if one < 0:
        return "-"
    return "+" if spec.plus else " " if spec.space else ""


def _unicode(spec: _Spec, one: int) -> str:
    code = one % (1 << 64)
    made = "U+" + format(code, "X").rjust(max(spec.precision or 0, 4), "0")
    if spec.sharp and code <= 0x10FFFF and chr(code).isprintable():
        made += f" '{chr(code)}'"
    return made


def _big_integer(spec: _Spec, verb: str, one: int) -> str:
    """A whole number of more than 64 bits, which Go's `big.Int` prints itself."""
    if verb == "p":
        raise BuiltinError("sprintf: %p is an address")
    if verb == "w":
        return f"%!w(*big.Int=&{{{str(one < 0).lower()} {_words(abs(one))}}})"
    if verb not in "boOdsvxX":
        return f"%!{verb}(big.Int={one})"
    digits = format(abs(one), {"s": "d"}.get(verb) or _BASES[verb])
    prefix = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}.get(verb, "") if spec.sharp else ""
    if verb == "O":
        prefix = "0o"
    digits = digits.rjust(spec.precision or 0, "0")
    head = _sign(spec, one) + prefix
    if spec.zero and not spec.minus and spec.precision is None:
        digits = digits.rjust(spec.width - len(head), "0")
    return spec.pad(head + digits, zeros=False)


def _words(one: int) -> str:
    """The machine words of a large number, the lowest first."""
    words = []
    while one:
        one, word = divmod(one, 1 << 64)
        words.append(str(word))
    return f"[{' '.join(words)}]"


def _float(spec: _Spec, verb: str, one: float) -> str | None:
    if verb not in "vbgGxXfFeE":
        return None
    verb = {"v": "g", "F": "f"}.get(verb, verb)
    precision = spec.precision
    if precision is None and verb in "feE":
        precision = 6
    digits = _float_digits(abs(one), verb, precision)
    if spec.sharp and verb != "b":
        digits = _sharp(digits, verb, precision)
    negative = str(one)[0] == "-"
    sign = "-" if negative else _sign(spec, 0.0)
    if sign and spec.zero and not spec.minus:
        return sign + digits.rjust(spec.width - 1, "0")
    return spec.pad(sign + digits)


def _float_digits(one: float, verb: str, precision: int | None) -> str:
    if verb == "b":
        mantissa, exponent = frexp(one)
        shift = max(exponent - 53, -1074)
        if one == 0:
            shift = -1074
        return f"{int(mantissa * 2.0 ** (exponent - shift)) if one else 0}p{shift:+d}"
    if verb in "xX":
        made = _hexadecimal(one, precision)
        return made.upper() if verb == "X" else made
    if precision is not None:
        return format(one, f".{precision}{verb}")
    made = go_float(one)
    return made.upper() if verb == "G" else made


def go_float(one: float) -> str:
    """A number in the fewest digits, as Go's `%g` writes it: with an exponent from a million on."""
    number = Decimal(repr(one))
    sign, digits, _ = number.as_tuple()
    significant = "".join(map(str, digits)).strip("0")
    if not significant:
        return "-0" if sign else "0"
    power = number.adjusted()
    head = "-" if sign else ""
    if power < -4 or power >= _EXPONENT_FROM:
        tail = f".{significant[1:]}" if len(significant) > 1 else ""
        return f"{head}{significant[0]}{tail}e{power:+03d}"
    if power < 0:
        return f"{head}0.{'0' * (-power - 1)}{significant}"
    whole = significant[: power + 1].ljust(power + 1, "0")
    fraction = significant[power + 1 :]
    return f"{head}{whole}.{fraction}" if fraction else head + whole


def _hexadecimal(one: float, precision: int | None) -> str:
    """A number with a hexadecimal mantissa."""
    if one == 0:
        tail = "." + "0" * precision if precision else ""
        return f"0x0{tail}p+00"
    mantissa, exponent = frexp(one)
    bits, exponent = int(mantissa * (1 << 53)), exponent - 1
    if precision is not None and precision < 13:
        unit = 1 << (52 - 4 * precision)
        kept, rest = divmod(bits, unit)
        bits = (kept + (rest * 2 > unit or (rest * 2 == unit and kept % 2 == 1))) * unit
        if bits >> 53:
            bits, exponent = bits >> 1, exponent + 1
    fraction = f"{bits & ((1 << 52) - 1):013x}"
    fraction = (
        fraction.rstrip("0") if precision is None else fraction[:precision].ljust(precision, "0")
    )
    return f"0x1{'.' if fraction else ''}{fraction}p{exponent:+03d}"


def _sharp(digits: str, verb: str, precision: int | None) -> str:
    """A number with its decimal point and the zeros that `%g` else drops."""
    wanted = (6 if precision is None else precision) if verb in "gGx" else 0
    at = re.search("[pP]" if verb in "xX" else "[eE]", digits)
    body, tail = (digits[: at.start()], digits[at.start() :]) if at else (digits, "")
    wanted -= len(body.replace(".", "").lstrip("0"))
    if "." not in body:
        wanted -= body == "0"
        body += "."
    return body + "0" * max(wanted, 0) + tail
