"""What stops a command before it has a verdict."""

from __future__ import annotations

from modelyard.errors import ModelyardError


class Stopped(ModelyardError):  # noqa: N818 - it is what happened to the command
    """A file, a flag or a result with which the command cannot go on; conftest exits with 1."""
