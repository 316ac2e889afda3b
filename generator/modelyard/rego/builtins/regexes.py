"""Regular expressions, matched in linear time by RE2, whose syntax Go's `regexp` shares.

Facts: Open Policy Agent 1.21's `topdown/regex.go` and `regex_template.go`, and the documentation of
Go's package `regexp`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import re2

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.operands import (
    MOST_CHARACTERS,
    decoded,
    integer,
    string,
    too_large,
    utf8,
)
from modelyard.rego.builtins.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.rego.values import Value

_LONGEST = 64 << 10
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False

_GO = {
    "missing ]": "missing closing ]",
    "missing )": "missing closing )",
    "trailing \\": "trailing backslash at end of expression",
    "no argument for repetition operator": "missing argument to repetition operator",
    "invalid repetition size": "invalid repeat count",
    "bad repetition operator": "invalid nested repetition operator",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid named capture group": "invalid named capture",
    "pattern too large - compile failed": "expression too large",
}

_NAMED = re.compile(r"(?<!\\)\(\?P?<(?![=!])[A-Za-z0-9_]*[^A-Za-z0-9_>][^>]*>")

_CLASS = re.compile(
    r"\\Q.*?(?:\\E|\Z)|\\(?:(?P<kind>[pP])(?:\{(?P<not>\^?)(?P<name>[A-Za-z _-]+)\}|(?P<letter>[a-z]))|.)",
    re.DOTALL,
)
_LONG_NAMES = """
    other:C control:Cc cntrl:Cc format:Cf privateuse:Co surrogate:Cs letter:L lowercaseletter:Ll
    modifierletter:Lm otherletter:Lo titlecaseletter:Lt uppercaseletter:Lu mark:M combiningmark:M
    spacingmark:Mc enclosingmark:Me nonspacingmark:Mn number:N decimalnumber:Nd digit:Nd
    letternumber:Nl othernumber:No punctuation:P punct:P connectorpunctuation:Pc
    dashpunctuation:Pd closepunctuation:Pe finalpunctuation:Pf initialpunctuation:Pi
    otherpunctuation:Po openpunctuation:Ps symbol:S currencysymbol:Sc modifiersymbol:Sk
    mathsymbol:Sm othersymbol:So separator:Z lineseparator:Zl paragraphseparator:Zp
    spaceseparator:Zs
"""
_CATEGORIES = {
    long: short for long, _, short in (pair.partition(":") for pair in _LONG_NAMES.split())
}

Pattern = Any


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Pattern:
    """A regular expression over bytes."""
    if len(pattern) > _LONGEST:
        raise too_large("the regular expression")
    if found := _NAMED.search(pattern):
        raise BuiltinError(f"error parsing regexp: invalid named capture: `{found[0]}`")
    if "\\C" in pattern and re.search(r"(?<!\\)(\\\\)*\\C", pattern):
        raise BuiltinError("error parsing regexp: invalid escape sequence: `\\C`")
    try:
        return re2.compile(utf8(pattern), _OPTIONS)
    except re2.error as error:
        complaint = _complaint(error)
    try:
        return re2.compile(utf8(_CLASS.sub(_known_class, pattern)), _OPTIONS)
    except re2.error:
        raise BuiltinError(complaint) from None


def _known_class(match: re.Match[str]) -> str:
    """A class of characters by the name that RE2 has for it; Go knows longer ones too."""
    if match["name"] is None and match["letter"] is None:
        return match[0]
    bare = re.sub("[ _-]", "", match["name"] or match["letter"]).lower()
    name = _CATEGORIES.get(bare) or (bare.title() if len(bare) > 2 else bare.capitalize())
    return f"\\{match['kind']}{{{match['not'] or ''}{name}}}"


def _complaint(error: Exception) -> str:
    """Go's words for what RE2 cannot read."""
    said = error.args[0]
    message = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    reason, _, part = message.partition(": ")
    if reason == "invalid repetition size":
        part = part.removesuffix("?")
    return f"error parsing regexp: {_GO.get(reason, reason)}: `{part}`"


def _search(pattern: Value, text: Value) -> tuple[Pattern, bytes]:
    sought, base = string(pattern, 1), string(text, 2)
    return compiled(sought), utf8(base)


def _matches(pattern: Pattern, data: bytes, most: int = -1) -> Iterator[Any]:
    """What Go's `FindAll` finds: no empty match where another one ended."""
    at, last = 0, -1
    while at <= len(data) and most:
        match = pattern.search(data, at)
        if match is None:
            return
        start, end = match.span()
        if end == at:
            accepted = start != last
            at += _width(data, at)
        else:
            accepted = True
            at = end
        last = end
        if accepted:
            most -= 1
            yield match


def _width(data: bytes, at: int) -> int:
    """How many bytes the character at an offset has."""
    if at >= len(data) or data[at] < 0xC0:
        return 1
    return 2 if data[at] < 0xE0 else 3 if data[at] < 0xF0 else 4


