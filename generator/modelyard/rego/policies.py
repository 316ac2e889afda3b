"""A set of policies that was compiled once, to be asked about many documents."""

from __future__ import annotations

import marshal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelyard.rego import runtime
from modelyard.rego.builtins import BuiltinError, find
from modelyard.rego.errors import RegoError
from modelyard.rego.syntax import Call, Module, Ref, Rule, Scalar, Term, Var
from modelyard.rego.values import UNDEFINED, Set, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType

    from modelyard.rego.runtime import Evaluation

Path = tuple[str, ...]

FORBIDDEN = {
    "http.send": "a policy must not reach the network",
    "net.lookup_ip_addr": "a policy must not reach the network",
}


@dataclass(slots=True)
class Group:
    """All definitions of one rule. `path` is below `data`."""

    path: Path
    kind: str
    function: str
    arity: int = 0
    rules: list[tuple[Module, Rule]] = field(default_factory=list)
    uses: set[Path] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    builtins: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What the text calls a builtin: its name, and the policy that calls it."""
    constants: dict[str, Any] = field(default_factory=dict)
    """What the text finds by a name, builtins included."""
    code: bytes = b""
    """The text, compiled."""

    def compiled(self) -> CodeType:
        """The functions of the rule."""
        if self.code:
            found: CodeType = marshal.loads(self.code)  # noqa: S302 - our own, see `frozen`
            return found
        return compile("\n".join(self.texts), f"<{'.'.join(self.path)}>", "exec")


@dataclass(slots=True)
class Node:
    """A place in the tree of rules."""

    children: dict[str, Node] = field(default_factory=dict)
    group: Group | None = None


class Library:
    """Policies, compiled. Raises `RegoError` where one of them is wrong."""

    def __init__(
        self,
        modules: Iterable[Module],
        strict: bool = False,
        allowed: Callable[[str], bool] | None = None,
        further: Callable[[str, str], tuple[int, Callable[..., Value]] | None] | None = None,
    ) -> None:
        self.modules = list(modules)
        self.root = Node()
        self.groups: dict[Path, Group] = {}
        self.mocked: set[str] = set()
        self.replaced: set[Path] = set()
        self.allowed = allowed
        self.further = further
        """Further builtins by name, for the policy in a file, with the number of their arguments."""
        self.prints = False
        """Whether something prints."""
        self.strict = strict
        self._number = 0
        self._space: dict[str, Any] = {
            name: getattr(runtime, name) for name in dir(runtime) if not name.startswith("__")
        }
        self._space["BuiltinError"] = BuiltinError
        try:
            self._compile()
        except RecursionError:
            raise RegoError("rego_compile_error", "a policy is nested too deeply") from None

    def number(self) -> int:
        """A number that nothing else has."""
        self._number += 1
        return self._number

    # loading

    def _compile(self) -> None:
        if not self.modules:
            return
        from modelyard.rego.names import Names

        packages: dict[Path, set[str]] = {}
        for module in self.modules:
            found = packages.setdefault(tuple(module.package), set())
            found |= {rule.ref[0].name for rule in module.rules if isinstance(rule.ref[0], Var)}
        for module in self.modules:
            names = Names(module, frozenset(packages[tuple(module.package)]), self.strict)
            names.resolve()
            node = self.root
            for part in module.package:
                node = node.children.setdefault(part, Node())
            for rule in module.rules:
                self._add(module, rule)
        for module in self.modules:
            for rule in module.rules:
                self._withs(rule)
        for group in self.groups.values():
            self._check(group)
        for group in self.groups.values():
            self._write(group)
        self._recursion()

    def _add(self, module: Module, rule: Rule) -> None:
        static = [*module.package]
        for part in rule.ref:
            if isinstance(part, Var) and part is rule.ref[0]:
                static.append(part.name)
            elif isinstance(part, Scalar) and isinstance(part.value, str):
                static.append(part.value)
            else:
                break
        path = tuple(static)
        dynamic = len(path) - len(module.package) < len(rule.ref)
        kind = (
            "function" if rule.args is not None
            else "object" if dynamic
            else "set" if rule.member is not None
            else "complete"
        )  # fmt: skip
        group = self.groups.get(path)
        if group is None:
            group = Group(path, kind, f"r{self.number()}", len(rule.args or ()))
            self.place(group)
        elif group.kind != kind or group.arity != len(rule.args or ()):
            first, at = group.rules[0][0].file, group.rules[0][1].at
            name = ".".join(path)
            raise RegoError("rego_type_error", f"conflicting rules data.{name} found", first, at)
        group.rules.append((module, rule))

    def place(self, group: Group) -> None:
        """Put a rule where others find it. Its functions are made when they are first asked for."""
        self.groups[group.path] = group
        node = self.root
        for name in group.path:
            node = node.children.setdefault(name, Node())
        node.group = group
        self._space[group.function] = self._later(group)

    def _check(self, group: Group) -> None:
        defaults = [(module, rule) for module, rule in group.rules if rule.default]
        if len(defaults) > 1:
            module, rule = defaults[1]
            name = f"data.{'.'.join(group.path)}"
            raise RegoError(
                "rego_type_error", f"multiple default rules {name} found", module.file, rule.at
            )
        inner = sorted(other for other in self.below(group.path) if other != group.path)
        if inner and group.kind != "object":
            module, rule = group.rules[0]
            raise RegoError(
                "rego_type_error",
                f"rule data.{'.'.join(group.path)} conflicts with data.{'.'.join(inner[0])}",
                module.file,
                rule.at,
            )

    def _withs(self, rule: Rule | None) -> None:
        for item in _all_withs(rule):
            if len(item.path) == 1 and item.path[0] not in ("data", "input"):
                self.mocked.add(item.path[0])
            elif item.path[0] == "data":
                self.replaced.add(item.path[1:])
                self.mocked.add(".".join(item.path))

    def _write(self, group: Group) -> None:
        from modelyard.rego.compile import Definition

        writers: list[tuple[Rule, list[str]]] = []
        for index, (module, rule) in enumerate(group.rules):
            other: Rule | None = rule
            names: list[str] = []
            while other is not None:
                definition = Definition(self, module, group)
                name = f"{group.function}_{index}_{len(names)}"
                group.texts.append(definition.write(other, name))
                group.constants |= definition.constants
                group.builtins |= definition.builtins
                names.append(name)
                other = other.orelse
            writers.append((rule, names))
        group.texts.append(_whole(group, writers))

    def _later(self, group: Group) -> Callable[..., Value]:
        def first(*args: Any) -> Value:
            self.load(group)
            return self._space[group.function](*args)

        return first

    def load(self, group: Group) -> None:
        """Make functions of the texts; most rules of a large set are never asked for."""
        for name, (builtin, file) in group.builtins.items():
            if name not in group.constants:
                more = None if self.further is None else self.further(builtin, file)
                group.constants[name] = find(builtin) if more is None else more[1]
        self._space.update(group.constants)
        exec(group.compiled(), self._space)  # noqa: S102

    def _recursion(self) -> None:
        done: set[Path] = set()
        for start in self.groups:
            trail: list[Path] = []
            stack: list[tuple[Path, bool]] = [(start, True)]
            while stack:
                path, enter = stack.pop()
                if not enter:
                    trail.pop()
                    done.add(path)
                    continue
                if path in done:
                    continue
                if path in trail:
                    loop = [*trail[trail.index(path) :], path]
                    shown = " -> ".join(f"data.{'.'.join(part)}" for part in loop)
                    module, rule = self.groups[path].rules[0]
                    name = f"data.{'.'.join(path)}"
                    raise RegoError(
                        "rego_recursion_error",
                        f"rule {name} is recursive: {shown}",
                        module.file,
                        rule.at,
                    )
                trail.append(path)
                stack.append((path, False))
                stack += [(other, True) for other in self.groups[path].uses]

    # what definitions ask

    def chain(self, module: Module, group: Group, rule: Rule) -> list[dict[str, Any]]:
        """What `rego.metadata.chain()` tells: annotations from the rule outwards."""
        found: list[dict[str, Any]] = [{"path": list(group.path)}]
        if rule.annotations:
            found[0]["annotations"] = rule.annotations
        outer = [(group.path, other.document) for _, other in group.rules]
        package = module.package
        outer += [(tuple(package), m.annotations) for m in self.modules if m.package == package]
        for length in range(len(package), 0, -1):
            outer += [
                (tuple(m.package), m.subpackages)
                for m in self.modules
                if m.package == package[:length]
            ]
        return found + [
            {"path": list(path), "annotations": about} for path, about in outer if about
        ]

    def longest(self, path: list[str]) -> tuple[Group | None, int]:
        """The rule at which a path under `data` ends, and how much of the path leads there.

        Without a rule: how much of the path leads to where rules are below, or 0 for plain data.
        """
        node, used = self.root, 0
        for part in path:
            group = node.group
            if group is not None and group.kind == "object":
                return (None, used) if node.children else (group, used)
            child = node.children.get(part)
            if child is None:
                return group, used if group is not None else 0
            node, used = child, used + 1
            if node.group is not None and node.group.kind != "object":
                return node.group, used
        return (node.group, used) if not node.children else (None, used)

    def below(self, path: Path) -> set[Path]:
        """The rules under a path."""
        return {other for other in self.groups if other[: len(path)] == path}

    def replaceable(self, path: Path) -> bool:
        """Whether a `with` somewhere may replace a rule, or what is within or around it."""
        return any(
            path[: len(other)] == other or other[: len(path)] == path for other in self.replaced
        )

    def kind(self, ref: Ref, of: Callable[[Term], str]) -> str:
        """The types of a rule that a reference leads to, as letters of `SIGNATURES`."""
        parts = [part.value if isinstance(part, Scalar) else None for part in ref.path]
        group = self.groups.get(tuple(str(part) for part in parts))
        if not isinstance(ref.head, Var) or ref.head.name != "data" or group is None:
            return "x"
        if self.replaceable(group.path) or group.kind == "function":
            return "x"
        if group.kind != "complete":
            return {"set": "t", "object": "o"}[group.kind]
        values = [rule.value for _, rule in group.rules]
        plain = all(not isinstance(value, (Ref, Var, Call)) for value in values)
        if not plain or any(rule.orelse is not None for _, rule in group.rules):
            return "x"
        return "".join(of(value) for value in values)

    def is_function(self, path: Path) -> bool:
        """Whether a path, from `data` on, is a function of the policies."""
        group = self.groups.get(path[1:]) if path[0] == "data" else None
        return group is not None and group.kind == "function"

    def function_path(self, term: Term) -> Path | None:
        """The function that a term refers to."""
        if not isinstance(term, Ref) or not isinstance(term.head, Var) or term.head.name != "data":
            return None
        parts = [part.value if isinstance(part, Scalar) else None for part in term.path]
        path = tuple(str(part) for part in parts)
        return path if self.is_function(("data", *path)) else None

    def function_name(self, path: Path) -> str:
        """How compiled rules call a function of the policies."""
        return self.groups[path].function

    def builtin_named(self, term: Term) -> tuple[str, Callable[..., Value]] | None:
        """The builtin whose name a term is, and its name."""
        from modelyard.rego.builtins.known import KNOWN

        head = term.head if isinstance(term, Ref) else term
        if not isinstance(head, Var):
            return None
        path = term.path if isinstance(term, Ref) else []
        parts = [part.value if isinstance(part, Scalar) else None for part in path]
        name = ".".join([head.name, *[str(part) for part in parts]])
        found = find(name) if name in KNOWN else None
        return None if found is None else (name, found)

    def function(self, call: Call, count: int, file: str) -> Path:
        """The function of the policies that a call names with so many arguments."""
        assert call.target is not None
        group = self.groups.get(call.target)
        if group is None or group.kind != "function":
            raise RegoError("rego_type_error", f"undefined function {_named(call)}", file, call.at)
        if count != group.arity:
            raise RegoError(
                "rego_type_error",
                f"function {_named(call)} has arity {group.arity}, got {count} "
                f"argument{'s' if count != 1 else ''}",
                file,
                call.at,
            )
        return group.path

    def arity(self, call: Call) -> int | None:
        """How many arguments a function takes."""
        from modelyard.rego.builtins.known import KNOWN

        if call.target is not None:
            group = self.groups.get(call.target)
            return group.arity if group is not None and group.kind == "function" else None
        if call.name in KNOWN and call.name != "print":
            return KNOWN[call.name].arguments
        if self.further is not None and (more := self.further(call.name, "")) is not None:
            return more[0]
        return None

    def builtin(self, name: str, count: int, call: Call, file: str) -> Callable[..., Value]:
        """A builtin for so many arguments. Raises `RegoError` where there is none, or where it is not to be had."""
        from modelyard.rego.builtins.known import KNOWN

        more = None if name in KNOWN or self.further is None else self.further(name, file)
        if more is not None:
            if count != more[0]:
                raise RegoError(
                    "rego_type_error",
                    f"{name}: arity mismatch: {count} arguments, not {more[0]}",
                    file,
                    call.at,
                )
            return more[1]
        if name not in KNOWN or (self.allowed is not None and not self.allowed(name)):
            raise RegoError("rego_type_error", f"undefined function {name}", file, call.at)
        if name in FORBIDDEN:
            raise RegoError("rego_type_error", f"{name}: {FORBIDDEN[name]}", file, call.at)
        wanted = KNOWN[name].arguments
        if self.strict and KNOWN[name].deprecated:
            raise RegoError(
                "rego_type_error",
                f"deprecated built-in function calls in expression: {name}",
                file,
                call.at,
            )
        if wanted is not None and count != wanted:
            raise RegoError(
                "rego_type_error",
                f"{name}: arity mismatch: {count} arguments, not {wanted}",
                file,
                call.at,
            )
        found = find(name)
        if found is None:
            raise RegoError(
                "rego_type_error",
                f"{name} is not supported by the embedded engine; use `--engine opa`",
                file,
                call.at,
            )
        return found

    # evaluating

    def extent(self, evaluation: Evaluation, path: Path) -> Value:
        """Everything under a path of `data`: rules over data."""
        node: Node | None = self.root
        for part in path:
            node = None if node is None else node.children.get(part)
        return self._extent(evaluation, path, node)

    def _extent(self, evaluation: Evaluation, path: Path, node: Node | None) -> Value:
        overrides = evaluation.overrides
        for length in range(len(path) + 1):
            if path[:length] in overrides:
                return runtime.walk_path(overrides[path[:length]], path[length:])
        base = runtime.walk_path(evaluation.data, path)
        if node is None:
            return base
        group = node.group
        if group is not None and group.kind == "function":
            return UNDEFINED
        deeper = any(other[: len(path)] == path for other in overrides)
        if group is not None and group.kind != "object":
            value = self._space[group.function](evaluation)
            if deeper and type(value) is dict and type(base) is dict:
                return runtime.merged(value, base)
            return base if value is UNDEFINED else value
        above: dict[Any, Value] = {}
        if group is not None:
            above.update(self._space[group.function](evaluation))
        for name, child in node.children.items():
            value = self._extent(evaluation, (*path, name), child)
            if value is not UNDEFINED:
                above[name] = runtime.joined(above.get(name, UNDEFINED), value)
        return runtime.merged(base, above)

    def evaluation(self, document: Value, data: dict[Any, Value]) -> Evaluation:
        """A document to ask about; `UNDEFINED` where there is none."""
        return runtime.Evaluation(document, data, self.extent)

    def definition(self, evaluation: Evaluation, path: Path, index: int) -> Value:
        """What one definition of a rule comes to by itself."""
        group = self.groups[path]
        self.load(group)
        function = self._space[f"{group.function}_{index}_0"]
        if group.kind == "complete":
            return function(evaluation)
        found: Any = Set() if group.kind == "set" else {}
        function(evaluation, found)
        return found

    def value(self, evaluation: Evaluation, path: Path) -> Value:
        """What a rule is for a document."""
        group = self.groups.get(path)
        if group is None or group.kind == "function":
            return self.extent(evaluation, path) if group is None else UNDEFINED
        return self._space[group.function](evaluation)


def _named(call: Call) -> str:
    return call.name if "." in call.name else f"data.{'.'.join(call.target or ())}"


def _whole(group: Group, definitions: list[tuple[Rule, list[str]]]) -> str:
    """The function that puts all definitions of a rule together."""
    args = "".join(f", a{index}" for index in range(group.arity))
    name, number = group.function, group.function[1:]
    lines = [f"def {name}(C{args}):"]
    memo = group.kind != "function"
    if memo:
        lines += [f"    v = C.memo.get({number}, MISSING)", "    if v is not MISSING: return v"]
    if group.kind in ("set", "object"):
        lines.append(f"    v = {'Set()' if group.kind == 'set' else '{}'}")
        lines += [f"    {names[0]}(C, v)" for rule, names in definitions if not rule.default]
    else:
        lines.append("    v = U")
        constant = all(
            isinstance(rule.value, Scalar) and rule.value.value is True and rule.orelse is None
            for rule, _ in definitions
            if not rule.default
        )
        for index, (rule, names) in enumerate(definitions):
            if rule.default:
                continue
            indent = "    "
            if constant and index:
                lines.append("    if v is U:")
                indent = "        "
            lines.append(f"{indent}x = {names[0]}(C{args})")
            for other in names[1:]:
                lines.append(f"{indent}if x is U: x = {other}(C{args})")
            module = next(module for module, found in group.rules if found is rule)
            place = f"{module.file!r}, {rule.at!r}, {group.kind == 'function'}"
            lines.append(f"{indent}if x is not U: v = same(v, x, {place})")
        for rule, names in definitions:
            if rule.default:
                lines.append(f"    if v is U: v = {names[0]}(C{args})")
    if memo:
        lines.append(f"    C.memo[{number}] = v")
    lines.append("    return v")
    return "\n".join(lines)


def _all_withs(node: Any) -> list[Any]:
    """Every `with` within a rule."""
    from modelyard.rego.syntax import Comprehension, Every, Expr, Literal, SomeIn, With

    found: list[Any] = []
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, With):
            found.append(item)
            stack.append(item.value)
        elif isinstance(item, (list, tuple)):
            stack += item
        elif isinstance(item, Rule):
            stack += [item.ref, item.args, item.member, item.value, item.body, item.orelse]
        elif isinstance(item, Literal):
            stack.append(item.withs)
            if isinstance(item, Expr):
                stack.append(item.term)
            elif isinstance(item, SomeIn):
                stack += [item.key, item.value, item.collection]
            elif isinstance(item, Every):
                stack += [item.collection, item.body]
        elif isinstance(item, Comprehension):
            stack += [item.key, item.value, item.body]
        elif isinstance(item, Ref):
            stack += [item.head, item.path]
        elif isinstance(item, Call):
            stack += item.args
        elif hasattr(item, "items") and not isinstance(item, dict):
            stack += item.items
        elif hasattr(item, "pairs"):
            stack += item.pairs
        elif hasattr(item, "parts"):
            stack += [part for part in item.parts if not isinstance(part, str)]
    return found


def library(texts: dict[str, str], version: int = 1, strict: bool = False) -> Library:
    """Policies by file name, compiled."""
    from modelyard.rego.parser import parse

    return Library([parse(text, file, version) for file, text in texts.items()], strict)
