"""Values of fields as reports show them: short, on one line, and never a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from modelyard.secrecy import has_password, named_secret
from modelyard.words import clean

if TYPE_CHECKING:
    from modelyard.diff.comparison import Change, Field

SHORT = 76
"""Characters of a value on a line of its own."""
AROUND = 20
"""Characters that are shown before and after what differs in long texts."""


def is_secret(change: Change, field: Field) -> bool:
    """Whether the values of a field must not be printed."""
    if change.kind == "Secret" and field.route[:1] in (("data",), ("stringData",)):
        return True
    names = [step for step in field.route if isinstance(step, str)]
    if names and named_secret(names[-1]):
        return True
    if names[-1:] == ["value"] and named_secret(field.path.rpartition("[")[2].partition("]")[0]):
        return True
    return any(_holds_secret(value) for value in (field.before, field.after))


def _holds_secret(value: Any) -> bool:
    """Whether there is a secret anywhere in a value: by its name, or by its shape."""
    if isinstance(value, str):
        return has_password(value)
    if isinstance(value, dict):
        if named_secret(str(value.get("name", ""))) and isinstance(value.get("value"), str):
            return True
        return any(
            (named_secret(str(key)) and isinstance(item, str)) or _holds_secret(item)
            for key, item in value.items()
        )
    return isinstance(value, list) and any(_holds_secret(item) for item in value)


def shown(value: Any, *, secret: bool = False, most: int = SHORT) -> str:
    """A value on one line."""
    if secret:
        return f"(a secret of {len(str(value))} characters)"
    if isinstance(value, str):
        text = " ".join(value.split()) if "\n" in value else value
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    text = clean(text) or '""'
    return text if len(text) <= most else f"{text[: most - 1]}…"


def both(before: Any, after: Any, *, secret: bool = False) -> tuple[str, str]:
    """Two values on one line each; of long texts that are much alike, where they differ."""
    texts = isinstance(before, str) and isinstance(after, str)
    if secret or not texts or max(len(before), len(after)) <= SHORT:
        return shown(before, secret=secret), shown(after, secret=secret)
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    start, end = max(0, start - AROUND), max(0, end - AROUND)
    then, now = (_part(text, start, end) for text in (before, after))
    return then, now


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _part(text: str, start: int, end: int) -> str:
    """A text without so many characters at its beginning and at its end."""
    told = text[start : len(text) - end]
    return shown(f"{'…' if start else ''}{told}{'…' if end else ''}")