@builtin("regex.is_valid")
def is_valid(pattern: Value) -> Value:
    """Whether a text is a regular expression."""
    if type(pattern) is not str:
        return False
    try:
        compiled(pattern)
    except BuiltinError:
        return False
    return True


@builtin("regex.match")
def match(pattern: Value, text: Value) -> Value:
    """Whether a text has a match anywhere."""
    sought, base = string(pattern, 1), string(text, 2)
    return compiled(sought).search(utf8(base)) is not None


builtin("re_match")(match)


@builtin("regex.find_n")
def find_n(pattern: Value, text: Value, most: Value) -> Value:
    """So many matches; all of them, if the number is negative."""
    string(pattern, 1), string(text, 2)
    count = integer(most, 3)
    sought, data = _search(pattern, text)
    return [decoded(found.group()) for found in _matches(sought, data, count)]


@builtin("regex.find_all_string_submatch_n")
def find_all(pattern: Value, text: Value, most: Value) -> Value:
    """So many matches, each with its groups; one without a part in it is empty."""
    string(pattern, 1), string(text, 2)
    count = integer(most, 3)
    sought, data = _search(pattern, text)
    return [
        [decoded(found.group()), *(decoded(group or b"") for group in found.groups())]
        for found in _matches(sought, data, count)
    ]


@builtin("regex.split")
def split(pattern: Value, text: Value) -> Value:
    """The parts of a text between matches."""
    sought, data = _search(pattern, text)
    if pattern and not data:
        return [""]
    parts, start, end = [], 0, 0
    for found in _matches(sought, data):
        end = found.start()
        if found.end():
            parts.append(data[start:end])
        start = found.end()
    if end != len(data):
        parts.append(data[start:])
    return [decoded(part) for part in parts]


_REFERENCE = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))")


@builtin("regex.replace")
def replace(text: Value, pattern: Value, new: Value) -> Value:
    """The text with another for every match, in which `$1` and `${name}` are groups."""
    data = utf8(string(text, 1))
    sought = string(pattern, 2)
    template = string(new, 3)
    expression = compiled(sought)
    pieces = _template(template, expression)
    made, start, size = [], 0, 0
    for found in _matches(expression, data):
        made.append(data[start : found.start()])
        for piece in pieces:
            made.append(piece if type(piece) is bytes else found.group(piece) or b"")
            size += len(made[-1])
        if size > MOST_CHARACTERS:
            raise too_large("the text")
        start = found.end()
    made.append(data[start:])
    return decoded(b"".join(made))


def _template(template: str, expression: Pattern) -> list[bytes | int]:
    """The pieces of a replacement: text, and the numbers of groups."""
    pieces: list[bytes | int] = []
    start = 0
    for found in _REFERENCE.finditer(template):
        pieces.append(utf8(template[start : found.start()]))
        start = found.end()
        name = found[1] or found[2]
        if name is None:
            pieces.append(b"$")
        elif re.fullmatch("0|[1-9][0-9]{0,8}", name):
            if int(name) <= expression.groups:
                pieces.append(int(name))
        elif (number := expression.groupindex.get(utf8(name))) is not None:
            pieces.append(number)
    pieces.append(utf8(template[start:]))
    return pieces


@builtin("regex.template_match")
def template_match(template: Value, text: Value, start: Value, end: Value) -> Value:
    """Whether a text matches a template with regular expressions between delimiters."""
    base, sought = string(template, 1), string(text, 2)
    opening, closing = utf8(string(start, 3)), utf8(string(end, 4))
    if len(opening) != 1:
        raise BuiltinError(
            f"start delimiter has to be exactly one character long but is {len(opening)} long"
        )
    if len(closing) != 1:
        raise BuiltinError(
            f"end delimiter has to be exactly one character long but is {len(opening)} long"
        )
    expression = compiled(_expression(base, start, end))
    return expression.search(utf8(sought)) is not None


_META = re.compile(r"([\\.+*?()|\[\]{}^$])")
_ESCAPED = r"\\\1"


def _expression(template: str, opening: str, closing: str) -> str:
    """The regular expression of a template."""
    made, start = ["^"], 0
    for first, last in _delimited(template, opening, closing):
        inner = template[first + 1 : last]
        compiled(f"^{inner}$")
        made.append(f"{_META.sub(_ESCAPED, template[start:first])}({inner})")
        start = last + 1
    made.append(_META.sub(_ESCAPED, template[start:]))
    return "".join(made) + "$"


def _delimited(template: str, opening: str, closing: str) -> list[tuple[int, int]]:
    """Where delimiters stand that are within no others."""
    found, level, first = [], 0, 0
    for at, char in enumerate(template):
        if char == opening:
            level += 1
            first = at if level == 1 else first
        elif char == closing:
            level -= 1
            if level == 0:
                found.append((first, at))
        if level < 0:
            break
    if level:
        raise BuiltinError(f"unbalanced braces in {quoted(template)}")
    return found
