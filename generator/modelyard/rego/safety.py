"""In which order the lines of a body can be evaluated.

A variable is safe once a line before has bound it. Like Open Policy Agent, we take the lines as they
stand, and put off each one that needs a variable that a later one binds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.rego.syntax import (
    Array,
    Call,
    Comprehension,
    Every,
    Expr,
    Literal,
    Object,
    Ref,
    Scalar,
    SetOf,
    SomeIn,
    Template,
    Term,
    Var,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Names = set[str]
_ROOTS = frozenset(("data", "input"))


def names(term: Term | None, closures: bool = False) -> Names:
    """The variables in a term; those of comprehensions only when asked for."""
    found: Names = set()
    _collect(term, found, closures)
    return found


def _collect(term: Term | None, found: Names, closures: bool) -> None:
    if term is None or isinstance(term, Scalar):
        return
    if isinstance(term, Var):
        if term.name not in _ROOTS:
            found.add(term.name)
    elif isinstance(term, Ref):
        _collect(term.head, found, closures)
        for part in term.path:
            _collect(part, found, closures)
    elif isinstance(term, (Array, SetOf)):
        for item in term.items:
            _collect(item, found, closures)
    elif isinstance(term, Object):
        for key, item in term.pairs:
            _collect(key, found, closures)
            _collect(item, found, closures)
    elif isinstance(term, Call):
        for arg in term.args:
            _collect(arg, found, closures)
    elif isinstance(term, Template):
        for part in term.parts:
            if not isinstance(part, str):
                _collect(part, found, closures)
    elif closures:
        found |= closure_names(term)


def closure_names(term: Comprehension | Every) -> Names:
    """Every variable in a comprehension or an `every`."""
    found: Names = set()
    for line in term.body:
        found |= line_names(line, closures=True)
    _collect(term.key, found, closures=True)
    _collect(term.value, found, closures=True)
    return found


def line_names(line: Literal, closures: bool = False) -> Names:
    """The variables in a line of a body."""
    found: Names = set()
    for item in line.withs:
        _collect(item.value, found, closures)
    if isinstance(line, Expr):
        _collect(line.term, found, closures)
    elif isinstance(line, SomeIn):
        _collect(line.key, found, closures)
        _collect(line.value, found, closures)
        _collect(line.collection, found, closures)
    elif isinstance(line, Every):
        _collect(line.collection, found, closures)
        if closures:
            found |= closure_names(line)
    return found


def pattern_names(term: Term, bound: Names) -> Names:
    """The variables that comparing with a value would bind."""
    if isinstance(term, Var):
        return set() if term.name in bound or term.name in _ROOTS else {term.name}
    if isinstance(term, Array):
        return {name for item in term.items for name in pattern_names(item, bound)}
    if isinstance(term, Object):
        return {name for _, item in term.pairs for name in pattern_names(item, bound)}
    return set()


class Scan:
    """What a term needs, given what is bound; `bound` grows by what the term binds itself."""

    def __init__(self, bound: Names, outer: Names, arity: Callable[[Call], int | None]) -> None:
        self.bound = set(bound)
        self.outer = outer
        self.arity = arity

    def needs(self, term: Term | None) -> Names:
        """The variables without which a term has no value."""
        if term is None or isinstance(term, Scalar):
            return set()
        if isinstance(term, Var):
            return set() if term.name in self.bound or term.name in _ROOTS else {term.name}
        if isinstance(term, Ref):
            missing = self.needs(term.head)
            for part in term.path:
                free = pattern_names(part, self.bound)
                missing |= self.rest(part, free)
                self.bound |= free
            return missing
        if isinstance(term, (Array, SetOf)):
            return self.all(term.items)
        if isinstance(term, Object):
            return self.all([part for pair in term.pairs for part in pair])
        if isinstance(term, Call):
            return self.all(term.args)
        if isinstance(term, Template):
            return self.all([part for part in term.parts if not isinstance(part, str)])
        return self.closure(term)

    def closure(self, term: Comprehension | Every) -> Names:
        """The variables from around it that a comprehension needs."""
        return (closure_names(term) & self.outer) - self.bound

    def rest(self, pattern: Term, free: Names) -> Names:
        """What a pattern needs beside the variables that it binds."""
        if isinstance(pattern, Var):
            return set()
        if isinstance(pattern, Array):
            return {name for item in pattern.items for name in self.rest(item, free)}
        if isinstance(pattern, Object):
            missing = self.all([key for key, _ in pattern.pairs])
            return missing | {name for _, item in pattern.pairs for name in self.rest(item, free)}
        return self.needs(pattern) - free

    def all(self, terms: Iterable[Term]) -> Names:
        """What terms need beside each other, in whichever order."""
        pending = list(terms)
        while True:
            left = []
            missing: Names = set()
            for term in pending:
                before = set(self.bound)
                lacks = self.needs(term)
                if lacks:
                    self.bound = before
                    missing |= lacks
                    left.append(term)
            if not left or len(left) == len(pending):
                return missing
            pending = left

    def unify(self, left: Term, right: Term) -> Names:
        """What `left = right` needs."""
        if isinstance(left, Array) and isinstance(right, Array):
            if len(left.items) != len(right.items):
                return self.all([*left.items, *right.items])
            return self.pairs(list(zip(left.items, right.items, strict=True)))
        both = matched_pairs(left, right)
        if both is not None:
            return self.pairs(both)
        for pattern, value in ((left, right), (right, left)):
            free = pattern_names(pattern, self.bound)
            if not free:
                continue
            scan = Scan(self.bound, self.outer, self.arity)
            missing = scan.needs(value)
            if not missing:
                scan.bound |= free
                missing = scan.rest(pattern, free)
                if not missing:
                    self.bound = scan.bound
                    return set()
        free = pattern_names(left, self.bound) | pattern_names(right, self.bound)
        return free or self.all([left, right])

    def pairs(self, pending: list[tuple[Term, Term]]) -> Names:
        """What pairs of terms need, in whichever order."""
        while True:
            left = []
            missing: Names = set()
            for pair in pending:
                lacks = self.unify(*pair)
                if lacks:
                    missing |= lacks
                    left.append(pair)
            if not left or len(left) == len(pending):
                return missing
            pending = left

    def line(self, line: Literal) -> Names:
        """What a line of a body needs."""
        missing: Names = set()
        for item in line.withs:
            missing |= self.needs(item.value)
        if isinstance(line, Every):
            return missing | self.needs(line.collection) | self.closure(line)
        if isinstance(line, SomeIn):
            missing |= self.needs(line.collection)
            for term in (line.key, line.value):
                if term is not None:
                    free = pattern_names(term, self.bound)
                    missing |= self.rest(term, free)
                    self.bound |= free
            return missing
        if not isinstance(line, Expr):
            return missing
        term = line.term
        if line.negated:
            return missing | (names(term) - self.bound) | self._closures(term)
        if isinstance(term, Call):
            if term.name == "eq" and term.target is None:
                return missing | self.unify(*term.args)
            arity = self.arity(term)
            if arity is not None and len(term.args) == arity + 1:
                missing |= self.all(term.args[:-1])
                last = term.args[-1]
                free = pattern_names(last, self.bound)
                missing |= self.rest(last, free)
                self.bound |= free
                return missing
        return missing | self.needs(term)

    def _closures(self, term: Term) -> Names:
        return (names(term, closures=True) & self.outer) - self.bound


def matched_pairs(left: Term, right: Term) -> list[tuple[Term, Term]] | None:
    """The values to compare of two objects with the same constant keys."""
    if not isinstance(left, Object) or not isinstance(right, Object):
        return None
    sides = []
    for side in (left, right):
        if not all(isinstance(key, Scalar) for key, _ in side.pairs):
            return None
        sides.append({repr(key.value): item for key, item in side.pairs if isinstance(key, Scalar)})
    if sides[0].keys() != sides[1].keys():
        return None
    return [(sides[0][key], sides[1][key]) for key in sides[0]]


def reorder(
    body: list[Literal], bound: Names, outer: Names, arity: Callable[[Call], int | None]
) -> tuple[list[Literal], Names, Names]:
    """The lines in an order that binds before it uses.

    Returns the lines, what is bound after them, and the variables that nothing binds.
    """
    around = set(outer)
    for line in body:
        around |= line_names(line)
    found: list[Literal] = []
    pending = list(body)
    bound = set(bound)
    while pending:
        left = []
        lacking: Names = set()
        for line in pending:
            scan = Scan(bound, around, arity)
            missing = scan.line(line)
            if missing:
                lacking |= missing
                left.append(line)
            else:
                found.append(line)
                bound = scan.bound
        if len(left) == len(pending):
            return [*found, *left], bound, lacking
        pending = left
    return found, bound, set()
