"""What evaluates policies. The commands know this interface and no engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from modelyard.errors import ModelyardError

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = Any
"""A document as JSON has it: `None`, `bool`, `int`, `float`, `str`, `list`, `dict`."""


class Place(NamedTuple):
    """A line of a policy, counted from 1 as columns are, and what is wrong there."""

    file: str
    line: int
    column: int
    text: str


class PolicyError(ModelyardError):
    """A policy that could not be loaded or evaluated. The text says which, where and why."""

    def __init__(self, text: str = "", places: Sequence[Place] = ()) -> None:
        """`places` say the same place by place, where the engine knows them."""
        super().__init__(text)
        self.places = tuple(places)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one query came to.

    `values` are the elements of the set or array that a rule is, in Rego's order; it is empty where
    the rule is something else, and `defined` false where it has no value. Sets are lists here.
    `prints` are `FILE:LINE: TEXT`, `trace` lines as Open Policy Agent writes them.
    """

    defined: bool
    values: Sequence[Value] = ()
    prints: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """What one `test_` rule came to. `package` is without `data.`; `error` says what broke it."""

    package: str
    name: str
    file: str
    line: int
    passed: bool
    skipped: bool = False
    error: str | None = None
    prints: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """How policies are loaded and evaluated, as conftest's flags of these names say it."""

    rego_version: str = "v1"
    strict: bool = False
    capabilities: str = ""
    show_builtin_errors: bool = False
    trace: bool = False
    data: Sequence[str] = field(default_factory=tuple)


class Engine(Protocol):
    """A set of policies that was loaded once, to be asked about many documents.

    Every method raises `PolicyError` where the engine cannot answer; it never guesses.
    """

    def namespaces(self) -> list[str]:
        """Every package, without `data.`, in the order of the policies' paths; none twice."""

    def rules(self, namespace: str) -> dict[str, int]:
        """How often each rule of a package is defined (bodies and defaults), in source order."""

    def document(self, document: Value, file: str) -> Document:
        """A document to ask about. `file` is what `data.conftest.file` tells of it."""

    def tests(self) -> list[Test]:
        """Run every rule whose name begins with `test_` or `todo_test_`."""


class Document(Protocol):
    """One input, with what was learnt of it while it was asked about."""

    def rule(self, namespace: str, rule: str) -> Answer:
        """`data.<namespace>.<rule>`."""

    def exceptions(self, namespace: str, suffix: str) -> Answer:
        """`data.<namespace>.exception[_][_] == <suffix>`: one value `True` for each solution."""
