"""XML as goxml2json 1.1 turns it into JSON.

Facts: attributes are keys with a hyphen, text beside children is `#content`; names lose their prefix;
elements of one name become a list; of text that elements or comments cut in pieces the last piece
counts. conftest reads a broken file as far as it goes and passes over the rest; here it is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import SPACE
from modelyard.conftest.parsers import MAX_DEPTH, too_deep

if TYPE_CHECKING:
    from modelyard.conftest.results import Note


def parse(content: bytes, notes: list[Note]) -> Any:  # noqa: ARG001 - every parser has it
    """The root element by its name."""
    if not content.strip():
        return ""
    tree = _Tree()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.EntityDeclHandler = _no_entities
    for name in ("Comment", "ProcessingInstruction", "StartCdataSection", "EndCdataSection"):
        setattr(parser, f"{name}Handler", tree.cut)
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Stopped(f"line {error.lineno}: {expat.errors.messages[error.code]}") from None
    return tree.stack[0].value()


def _no_entities(name: str, *_: Any) -> None:
    raise Stopped(f"entities are not supported, and `{name}` is declared")


class _Element:
    """An element with its attributes and children by name, and its last piece of text."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.children: dict[str, list[Any]] = {}
        self.pieces: list[str] = []
        self.closed = False
        """Whether the last piece is whole."""

    def value(self) -> Any:
        text = _trimmed("".join(self.pieces))
        if not self.children:
            return text
        found: dict[str, Any] = {"#content": text} if text else {}
        for name, values in self.children.items():
            found[name] = values if len(values) > 1 else values[0]
        return found


class _Tree:
    """Builds elements while expat reads."""

    def __init__(self) -> None:
        self.stack = [_Element()]

    def start(self, name: str, attributes: list[str]) -> None:
        self.cut()
        if len(self.stack) > MAX_DEPTH:
            raise too_deep()
        element = _Element(_local(name))
        for key, value in zip(attributes[::2], attributes[1::2], strict=True):
            element.children.setdefault(f"-{_local(key)}", []).append(value)
        self.stack.append(element)

    def end(self, _: str) -> None:
        element = self.stack.pop()
        self.stack[-1].children.setdefault(element.name, []).append(element.value())
        self.cut()

    def text(self, piece: str) -> None:
        element = self.stack[-1]
        if element.closed:
            element.pieces, element.closed = [], False
        element.pieces.append(piece)

    def cut(self, *_: Any) -> None:
        self.stack[-1].closed = True


def _local(name: str) -> str:
    return name.rpartition(":")[2] or name


def _trimmed(text: str) -> str:
    """A text without what cannot be seen at its ends."""
    start, end = 0, len(text)
    while start < end and _unseen(text[start]):
        start += 1
    while end > start and _unseen(text[end - 1]):
        end -= 1
    return text[start:end]


def _unseen(character: str) -> bool:
    from unicodedata import category

    return character in SPACE or category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
