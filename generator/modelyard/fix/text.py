"""The text of a file with some changes: each is made alone, and kept only if it is what was meant."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import yaml

from modelyard.fix import nodes
from modelyard.fix.edit import edited, raw
from modelyard.fix.meant import meant, same
from modelyard.fix.nodes import CannotFix
from modelyard.load.document import parse
from modelyard.load.scalars import Ambiguous, resolve

if TYPE_CHECKING:
    from modelyard.findings import Fix, Route

MOST_BYTES = 8 << 20
"""Of one file."""
OF_SCALARS = frozenset(("yaml/ambiguous", "yaml/key"))
"""Mistakes in YAML that hide nothing of the document around them."""


class Text:
    """A file of one or more documents, as it becomes."""

    def __init__(self, file: str, text: str, *, kubernetes: bool) -> None:
        """Raises `CannotFix` for a file that is not edited at all."""
        self.file = file
        self.kubernetes = kubernetes
        self.parts, self.lines = _documents(text)
        documents, mistakes = parse(file, text, kubernetes=kubernetes, limit=MOST_BYTES)
        if len(documents) != len(self.parts) or {one.rule for one in mistakes} - OF_SCALARS:
            raise CannotFix("its YAML cannot be read")

    @property
    def whole(self) -> str:
        """The file as it is now."""
        return "".join(self.parts)

    def number(self, line: int) -> int:
        """Which of the documents has a line of the file, as it was when it was read."""
        return max(number for number, start in enumerate(self.lines) if start <= line)

    def apply(self, number: int, fix: Fix) -> None:
        """Change a document; raises `CannotFix`, and then nothing has changed."""
        before = self.parts[number]
        after = edited(before, fix)
        self._compare(before, after, fix)
        self.parts[number] = after

    def _compare(self, before: str, after: str, fix: Fix) -> None:
        """Refuse a text that says anything else than was meant, or has lost a comment."""
        source = nodes.read(before)
        (old,), mistakes = parse(self.file, before, kubernetes=self.kubernetes, limit=MOST_BYTES)
        documents, more = parse(self.file, after, kubernetes=self.kubernetes, limit=MOST_BYTES)

        def letters(route: Route) -> str:
            found = raw(source, route)
            if self.kubernetes and not _is_read_alike(found, old.at(route)):
                raise CannotFix(f"`{found}` is read in different ways")
            return found

        wanted = meant(old.value, fix, letters)
        if len(documents) != 1 or len(more) > len(mistakes):
            raise CannotFix("the text would not be read as it should")
        if not same(documents[0].value, wanted):
            raise CannotFix("the text would say something else")
        if Counter(nodes.comments(source)) != Counter(nodes.comments(nodes.read(after))):
            raise CannotFix("a comment would be lost")


def _documents(text: str) -> tuple[list[str], list[int]]:
    """The text of each document, and the line from 1 that it begins in."""
    starts, lines = [], []
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.DocumentStartEvent):
                mark: Any = event.start_mark
                starts.append(mark.index)
                lines.append(mark.line + 1)
    except yaml.YAMLError:
        raise CannotFix("its YAML cannot be read") from None
    starts, lines = [0, *starts[1:]], [1, *lines[1:]]
    return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)], lines


def _is_read_alike(text: str, value: object) -> bool:
    """Whether other readers of YAML take a plain scalar for what Kubernetes takes it."""
    try:
        return same(resolve(text), value)
    except Ambiguous:
        return False
