"""Base64, hexadecimal and URL encodings.

Facts: Open Policy Agent 1.21's `topdown/encoding.go` and `uri.go`; Go's packages `encoding/base64`,
`encoding/hex` and `net/url`.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.operands import decoded, object_, string, utf8
from modelyard.rego.builtins.text import quoted
from modelyard.rego.values import Set, pairs

if TYPE_CHECKING:
    from modelyard.rego.values import Value

_STANDARD = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_CHARACTER = re.compile(rb"[A-Za-z0-9+/]")


def base64_decoded(text: str, url: bool = False) -> bytes:
    """The bytes of base64, in which Go allows line breaks."""
    raw = utf8(text)
    data = raw
    if url:
        data = data.translate(bytes.maketrans(b"+/-_", b"\0\0+/"))
    bare = data.replace(b"\n", b"").replace(b"\r", b"")
    if not _STANDARD.fullmatch(bare):
        raise BuiltinError(f"illegal base64 data at input byte {_illegal(data)}")
    return binascii.a2b_base64(bare)


def _illegal(data: bytes) -> int:
    """Where Go stops reading base64."""
    at, place = 0, 0
    while at < len(data):
        char = data[at : at + 1]
        at += 1
        if char in b"\r\n":
            continue
        if _CHARACTER.match(char):
            place = (place + 1) % 4
            continue
        if char != b"=" or place < 2:
            return at - 1
        rest = data[at:].lstrip(b"\r\n")
        if place == 2:
            if not rest:
                return len(data)
            if rest[:1] != b"=":
                return len(data) - len(rest) - 1
            rest = rest[1:].lstrip(b"\r\n")
        return len(data) - len(rest)
    return at - place


@builtin("base64.encode")
def base64_encode(text: Value) -> Value:
    """The base64 of a text."""
    return binascii.b2a_base64(utf8(string(text, 1)), newline=False).decode()


@builtin("base64.decode")
def base64_decode(text: Value) -> Value:
    """The text of base64."""
    return decoded(base64_decoded(string(text, 1)))


@builtin("base64.is_valid")
def base64_is_valid(text: Value) -> Value:
    """Whether a text is base64."""
    if type(text) is not str:
        return False
    return _STANDARD.fullmatch(re.sub(rb"[\r\n]", b"", utf8(text))) is not None


@builtin("base64url.encode")
def base64url_encode(text: Value) -> Value:
    """The base64 of a text for URLs."""
    return str(base64_encode(text)).translate(str.maketrans("+/", "-_"))


@builtin("base64url.encode_no_pad")
def base64url_encode_no_pad(text: Value) -> Value:
    """The base64 of a text for URLs, without the padding."""
    return str(base64url_encode(text)).rstrip("=")


def base64url_decoded(text: str) -> bytes:
    """The bytes of base64 for URLs, with or without the padding."""
    length = len(utf8(text))
    if not text.endswith("="):
        if length % 4 == 1:
            raise BuiltinError(f"illegal base64url string: {text}")
        text += "=" * (-length % 4)
    return base64_decoded(text, url=True)


@builtin("base64url.decode")
def base64url_decode(text: Value) -> Value:
    """The text of base64 for URLs, with or without the padding."""
    return decoded(base64url_decoded(string(text, 1)))


@builtin("hex.encode")
def hex_encode(text: Value) -> Value:
    """The bytes of a text as hexadecimal digits."""
    return utf8(string(text, 1)).hex()


@builtin("hex.decode")
def hex_decode(text: Value) -> Value:
    """The text of hexadecimal digits."""
    data = utf8(string(text, 1))
    if wrong_one := re.search(rb"[^0-9a-fA-F]", data):
        char = chr(wrong_one[0][0])
        shown = f" '{char}'" if char.isprintable() else ""
        raise BuiltinError(f"encoding/hex: invalid byte: U+{ord(char):04X}{shown}")
    if len(data) % 2:
        raise BuiltinError("encoding/hex: odd length hex string")
    return decoded(bytes.fromhex(data.decode()))


@builtin("urlquery.encode")
def urlquery_encode(text: Value) -> Value:
    """A text for the query of a URL."""
    return quote_plus(utf8(string(text, 1)))


_ESCAPE = re.compile(rb"%([0-9a-fA-F]{2})")
_BAD_ESCAPE = re.compile(rb"%(?![0-9a-fA-F]{2}).{0,2}", re.DOTALL)


def unescaped(text: str, plus: bool = True) -> str:
    """The text of a part of a URL."""
    data = utf8(text)
    if bad := _BAD_ESCAPE.search(data):
        raise BuiltinError(f"invalid URL escape {quoted(decoded(bad[0]))}")
    if plus:
        data = data.replace(b"+", b" ")
    return decoded(_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), data))


@builtin("urlquery.decode")
def urlquery_decode(text: Value) -> Value:
    """The text of what stands in the query of a URL."""
    return unescaped(string(text, 1))


@builtin("urlquery.encode_object")
def urlquery_encode_object(value: Value) -> Value:
    """A query of a URL with the entries of an object."""
    made = []
    for name, item in _named(object_(value, 1)):
        values = [item] if type(item) is str else item
        if type(values) is not list and type(values) is not Set:
            raise _not_texts()
        for one in values:
            if type(one) is not str:
                raise _not_texts()
            made.append(f"{quote_plus(utf8(name))}={quote_plus(utf8(one))}")
    return "&".join(made)


def _named(value: dict[Value, Value]) -> list[tuple[str, Value]]:
    from modelyard.rego.builtins.json_text import key_text

    return sorted(((key_text(name), item) for name, item in pairs(value)), key=lambda pair: pair[0])


def _not_texts() -> BuiltinError:
    return BuiltinError("operand 1 values must be string, array[string], or set[string]")


@builtin("urlquery.decode_object")
def urlquery_decode_object(text: Value) -> Value:
    """The entries of a query of a URL; each has an array of texts."""
    found: dict[str, list[str]] = {}
    first: BuiltinError | None = None
    for part in string(text, 1).split("&"):
        if ";" in part:
            first = BuiltinError("invalid semicolon separator in query")
            continue
        if not part:
            continue
        name, _, value = part.partition("=")
        try:
            found.setdefault(unescaped(name), []).append(unescaped(value))
        except BuiltinError as error:
            first = first or error
    if first:
        raise first
    return found
