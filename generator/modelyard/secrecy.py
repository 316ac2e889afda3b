"""What must never be printed: values that are secrets by their name or their shape."""

from __future__ import annotations

import re
from typing import Any

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


_FIELDS = frozenset(("automountServiceAccountToken", "secret", "serviceAccountToken"))
"""Fields of Kubernetes that are called like secrets and are none."""


def keeps_secret(value: Any, route: tuple[str | int, ...]) -> bool:
    """Whether what stands at a route of an object is a secret: by its kind, or by a name on the way.

    A name is a key, the `name` beside a `value`, or the flag before an argument.
    """
    inside = route[:1] in (("data",), ("stringData",))
    if inside and isinstance(value, dict) and value.get("kind") == "Secret":
        return True
    for step in route:
        if isinstance(step, str):
            named = step not in _FIELDS or inside
            beside = value.get("name") if step == "value" and isinstance(value, dict) else ""
        else:
            named, before = False, value[:step] if isinstance(value, list) else []
            beside = before[-1].strip("-") if before and isinstance(before[-1], str) else ""
        if (named and named_secret(str(step))) or _tells_secret(str(beside)):
            return True
        try:
            value = value[step]
        except (LookupError, TypeError):
            return False
    return False


_HEADERS = frozenset(("authorization", "proxy-authorization", "cookie", "x-api-key"))


def _tells_secret(name: str) -> bool:
    return named_secret(name) or name.lower() in _HEADERS


def hidden(value: Any) -> str:
    """What may be said of a secret."""
    return f"a secret of {len(str(value))} characters"
