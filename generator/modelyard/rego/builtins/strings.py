"""Text. Facts: Open Policy Agent 1.21's `topdown/strings.go`, and Go's package `strings`."""

from __future__ import annotations

import re

from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.formatting import sprintf as formatted
from modelyard.rego.builtins.operands import (
    MOST_CHARACTERS,
    array,
    bounded,
    decoded,
    integer,
    number,
    object_,
    string,
    strings,
    too_large,
    utf8,
    wrong,
    wrong_element,
)
from modelyard.rego.values import Set, Value, pairs

_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


@builtin("contains")
def contains(text: Value, part: Value) -> Value:
    """Whether a text has another in it."""
    base = string(text, 1)
    return string(part, 2) in base


@builtin("startswith")
def startswith(text: Value, prefix: Value) -> Value:
    """Whether a text begins with another."""
    return string(text, 1).startswith(string(prefix, 2))


@builtin("endswith")
def endswith(text: Value, suffix: Value) -> Value:
    """Whether a text ends with another."""
    return string(text, 1).endswith(string(suffix, 2))


@builtin("concat")
def concat(separator: Value, parts: Value) -> Value:
    """Texts with another between them."""
    between = string(separator, 1)
    if type(parts) is not list and type(parts) is not Set:
        raise wrong(2, parts, "set", "array")
    try:
        return bounded(between.join(parts))
    except TypeError:
        other = next(part for part in parts if type(part) is not str)
        raise wrong_element(2, parts, other, "string") from None


@builtin("format_int")
def format_int(value: Value, base: Value) -> Value:
    """A number, without its fraction, in base 2, 8, 10 or 16."""
    found, radix = number(value, 1), number(base, 2)
    letter = {2: "b", 8: "o", 10: "d", 16: "x"}.get(int(radix)) if type(radix) is int else None
    if letter is None:
        raise BuiltinError("operand 2 must be one of {2, 8, 10, 16}")
    return format(int(found), letter)


@builtin("indexof")
def indexof(text: Value, part: Value) -> Value:
    """Where a text first has another, or -1."""
    return string(text, 1).find(_sought(part))


def _sought(part: Value) -> str:
    found = string(part, 2)
    if not found:
        raise BuiltinError("empty search character")
    return found


@builtin("indexof_n")
def indexof_n(text: Value, part: Value) -> Value:
    """Everywhere a text has another."""
    base = string(text, 1)
    sought = _sought(part)
    found, at = [], base.find(sought)
    while at >= 0:
        found.append(at)
        at = base.find(sought, at + 1)
    return found


@builtin("substring")
def substring(text: Value, offset: Value, length: Value) -> Value:
    """So many characters from an offset on; all of them, if the number is negative."""
    base, start, count = string(text, 1), integer(offset, 2), integer(length, 3)
    if start < 0:
        raise BuiltinError("negative offset")
    return base[start:] if count < 0 else base[start : start + count]


@builtin("strings.count")
def count(text: Value, part: Value) -> Value:
    """How often a text has another, none overlapping."""
    return string(text, 1).count(string(part, 2))


@builtin("lower")
def lower(text: Value) -> Value:
    """The text with every letter lower; unlike Python's, no letter becomes two."""
    base = string(text, 1)
    return base.lower() if base.isascii() else "".join(map(_lower, base))


def _lower(one: str) -> str:
    return one.lower()[0]


@builtin("upper")
def upper(text: Value) -> Value:
    """The text with every letter upper; unlike Python's, no letter becomes two."""
    base = string(text, 1)
    return base.upper() if base.isascii() else "".join(map(_upper, base))


def _upper(one: str) -> str:
    return next((form for form in (one.upper(), one.title()) if len(form) == 1), one)


@builtin("split")
def split(text: Value, separator: Value) -> Value:
    """The parts of a text between separators."""
    base, between = string(text, 1), string(separator, 2)
    return base.split(between) if between else list(base)


@builtin("strings.split_n")
def split_n(text: Value, separator: Value, number_: Value) -> Value:
    """The first parts of a text between separators; the last ones, if the number is negative."""
    base, between, most = string(text, 1), string(separator, 2), integer(number_, 3)
    parts = base.split(between) if between else list(base)
    return parts[:most] if most >= 0 else parts[max(len(parts) + most, 0) :]


