"""UUIDs. Facts: Open Policy Agent 1.21's `internal/uuid`, github.com/google/uuid, RFC 4122."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.rego.builtins import builtin
from modelyard.rego.builtins.operands import string
from modelyard.rego.values import UNDEFINED

if TYPE_CHECKING:
    from modelyard.rego.values import Value

_DASHED = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_FORM = re.compile(f"(?:(?i:urn:uuid:))?{_DASHED}|.{_DASHED}.|[0-9a-fA-F]{{32}}", re.DOTALL)
_EPOCH = 122192928000000000
"""The hundreds of nanoseconds from 1582, where the times of UUIDs begin, to 1970."""


@builtin("uuid.parse")
def parse(text: Value) -> Value:
    """What a UUID says; of a text that is none, nothing."""
    found = string(text, 1)
    if not _FORM.fullmatch(found):
        return UNDEFINED
    data = bytes.fromhex(_digits(found))
    version, variant = data[6] >> 4, data[8]
    made: Value = {"version": version, "variant": _variant(variant)}
    if version in (1, 2):
        low, mid, high = data[:4], data[4:6], data[6:8]
        ticks = (int.from_bytes(high) & 0xFFF) << 48 | int.from_bytes(mid) << 32
        ticks |= int.from_bytes(low)
        made |= {
            "time": _wrapped((ticks - _EPOCH) * 100),
            "nodeid": "-".join(f"{byte:02x}" for byte in data[10:]),
            "macvariables": _cast(data[10]),
            "clocksequence": int.from_bytes(data[8:10]) & 0x3FFF,
        }
    if version == 2:
        domain = data[9]
        made["id"] = int.from_bytes(data[:4])
        made["domain"] = {0: "Person", 1: "Group", 2: "Org"}.get(domain, f"Domain{domain}")
    return made


def _wrapped(ns: int) -> int:
    """A number as 64 bits hold it, which times of some thousand years do not fit in."""
    return (ns + (1 << 63)) % (1 << 64) - (1 << 63)


def _digits(text: str) -> str:
    if len(text) == 38:
        text = text[1:-1]
    return text[-36:].replace("-", "")


def _variant(byte: int) -> str:
    if byte & 0xC0 == 0x80:
        return "RFC4122"
    if byte & 0xE0 == 0xC0:
        return "Microsoft"
    return "Future" if byte & 0xE0 == 0xE0 else "Reserved"


def _cast(byte: int) -> str:
    """What the first byte of a network address tells of it."""
    return f"{'local' if byte & 2 else 'global'}:{'multicast' if byte & 1 else 'unicast'}"
