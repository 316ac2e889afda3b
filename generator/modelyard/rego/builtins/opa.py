"""What an evaluation is told of the program around it: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.rego.builtins import builtin

if TYPE_CHECKING:
    from modelyard.rego.values import Value


@builtin("opa.runtime")
def runtime() -> Value:
    """No configuration, and nothing of the environment."""
    return {}
