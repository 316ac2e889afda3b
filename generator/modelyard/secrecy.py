"""What must never be printed: values that are secrets by their name or their shape."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"[a-z][a-z0-9+.-]{0,40}://[^/\s:@]*:[^/\s@]+@", re.IGNORECASE)
"""Because values come from pull requests, no part of it may look at a long text again and again."""


def named_secret(name: str) -> bool:
    """Whether a thing of this name holds a secret."""
    return _NAME.search(name) is not None


def has_password(text: str) -> bool:
    """Whether a text has an address with a password in it."""
    return "://" in text and "@" in text and _USERINFO.search(text) is not None
