"""What a run came to, as conftest counts it.

Facts: `output/result.go` of conftest 0.71.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelyard.conftest.gotext import number
from modelyard.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Note:
    """What conftest would pass over in silence. It changes no verdict."""

    rule: str
    """`policy/<rule>` or `input/<rule>`, kebab-case."""
    message: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return clean(f"{place}{self.message}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a policy says that its result comes from; either part may be missing."""

    file: str = ""
    line: float | None = None

    @property
    def row(self) -> str:
        """The line as text; empty where there is none."""
        return "" if self.line is None else number(self.line)

    def __str__(self) -> str:
        return f"{self.file} L{self.row}"


@dataclass(frozen=True, slots=True)
class Result:
    """One message of one rule. An empty message is a success."""

    message: str
    place: Place | None = None
    metadata: dict[str, Any] | None = None

    @property
    def passed(self) -> bool:
        """Whether the rule had nothing to say."""
        return not self.message


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the engine, for what it printed and how it went."""

    text: str
    results: tuple[Result, ...] = ()
    prints: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """How many results there were of each kind."""

    successes: int = 0
    warnings: int = 0
    failures: int = 0
    exceptions: int = 0
    skipped: int = 0

    @property
    def tests(self) -> int:
        """All of them."""
        return self.successes + self.warnings + self.failures + self.exceptions + self.skipped

    def __str__(self) -> str:
        """The summary; what was skipped counts as a test, and is not listed."""
        return ", ".join(
            (
                _counted(self.tests, "test"),
                f"{self.successes} passed",
                _counted(self.warnings, "warning"),
                _counted(self.failures, "failure"),
                _counted(self.exceptions, "exception"),
            )
        )


@dataclass(slots=True)
class Check:
    """What one file came to in one namespace."""

    file: str
    namespace: str = ""
    successes: int = 0
    skipped: list[Result] = field(default_factory=list)
    warnings: list[Result] = field(default_factory=list)
    failures: list[Result] = field(default_factory=list)
    exceptions: list[Result] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)

    def add(self, other: Check) -> None:
        """Count another document of the same file."""
        self.successes += other.successes
        self.warnings += other.warnings
        self.failures += other.failures
        self.exceptions += other.exceptions
        self.queries += other.queries

    @property
    def totals(self) -> Totals:
        """How many results of each kind."""
        return total([self])


def total(checks: Iterable[Check]) -> Totals:
    """How many results of each kind, over all checks."""
    found = list(checks)
    return Totals(
        successes=sum(check.successes for check in found),
        warnings=sum(len(check.warnings) for check in found),
        failures=sum(len(check.failures) for check in found),
        exceptions=sum(len(check.exceptions) for check in found),
        skipped=sum(len(check.skipped) for check in found),
    )


def exit_code(checks: Sequence[Check], *, fail_on_warn: bool = False) -> int:
    """The exit code: with `fail_on_warn`, failures are told from warnings by 2."""
    failed = any(check.failures for check in checks)
    if not fail_on_warn:
        return 1 if failed else 0
    return 2 if failed else 1 if any(check.warnings for check in checks) else 0


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
