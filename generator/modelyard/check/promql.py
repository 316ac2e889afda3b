"""PromQL as rules see it: a small tree of plain values, read from the parser's.

What is read is the language of Prometheus (prometheus.io/docs/prometheus/latest/querying). Queries of
dashboards have Grafana's variables in them, which stand for anything: they are tried as names and as
numbers, and as durations between square brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPARISONS = frozenset(("==", "!=", ">", "<", ">=", "<="))
MOST_PARTS = 1000
"""Operators and brackets of a query that is read. Because the parser is recursive, and some thousands
of them end the process, longer queries are refused; nobody writes them."""
_PART = re.compile(r"[-+*/%^<>=!(\[{]|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Matcher:
    """What a label must be."""

    label: str
    op: Literal["=", "!=", "=~", "!~"]
    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float

    @property
    def inner(self) -> tuple[Node, ...]:
        """What it is made of."""
        return ()


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    value: str

    @property
    def inner(self) -> tuple[Node, ...]:
        """What it is made of."""
        return ()


@dataclass(frozen=True, slots=True)
class Selector:
    """Series, now or over a range."""

    metric: str
    """Empty where no single metric is named."""
    matchers: tuple[Matcher, ...]
    seconds: float | None = None
    """The range; nothing for the latest values."""
    shifted: bool = False
    """Whether it looks at another time."""

    @property
    def inner(self) -> tuple[Node, ...]:
        """What it is made of."""
        return ()

    def equal(self, label: str) -> str | None:
        """The one value that a label must have."""
        return next((m.value for m in self.matchers if m.label == label and m.op == "="), None)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments."""

    function: str
    arguments: tuple[Node, ...]

    @property
    def inner(self) -> tuple[Node, ...]:
        """What it is made of."""
        return self.arguments


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregation over labels. `labels` are those of `mode`; without a mode all are lost."""

    op: str
    of: Node
    mode: Literal["by", "without", ""]
    labels: tuple[str, ...]
    parameter: Node | None = None

    @property
    def inner(self) -> tuple[Node, ...]:
        """What it is made of."""
        return (self.of,)

    def keeps(self, label: str) -> bool:
        """Whether a label may be there afterwards."""
        return self.mode != "" and (label in self.labels) == (self.mode == "by")


@dataclass(frozen=True, slots=True)
class Binary:
    """An operation on two sides. `matching` says what `labels` are for."""

    op: str
    left: Node
    right: Node
    matching: Literal["on", "ignoring", ""] = ""
    labels: tuple[str, ...] = ()
    group: Literal["left", "right", ""] = ""
    included: tuple[str, ...] = ()
    is_bool: bool = False

    @property
    def inner(self) -> tuple[Node, ...]:
        """What it is made of."""
        return (self.left, self.right)

    @property
    def compares(self) -> bool:
        """Whether only what compares so is left."""
        return self.op in COMPARISONS and not self.is_bool


@dataclass(frozen=True, slots=True)
class Subquery:
    """An expression, evaluated again and again over a range."""

    of: Node
    seconds: float

    @property
    def inner(self) -> tuple[Node, ...]:
        """What it is made of."""
        return (self.of,)


Node = Number | Text | Selector | Call | Aggregate | Binary | Subquery


class PromqlError(ValueError):
    """The text is no PromQL; the message says why."""


@lru_cache(4096)
def read(text: str) -> Node:
    """The tree of a query; raises `PromqlError`."""
    import promql_parser

    if sum(1 for _ in _PART.finditer(text)) > MOST_PARTS:
        raise PromqlError(f"it has more than {MOST_PARTS} operators and brackets")
    try:
        return _node(promql_parser.parse(text))
    except RecursionError:
        raise PromqlError("it is nested too deeply") from None
    except ValueError as error:
        raise PromqlError(str(error)) from None


_VARIABLE = re.compile(r"\$\{[^{}]*\}|\[\[\w+(?::\w+)?\]\]|\$\w+")
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`", re.DOTALL)
_DURATION = re.compile(r"\[[^\[\]]*\]|\boffset\s+-?\s*\S+")
MOST_VARIABLES = 4


def without_variables(text: str) -> Iterator[str]:
    """What a query of a dashboard may be once its variables have values."""
    text = _STRING.sub(lambda found: _VARIABLE.sub("x", found[0]), text)
    text = _DURATION.sub(lambda found: _VARIABLE.sub("5m", found[0]), text)
    names = list(dict.fromkeys(_VARIABLE.findall(text)))
    if len(names) > MOST_VARIABLES:
        return
    for values in product(("x", "1"), repeat=len(names)):
        meant = dict(zip(names, values, strict=True))
        yield _VARIABLE.sub(lambda found, meant=meant: meant[found[0]], text)  # type: ignore[misc]


@lru_cache(4096)
def read_templated(text: str) -> Node | None:
    """The tree of a query with variables; nothing where they hide it. Raises `PromqlError`."""
    first: PromqlError | None = None
    for candidate in without_variables(text):
        try:
            return read(candidate)
        except PromqlError as error:
            first = first or error
    if first is None:
        return None
    raise first


def walk(node: Node, above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Every part of a query, with what it is a part of, outermost first."""
    yield node, above
    for part in node.inner:
        yield from walk(part, (*above, node))


def selectors(node: Node) -> Iterator[Selector]:
    """Every selector of a query."""
    for part, _ in walk(node):
        if isinstance(part, Selector):
            yield part


def is_scalar(node: Node) -> bool:
    """Whether it is one number without labels."""
    if isinstance(node, Binary):
        return is_scalar(node.left) and is_scalar(node.right)
    return isinstance(node, Number) or (
        isinstance(node, Call) and node.function in ("scalar", "time", "pi")
    )


