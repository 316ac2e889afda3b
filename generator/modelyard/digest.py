"""Digests: the same for equal values, on every machine."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any


def of_value(value: Any) -> str:
    """The SHA-256, in hexadecimal, of plain values as canonical JSON: sorted keys, no spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def of_bytes(data: bytes) -> str:
    """`sha256:…` of a file."""
    return f"sha256:{sha256(data).hexdigest()}"
