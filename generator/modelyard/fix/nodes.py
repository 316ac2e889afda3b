"""Where everything in a YAML document begins and ends, so that its text can be edited in place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Route


class CannotFix(Exception):  # noqa: N818 - it is what happened; the finding stays, with this reason
    """A change that cannot be made in this text without harm."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one document, and its nodes."""

    text: str
    root: Any
    ending: str
    """What ends its lines."""

    @property
    def is_json(self) -> bool:
        """Whether the document is written as JSON."""
        return isinstance(self.root, yaml.CollectionNode) and bool(self.root.flow_style)

    def at(self, route: Route) -> Any:
        """The node at a route; raises `LookupError` where there is none."""
        node = self.root
        for step in route:
            node = pair(node, step)[1] if isinstance(node, yaml.MappingNode) else item(node, step)
        return node

    def line_start(self, index: int) -> int:
        """Where the line of a place begins."""
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Where the line of a place ends: behind its break, or at the end of the text."""
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1


def read(text: str) -> Source:
    """One document; raises `CannotFix` for what edits could harm."""
    if "\r" in text.replace("\r\n", "") or ("\r\n" in text and "\n" in text.replace("\r\n", "")):
        raise CannotFix("its lines end in different ways")
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if getattr(event, "anchor", None) is not None:
            raise CannotFix("it has anchors, and a change of one place would be one of others")
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None) is not None:
            raise CannotFix("it has tags")
    return Source(text, yaml.compose(text, Loader=yaml.CSafeLoader), _ending(text))


def _ending(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def pair(node: Any, key: str | int) -> tuple[Any, Any]:
    """The nodes of a key and its value; raises `LookupError` where there is none."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return name, value
    raise LookupError(key)


def item(node: Any, index: str | int) -> Any:
    """An item of a list; raises `LookupError` where there is none."""
    if not isinstance(node, yaml.SequenceNode) or not isinstance(index, int):
        raise LookupError(index)
    if not 0 <= index < len(node.value):
        raise LookupError(index)
    return node.value[index]


def end(source: Source, node: Any) -> int:
    """Where the last character of a value stands, and one more; libyaml counts what follows, too."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            return _block_end(source, node)
        return _index(node.end_mark)
    last = node.value[-1]
    return end(source, last[1] if isinstance(last, tuple) else last)


def _index(mark: Any) -> int:
    found: int = mark.index
    return found


def _block_end(source: Source, node: Any) -> int:
    """The end of a text in lines; blank lines behind it are its own only where it keeps them."""
    start, found = _index(node.start_mark), _index(node.end_mark)
    header = source.text[start : source.line_end(start)].split("#")[0]
    if "+" in header:
        return len(source.text[:found].removesuffix("\n").removesuffix("\r"))
    return start + len(source.text[start:found].rstrip())


def scalars(node: Any) -> Iterator[Any]:
    """Every scalar, in the order of the text; keys too."""
    todo = [node]
    while todo:
        found = todo.pop()
        if isinstance(found, yaml.ScalarNode):
            yield found
        elif isinstance(found, yaml.MappingNode):
            todo += [part for both in reversed(found.value) for part in reversed(both)]
        elif found is not None:
            todo += reversed(found.value)


_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)


def comments(source: Source, start: int = 0, stop: int | None = None) -> list[str]:
    """The comments between two places, in the order of the text."""
    found: list[str] = []
    place, stop = start, len(source.text) if stop is None else stop
    for scalar in scalars(source.root):
        first, last = scalar.start_mark.index, scalar.end_mark.index
        if last <= place or first >= stop:
            continue
        found += _COMMENT.findall(source.text, place, first)
        place = last
    return found + _COMMENT.findall(source.text, place, stop)
