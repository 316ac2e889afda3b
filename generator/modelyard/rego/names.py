"""What each name in a policy stands for.

A declared variable gets a name of its own (`x#3`), so that the same name in an inner body is another
variable; a name of the package or of an import becomes a reference under `data` or `input`. What
is left are variables that nobody declared; they are one for the whole rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.rego.errors import RegoError
from modelyard.rego.syntax import (
    Array,
    Call,
    Comprehension,
    Every,
    Expr,
    Literal,
    Module,
    Object,
    Ref,
    Rule,
    Scalar,
    SetOf,
    Some,
    SomeIn,
    Template,
    Term,
    Var,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.rego.syntax import At

ROOTS = frozenset(("data", "input"))


class _Scope:
    """The variables that one body declares."""

    def __init__(self, outer: _Scope | None = None) -> None:
        self.outer = outer
        self.declared: dict[str, str] = {}
        self.places: dict[str, At] = {}
        self.used: set[str] = set()

    def find(self, name: str) -> str | None:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.declared:
                scope.used.add(name)
                return scope.declared[name]
            scope = scope.outer
        return None


class Names:
    """Resolves the names of one module, in place."""

    def __init__(self, module: Module, package: frozenset[str], strict: bool) -> None:
        self.module = module
        self.strict = strict or module.version == 1
        self.unused = strict
        self.globals = {name: ["data", *module.package, name] for name in package}
        self.imports = {item.alias: item.path for item in module.imports}
        self.imported: set[str] = set()
        self.count = 0

    def error(self, message: str, at: At, code: str = "rego_compile_error") -> RegoError:
        """A mistake in this module."""
        return RegoError(code, message, self.module.file, at)

    def resolve(self) -> None:
        """Every rule of the module."""
        if self.strict:
            seen: set[str] = set()
            for item in self.module.imports:
                if item.alias in seen or item.alias in self.globals:
                    raise self.error(
                        f"import must not shadow import {'.'.join(item.path)}", item.at
                    )
                seen.add(item.alias)
        for rule in self.module.rules:
            first = rule.ref[0]
            if self.strict and isinstance(first, Var) and first.name in ROOTS:
                raise self.error(
                    f"rules must not shadow {first.name} (use a different rule name)", rule.at
                )
            self.rule(rule)
        if self.unused:
            for item in self.module.imports:
                if item.alias not in self.imported:
                    raise self.error(f"{'.'.join(item.path)} unused", item.at)

    def rule(self, rule: Rule | None) -> None:
        """A rule, and what follows its `else`."""
        first = rule
        while rule is not None:
            scope = _Scope()
            args = None if rule.args is None else list(rule.args)
            for arg in args or ():
                self.declare_pattern(arg, scope)
            if args is not None:
                rule.args = [self.term(arg, scope) for arg in args]
                scope.used -= {name for name in scope.declared if not name.endswith("#")}
            body = _Scope(scope)
            rule.body = [self.literal(line, body) for line in rule.body]
            rule.ref = [rule.ref[0], *[self.term(part, body) for part in rule.ref[1:]]]
            if rule.member is not None:
                rule.member = self.term(rule.member, body)
            rule.value = self.term(rule.value, body)
            self.close(body)
            if self.unused and rule is first and rule.orelse is None:
                self.close(scope, "unused argument {}. (hint: use _ (wildcard variable) instead)")
            rule = rule.orelse

    def close(self, scope: _Scope, message: str = "") -> None:
        """Tell of what was declared and never used."""
        for name, place in scope.places.items():
            if name in scope.used or name.endswith("#"):
                continue
            if message:
                raise self.error(message.format(name), place)
            if scope.declared[name].startswith("some "):
                raise self.error(f"declared var {name} unused", place)
            if self.unused:
                raise self.error(f"assigned var {name} unused", place)

    def declare(self, var: Var, scope: _Scope, some: bool = False) -> None:
        """Make a variable of this body."""
        name = var.name
        if name in scope.declared:
            raise self.error(f"var {name} {'declared' if some else 'assigned'} above", var.at)
        if name in ROOTS and self.strict:
            raise self.error(
                f"variables must not shadow {name} (use a different variable name)", var.at
            )
        self.count += 1
        scope.declared[name] = f"{'some ' if some else ''}{name}#{self.count}"
        scope.places[name] = var.at

    def declare_pattern(self, term: Term, scope: _Scope) -> None:
        """Declare the variables that a term would bind."""
        if isinstance(term, Var):
            if not term.name.endswith("#") and term.name not in scope.declared:
                self.declare(term, scope)
        elif isinstance(term, Array):
            for item in term.items:
                self.declare_pattern(item, scope)
        elif isinstance(term, Object):
            for _, item in term.pairs:
                self.declare_pattern(item, scope)

    # bodies

    def literal(self, line: Literal, scope: _Scope) -> Literal:
        """A line of a body."""
        for item in line.withs:
            item.value = self.term(item.value, scope)
            item.path = self.target(item.target)
        if isinstance(line, Some):
            for var in line.names:
                self.declare(var, scope, some=True)
        elif isinstance(line, SomeIn):
            line.collection = self.term(line.collection, scope)
            for term in (line.key, line.value):
                if term is not None:
                    self.declare_pattern(term, scope)
            line.key = None if line.key is None else self.term(line.key, scope)
            line.value = self.term(line.value, scope)
            scope.used |= _plain(line.key) | _plain(line.value)
        elif isinstance(line, Every):
            line.collection = self.term(line.collection, scope)
            inner = _Scope(scope)
            for name in (line.key, line.value):
                if name is not None and not name.name.endswith("#"):
                    self.declare(name, inner)
            line.key = None if line.key is None else self.var(line.key, inner)
            line.value = self.var(line.value, inner)
            body = _Scope(inner)
            line.body = [self.literal(item, body) for item in line.body]
            self.close(body)
        elif isinstance(line, Expr):
            if isinstance(line.term, Call) and line.term.name == "assign":
                line.term = self.assign(line.term, scope)
            else:
                line.term = self.term(line.term, scope)
        return line

    def assign(self, call: Call, scope: _Scope) -> Call:
        """`left := right`: the right side first, because it cannot see the left."""
        left, right = call.args
        right = self.term(right, scope)
        if isinstance(left, (Call, Ref, Scalar, SetOf, Comprehension)):
            what = type(left).__name__.lower()
            raise self.error(f"cannot assign to {what}", call.at)
        if isinstance(left, Var) and not left.name.endswith("#"):
            self.declare(left, scope)
        else:
            self.declare_pattern(left, scope)
        used = set(scope.used)
        found = Call("eq", [self.term(left, scope), right], call.at)
        scope.used.clear()
        scope.used |= used
        return found

    def target(self, target: Ref | Var) -> tuple[str, ...]:
        """What `with` replaces."""
        head = target.head if isinstance(target, Ref) else target
        path = target.path if isinstance(target, Ref) else []
        parts = [part.value if isinstance(part, Scalar) else None for part in path]
        if not isinstance(head, Var) or not all(isinstance(part, str) for part in parts):
            raise self.error("with keyword target must be a reference of constants", target.at)
        whole = [head.name, *[str(part) for part in parts]]
        if whole[0] in self.globals:
            return (*self.globals[whole[0]], *whole[1:])
        if whole[0] in self.imports:
            self.imported.add(whole[0])
            return (*self.imports[whole[0]], *whole[1:])
        if whole[0] in ROOTS:
            return tuple(whole)
        return (".".join(whole),)

    # terms

    def var(self, var: Var, scope: _Scope) -> Var:
        """A variable by its own name."""
        found = scope.find(var.name)
        return Var(found.removeprefix("some "), var.at) if found else var

    def terms(self, found: Iterable[Term], scope: _Scope) -> list[Term]:
        """Terms."""
        return [self.term(term, scope) for term in found]

    def term(self, term: Term, scope: _Scope) -> Term:
        """A term."""
        if isinstance(term, Scalar):
            return term
        if isinstance(term, Var):
            return self.named(term, scope)
        if isinstance(term, Ref):
            head = self.term(term.head, scope)
            path = self.terms(term.path, scope)
            if isinstance(head, Ref):
                return Ref(head.head, [*head.path, *path], term.at)
            return Ref(head, path, term.at)
        if isinstance(term, Array):
            return Array(self.terms(term.items, scope), term.at)
        if isinstance(term, SetOf):
            return SetOf(self.terms(term.items, scope), term.at)
        if isinstance(term, Object):
            pairs = [(self.term(key, scope), self.term(item, scope)) for key, item in term.pairs]
            return Object(pairs, term.at)
        if isinstance(term, Template):
            parts = [
                part if isinstance(part, str) else self.term(part, scope) for part in term.parts
            ]
            return Template(parts, term.at)
        if isinstance(term, Comprehension):
            inner = _Scope(scope)
            body = [self.literal(line, inner) for line in term.body]
            key = None if term.key is None else self.term(term.key, inner)
            value = self.term(term.value, inner)
            self.close(inner)
            return Comprehension(term.kind, key, value, body, term.at)
        return self.call(term, scope)

    def named(self, var: Var, scope: _Scope) -> Term:
        """A variable, or what a global name refers to."""
        found = scope.find(var.name)
        if found is not None:
            return Var(found.removeprefix("some "), var.at)
        path = self.globals.get(var.name)
        if path is None and var.name in self.imports:
            self.imported.add(var.name)
            path = self.imports[var.name]
        if path is None:
            return var
        rest: list[Term] = [Scalar(part, var.at) for part in path[1:]]
        root = Var(path[0], var.at)
        return Ref(root, rest, var.at) if rest else root

    def call(self, call: Call, scope: _Scope) -> Call:
        """A call, with the path of the function that it names."""
        first, _, rest = call.name.partition(".")
        parts = rest.split(".") if rest else []
        path: list[str] | None = None
        if first in self.globals:
            path = [*self.globals[first], *parts]
        elif first in self.imports:
            self.imported.add(first)
            path = [*self.imports[first], *parts]
        elif first == "data":
            path = [first, *parts]
        args = self.terms(call.args, scope)
        target = tuple(path[1:]) if path and path[0] == "data" else None
        return Call(call.name, args, call.at, target)


def _plain(term: Term | None) -> set[str]:
    return {term.name.split("#")[0]} if isinstance(term, Var) else set()
