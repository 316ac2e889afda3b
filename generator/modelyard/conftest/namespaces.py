"""Which namespaces are meant.

Facts: `runner/test.go` of conftest 0.71.1 and Go's `path.Match`: a dot is a character like others,
only `/` stops `*` and `?`; one wildcard makes globs of all names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

_PART = re.compile(
    r"\*+|\?|\[(\^?)((?:(?:\\.|[^\\\]-])(?:-(?:\\.|[^\\\]-]))?)+)\]|\\(.)|([^*?\[\\])", re.DOTALL
)


def chosen(names: Sequence[str], available: Sequence[str], *, every: bool = False) -> list[str]:
    """The namespaces to test: all, those that match, or exactly those that are named."""
    if every:
        return distinct(available)
    if not any(mark in name for name in names for mark in "*?["):
        return list(names)
    return matching(names, distinct(available))


def distinct(names: Sequence[str]) -> list[str]:
    """Namespaces as conftest lists them: of those that differ in capital letters alone, one."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.lower(), name)
    return list(found.values())


def matching(patterns: Sequence[str], available: Sequence[str]) -> list[str]:
    """Those of the namespaces that match a pattern."""
    return [name for name in available if any(_matches(pattern, name) for pattern in patterns)]


def _matches(pattern: str, name: str) -> bool:
    return re.fullmatch(_translated(pattern), name, re.DOTALL) is not None


def _translated(pattern: str) -> str:
    found, at = [], 0
    while at < len(pattern):
        match = _PART.match(pattern, at)
        if not match:
            raise Stopped(
                f"filter namespaces: match pattern {quoted(pattern)}: syntax error in pattern"
            )
        found.append(_part(match))
        at = match.end()
    return "".join(found)


def _part(match: re.Match[str]) -> str:
    if match[0][0] == "*":
        return "[^/]*"
    if match[0] == "?":
        return "[^/]"
    if match[0][0] != "[":
        return re.escape(match[3] or match[4])
    ranges = re.findall(r"\\?(.)(?:-\\?(.))?", match[2], re.DOTALL)
    inside = "".join(
        f"{re.escape(low)}-{re.escape(high or low)}" for low, high in ranges if low <= (high or low)
    )
    if not inside:
        return "." if match[1] else "(?!)"
    return f"[{'^' if match[1] else ''}{inside}]"
