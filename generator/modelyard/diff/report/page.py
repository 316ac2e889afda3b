"""Markdown that others' words cannot break out of, and a page that never grows too long.

Because names and values come from pull requests, they stand in code, in which nothing is read as
Markdown, or are escaped. A page takes a block whole or not at all.
"""

from __future__ import annotations

import re

from modelyard.words import clean

LIMIT = 65_536
"""What GitHub takes of a comment. It counts characters; bytes are never fewer."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def plain(text: str) -> str:
    """Text that is read as it is written; nobody is notified by it."""
    escaped = _SPECIAL.sub(r"\\\1", clean(text)).replace("&", "&amp;")
    return escaped.replace("\\<", "&lt;").replace("\\>", "&gt;").replace("@", "@&#8203;")


def code(text: str) -> str:
    """Text as code on one line, whatever backticks are in it."""
    found = clean(text) or " "
    fence = "`" * (_longest(found) + 1)
    space = " " if found.startswith("`") or found.endswith("`") else ""
    return f"{fence}{space}{found}{space}{fence}"


def sentence(text: str) -> str:
    """A sentence of ours, in which values stand between backticks."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return plain(text)
    return "".join(code(part) if index % 2 else plain(part) for index, part in enumerate(parts))


def fenced(lines: list[str], language: str = "diff") -> str:
    """Lines as a block of code."""
    cleaned = [clean(line) for line in lines]
    fence = "`" * max(3, max((_longest(line) for line in cleaned), default=0) + 1)
    return "\n".join([f"{fence}{language}", *cleaned, fence])


def folded(summary: str, body: str) -> str:
    """A part that opens when somebody asks for it; the summary is escaped text."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _longest(text: str) -> int:
    """The longest run of backticks."""
    return max((len(run) for run in re.findall("`+", text)), default=0)


def size(text: str) -> int:
    """How much a text takes."""
    return len(text.encode("utf-8", "surrogatepass"))


class Page:
    """Blocks of Markdown, as long as there is room."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._blocks: list[str] = []
        self.room = limit

    def takes(self, block: str, *, keeping: int = 0) -> bool:
        """Add a block if it fits and some room is kept; says whether it did."""
        needed = size(block) + 2
        if needed > self.room - keeping:
            return False
        self._blocks.append(block)
        self.room -= needed
        return True

    def __str__(self) -> str:
        return "\n\n".join(self._blocks) + "\n"


def joined(names: list[str], room: int, *, noun: str) -> str:
    """As many names as fit, whole, and how many others there are."""
    told: list[str] = []
    for position, name in enumerate(names):
        more = f" and {len(names) - position:,} more {noun}"
        if size(", ".join([*told, name])) + size(more) > room:
            return f"{', '.join(told)}{more}" if told else f"{len(names):,} {noun}"
        told.append(name)
    return ", ".join(told)
