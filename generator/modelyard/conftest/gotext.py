"""Text as Go's standard library writes and cuts it.

Facts: the packages `encoding/json`, `encoding/xml`, `strconv` and `unicode` of Go 1.26.
"""

from __future__ import annotations

import json
import re
import struct
from math import copysign, inf, isfinite
from typing import Any

SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What `unicode.IsSpace` takes for space; Python would add four separators to it."""

LARGEST_SINGLE = 3.4028235677973366e38
"""What is nearer to the largest float of 32 bits than to infinity ends here."""

_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_JSON_MORE = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
_XML = str.maketrans(
    {
        '"': "&#34;",
        "'": "&#39;",
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "\t": "&#x9;",
        "\n": "&#xA;",
        "\r": "&#xD;",
    }
)
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""As text, because compiling it takes milliseconds, and few reports need it."""
_SHORT = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    '"': r"\"",
    "\\": r"\\",
}


def decoded(content: bytes) -> str:
    """Bytes as text; each that is not UTF-8 becomes a replacement character of its own."""
    return valid(content.decode("utf-8", "surrogateescape"))


def valid(text: str) -> str:
    """A text without surrogates."""
    return _NOT_UTF8.sub("\N{REPLACEMENT CHARACTER}", text)


def to_json(value: Any, indent: str = "") -> str:
    """A value as `json.Marshal` writes it, or `json.MarshalIndent` where there is an indent."""
    return _to_json(value, indent, "\n" if indent else "", ": " if indent else ":")


def _to_json(value: Any, indent: str, line: str, colon: str) -> str:
    if isinstance(value, str):
        return json_string(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return number(value)
    inner = line + indent if line else ""
    if isinstance(value, dict):
        if not value:
            return "{}"
        parts = [
            f"{inner}{json_string(name)}{colon}{_to_json(item, indent, inner, colon)}"
            for name, item in value.items()
        ]
        return f"{{{','.join(parts)}{line}}}"
    if not value:
        return "[]"
    items = [f"{inner}{_to_json(item, indent, inner, colon)}" for item in value]
    return f"[{','.join(items)}{line}]"


def ordered(value: Any) -> Any:
    """A value whose mappings are in the order in which Go writes them."""
    if isinstance(value, dict):
        return {name: ordered(value[name]) for name in sorted(value)}
    return [ordered(item) for item in value] if isinstance(value, list | tuple) else value


def json_string(text: str) -> str:
    """A string with Go's escapes, which also keep it out of the way of HTML."""
    return json.dumps(valid(text), ensure_ascii=False).translate(_JSON_MORE)


def number(value: float) -> str:
    """A number: the shortest text that reads back, with an exponent only where it is far from 1."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return decimal(value, low=-6, high=21).replace("e-0", "e-")


def decimal(value: float, *, low: int, high: int, digits: str = "") -> str:
    """A float with an exponent where that is less than `low`, or `high` and more."""
    if not isfinite(value):
        return "NaN" if value != value else "+Inf" if value > 0 else "-Inf"
    mantissa, _, exponent = (digits or f"{value!r}").lower().partition("e")
    whole, _, part = mantissa.lstrip("-").partition(".")
    figures = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + part) - len(figures))
    figures = figures.rstrip("0") or "0"
    sign = "-" if value < 0 else ""
    power = point - 1 if figures != "0" else 0
    if low <= power < high:
        if point <= 0:
            return f"{sign}0.{'0' * -point}{figures}" if figures != "0" else f"{sign}0"
        whole, part = figures[:point].ljust(point, "0"), figures[point:]
        return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"
    more = f".{figures[1:]}" if len(figures) > 1 else ""
    return f"{sign}{figures[0]}{more}e{'-' if power < 0 else '+'}{abs(power):02d}"


def single(value: float) -> str:
    """A float of 32 bits as `%g` of the shortest precision writes it."""
    if isfinite(value) and abs(value) > LARGEST_SINGLE:
        value = copysign(inf, value)
    if not isfinite(value):
        return decimal(value, low=0, high=0)
    near = struct.unpack("f", struct.pack("f", value))[0]
    for precision in range(1, 10):
        text = f"{value:.{precision}g}"
        if struct.unpack("f", struct.pack("f", float(text)))[0] == near:
            break
    return decimal(float(text), low=-4, high=6, digits=text)


def quoted(text: str) -> str:
    """A string as `%q` quotes it."""
    return '"' + "".join(_SHORT.get(c) or _quoted(c) for c in text) + '"'


def _quoted(character: str) -> str:
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return f"\\x{code - 0xDC00:02x}"
    if character.isprintable() and character != "\N{REPLACEMENT CHARACTER}":
        return character
    if code < 0x80:
        return f"\\x{code:02x}"
    if character == "\N{REPLACEMENT CHARACTER}":
        return character
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def xml(text: str) -> str:
    """Text between tags, or in an attribute."""
    return re.sub(_NOT_XML, "\N{REPLACEMENT CHARACTER}", text).translate(_XML)


def lines(text: str, *, any_end: bool = False) -> list[str]:
    """Lines as a scanner of Go finds them: after the last line end there is no line."""
    found = re.split(r"\r\n|\r|\n", text) if any_end else text.split("\n")
    if found and not found[-1]:
        found.pop()
    return found