@builtin("replace")
def replace(text: Value, old: Value, new: Value) -> Value:
    """The text with another for every occurrence of one."""
    base, gone, there = string(text, 1), string(old, 2), string(new, 3)
    if not gone:
        return _replaced(base, [("", there)])
    if base.count(gone) * (len(there) - len(gone)) > MOST_CHARACTERS:
        raise too_large("the text")
    return base.replace(gone, there)


@builtin("strings.replace_n")
def replace_n(patterns: Value, text: Value) -> Value:
    """The text with others for what it has; the first pattern in Rego's order goes first."""
    found = pairs(object_(patterns, 1))
    base = string(text, 2)
    for old, new in found:
        if type(old) is not str:
            raise BuiltinError("operand 1 non-string key found in pattern object")
        if type(new) is not str:
            raise BuiltinError("operand 1 non-string value found in pattern object")
    return _replaced(base, found)


def _replaced(base: str, patterns: list[tuple[str, str]]) -> str:
    """Replacements as Go's `strings.Replacer` makes them: an empty pattern fits at every byte."""
    whole = {utf8(old): utf8(new) for old, new in patterns}
    empty = whole.pop(b"", None)
    sought = re.compile(b"|".join(map(re.escape, whole)) or b"(?!)")
    data = utf8(base)
    if empty is None:
        return decoded(_joined(sought, whole, data))
    made, at, size = [], 0, 0
    while at <= len(data):
        match = sought.match(data, at)
        made.append(empty + (whole[match[0]] if match else data[at : at + 1]))
        at = match.end() if match else at + 1
        size += len(made[-1])
        if size > MOST_CHARACTERS:
            raise too_large("the text")
    return decoded(b"".join(made))


def _joined(sought: re.Pattern[bytes], whole: dict[bytes, bytes], data: bytes) -> bytes:
    size = 0

    def new(match: re.Match[bytes]) -> bytes:
        nonlocal size
        size += len(whole[match[0]])
        if size > MOST_CHARACTERS:
            raise too_large("the text")
        return whole[match[0]]

    return sought.sub(new, data)


@builtin("trim")
def trim(text: Value, characters: Value) -> Value:
    """The text without these characters at its ends."""
    return string(text, 1).strip(string(characters, 2))


@builtin("trim_left")
def trim_left(text: Value, characters: Value) -> Value:
    """The text without these characters at its start."""
    return string(text, 1).lstrip(string(characters, 2))


@builtin("trim_right")
def trim_right(text: Value, characters: Value) -> Value:
    """The text without these characters at its end."""
    return string(text, 1).rstrip(string(characters, 2))


@builtin("trim_prefix")
def trim_prefix(text: Value, prefix: Value) -> Value:
    """The text without another at its start."""
    return string(text, 1).removeprefix(string(prefix, 2))


@builtin("trim_suffix")
def trim_suffix(text: Value, suffix: Value) -> Value:
    """The text without another at its end."""
    return string(text, 1).removesuffix(string(suffix, 2))


@builtin("trim_space")
def trim_space(text: Value) -> Value:
    """The text without white space at its ends."""
    return string(text, 1).strip(_SPACE)


@builtin("sprintf")
def sprintf(template: Value, values: Value) -> Value:
    """The text of a format and an array of values."""
    return formatted(string(template, 1), array(values, 2))


@builtin("strings.reverse")
def reverse(text: Value) -> Value:
    """The text from its end."""
    return string(text, 1)[::-1]


def _several(value: Value, position: int) -> tuple[str, ...]:
    if type(value) is str:
        return (value,)
    return tuple(strings(value, position, "string", "set", "array"))


@builtin("strings.any_prefix_match")
def any_prefix_match(texts: Value, prefixes: Value) -> Value:
    """Whether one of the texts begins with one of the prefixes."""
    found, sought = _several(texts, 1), _several(prefixes, 2)
    return any(text.startswith(sought) for text in found)


@builtin("strings.any_suffix_match")
def any_suffix_match(texts: Value, suffixes: Value) -> Value:
    """Whether one of the texts ends with one of the suffixes."""
    found, sought = _several(texts, 1), _several(suffixes, 2)
    return any(text.endswith(sought) for text in found)
