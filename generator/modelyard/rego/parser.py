"""Policies from text to trees, in both versions of the language.

Facts: Open Policy Agent's grammar and its parser. In version 1 `if`, `contains`, `in` and `every`
are keywords; in version 0 they are once they were imported from `future.keywords` or `rego.v1`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from modelyard.rego.errors import RegoError
from modelyard.rego.lexer import Token, expression_end, tokens
from modelyard.rego.syntax import (
    Array,
    Call,
    Comprehension,
    Every,
    Expr,
    Import,
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
    With,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modelyard.rego.syntax import At

LONGEST = 200
"""How many operators of one kind may follow each other."""
DEEPEST = 100
"""How deep terms may be nested."""

_KEYWORDS = frozenset(
    ("as", "default", "else", "false", "import", "package", "not", "null", "some", "true", "with")
)
_FUTURE = frozenset(("contains", "every", "if", "in"))
_RELATIONS = {
    "==": "equal", "!=": "neq", "<": "lt", ">": "gt", "<=": "lte", ">=": "gte",
}  # fmt: skip
_SUMS = {"+": "plus", "-": "minus"}
_PRODUCTS = {"*": "mul", "/": "div", "%": "rem"}
_INFIX = frozenset((*_RELATIONS, *_SUMS, *_PRODUCTS, "|", "&", ":=", "=", ".", "["))
_PLACES = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


def parse(text: str, file: str, version: int = 1) -> Module:
    """The module that a text is. Raises `RegoError` with the place of the first mistake."""
    try:
        return _Parser(text, file, version).module()
    except RecursionError:
        raise RegoError("rego_parse_error", "nested too deeply", file, (1, 1)) from None


class _Parser:
    def __init__(self, text: str, file: str, version: int) -> None:
        self.text, self.file, self.version = text, file, version
        self.tokens, self.comments = tokens(text, file)
        self.index = 0
        self.token = self.tokens[0]
        self.depth = 0
        self.future: frozenset[str] = _FUTURE if version == 1 else frozenset()
        self.wild = 0
        self.operand_read: Term | None = None

    # tokens

    def next(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.index += 1
            self.token = self.tokens[self.index]
        return token

    def goto(self, index: int) -> None:
        self.index, self.token = index, self.tokens[index]

    @property
    def at(self) -> At:
        return self.token.row, self.token.column

    def last_end(self) -> int:
        return self.tokens[self.index - 1].end if self.index else 0

    def last_row(self) -> int:
        token = self.tokens[self.index - 1]
        return token.row + token.text.count("\n")

    def adjacent(self) -> bool:
        return self.token.start == self.last_end()

    def error(self, message: str, at: At | None = None) -> RegoError:
        return RegoError("rego_parse_error", message, self.file, at or self.at)

    def unexpected(self, wanted: str) -> RegoError:
        token = self.token
        shown = "end of file" if token.kind == "end" else f"`{token.text[:40]}`"
        return self.error(f"unexpected {shown}: {wanted}")

    def expect(self, kind: str) -> Token:
        if self.token.kind != kind:
            raise self.unexpected(f"expected `{kind}`")
        return self.next()

    def is_word(self, word: str) -> bool:
        return self.token.kind == "name" and self.token.text == word

    def is_future(self, word: str) -> bool:
        return word in self.future and self.is_word(word)

    # modules

    def module(self) -> Module:
        if not self.is_word("package"):
            raise self.unexpected("a policy begins with `package`")
        at = self.at
        self.next()
        package = self.path()
        imports: list[Import] = []
        rules: list[Rule] = []
        while self.token.kind != "end":
            if self.is_word("import") and not rules:
                imported = self.imported()
                if imported is not None:
                    imports.append(imported)
            else:
                rules.extend(self.rules())
            if self.token.kind == ";":
                self.next()
        found = Module(self.file, package, imports, rules, self.version, self.text, at)
        self.annotate(found)
        return found

    def path(self) -> list[str]:
        if self.token.kind != "name":
            raise self.unexpected("expected a name")
        found = [self.next().text]
        while self.token.kind in (".", "["):
            if self.next().kind == ".":
                if self.token.kind != "name":
                    raise self.unexpected("expected a name")
                found.append(self.next().text)
            else:
                if self.token.kind != "string":
                    raise self.unexpected("expected a string")
                found.append(self.string(self.next()))
                self.expect("]")
        return found

    def imported(self) -> Import | None:
        at = self.at
        self.next()
        path = self.path()
        alias = path[-1]
        if self.is_word("as"):
            self.next()
            if self.token.kind != "name":
                raise self.unexpected("expected a name")
            alias = self.next().text
        if path[0] == "future":
            if len(path) > 1 and path[1] == "keywords":
                self.future |= _FUTURE if len(path) == 2 else {path[2]} & _FUTURE
                if len(path) > 2 and path[2] == "every":
                    self.future |= {"in"}
                if len(path) == 2 or (len(path) == 3 and path[2] in _FUTURE):
                    return None
            raise self.error("unexpected import, must be `future.keywords`", at)
        if path == ["rego", "v1"]:
            self.future, self.version = _FUTURE, 1
            return None
        if path[0] not in ("data", "input"):
            raise self.error(
                f"unexpected import path, must begin with one of: {{data, future, input, rego}}, "
                f"got: {path[0]}",
                at,
            )
        return Import(path, alias, at)

    # rules

    def rules(self) -> list[Rule]:
        at = self.at
        if self.is_word("default"):
            self.next()
            return [self.default(at)]
        rule = self.head(at)
        found = [rule]
        self.bodies(rule, found)
        return found

    def default(self, at: At) -> Rule:
        ref, args = self.head_ref()
        if self.token.kind not in (":=", "="):
            raise self.unexpected("expected `:=` and a value")
        self.next()
        value = self.term()
        for kind, term in _loose(value):
            raise self.error(f"illegal default rule (value cannot contain {kind})", term.at)
        return Rule(ref, args, None, value, [], at, default=True)

    def head_ref(self) -> tuple[list[Term], list[Term] | None]:
        token = self.token
        if token.kind != "name" or token.text in _KEYWORDS or token.text in self.future:
            raise self.unexpected("expected the name of a rule")
        self.next()
        ref: list[Term] = [Var(token.text, (token.row, token.column))]
        args: list[Term] | None = None
        while self.adjacent():
            if self.token.kind == ".":
                self.next()
                part = self.token
                if part.kind != "name":
                    raise self.unexpected("expected a name")
                self.next()
                ref.append(Scalar(part.text, (part.row, part.column)))
            elif self.token.kind == "[":
                self.next()
                ref.append(self.term())
                self.expect("]")
            elif self.token.kind == "(" and args is None:
                self.next()
                args = self.items(")")
                break
            else:
                break
        return ref, args

    def head(self, at: At) -> Rule:
        ref, args = self.head_ref()
        rule = Rule(ref, args, None, Scalar(True, at), [], at, plain=True)
        if self.is_future("contains"):
            self.next()
            rule.member, rule.plain = self.term(), False
        elif self.token.kind in (":=", "="):
            self.next()
            rule.value, rule.plain = self.term(), False
        elif self.version == 0 and len(ref) == 2 and args is None and not self.is_future("if"):
            rule.member, rule.plain = ref.pop(), False
        return rule

    def bodies(self, rule: Rule, found: list[Rule]) -> None:
        """What follows a head: its body, then `else`, or further bodies."""
        if self.is_future("if"):
            self.next()
            rule.has_if = True
            rule.body = self.after_if()
        elif self.token.kind == "{":
            if self.version == 1:
                raise self.error("`if` keyword is required before rule body")
            rule.body = self.braced()
        else:
            if self.version == 1 and rule.plain and not rule.member and rule.args is None:
                raise self.error(
                    "`if` keyword is required before rule body"
                    if len(rule.ref) == 1
                    else "`contains` keyword is required for partial set rules",
                    rule.at,
                )
            if rule.plain and rule.args is None and rule.member is None:
                raise self.error("var cannot be used for rule name", rule.at)
            return
        if self.is_word("else"):
            self.orelse(rule)
            return
        while self.token.kind == "{" and (self.version == 0 or rule.has_if):
            again = Rule(
                rule.ref, rule.args, rule.member, rule.value, [], self.at,
                has_if=rule.has_if, plain=rule.plain,
            )  # fmt: skip
            again.body = self.braced()
            found.append(again)
            if self.is_word("else"):
                raise self.error("expected else keyword", self.at)

    def after_if(self) -> list[Literal]:
        """A body in braces, or one line; what begins with a brace may be either."""
        if self.token.kind != "{":
            return [self.literal()]
        back, wild, depth = self.index, self.wild, self.depth
        try:
            body = self.braced()
            if self.token.kind not in _INFIX and not self.is_future("in"):
                return body
            problem: RegoError | None = None
        except RegoError as error:
            body, problem = [], error
        after = self.index, self.wild
        self.goto(back)
        self.wild, self.depth = wild, depth
        try:
            return [self.literal()]
        except RegoError:
            if problem is not None:
                raise problem from None
        self.goto(after[0])
        self.wild, self.depth = after[1], depth
        return body

    def orelse(self, rule: Rule) -> None:
        if rule.member is not None:
            raise self.error("else keyword cannot be used on partial rules")
        at = self.at
        self.next()
        other = Rule(rule.ref, rule.args, None, Scalar(True, at), [], at, plain=True)
        rule.orelse = other
        if self.token.kind in (":=", "="):
            self.next()
            other.value, other.plain = self.term(), False
        if self.is_future("if"):
            self.next()
            other.has_if = True
            other.body = self.after_if()
        elif self.token.kind == "{":
            if self.version == 1:
                raise self.error("`if` keyword is required before rule body")
            other.body = self.braced()
        elif other.plain:
            raise self.unexpected("expected else value term or rule body")
        if self.is_word("else"):
            self.orelse(other)

    # bodies

    def braced(self) -> list[Literal]:
        self.expect("{")
        if self.token.kind == "}":
            raise self.error("found empty body")
        body = self.query("}")
        self.expect("}")
        return body

    def query(self, end: str) -> list[Literal]:
        """The lines of a body, which a `;` or the end of a line parts."""
        found: list[Literal] = []
        while True:
            found.append(self.literal())
            if self.token.kind == ";":
                self.next()
                if self.token.kind == end:
                    return found
                continue
            if self.token.kind in (end, "end"):
                return found
            if self.token.row == self.last_row():
                raise self.unexpected(f"expected `{end}`, `;` or the end of the line")

    def literal(self) -> Literal:
        at = self.at
        negated = False
        if self.is_word("not"):
            self.next()
            negated = True
        if self.is_word("some"):
            if negated:
                raise self.unexpected("`some` cannot be negated")
            return self.some(at)
        found = (
            self.every(at, negated)
            if self.is_future("every")
            else Expr(at, self.expression(), negated)
        )
        self.withs(found)
        return found

    def withs(self, literal: Literal) -> None:
        while self.is_word("with"):
            at = self.at
            self.next()
            target = self.operand()
            if not isinstance(target, (Ref, Var)):
                raise self.error(
                    "with keyword target must reference existing input, data, or a function", at
                )
            if not self.is_word("as"):
                raise self.unexpected("expected `as`")
            self.next()
            literal.withs.append(With(target, self.infix(), at))

    def some(self, at: At) -> Literal:
        self.next()
        if "in" in self.future:
            back = self.index
            first = self.infix(self.in_list)
            second: Term | None = None
            if self.token.kind == ",":
                self.next()
                second = self.infix(self.in_list) if self.token.kind != "end" else None
            if self.is_word("in") and second is not None:
                self.next()
                found = SomeIn(at, first, second, self.infix())
                self.withs(found)
                return found
            if isinstance(first, Call) and first.name == "internal.member_2" and second is None:
                found = SomeIn(at, None, first.args[0], first.args[1])
                self.withs(found)
                return found
            if isinstance(second, Call) and second.name == "internal.member_2":
                found = SomeIn(at, first, second.args[0], second.args[1])
                self.withs(found)
                return found
            self.goto(back)
        names: list[Var] = []
        while True:
            if self.token.kind != "name":
                raise self.unexpected("expected the name of a variable")
            token = self.next()
            names.append(Var(token.text, (token.row, token.column)))
            if self.token.kind != ",":
                return Some(at, names)
            self.next()

    def every(self, at: At, negated: bool) -> Every:
        self.next()
        names: list[Var] = []
        while True:
            if self.token.kind != "name":
                raise self.unexpected("expected the name of a variable")
            token = self.next()
            names.append(self.named(token))
            if self.token.kind != "," or len(names) == 2:
                break
            self.next()
        if not self.is_future("in"):
            raise self.unexpected("expected `in`")
        self.next()
        collection = self.infix()
        key = names[0] if len(names) == 2 else None
        return Every(at, key, names[-1], collection, self.braced(), negated)

    # terms

    def expression(self) -> Term:
        at = self.at
        left = self.infix()
        if self.token.kind in (":=", "="):
            name = "assign" if self.next().kind == ":=" else "eq"
            return Call(name, [left, self.infix()], at)
        return left

    def term(self) -> Term:
        return self.infix(self.in_list)

    def infix(self, level: Callable[[], Term] | None = None) -> Term:
        """A term with operators, the loosest `in`."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"terms may be nested {DEEPEST} levels deep")
        found = (level or self.membership)()
        self.depth -= 1
        return found

    def membership(self) -> Term:
        at = self.at
        left = self.relation()
        if self.token.kind == "," and "in" in self.future:
            back = self.index
            self.next()
            value = self.attempt(self.relation)
            if value is not None and self.is_word("in"):
                self.next()
                left = Call("internal.member_3", [left, value, self.relation()], at)
            else:
                self.goto(back)
                return left
        return self.members(left, at)

    def in_list(self) -> Term:
        at = self.at
        return self.members(self.relation(), at)

    def members(self, left: Term, at: At) -> Term:
        while self.is_future("in"):
            self.next()
            left = Call("internal.member_2", [left, self.relation()], at)
        return left

    def chain(self, lower: Callable[[], Term], names: dict[str, str]) -> Term:
        at = self.at
        left = lower()
        count = 0
        while self.token.kind in names:
            count += 1
            if count > LONGEST:
                raise self.error(f"a term may have {LONGEST} operators in a row")
            left = Call(names[self.next().kind], [left, lower()], at)
        return left

    def relation(self) -> Term:
        return self.chain(self.union, _RELATIONS)

    def union(self) -> Term:
        return self.chain(self.intersection, {"|": "or"})

    def intersection(self) -> Term:
        return self.chain(self.sum, {"&": "and"})

    def sum(self) -> Term:
        return self.chain(self.product, _SUMS)

    def product(self) -> Term:
        return self.chain(self.operand, _PRODUCTS)

    def operand(self) -> Term:
        """A term without operators."""
        if self.operand_read is not None:
            read, self.operand_read = self.operand_read, None
            return read
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"terms may be nested {DEEPEST} levels deep")
        token, at = self.token, self.at
        found: Term
        if token.kind == "name":
            found = self.word(token, at)
        elif token.kind == "string":
            self.next()
            found = self.finish(Scalar(self.string(token), at), at)
        elif token.kind == "number":
            self.next()
            found = Scalar(self.number(token), at)
        elif token.kind == "-":
            self.next()
            if self.token.kind != "number" or not self.adjacent():
                raise self.unexpected("expected a number")
            found = Scalar(-self.number(self.next()), at)
        elif token.kind == "[":
            found = self.finish(self.array(at), at)
        elif token.kind == "{":
            found = self.finish(self.set_or_object(at), at)
        elif token.kind == "template":
            self.next()
            found = self.template(token, at)
        elif token.kind == "(":
            self.next()
            found = self.infix()
            self.expect(")")
        else:
            raise self.unexpected("expected a term")
        self.depth -= 1
        return found

    def word(self, token: Token, at: At) -> Term:
        text = token.text
        if text in ("true", "false", "null"):
            self.next()
            return Scalar({"true": True, "false": False, "null": None}[text], at)
        if text in _KEYWORDS or (
            text in self.future and not (text == "contains" and self.called())
        ):
            raise self.unexpected(f"`{text}` is a keyword")
        self.next()
        if text == "set" and self.token.kind == "(" and self.adjacent():
            following = self.tokens[self.index + 1]
            if following.kind == ")":
                self.next()
                self.next()
                return self.finish(SetOf([], at), at)
        return self.finish(self.named(token), at)

    def called(self) -> bool:
        following = self.tokens[self.index + 1]
        return following.kind == "(" and following.start == self.token.end

    def named(self, token: Token) -> Var:
        name = token.text
        if name == "_":
            self.wild += 1
            name = f"_{self.wild}#"
        return Var(name, (token.row, token.column))

    def finish(self, head: Term, at: At) -> Term:
        """What is attached to a term without a space: `.name`, `[term]`, `(arguments)`."""
        path: list[Term] = []
        while self.adjacent() and self.token.kind in (".", "[", "("):
            if self.token.kind == ".":
                self.next()
                if self.token.kind != "name" or not self.adjacent():
                    raise self.unexpected("expected a name")
                part = self.next()
                path.append(Scalar(part.text, (part.row, part.column)))
            elif self.token.kind == "[":
                self.next()
                path.append(self.infix())
                self.expect("]")
            else:
                name = self.function(head, path)
                self.next()
                head, path = Call(name, self.items(")"), at), []
        return Ref(head, path, at) if path else head

    def function(self, head: Term, path: list[Term]) -> str:
        parts = [head.name if isinstance(head, Var) else None]
        parts += [part.value if isinstance(part, Scalar) else None for part in path]
        if not all(isinstance(part, str) for part in parts):
            raise self.error("expected the name of a function before `(`")
        return ".".join(str(part) for part in parts)

    def items(self, end: str) -> list[Term]:
        """Terms parted by commas, up to the bracket that ends them."""
        found: list[Term] = []
        while self.token.kind != end:
            found.append(self.infix(self.in_list))
            if self.token.kind == ",":
                self.next()
            elif self.token.kind != end:
                raise self.unexpected(f"expected `,` or `{end}`")
        self.next()
        return found

    def array(self, at: At) -> Term:
        self.next()
        if self.token.kind == "]":
            self.next()
            return Array([], at)
        head = self.operand()
        if self.token.kind == "|":
            return self.comprehension("array", None, head, "]", at)
        first = self.resumed(head)
        if self.token.kind == ",":
            self.next()
        elif self.token.kind != "]":
            raise self.unexpected("expected `,` or `]`")
        return Array([first, *self.items("]")], at)

    def set_or_object(self, at: At) -> Term:
        self.next()
        if self.token.kind == "}":
            self.next()
            return Object([], at)
        head = self.operand()
        if self.token.kind == "|":
            return self.comprehension("set", None, head, "}", at)
        first = self.resumed(head)
        if self.token.kind == ":":
            self.next()
            head = self.operand()
            if self.token.kind == "|":
                return self.comprehension("object", first, head, "}", at)
            return self.object(first, self.resumed(head), at)
        if self.token.kind == ",":
            self.next()
        elif self.token.kind != "}":
            raise self.unexpected("expected `,` or `}`")
        return SetOf([first, *self.items("}")], at)

    def comprehension(self, kind: str, key: Term | None, head: Term, end: str, at: At) -> Term:
        """What follows `|`."""
        self.next()
        body = self.query(end)
        self.expect(end)
        return Comprehension(kind, key, head, body, at)

    def resumed(self, operand: Term) -> Term:
        """A term with operators of which the first operand has been read."""
        self.operand_read = operand
        return self.infix(self.in_list)

    def object(self, key: Term, value: Term, at: At) -> Object:
        found = [(key, value)]
        while self.token.kind == ",":
            self.next()
            if self.token.kind == "}":
                break
            key = self.infix(self.in_list)
            self.expect(":")
            found.append((key, self.infix(self.in_list)))
        if self.token.kind != "}":
            raise self.unexpected("expected `,` or `}`")
        self.next()
        return Object(found, at)

    def attempt(self, rule: Callable[[], Term]) -> Term | None:
        """What a rule finds here, or nothing; whoever asks goes back."""
        depth = self.depth
        try:
            return rule()
        except RegoError:
            self.depth = depth
            return None

    # literals

    def number(self, token: Token) -> int | float:
        text = token.text
        following = self.token
        if following.start == token.end and following.kind in ("name", "number"):
            raise self.error(
                f"illegal number format `{text}{following.text}`", (token.row, token.column)
            )
        if len(text) > 400:
            raise self.error("a number may have 400 digits", (token.row, token.column))
        if text.isdigit():
            return int(text)
        decimal = float(text)
        if decimal in (float("inf"), float("-inf")):
            raise self.error(f"`{text[:40]}` is too large for a number", (token.row, token.column))
        return decimal

    def string(self, token: Token) -> str:
        if token.text[0] == "`":
            return token.text[1:-1]
        if "\\" not in token.text:
            return token.text[1:-1]
        try:
            return str(json.loads(token.text, strict=False))
        except ValueError:
            raise self.error("illegal escape in string", (token.row, token.column)) from None

    def template(self, token: Token, at: At) -> Template:
        quote, inner = token.text[1], token.text[2:-1]
        parts: list[Any] = []
        start = position = 0
        while position < len(inner):
            if inner[position] == "\\" and quote == '"':
                position += 2
            elif inner[position] == "{":
                parts.append(self.literal_text(inner[start:position], quote, at))
                end = expression_end(inner, position, self.file, at)
                parts.append(self.embedded(inner[position + 1 : end - 1], at))
                start = position = end
            else:
                position += 1
        parts.append(self.literal_text(inner[start:], quote, at))
        return Template([part for part in parts if part != ""], at)

    def literal_text(self, text: str, quote: str, at: At) -> str:
        if quote == "`":
            return text.replace("\\{", "{")
        try:
            return str(json.loads(f'"{text.replace(chr(92) + "{", "{")}"', strict=False))
        except ValueError:
            raise self.error("illegal escape in string", at) from None

    def embedded(self, text: str, at: At) -> Term:
        inner = _Parser(text, self.file, self.version)
        inner.future, inner.wild, inner.depth = self.future, self.wild + 1000, self.depth
        for index, token in enumerate(inner.tokens):
            inner.tokens[index] = token._replace(row=at[0], column=at[1])
        inner.goto(0)
        found = inner.infix()
        if inner.token.kind != "end":
            raise inner.unexpected("expected one term in a template expression")
        self.wild = inner.wild
        return found

    # annotations

    def annotate(self, module: Module) -> None:
        """Give each `# METADATA` block to what follows it."""
        code = {token.row for token in self.tokens}
        blocks = _metadata([comment for comment in self.comments if comment.row not in code])
        if not blocks:
            return
        import yaml

        for end, row, text in blocks:
            try:
                found = yaml.safe_load(text)
            except (yaml.YAMLError, ValueError) as error:
                raise self.error(f"METADATA is not YAML: {error}", (row, 1)) from None
            if not isinstance(found, dict):
                raise self.error("METADATA must be a mapping", (row, 1))
            if isinstance(found.get("authors"), list):
                found["authors"] = [_author(author) for author in found["authors"]]
            in_front = module.at[0] > end
            scope = found.setdefault("scope", "package" if in_front else "rule")
            if scope == "subpackages":
                module.subpackages = found
            elif scope == "package":
                module.annotations = found
            rule = next((rule for rule in module.rules if rule.at[0] > end), None)
            if rule is not None and scope == "rule":
                rule.annotations = found
            elif rule is not None and scope == "document":
                rule.document = found


