"""The shipped blueprints, environments and policies: found the same way wherever we run from."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PREFIX = "modelyard:"
"""Marks a shipped file in a location, as in `modelyard:blueprints/realtime/blueprint.yaml`."""


@cache
def shipped() -> Path:
    """The directory that holds `policies/`, `blueprints/` and `environments/`.

    In a wheel they lie inside the package; in a checkout, editable or not, at the project's top.
    """
    package = Path(__file__).resolve().parent
    packed = package / "_bundle"
    return packed if packed.is_dir() else package.parent.parent
