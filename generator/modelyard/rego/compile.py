"""Policies as functions of Python.

Each definition of a rule becomes one function, line by line: a line that does not hold goes on with
the next solution (`continue`), or leaves (`return`). Nothing of a policy becomes text of a function
but numbers, names that we chose, and strings as `repr` writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.rego import safety
from modelyard.rego.builtins.signatures import SIGNATURES
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
from modelyard.rego.values import Set, key

if TYPE_CHECKING:
    from modelyard.rego.policies import Group, Library
    from modelyard.rego.syntax import At

_LOOPS = 15
_COMPARE = {"equal": "equal", "lt": "lt", "lte": "lte", "gt": "gt", "gte": "gte"}


class Writer:
    """The text of one function that is being written."""

    def __init__(self, head: str, leave: str, indent: int = 0) -> None:
        self.lines = ["    " * indent + head]
        self.indent = indent + 1
        self.leave = leave
        self.loops = 0

    def put(self, line: str) -> None:
        """A line."""
        self.lines.append("    " * self.indent + line)

    def fail_if(self, condition: str) -> None:
        """Leave this solution where a condition holds."""
        self.put(f"if {condition}: {self.leave}")

    def loop(self, line: str) -> None:
        """A loop; what follows is within it."""
        self.put(line)
        self.indent += 1
        self.loops += 1
        self.leave = "continue"


class Definition:
    """Writes one definition of a rule."""

    def __init__(self, library: Library, module: Module, group: Group) -> None:
        self.library, self.module, self.group = library, module, group
        self.constants: dict[str, Any] = {}
        self.builtins: dict[str, tuple[str, str]] = {}
        self.count = 0
        self.context, self.input = "C", "I"
        self.names: dict[str, str] = {}
        self.outer: set[str] = set()
        self.case: list[Term] | None = None
        self.within = 0
        self.kinds: dict[str, str] = {}
        self.writer: Writer
        self.rule: Rule

    def error(self, code: str, message: str, at: At) -> RegoError:
        """A mistake in this module."""
        return RegoError(code, message, self.module.file, at)

    def new(self, prefix: str = "t") -> str:
        """A name of Python that nothing else has."""
        self.count += 1
        return f"{prefix}{self.count}"

    def put(self, line: str) -> None:
        """A line of the function."""
        self.writer.put(line)

    def keep(self, expression: str) -> str:
        """The value of an expression, in a variable."""
        name = self.new()
        self.put(f"{name} = {expression}")
        return name

    def constant(self, value: Any) -> str:
        """A value that the function finds by a name."""
        name = f"K{self.library.number()}"
        self.constants[name] = value
        return name

    def function(self, builtin: str, value: Any) -> str:
        """A builtin that the function finds by a name."""
        name = self.constant(value)
        self.builtins[name] = (builtin, self.module.file)
        return name

    # definitions

    def write(self, rule: Rule, name: str) -> str:
        """A function `name` that gives the rule's value, or puts what it yields into `out`."""
        kind = self.group.kind
        self.rule = rule
        args = [f"a{index}" for index in range(len(rule.args or ()))]
        collects = kind in ("set", "object")
        parameters = ", ".join(["C", *(["out"] if collects else []), *args])
        self.writer = Writer(f"def {name}({parameters}):", "return" if collects else "return res")
        self.names, self.outer = {}, set()
        self.put("I = C.input")
        if not collects:
            self.put("res = U")
        for term, arg in zip(rule.args or (), args, strict=True):
            self.match(term, arg)
        is_test = kind == "object" and self.group.path[-1].startswith("test_")
        self.case = self.dynamic(rule) if is_test else None
        self.put_case()
        self.body(rule.body)
        self.check_head(rule, set(self.names))
        if kind == "set":
            assert rule.member is not None
            self.put(f"out.add({self.atom(rule.member)})")
        elif kind == "object":
            self.put_object(rule)
        else:
            self.put_value(rule)
        if not collects:
            self.writer.lines.append("    return res")
        return "\n".join(self.writer.lines)

    def check_head(self, rule: Rule, bound: set[str]) -> None:
        """Refuse a head with variables that the body does not bind."""
        terms = [*rule.ref[1:], rule.value, *([rule.member] if rule.member is not None else [])]
        missing = safety.Scan(bound, self.outer | bound, self.arity).all(terms)
        if missing:
            raise self.unsafe(missing, rule.at)

    def unsafe(self, missing: set[str], at: At) -> RegoError:
        """Variables that nothing binds."""
        shown = sorted({name.split("#")[0] if name[0] != "_" else "_" for name in missing})
        return self.error("rego_unsafe_var_error", f"var {shown[0]} is unsafe", at)

    def put_value(self, rule: Rule) -> None:
        """Yield the value of a complete rule or a function."""
        value = self.atom(rule.value)
        if self.writer.loops and not isinstance(rule.value, Scalar):
            place = f"{self.module.file!r}, {rule.at!r}, {self.group.kind == 'function'}"
            self.put(f"res = same(res, {value}, {place})")
        else:
            self.put(f"return {value}")

    def dynamic(self, rule: Rule) -> list[Term]:
        """What of a head is known only once the body is evaluated."""
        return rule.ref[len(self.group.path) - len(self.module.package) :]

    def put_object(self, rule: Rule) -> None:
        """Yield an entry of an object."""
        path = self.atoms(self.dynamic(rule))
        keys = f"({', '.join(path)},)"
        if rule.member is not None:
            self.put(f"put_member(out, {keys}, {self.atom(rule.member)})")
        else:
            value = self.atom(rule.value)
            self.put(f"put_path(out, {keys}, {value}, {self.module.file!r}, {rule.at!r})")

    # bodies

    def arity(self, call: Call) -> int | None:
        """How many arguments a function takes."""
        return self.library.arity(call)

    def body(self, lines: list[Literal]) -> None:
        """The lines of a body, in an order that binds before it uses."""
        for line in lines:
            self.outer |= safety.line_names(line)
        found, bound, missing = safety.reorder(lines, set(self.names), self.outer, self.arity)
        if missing:
            if not self.within:
                self.check_head(self.rule, bound | missing)
            at = found[-1].at
            for line in found:
                scan = safety.Scan(set(self.names), self.outer, self.arity)
                if scan.line(line) & missing:
                    at = line.at
                    break
            raise self.unsafe(missing, at)
        for line in found:
            self.line(line)
            self.put_case()

    def put_case(self) -> None:
        """Note which case of a test is tried, once the names of the case are known."""
        if self.case is not None and not self.within and not self.scan().all(list(self.case)):
            case, self.case = self.case, None
            self.put(f"C.cases.append(({', '.join(self.atoms(case))},))")

    def line(self, line: Literal) -> None:
        """One line of a body."""
        context = self.context, self.input
        if line.withs:
            self.enter(line)
        if isinstance(line, Expr):
            if line.negated:
                self.negated(line.term)
            else:
                self.expression(line.term)
        elif isinstance(line, SomeIn):
            self.some_in(line)
        elif isinstance(line, Every):
            found = self.every(line)
            self.writer.fail_if(found if line.negated else f"not {found}")
        elif not isinstance(line, Some):
            raise AssertionError(line)
        self.context, self.input = context

    def enter(self, line: Literal) -> None:
        """Evaluate what follows as `with` says."""
        changes = []
        for item in line.withs:
            if len(item.path) == 1 and item.path[0] not in ("data", "input"):
                value = self.mock(item.value)
            elif self.library.is_function(item.path):
                value = self.mock(item.value)
                changes.append(f"({('.'.join(item.path),)!r}, {value})")
                continue
            else:
                value = self.atom(item.value)
            changes.append(f"({item.path!r}, {value})")
        self.context = self.keep(f"{self.context}.replaced([{', '.join(changes)}])")
        self.input = self.keep(f"{self.context}.input")

    def mock(self, value: Term) -> str:
        """What stands for a function: another function, or a value."""
        path = self.library.function_path(value)
        if path is not None:
            return self.library.function_name(path)
        builtin = self.library.builtin_named(value)
        if builtin is not None:
            function = self.function(*builtin)
            return f"(lambda _, *args: {function}(*args))"
        return self.atom(value)

    def expression(self, term: Term) -> None:
        """A line that must hold."""
        if isinstance(term, Call) and term.target is None:
            if term.name == "eq":
                self.unify(*term.args)
                return
            if term.name == "print":
                self.print(term)
                return
            if term.name in ("equal", "neq"):
                if term.name == "equal":
                    self.check_match(*term.args)
                left, right = self.atoms(term.args)
                self.writer.fail_if(self.compared(term, left, right, term.name == "neq"))
                return
            if term.name in _COMPARE:
                left, right = self.atoms(term.args)
                self.writer.fail_if(f"not {_COMPARE[term.name]}({left}, {right})")
                return
            if term.name == "walk" and len(term.args) == 2:
                self.walk(term)
                return
        if isinstance(term, Call):
            arity = self.arity(term)
            if arity is not None and len(term.args) == arity + 1:
                found = self.atom(Call(term.name, term.args[:-1], term.at, term.target))
                self.match(term.args[-1], found)
                return
        found = self.atom(term)
        if found.isidentifier():
            self.writer.fail_if(f"{found} is False")

    def compared(self, term: Call, left: str, right: str, same: bool) -> str:
        """A condition that holds where two values differ, or where they are the same."""
        for side, other in ((0, right), (1, left)):
            constant = term.args[side]
            mine = (left, right)[side]
            if isinstance(constant, Scalar) and isinstance(constant.value, str):
                return f"{other} {'==' if same else '!='} {mine}"
            if (
                other.isidentifier()
                and isinstance(constant, Scalar)
                and (constant.value is None or isinstance(constant.value, bool))
            ):
                return f"{other} {'is' if same else 'is not'} {mine}"
        return f"{'' if same else 'not '}equal({left}, {right})"

    def negated(self, term: Term) -> None:
        """A line that must not hold. What its operands need must be defined, or nothing holds."""
        if isinstance(term, Call) and term.target is None and term.name in ("eq", "equal"):
            left, right = (
                self.value(arg) if isinstance(arg, Ref) else self.atom(arg) for arg in term.args
            )
            defined = [f"{side} is not U" for side in (left, right) if side.isidentifier()]
            self.writer.fail_if(" and ".join([*defined, f"equal({left}, {right})"]))
            return
        if isinstance(term, Call):
            arity = self.arity(term)
            if arity is not None and len(term.args) == arity + 1:
                args = self.atoms(term.args)
                found = self.called(term, args[:-1])
                self.writer.fail_if(f"{found} is not U and equal({found}, {args[-1]})")
                return
            found = self.called(term, self.atoms(term.args))
        elif isinstance(term, Ref):
            found = self.value(term)
        else:
            found = self.keep(self.atom(term))
        self.writer.fail_if(f"{found} is not U and {found} is not False")

    def some_in(self, line: SomeIn) -> None:
        """`some k, v in collection`."""
        found = self.atom(line.collection)
        if line.key is None:
            item = self.new()
            self.loop(f"for {item} in members({found}):")
        else:
            name, item = self.new(), self.new()
            self.loop(f"for {name}, {item} in entries({found}):")
            self.match(line.key, name)
        self.match(line.value, item)

    def loop(self, line: str) -> None:
        """A loop, of which there can be so many within each other."""
        if self.writer.loops >= _LOOPS:
            raise self.error(
                "rego_compile_error",
                f"more than {_LOOPS} iterations within each other; put some into a rule of their own",
                self.rule.at,
            )
        self.writer.loop(line)

    def closure(self, head: str, leave: str) -> tuple[Writer, dict[str, str], set[str]]:
        """Begin a function within this one; `restore` ends it."""
        saved = self.writer, self.names, self.outer
        self.within += 1
        self.names, self.outer = dict(self.names), set(self.outer)
        self.writer = Writer(head, leave, saved[0].indent)
        return saved

    def restore(self, saved: tuple[Writer, dict[str, str], set[str]], last: str) -> None:
        """End a function within this one."""
        lines, indent = self.writer.lines, saved[0].indent
        self.writer, self.names, self.outer = saved
        self.within -= 1
        self.writer.lines += [*lines, "    " * (indent + 1) + last]

    def every(self, line: Every) -> str:
        """Whether `every` holds."""
        found = self.atom(line.collection)
        self.writer.fail_if(f"type({found}) not in (list, dict, Set)")
        name, item, function = self.new(), self.new(), self.new("e")
        saved = self.closure(f"def {function}({name}, {item}):", "return False")
        if line.key is not None:
            self.names[line.key.name] = name
        self.names[line.value.name] = item
        self.body(line.body)
        self.put("return True")
        self.restore(saved, "return False")
        return self.keep(f"all([{function}(k, v) for k, v in entries({found})])")

    def comprehension(self, term: Comprehension) -> str:
        """An array, a set or an object out of all solutions of a body."""
        function, found = self.new("c"), self.new()
        empty = {"array": "[]", "set": "Set()", "object": "{}"}[term.kind]
        saved = self.closure(f"def {function}():", f"return {found}")
        self.put(f"{found} = {empty}")
        self.body(term.body)
        scan = safety.Scan(set(self.names), self.outer | set(self.names), self.arity)
        missing = scan.all([term.value, *([term.key] if term.key is not None else [])])
        if missing:
            raise self.unsafe(missing, term.at)
        if term.kind == "object":
            assert term.key is not None
            name, value = self.atoms([term.key, term.value])
            self.put(f"put({found}, {name}, {value}, {self.module.file!r}, {term.at!r})")
        else:
            value = self.atom(term.value)
            self.put(f"{found}.{'append' if term.kind == 'array' else 'add'}({value})")
        self.restore(saved, f"return {found}")
        return self.keep(f"{function}()")

    # comparing and binding

    def unify(self, left: Term, right: Term) -> None:
        """`left = right`."""
        if isinstance(left, Array) and isinstance(right, Array):
            if len(left.items) != len(right.items):
                self.atoms([*left.items, *right.items])
                self.writer.fail_if("True")
                return
            self.unify_all(list(zip(left.items, right.items, strict=True)))
            return
        both = safety.matched_pairs(left, right)
        if both is not None:
            self.unify_all(both)
            return
        bound = set(self.names)
        for pattern, value in ((left, right), (right, left)):
            if safety.pattern_names(pattern, bound) and not self.scan().needs(value):
                found = self.atom(value)
                if isinstance(pattern, Var):
                    self.kinds[pattern.name] = self.kind(value)
                self.match(pattern, found)
                return
        self.check_match(left, right)
        first, second = self.atoms([left, right])
        condition = self.compared(Call("eq", [left, right], left.at), first, second, False)
        self.writer.fail_if(condition)

    def unify_all(self, pending: list[tuple[Term, Term]]) -> None:
        """Compare pairs of terms, in an order that binds before it uses."""
        while pending:
            for pair in pending:
                if not self.scan().unify(*pair):
                    self.unify(*pair)
                    pending = [other for other in pending if other is not pair]
                    break
            else:
                raise self.error("rego_unsafe_var_error", "terms bind each other", pending[0][0].at)

    def scan(self) -> safety.Scan:
        """What is bound here."""
        return safety.Scan(set(self.names), self.outer, self.arity)

    def match(self, pattern: Term, found: str) -> None:
        """Compare a value with a pattern, and bind what the pattern leaves open."""
        if isinstance(pattern, Var) and pattern.name not in ("data", "input"):
            if pattern.name not in self.names:
                self.names[pattern.name] = found
                return
        elif isinstance(pattern, Array) and safety.pattern_names(pattern, set(self.names)):
            self.writer.fail_if(
                f"type({found}) is not list or len({found}) != {len(pattern.items)}"
            )
            for index, item in enumerate(pattern.items):
                self.match(item, self.keep(f"{found}[{index}]"))
            return
        elif isinstance(pattern, Object) and safety.pattern_names(pattern, set(self.names)):
            self.writer.fail_if(
                f"type({found}) is not dict or len({found}) != {len(pattern.pairs)}"
            )
            for name, item in pattern.pairs:
                value = self.keep(f"lookup({found}, {self.atom(name)})")
                self.writer.fail_if(f"{value} is U")
                self.match(item, value)
            return
        other = self.atom(pattern)
        term = Call("eq", [Var("", pattern.at), pattern], pattern.at)
        self.writer.fail_if(self.compared(term, found, other, False))

    # terms

    def atoms(self, terms: list[Term]) -> list[str]:
        """The values of terms, evaluated in an order that binds before it uses."""
        found: dict[int, str] = {}
        while len(found) < len(terms):
            before = len(found)
            for index, term in enumerate(terms):
                if index not in found and not self.scan().needs(term):
                    found[index] = self.atom(term)
            if len(found) == before:
                missing = set().union(*(self.scan().needs(term) for term in terms))
                raise self.unsafe(missing, terms[0].at)
        return [found[index] for index in range(len(terms))]

    def atom(self, term: Term) -> str:
        """The value of a term; where it is undefined, the line fails."""
        found = self.value(term)
        if isinstance(term, (Ref, Call)) or found == self.input:
            self.writer.fail_if(f"{found} is U")
        return found

    def value(self, term: Term) -> str:
        """The value of a term, which may be undefined."""
        if isinstance(term, Scalar):
            return repr(term.value)
        if isinstance(term, Var):
            if term.name == "input":
                return self.input
            if term.name == "data":
                return self.keep(f"{self.context}.extent({self.context}, ())")
            if term.name not in self.names:
                raise self.unsafe({term.name}, term.at)
            return self.names[term.name]
        if isinstance(term, Ref):
            return self.ref(term)
        if isinstance(term, (Array, SetOf, Object)):
            ground = _ground(term)
            if ground is not None:
                return self.constant(ground[0])
        if isinstance(term, Array):
            return self.keep(f"[{', '.join(self.atoms(term.items))}]")
        if isinstance(term, SetOf):
            inner = ", ".join(self.atoms(term.items))
            return self.keep(f"Set(({inner},))" if inner else "Set()")
        if isinstance(term, Object):
            return self.object(term)
        if isinstance(term, Comprehension):
            return self.comprehension(term)
        if isinstance(term, Template):
            parts = [
                repr(part) if isinstance(part, str) else self.maybe(part) for part in term.parts
            ]
            return self.keep(f"template(({', '.join(parts)},))" if parts else "''")
        if term.name == "walk" and term.target is None and "walk" not in self.library.mocked:
            found = self.atoms(term.args)
            return self.walked(term, found)
        return self.called(term, self.atoms(term.args))

    def maybe(self, term: Term) -> str:
        """The value of a term by itself: where it is undefined, nothing else fails."""
        function = self.new("p")
        saved = self.closure(f"def {function}():", "return U")
        self.put(f"return {self.atom(term)}")
        self.restore(saved, "return U")
        return self.keep(f"{function}()")

    def object(self, term: Object) -> str:
        """An object."""
        flat = self.atoms([part for pair in term.pairs for part in pair])
        inner = []
        for index, (name, _) in enumerate(term.pairs):
            plain = isinstance(name, Scalar) and isinstance(name.value, str)
            mine = flat[2 * index]
            inner.append(f"{mine if plain else f'key({mine})'}: {flat[2 * index + 1]}")
        return self.keep(f"{{{', '.join(inner)}}}")

    def print(self, term: Call) -> None:
        """`print(…)`, which shows what is undefined as such."""
        self.library.prints = True
        args = [self.maybe(arg) for arg in term.args]
        shown = [f"'<undefined>' if {arg} is U else {arg}" for arg in args]
        place = f"{self.module.file}:{term.at[0]}"
        self.put(f"{self.context}.print({place!r}, ({', '.join(shown)}{',' if shown else ''}))")

    def walk(self, term: Call) -> None:
        """`walk` with a pattern for each path and value."""
        self.match(term.args[1], self.walked(term, [self.atom(term.args[0])]))

    def walked(self, term: Call, args: list[str]) -> str:
        """Each path and value that `walk` yields, one after the other."""
        builtin = self.library.builtin("walk", len(args), term, self.module.file)
        function = self.function("walk", builtin)
        item = self.new()
        self.loop(f"for {item} in {function}({', '.join(args)}):")
        return item

    def called(self, term: Call, args: list[str]) -> str:
        """The value of a call, which may be undefined."""
        if term.target is not None:
            return self.own(term, args)
        name = term.name
        if name in ("equal", "neq", "eq"):
            return self.keep(f"{'not ' if name == 'neq' else ''}equal({args[0]}, {args[1]})")
        if name in _COMPARE:
            return self.keep(f"{_COMPARE[name]}({args[0]}, {args[1]})")
        if name.startswith("internal.member_"):
            return self.keep(f"member_{name[-1]}({', '.join(args)})")
        if name == "rego.metadata.rule" and not args:
            return self.constant(self.rule.annotations or {})
        if name == "rego.metadata.chain" and not args:
            return self.constant(self.library.chain(self.module, self.group, self.rule))
        if name == "trace":
            return self.keep("True")
        self.check_types(term)
        builtin = self.library.builtin(name, len(args), term, self.module.file)
        function = self.function(name, builtin)
        inner = ", ".join(args)
        if name in self.library.mocked:
            call = f"{self.context}.mocked({name!r}, {function}{', ' if inner else ''}{inner})"
        else:
            call = f"{function}({inner})"
        found = self.new()
        self.put(f"try: {found} = {call}")
        place = f"{name!r}, error, {self.module.file!r}, {term.at!r}"
        self.put(f"except BuiltinError as error: {found} = U; {self.context}.failed({place})")
        return found

    def own(self, term: Call, args: list[str]) -> str:
        """A call of a function of the policies."""
        path = self.library.function(term, len(args), self.module.file)
        function = self.library.function_name(path)
        self.group.uses.add(path)
        name = ".".join(("data", *path))
        inner = "".join(f", {arg}" for arg in args)
        if name in self.library.mocked:
            real = f"(lambda *args: {function}({self.context}, *args))"
            return self.keep(f"{self.context}.mocked({name!r}, {real}{inner})")
        return self.keep(f"{function}({self.context}{inner})")

    # types

    def kind(self, term: Term) -> str:
        """The types that a term can have, as letters of `SIGNATURES`."""
        if isinstance(term, Scalar):
            return _LETTERS[type(term.value)]
        if isinstance(term, Var):
            return self.kinds.get(term.name, "x")
        if isinstance(term, Comprehension):
            return {"array": "a", "set": "t", "object": "o"}[term.kind]
        if isinstance(term, Call):
            known = None if term.target is not None else SIGNATURES.get(term.name)
            return known[1] if known else "x"
        if isinstance(term, Ref):
            return self.library.kind(term, self.kind)
        return {Array: "a", SetOf: "t", Object: "o", Template: "s"}.get(type(term), "x")

    def check_types(self, term: Call) -> None:
        """Refuse arguments of which it is known that the builtin takes none like them."""
        wanted = SIGNATURES.get(term.name, ((), "x"))[0]
        for arg, letters in zip(term.args, wanted, strict=False):
            kind = self.kind(arg)
            if "x" not in kind + letters and not set(kind) & set(letters):
                raise self.error(
                    "rego_type_error",
                    f"{term.name}: invalid argument(s): {_words(kind)} where it takes "
                    f"{_words(letters)}",
                    term.at,
                )

    def check_match(self, left: Term, right: Term) -> None:
        """Refuse to compare what can never be equal."""
        one, other = self.kind(left), self.kind(right)
        if "x" not in one + other and not set(one) & set(other):
            raise self.error(
                "rego_type_error",
                f"match error: {_words(one)} is never equal to {_words(other)}",
                left.at,
            )

    # references

    def ref(self, term: Ref) -> str:
        """What a reference leads to, which may be nothing."""
        head, path = term.head, list(term.path)
        if isinstance(head, Var) and head.name == "data":
            found, path = self.data(path)
        else:
            found = self.value(head)
            if isinstance(head, Call):
                self.writer.fail_if(f"{found} is U")
        for part in path:
            found = self.step(found, part)
        return found

    def data(self, path: list[Term]) -> tuple[str, list[Term]]:
        """The rule or the data that a reference begins with, and the rest of it."""
        static: list[str] = []
        for part in path:
            if not isinstance(part, Scalar) or not isinstance(part.value, str):
                break
            static.append(part.value)
        group, used = self.library.longest(static)
        context = self.context
        if group is not None:
            self.group.uses.add(group.path)
            if group.kind == "function":
                return "U", path[used:]
            if self.library.replaceable(group.path):
                return self.keep(f"{context}.extent({context}, {group.path!r})"), path[used:]
            return self.keep(f"{group.function}({context})"), path[used:]
        if used:
            below = tuple(static[:used])
            self.group.uses.update(self.library.below(below))
            return self.keep(f"{context}.extent({context}, {below!r})"), path[used:]
        if not static:
            self.group.uses.update(self.library.below(()))
            return self.keep(f"{context}.extent({context}, ())"), path
        return f"{context}.data", path

    def step(self, found: str, part: Term) -> str:
        """`found[part]`, which may be undefined; what is open in `part` is gone through."""
        if isinstance(part, Scalar):
            if isinstance(part.value, str):
                if not found.isidentifier():
                    found = self.keep(found)
                return self.keep(
                    f"{found}.get({part.value!r}, U) if type({found}) is dict else "
                    f"lookup({found}, {part.value!r})"
                )
            return self.keep(f"lookup({found}, {part.value!r})")
        free = safety.pattern_names(part, set(self.names))
        if not free:
            return self.keep(f"lookup({found}, {self.atom(part)})")
        item = self.new()
        if isinstance(part, Var) and part.name.startswith("_") and part.name.endswith("#"):
            self.loop(f"for {item} in members({found}):")
            self.names[part.name] = "None"
            return item
        name = self.new()
        self.loop(f"for {name}, {item} in entries({found}):")
        self.match(part, name)
        return item


_LETTERS = {str: "s", int: "n", float: "n", bool: "b", type(None): "l"}
_TYPES = {
    "s": "string", "n": "number", "b": "boolean", "l": "null",
    "a": "array", "o": "object", "t": "set",
}  # fmt: skip


def _words(letters: str) -> str:
    return " or ".join(_TYPES[letter] for letter in letters)


def _ground(term: Term) -> tuple[Any] | None:
    """The value of a term that is made of constants, in a tuple; else nothing."""
    if isinstance(term, Scalar):
        return (term.value,)
    if isinstance(term, (Array, SetOf)):
        items = []
        for item in term.items:
            found = _ground(item)
            if found is None:
                return None
            items.append(found[0])
        return (items if isinstance(term, Array) else Set(items),)
    if isinstance(term, Object):
        entries = {}
        for name, item in term.pairs:
            left, right = _ground(name), _ground(item)
            if left is None or right is None:
                return None
            entries[key(left[0])] = right[0]
        return (entries,)
    return None
