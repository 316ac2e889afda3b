"""Versions. Facts: semver.org 2.0.0, and Open Policy Agent 1.21's `internal/semver`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.operands import string
from modelyard.rego.builtins.text import quoted

if TYPE_CHECKING:
    from modelyard.rego.values import Value

_NUMBER = "(0|[1-9][0-9]*)"
_NAME = r"[0-9A-Za-z-]+"
_VERSION = re.compile(
    rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_NAME}(?:\.{_NAME})*))?(?:\+{_NAME}(?:\.{_NAME})*)?"
)
_LARGEST = (1 << 63) - 1


def _version(text: str) -> tuple[Any, ...] | None:
    """What versions are ordered by, or nothing if a text is none."""
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    numbers = tuple(int(match[at][:20]) for at in (1, 2, 3))
    if max(numbers) > _LARGEST:
        return None
    if match[4] is None:
        return (*numbers, 1)
    names = match[4].split(".")
    if any(name.isdigit() and len(name) > 1 and name[0] == "0" for name in names):
        return None
    return (
        *numbers,
        0,
        *((0, min(int(name), _LARGEST)) if name.isdigit() else (1, name) for name in names),
    )


@builtin("semver.is_valid")
def is_valid(text: Value) -> Value:
    """Whether a text is a version."""
    return type(text) is str and _version(text) is not None


@builtin("semver.compare")
def compare(left: Value, right: Value) -> Value:
    """-1, 0 or 1, as the first version is before, the same as or after the second."""
    one, other = _version(string(left, 1)), _version(string(right, 2))
    if one is None:
        raise BuiltinError(f"operand 1: string {quoted(left)} is not a valid SemVer")
    if other is None:
        raise BuiltinError(f"operand 2: string {quoted(right)} is not a valid SemVer")
    return (one > other) - (one < other)
