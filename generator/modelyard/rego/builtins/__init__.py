"""The functions that every policy has. A group of them is read when a policy uses one.

A builtin is a Python function over the values of `modelyard.rego.values`. It never changes its
arguments, and raises `BuiltinError` where Open Policy Agent's would err; the evaluator makes that
undefined, or tells it, as the command asks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.rego.values import Value

    Function = Callable[..., Value]


class BuiltinError(Exception):
    """An argument that a builtin can do nothing with; the text is Open Policy Agent's."""


TABLE: dict[str, Function] = {}
"""The builtins that were read so far, by name."""


def builtin(name: str) -> Callable[[Function], Function]:
    """Make a function a builtin of this name."""

    def register(function: Function) -> Function:
        TABLE[name] = function
        return function

    return register


GROUPS: dict[str, str] = {}
"""Which module of this package has a builtin."""


def find(name: str) -> Function | None:
    """The builtin of a name, or nothing where we have none."""
    if name not in TABLE and name in GROUPS:
        import_module(f"{__name__}.{GROUPS[name]}")
    return TABLE.get(name)


def names() -> Any:
    """Every builtin that there is."""
    return GROUPS.keys()
