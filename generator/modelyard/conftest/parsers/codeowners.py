"""CODEOWNERS as the library codeowners 1.2 reads it.

Facts: an owner is an e-mail address, `@user` or `@organization/team`; a character that may not stand
in a pattern or an owner is an error; a file without rules has `null` for them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import SPACE, decoded
from modelyard.words import shown

if TYPE_CHECKING:
    from modelyard.conftest.results import Note

_OWNERS = (
    ("email", re.compile(r"([A-Z0-9a-z._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,6})")),
    ("team", re.compile(r"@([a-zA-Z0-9-]+/[a-zA-Z0-9_-]+)")),
    ("username", re.compile(r"@([a-zA-Z0-9_-]+)")),
)
_PATTERN = re.compile(r"(?:\\+[ \t]?|[A-Za-z0-9*?./@_+()-])*")
_OWNER = re.compile(r"[A-Za-z0-9.@/_%+-]+")


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """The rules in order."""
    rules = []
    for number, raw in enumerate(decoded(content).split("\n"), 1):
        line = raw.strip(SPACE)
        if line and line[0] != "#":
            try:
                rules.append({**_rule(line), "lineNumber": number})
            except Stopped as error:
                raise Stopped(f"line {number}: {error}") from None
    return {"rules": rules or None}


def _rule(line: str) -> dict[str, Any]:
    text, mark, comment = line.partition("#")
    match = _PATTERN.match(text)
    assert match
    pattern, rest = match[0], text[match.end() :]
    if rest and rest[0] not in " \t":
        raise Stopped(f"unexpected character '{shown(rest[0])}' at position {match.end() + 1}")
    if not pattern:
        raise Stopped("unexpected end of rule")
    if "***" in pattern and not (pattern.startswith("/") and not re.search(r"[*?\\]", pattern)):
        raise Stopped("pattern cannot contain three consecutive asterisks")
    return {
        "pattern": pattern,
        "owners": [_owner(word) for word in re.split("[ \t]+", rest) if word],
        "comment": comment.strip(SPACE) if mark else "",
    }


def _owner(word: str) -> dict[str, str]:
    for kind, form in _OWNERS:
        match = form.fullmatch(word)
        if match:
            return {"type": kind, "value": match[1]}
    strange = _OWNER.sub("", word)
    if strange:
        raise Stopped(f"unexpected character '{shown(strange[0])}'")
    raise Stopped(f"invalid owner format '{shown(word)}'")
