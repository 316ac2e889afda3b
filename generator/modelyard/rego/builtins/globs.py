"""Globs, and what two expressions share.

Facts: Open Policy Agent 1.21's `topdown/glob.go`, whose patterns github.com/gobwas/glob v1.0.0
documents, and `regex.globs_match`, by github.com/yashtewari/glob-intersection v0.2.0.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.operands import string, too_large, utf8, wrong, wrong_element
from modelyard.rego.builtins.regexes import compiled

if TYPE_CHECKING:
    from modelyard.rego.values import Value


@builtin("glob.quote_meta")
def quote_meta(pattern: Value) -> Value:
    """A text as a pattern that only it matches."""
    return re.sub(r"([*?\\\[\]{}])", r"\\\1", string(pattern, 1))


@builtin("glob.match")
def match(pattern: Value, delimiters: Value, text: Value) -> Value:
    """Whether a text matches a pattern, whose `*` stops at delimiters; these are else `.`."""
    sought = string(pattern, 1)
    if delimiters is None:
        stops: tuple[str, ...] = ()
    elif type(delimiters) is list:
        for one in delimiters:
            if type(one) is not str:
                raise wrong_element(2, delimiters, one, "string")
            if len(one) != 1:
                raise wrong_element(2, delimiters, one, "rune")
        stops = tuple(delimiters) or (".",)
    else:
        raise wrong(2, delimiters, "array", "null")
    return _glob(sought, stops).fullmatch(utf8(string(text, 3))) is not None


@lru_cache(maxsize=512)
def _glob(pattern: str, stops: tuple[str, ...]) -> Any:
    """The regular expression of a glob."""
    return compiled(f"(?s:{_Glob(pattern, stops).translated()})")


def _char(one: str) -> str:
    return f"\\x{{{ord(one):x}}}"


def _class(chars: str, negated: bool = False) -> str:
    return f"[{'^' if negated else ''}{''.join(map(_char, chars))}]"


class _Glob:
    def __init__(self, pattern: str, stops: tuple[str, ...]) -> None:
        self.pattern = pattern
        self.one = _class("".join(stops), negated=True) if stops else "."
        self.at = 0

    def error(self, reason: str, at: int | None = None) -> BuiltinError:
        offset = len(utf8(self.pattern[: self.at if at is None else at]))
        return BuiltinError(f"glob: syntax error at {offset}: {reason}")

    def translated(self) -> str:
        made, depth = [], 0
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            self.at += 1
            if char == "\\":
                if self.at == len(self.pattern):
                    raise self.error("trailing backslash")
                made.append(re.escape(self.pattern[self.at]))
                self.at += 1
            elif char == "*":
                if self.pattern.startswith("*", self.at):
                    self.at += 1
                    made.append(".*")
                else:
                    made.append(self.one + "*")
            elif char == "?":
                made.append(self.one)
            elif char == "{":
                depth += 1
                made.append("(?:")
            elif char == "}" and depth:
                depth -= 1
                made.append(")")
            elif char == "," and depth:
                made.append("|")
            elif char == "[":
                made.append(self.bracket())
            else:
                made.append(re.escape(char))
        if depth:
            raise self.error("unclosed `{`")
        return "".join(made)

    def bracket(self) -> str:
        """A class in brackets: one range, or characters."""
        negated = self.pattern.startswith("!", self.at)
        self.at += negated
        rest = self.pattern[self.at :]
        if rest[1:2] == "-":
            return self.range(rest, negated)
        chars, escaped = "", False
        for char in rest:
            self.at += 1
            if escaped:
                chars, escaped = chars + char, False
            elif char == "\\":
                escaped = True
            elif char == "]":
                if not chars:
                    raise self.error("could not parse range")
                return _class(chars, negated)
            else:
                chars += char
        raise self.error("unexpected end of input")

    def range(self, rest: str, negated: bool) -> str:
        if len(rest) < 4:
            raise self.error("unexpected end of input", len(self.pattern))
        if rest[3] != "]":
            raise self.error("expected close range character", self.at + 4)
        self.at += 4
        if rest[2] < rest[0]:
            raise self.error("range hi character is less than lo")
        return f"[{'^' if negated else ''}{_char(rest[0])}-{_char(rest[2])}]"


class _Token(NamedTuple):
    """A character, any character (`None`) or a set of them, and how often."""

    chars: frozenset[str] | None
    flag: str
    single: bool


def _fit(left: _Token, right: _Token) -> bool:
    if left.chars is None or right.chars is None:
        return True
    return not left.chars.isdisjoint(right.chars)


@builtin("regex.globs_match")
def globs_match(left: Value, right: Value) -> Value:
    """Whether a text exists that two expressions of `.`, `*`, `+` and sets both match."""
    first, second = string(left, 1), string(right, 2)
    try:
        return _Shared(_simple(_tokens(first)), _simple(_tokens(second))).found()
    except RecursionError:
        raise too_large("the expression") from None


def _invalid(text: str, at: int, reason: str) -> BuiltinError:
    return BuiltinError(f"input:{text}, pos:{at}, {reason}: the input provided is invalid")


def _next(text: str, at: int) -> tuple[int, str, bool]:
    """The next character, and whether it is escaped."""
    if text[at] != "\\":
        return at + 1, text[at], False
    if at + 1 == len(text):
        raise _invalid(text, at, "input ends with a \\ (escape) character")
    return at + 2, text[at + 1], True


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        at, char, escaped = _next(text, at)
        chars: frozenset[str] | None = frozenset(char)
        single = True
        if not escaped:
            if char == ".":
                chars = None
            elif char == "]":
                raise _invalid(text, at, "set-close ']' with no preceding '['")
            elif char == "[":
                at, chars = _set(text, at)
                single = False
            elif char in "+*":
                raise _invalid(text, at, f"flag '{char}' must be preceded by a non-flag")
        flag = ""
        if at < len(text):
            after, char, escaped = _next(text, at)
            if not escaped and char in "+*":
                at, flag = after, char
        tokens.append(_Token(chars, flag, single))
    return tokens


def _set(text: str, at: int) -> tuple[int, frozenset[str]]:
    chars: set[str] = set()
    before = ""
    while at < len(text):
        at, char, escaped = _next(text, at)
        if escaped or char not in "-]":
            chars.add(char)
            before = char
        elif char == "]":
            return at, frozenset(chars)
        else:
            if not before:
                reason = "range character '-' must be preceded by a Unicode character"
                raise _invalid(text, at, reason)
            if at >= len(text) - 1:
                reason = "range character '-' must be followed by a Unicode character"
                raise _invalid(text, at, reason)
            at, char, escaped = _next(text, at)
            if not escaped and char in "]-":
                reason = "range character '-' cannot be followed by a special symbol"
                raise _invalid(text, at, reason)
            if char < before:
                reason = f"range is out of order: '{char}' comes before '{before}' in Unicode"
                raise _invalid(text, at, reason)
            chars.update(map(chr, range(ord(before), ord(char) + 1)))
            before = ""
    raise _invalid(text, at, "found [ without matching ]")


def _simple(tokens: list[_Token]) -> list[_Token]:
    """The tokens without what repeats the same one right after it."""
    made = tokens[:1]
    for token in tokens[1:]:
        before = made[-1]
        same = (token.chars, token.single) == (before.chars, before.single)
        if token.flag and before.flag and same:
            made[-1] = before._replace(flag="+" if "+" in token.flag + before.flag else "*")
        else:
            made.append(token)
    return made


class _Shared:
    """The search for a text, with what it found out for two places in the expressions."""

    def __init__(self, left: list[_Token], right: list[_Token]) -> None:
        self.left, self.right = left, right
        self.known: dict[tuple[str, bool, int, int], bool] = {}

    def found(self) -> bool:
        if len(self.left) * len(self.right) > 1 << 20:
            raise too_large("the expression")
        left, right = self.left, self.right
        start = 0
        while start < min(len(left), len(right)) and not left[start].flag + right[start].flag:
            if not _fit(left[start], right[start]):
                return False
            start += 1
        start = max(start - 1, 0)
        last, other = len(left) - 1, len(right) - 1
        while last >= start and other >= start and not left[last].flag + right[other].flag:
            if not _fit(left[last], right[other]):
                return False
            last, other = last - 1, other - 1
        if last < len(left) - 1:
            last, other = last + 1, other + 1
        self.left, self.right = left[start : last + 1], right[start : other + 1]
        return self.normal(False, 0, 0)

    def sides(self, swapped: bool) -> tuple[list[_Token], list[_Token]]:
        return (self.right, self.left) if swapped else (self.left, self.right)

    def normal(self, swapped: bool, at: int, to: int) -> bool:
        """From these places on, token by token."""
        left, right = self.sides(swapped)
        while at < len(left) and to < len(right):
            if left[at].flag:
                return self.special(left[at].flag, swapped, at, to)
            if right[to].flag:
                return self.special(right[to].flag, not swapped, to, at)
            if not _fit(left[at], right[to]):
                return False
            at, to = at + 1, to + 1
        return at == len(left) and to == len(right)

    def special(self, flag: str, swapped: bool, at: int, to: int) -> bool:
        """From a token with a flag on."""
        name = (flag, swapped, at, to)
        if name not in self.known:
            self.known[name] = (self.plus if flag == "+" else self.star)(swapped, at, to)
        return self.known[name]

    def plus(self, swapped: bool, at: int, to: int) -> bool:
        left, right = self.sides(swapped)
        if not _fit(left[at], right[to]):
            return False
        if self.special("*", swapped, at, to + 1):
            return True
        return bool(right[to].flag) and self.normal(swapped, at + 1, to)

    def star(self, swapped: bool, at: int, to: int) -> bool:
        left, right = self.sides(swapped)
        after = left[at + 1] if at + 1 < len(left) else None
        for place in range(to, len(right)):
            token = right[place]
            if after and _fit(token, after) and self.normal(swapped, at + 1, place):
                return True
            if not _fit(token, left[at]):
                return False
        return after is None
