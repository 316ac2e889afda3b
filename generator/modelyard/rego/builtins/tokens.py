"""Tokens that tell who somebody is, read without a look at their signature.

Facts: Open Policy Agent 1.21's `topdown/tokens.go`, RFC 7519.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.encoding import base64url_decoded
from modelyard.rego.builtins.json_text import unmarshal
from modelyard.rego.builtins.operands import decoded, string

if TYPE_CHECKING:
    from modelyard.rego.values import Value


@builtin("io.jwt.decode")
def decode(token: Value) -> Value:
    """The header, the claims and the signature of a token."""
    text = string(token, 1)
    if "." not in text:
        raise BuiltinError("encoded JWT had no period separators")
    parts = text.split(".")
    if len(parts) != 3:
        raise BuiltinError(f"encoded JWT must have 3 sections, found {len(parts)}")
    said = decoded(_part(parts[0], "header"))
    try:
        header = _object(said)
    except BuiltinError as error:
        raise BuiltinError(f"bad JWT header: {error}") from None
    if "enc" in header:
        raise BuiltinError("JWT is a JWE object, which is not supported")
    payload = _part(parts[1], "payload")
    if header.get("cty") == "JWT":
        return decode(decoded(payload).strip("\"'"))
    claims = _object(decoded(payload))
    return [header, claims, _part(parts[2], "signature").hex()]


def _part(text: str, name: str) -> bytes:
    try:
        return base64url_decoded(text)
    except BuiltinError as error:
        raise BuiltinError(f"JWT {name} had invalid encoding: {error}") from None


def _object(text: str) -> Value:
    try:
        found = unmarshal(text)
    except BuiltinError as error:
        raise BuiltinError(f"invalid JSON: {error}") from None
    if type(found) is not dict:
        raise BuiltinError("decoded JSON type was not an Object")
    return found
