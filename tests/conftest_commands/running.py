"""Run a command in this process, and keep what it says."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

from modelyard.cli import main

if TYPE_CHECKING:
    import pytest


@dataclass(frozen=True)
class Ran:
    code: int
    stdout: str
    stderr: str


class _Stream(TextIOWrapper):
    terminal = False

    def isatty(self) -> bool:
        return self.terminal


def run(
    words: list[str], monkeypatch: pytest.MonkeyPatch, stdin: bytes = b"", *, terminal: bool = False
) -> Ran:
    bytes_out, bytes_err = BytesIO(), BytesIO()
    out, err = _Stream(bytes_out, "utf-8"), _Stream(bytes_err, "utf-8")
    out.terminal = terminal
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        code = main(words)
        out.flush()
        err.flush()
    return Ran(code, bytes_out.getvalue().decode(), bytes_err.getvalue().decode())
