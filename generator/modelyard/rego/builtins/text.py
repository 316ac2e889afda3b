"""Values as Open Policy Agent writes them in text."""

from __future__ import annotations

from modelyard.rego.values import Value, pairs


def text(value: Value) -> str:
    """A value as it stands in a policy."""
    kind = type(value)
    if kind is str:
        return quoted(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is float:
        return number_text(value)
    if kind is list:
        return f"[{', '.join(map(text, value))}]"
    if kind is dict:
        return f"{{{', '.join(f'{text(name)}: {text(item)}' for name, item in pairs(value))}}}"
    return f"{{{', '.join(map(text, value))}}}" if len(value) else "set()"


def number_text(value: float) -> str:
    """A number as JSON and Rego have it."""
    return str(value) if type(value) is int else repr(value)


_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
}


def quoted(value: str, quote: str = '"', ascii_only: bool = False) -> str:
    """Text in quotes, as Go's `strconv.Quote` writes it."""
    if (
        value.isprintable()
        and "\\" not in value
        and quote not in value
        and (not ascii_only or value.isascii())
    ):
        return f"{quote}{value}{quote}"
    return f"{quote}{''.join(_escaped(one, quote, ascii_only) for one in value)}{quote}"


def _escaped(one: str, quote: str, ascii_only: bool) -> str:
    if one == quote:
        return "\\" + one
    if one in _ESCAPES:
        return _ESCAPES[one]
    code = ord(one)
    if (code < 0x7F and code >= 0x20) or (code > 0x7F and not ascii_only and one.isprintable()):
        return one
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
