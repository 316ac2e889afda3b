"""Policies as trees.

`at` is the row and column where something begins, both from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

At = tuple[int, int]


@dataclass(slots=True)
class Scalar:
    """A literal null, boolean, number or string."""

    value: Any
    at: At


@dataclass(slots=True)
class Var:
    """A name. After resolving, a local variable."""

    name: str
    at: At


@dataclass(slots=True)
class Ref:
    """`head.a["b"][i]`; what follows a dot is a `Scalar`."""

    head: Term
    path: list[Term]
    at: At


@dataclass(slots=True)
class Array:
    """`[a, b]`."""

    items: list[Term]
    at: At


@dataclass(slots=True)
class Object:
    """`{k: v}`."""

    pairs: list[tuple[Term, Term]]
    at: At


@dataclass(slots=True)
class SetOf:
    """`{a, b}` and `set()`."""

    items: list[Term]
    at: At


@dataclass(slots=True)
class Comprehension:
    """`[value | body]`, `{value | body}` or, with a key, `{key: value | body}`."""

    kind: str
    key: Term | None
    value: Term
    body: list[Literal]
    at: At


@dataclass(slots=True)
class Call:
    """A function, or an operator by the name of its builtin, with arguments."""

    name: str
    args: list[Term]
    at: At
    target: tuple[str, ...] | None = None
    """After resolving: the path under `data` of a function of the policies."""


@dataclass(slots=True)
class Template:
    """`$"…{e}…"`: text and terms."""

    parts: list[Any]
    at: At


Term = Scalar | Var | Ref | Array | Object | SetOf | Comprehension | Call | Template


@dataclass(slots=True)
class With:
    """`with target as value`."""

    target: Ref | Var
    value: Term
    at: At
    path: tuple[str, ...] = ()
    """After resolving: `("input", …)`, `("data", …)`, or a builtin's name alone."""


@dataclass(slots=True)
class Literal:
    """One line of a body."""

    at: At
    withs: list[With] = field(default_factory=list, kw_only=True)


@dataclass(slots=True)
class Expr(Literal):
    """A term that must be true, or, negated, must not be."""

    term: Term
    negated: bool = False


@dataclass(slots=True)
class Some(Literal):
    """`some x, y`."""

    names: list[Var]


@dataclass(slots=True)
class SomeIn(Literal):
    """`some k, v in collection`."""

    key: Term | None
    value: Term
    collection: Term


@dataclass(slots=True)
class Every(Literal):
    """`every k, v in collection { body }`."""

    key: Var | None
    value: Var
    collection: Term
    body: list[Literal]
    negated: bool = False


@dataclass(slots=True)
class Rule:
    """One definition of a rule.

    `ref` is what the head names, without arguments; `member` what follows `contains`; `value` the
    value, `true` where the head has none. `body` is empty where the head is all.
    """

    ref: list[Term]
    args: list[Term] | None
    member: Term | None
    value: Term
    body: list[Literal]
    at: At
    default: bool = False
    orelse: Rule | None = None
    has_if: bool = False
    plain: bool = False
    """Whether the head has no value of its own."""
    annotations: dict[str, Any] | None = None
    document: dict[str, Any] | None = None
    """Annotations of all definitions of the rule."""


@dataclass(slots=True)
class Import:
    """`import data.x as y`."""

    path: list[str]
    alias: str
    at: At


@dataclass(slots=True)
class Module:
    """A file of rules."""

    file: str
    package: list[str]
    imports: list[Import]
    rules: list[Rule]
    version: int
    text: str
    at: At = (1, 1)
    annotations: dict[str, Any] | None = None
    subpackages: dict[str, Any] | None = None
    """Annotations of this package and those below it."""