def _loose(term: Any) -> Iterator[tuple[str, Any]]:
    """What a default value must not have in it."""
    if isinstance(term, (Var, Ref, Call)):
        yield type(term).__name__.lower(), term
    for item in getattr(term, "items", ()):
        yield from _loose(item)
    for pair in getattr(term, "pairs", ()):
        for item in pair:
            yield from _loose(item)


def _author(author: Any) -> Any:
    if not isinstance(author, str):
        return author
    found = re.fullmatch(r"(.*?)\s*(?:<(.*)>)?", author.strip())
    assert found is not None
    return {key: part for key, part in zip(("name", "email"), found.groups(), strict=True) if part}


def _metadata(comments: list[Token]) -> list[tuple[int, int, str]]:
    """Each block of METADATA: the row where it ends, where it begins, and its YAML."""
    found: list[tuple[int, int, str]] = []
    lines: list[str] | None = None
    first = last = 0
    for comment in [*comments, Token("comment", "", 0, 0, -1, 0)]:
        if lines is not None and comment.row != last + 1:
            found.append((last, first, "\n".join(lines)))
            lines = None
        if comment.text.removeprefix("#").strip() == "METADATA":
            if lines is not None:
                found.append((last, first, "\n".join(lines)))
            lines, first = [], comment.row
        elif lines is not None:
            lines.append(comment.text.removeprefix("#").removeprefix(" "))
        last = comment.row
    return found
