"""What is wrong with a policy, and where."""

from __future__ import annotations

from modelyard.errors import ModelyardError


class RegoError(ModelyardError):
    """A policy that cannot be read, compiled or evaluated.

    `code` is Open Policy Agent's (`rego_parse_error`, `rego_unsafe_var_error`, …), so that people
    find it in its documentation. `row` and `column` count from 1.
    """

    def __init__(self, code: str, message: str, file: str = "", at: tuple[int, int] = (0, 0)):
        self.code = code
        self.message = message
        self.file = file
        self.row, self.column = at
        super().__init__(str(self))

    def __reduce__(self) -> tuple[type[RegoError], tuple[str, str, str, tuple[int, int]]]:
        return RegoError, (self.code, self.message, self.file, (self.row, self.column))

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}:{self.column}: " if self.row else ""
        return f"{place}{self.code}: {self.message}"