def constant(node: Node) -> float | None:
    """The number that arithmetic on numbers gives."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Binary):
        left, right = constant(node.left), constant(node.right)
        if left is not None and right is not None:
            try:
                return {
                    "+": lambda: left + right,
                    "-": lambda: left - right,
                    "*": lambda: left * right,
                    "/": lambda: left / right,
                }.get(node.op, lambda: None)()
            except ArithmeticError:
                return None
    return None


def labels_of(node: Node) -> frozenset[str] | None:
    """The labels that the result may have; nothing where only the series themselves tell."""
    if is_scalar(node):
        return frozenset()
    if isinstance(node, Aggregate):
        if node.op in ("topk", "bottomk", "limitk", "limit_ratio"):
            return labels_of(node.of)
        below = labels_of(node.of)
        extra = (
            {node.parameter.value}
            if node.op == "count_values" and isinstance(node.parameter, Text)
            else set[str]()
        )
        if node.mode == "by":
            kept = frozenset(node.labels) if below is None else frozenset(node.labels) & below
            return kept | extra
        if node.mode == "":
            return frozenset(extra)
        return None if below is None else (below - set(node.labels)) | extra
    if isinstance(node, Binary):
        return _labels_of_binary(node)
    if isinstance(node, Call):
        return _labels_of_call(node)
    if isinstance(node, Subquery):
        return labels_of(node.of)
    return None


def _labels_of_call(node: Call) -> frozenset[str] | None:
    if node.function == "vector":
        return frozenset()
    if node.function in ("absent", "absent_over_time"):
        of = node.arguments[0]
        if isinstance(of, Selector):
            return frozenset(m.label for m in of.matchers if m.op == "=")
        return frozenset() if isinstance(of, Aggregate) else None
    if node.function in ("label_replace", "label_join", "info"):
        return None
    vectors = [
        part for part in node.arguments if not isinstance(part, Text) and not is_scalar(part)
    ]
    found = labels_of(vectors[-1]) if vectors else None
    return found - {"le"} if found and node.function == "histogram_quantile" else found


def _labels_of_binary(node: Binary) -> frozenset[str] | None:
    left, right = labels_of(node.left), labels_of(node.right)
    if is_scalar(node.right) or node.op in ("and", "unless"):
        return left
    if is_scalar(node.left):
        return right
    if node.op == "or":
        return None if left is None or right is None else left | right
    if node.group:
        many = left if node.group == "left" else right
        return None if many is None else many | set(node.included)
    if node.matching == "on":
        return frozenset(node.labels)
    if node.op in COMPARISONS and not node.is_bool:
        return left
    if node.matching == "ignoring":
        return None if left is None else left - set(node.labels)
    return left if left is not None else right


def _node(found: Any) -> Node:
    node: Node = _READERS[type(found).__name__](found)
    return node


def _selector(found: Any, seconds: float | None = None) -> Selector:
    operators: dict[str, Literal["=", "!=", "=~", "!~"]] = {
        "Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~",
    }  # fmt: skip
    matchers = tuple(
        Matcher(each.name, operators[str(each.op).rpartition(".")[2]], each.value)
        for each in found.matchers.matchers
    )
    named = [each.value for each in matchers if each.label == "__name__" and each.op == "="]
    return Selector(
        found.name or "".join(named[:1]),
        tuple(each for each in matchers if each.label != "__name__"),
        seconds,
        shifted=found.offset is not None or found.at is not None,
    )


def _aggregate(found: Any) -> Aggregate:
    mode: Literal["by", "without", ""] = ""
    labels: tuple[str, ...] = ()
    if found.modifier is not None:
        mode = "by" if str(found.modifier.type).endswith("By") else "without"
        labels = tuple(found.modifier.labels)
    parameter = None if found.param is None else _node(found.param)
    return Aggregate(str(found.op), _node(found.expr), mode, labels, parameter)


def _binary(found: Any) -> Binary:
    left, right, modifier = _node(found.lhs), _node(found.rhs), found.modifier
    if modifier is None:
        return Binary(str(found.op), left, right)
    matching: Literal["on", "ignoring", ""] = ""
    labels: tuple[str, ...] = ()
    if modifier.matching is not None:
        matching = "on" if str(modifier.matching.type).endswith("Include") else "ignoring"
        labels = tuple(modifier.matching.labels)
    group: Literal["left", "right", ""] = ""
    if str(modifier.card).endswith("ManyToOne"):
        group = "left"
    elif str(modifier.card).endswith("OneToMany"):
        group = "right"
    included = tuple(modifier.group_labels or ())
    is_bool = bool(modifier.return_bool)
    return Binary(str(found.op), left, right, matching, labels, group, included, is_bool)


def _negative(found: Any) -> Node:
    of = _node(found.expr)
    return Number(-of.value) if isinstance(of, Number) else Binary("*", Number(-1), of)


_READERS: dict[str, Any] = {
    "NumberLiteral": lambda found: Number(found.val),
    "StringLiteral": lambda found: Text(found.val),
    "VectorSelector": _selector,
    "MatrixSelector": lambda found: _selector(found.vector_selector, found.range.total_seconds()),
    "Call": lambda found: Call(found.func.name, tuple(_node(each) for each in found.args)),
    "AggregateExpr": _aggregate,
    "BinaryExpr": _binary,
    "UnaryExpr": _negative,
    "ParenExpr": lambda found: _node(found.expr),
    "SubqueryExpr": lambda found: Subquery(_node(found.expr), found.range.total_seconds()),
}
