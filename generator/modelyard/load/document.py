"""YAML text to plain values, with the position of every key and value.

Because positions, duplicate keys and YAML 1.2 scalars are all needed, values are made here from
the events of libyaml's parser, which also is the fastest reader that keeps positions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from modelyard.findings import Finding, Fix, Location, Route
from modelyard.load import scalars
from modelyard.load.reader import MAX_BYTES
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

Typed = TypeVar("Typed")

Spot = tuple[int, int]
"""Line and column, both counted from 0 as libyaml does."""

MAX_DEPTH = 64
MAX_DEPTH_KUBERNETES = 200
BYTES_A_NODE = 10
"""A document may have one value for so many bytes that its file may have."""
MAX_MISTAKES = 200
"""Of one file; nobody reads more of them."""


@dataclass(slots=True)
class Document:
    """One YAML document: its value, and where everything in it stands."""

    file: str
    text: str
    value: Any = None
    marks: dict[int, Any] = field(default_factory=dict)
    """By `id` of a mapping: its keys' spots and their values'; of a list: its items' spots."""
    start: Spot = (0, 0)
    separator: int | None = None
    """The line, from 0, at which it begins; none for the first document of a file."""
    root: Route = ()
    """To the value in the document of the file, where it is an item of a list."""
    doubtful: list[tuple[Spot, str]] = field(default_factory=list)
    """Plain scalars of a manifest about which readers of YAML may disagree."""

    def at(self, route: Route) -> Any:
        """The value at a route; raises `LookupError` where there is none."""
        value = self.value
        for step in route:
            try:
                value = value[step]
            except TypeError:
                raise LookupError(route) from None
        return value

    def locate(self, route: Route, *, key: bool = False, within: int = 0) -> Location:
        """The position of the value (or the key) at a route, or of the nearest written parent.

        With `within`, of that line of a text in a literal block, counted from 1.
        """
        value, spot = self.value, self.start
        for depth, step in enumerate(route):
            mark = self.marks.get(id(value))
            if mark is None:
                break
            try:
                found = mark[step]
                value = value[step]
            except (LookupError, TypeError):
                break
            if isinstance(mark, list):
                spot = found
            else:
                last = depth == len(route) - 1
                filled = isinstance(value, dict | list) and bool(value)
                spot = found[:2] if filled or (key and last) else found[2:]
        if within and (line := self._line(spot, within)) is not None:
            return line
        return Location(self.file, spot[0] + 1, spot[1] + 1)

    def _line(self, spot: Spot, number: int) -> Location | None:
        """A line of the literal block that begins at a spot, if one does."""
        lines = lines_of(self.text)
        line = spot[0] + number
        if line >= len(lines) or lines[spot[0]][spot[1] : spot[1] + 1] != "|":
            return None
        indentation = len(lines[line]) - len(lines[line].lstrip())
        return Location(self.file, line + 1, indentation + 1)


@lru_cache(maxsize=2)
def lines_of(text: str) -> list[str]:
    """The lines of a file, which many documents may share, cut once."""
    return text.split("\n")


Place = tuple[Document, Route]
"""A document, and a route in it."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Typed]):
    """A typed value, and the document that it was read from."""

    document: Document
    value: Typed


class Unreadable(Exception):  # noqa: N818 - never leaves this module
    """The text cannot be read on: a limit was reached."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def parse(
    file: str, text: str, *, kubernetes: bool = False, limit: int = MAX_BYTES
) -> tuple[list[Document], list[Finding]]:
    """All documents of a file, and what is wrong with its YAML.

    Where there are findings, documents hold what could be read: of duplicate keys the first.
    With `kubernetes`, plain scalars mean what they mean to Kubernetes.
    """
    import yaml

    reader = _Reader(file, text, kubernetes=kubernetes, limit=limit)
    try:
        _refuse_size(file, text, limit, reader.max_depth)
        if not kubernetes:
            _refuse_other_breaks(file, text)
        parser = yaml.CSafeLoader(text)
        try:
            return list(reader.documents(parser)), reader.findings
        finally:
            parser.dispose()
    except Unreadable as stop:
        reader.findings.append(stop.finding)
    except yaml.MarkedYAMLError as error:
        reader.findings.append(_syntax(file, text, error))
    except yaml.reader.ReaderError as error:
        reader.findings.append(_character(file, text, error))
    return [], reader.findings


def rendered(file: str, text: str) -> Document:
    """The document of a manifest as it was just rendered; nothing of ours is too large to read."""
    import yaml

    parser = yaml.CSafeLoader(text)
    try:
        limit = len(text) * BYTES_A_NODE
        return next(_Reader(file, text, kubernetes=True, limit=limit).documents(parser))
    finally:
        parser.dispose()


class _Reader:
    """Makes values from events."""

    def __init__(self, file: str, text: str, *, kubernetes: bool, limit: int) -> None:
        import yaml

        self.file = file
        self.text = text
        self.max_depth = MAX_DEPTH_KUBERNETES if kubernetes else MAX_DEPTH
        self.max_nodes = limit // BYTES_A_NODE
        self.resolve = scalars.resolve_as_kubernetes if kubernetes else scalars.resolve
        self.doubted = scalars.DOUBTFUL if kubernetes else frozenset()
        self.doubtful: list[tuple[Spot, str]] = []
        self.findings: list[Finding] = []
        self.frames: list[_Frame] = []
        """The collections around what is being read."""
        self.nodes = 0
        self.events = yaml
        self.openings = {yaml.MappingStartEvent: dict, yaml.SequenceStartEvent: list}
        self.closings = (yaml.MappingEndEvent, yaml.SequenceEndEvent)

    def documents(self, parser: Any) -> Iterator[Document]:
        first = True
        while True:
            event = parser.get_event()
            kind = type(event)
            if kind is self.events.StreamEndEvent:
                return
            if kind is self.events.DocumentStartEvent:
                document = self.document(parser)
                document.separator = None if first else event.start_mark.line
                first = False
                yield document

    def document(self, parser: Any) -> Document:
        """One document. Iterative, because input decides the depth."""
        self.doubtful = []
        document = Document(self.file, self.text, doubtful=self.doubtful)
        frames: list[_Frame] = []
        self.frames = frames
        frame: _Frame | None = None
        end = self.events.DocumentEndEvent
        while True:
            event = parser.get_event()
            kind = type(event)
            if kind is end:
                return document
            if kind in self.closings:
                frames.pop()
                frame = frames[-1] if frames else None
                continue
            start = event.start_mark
            spot = (start.line, start.column)
            value = self.value(event, kind, spot)
            if frame is None:
                document.value, document.start = value, spot
            elif frame.items is not None:
                frame.items.append(value)
                frame.spots.append(spot)
            elif frame.key is None:
                frame.key, frame.key_spot = self.key(event, kind, value, spot), spot
                if kind in self.openings:
                    self.skip(parser, len(frames))
                continue
            else:
                self.pair(frame, value, spot)
            if kind in self.openings:
                if len(frames) >= self.max_depth:
                    self.limit(f"nested deeper than {self.max_depth} levels", spot)
                frame = _Frame(value)
                frames.append(frame)
                document.marks[id(value)] = frame.spots

    def value(self, event: Any, kind: Any, spot: Spot) -> Any:
        """The value that an event begins; of a collection, an empty one to be filled."""
        self.count(spot)
        if kind is self.events.AliasEvent:
            self.complain(
                "yaml/alias",
                f"alias `*{shown(event.anchor)}` is not allowed",
                spot,
                "write the value out; a file must say what it means where it says it",
            )
            return None
        if event.tag is not None:
            self.complain(
                "yaml/tag",
                f"tag `{shown(event.tag)}` is not allowed",
                spot,
                "leave the tag out; quote text",
            )
        if kind is self.events.ScalarEvent:
            tagged = event.style or event.tag is not None
            return event.value if tagged else self.plain(event, spot)
        return self.openings[kind]()

    def pair(self, frame: _Frame, value: Any, spot: Spot) -> None:
        """A key with its value; of two keys of one name the first counts."""
        key = frame.key
        if key is _NO_KEY:
            pass
        elif key in frame.mapping:
            self.complain(
                "yaml/duplicate-key",
                f"key `{shown(str(key))}` is written twice, first in line {frame.spots[key][0] + 1}",
                frame.key_spot,
                "leave one of them out; readers disagree about which one counts",
            )
        else:
            frame.mapping[key] = value
            frame.spots[key] = (*frame.key_spot, *spot)
        frame.key = None

    def plain(self, event: Any, spot: Spot) -> scalars.Scalar:
        if event.value[:1] in self.doubted:
            self.doubtful.append((spot, event.value))
        try:
            return self.resolve(event.value)
        except scalars.Ambiguous as error:
            route = self.route() if error.help.startswith("quote it") else None
            fix = Fix(quote=(route,)) if route is not None else None
            self.complain("yaml/ambiguous", str(error), spot, error.help, fix)
            return str(event.value)

    def route(self) -> Route | None:
        """The way to the value that is being read; nothing where a key is, or below one that is none."""
        *outer, inner = self.frames or [_Frame({})]
        last = len(inner.items) if inner.items is not None else inner.key
        steps = (*(frame.last for frame in outer), last)
        return steps if all(isinstance(step, str | int) for step in steps) else None

    def key(self, event: Any, kind: Any, value: Any, spot: Spot) -> Any:
        if kind is self.events.AliasEvent:
            return _NO_KEY
        if kind is not self.events.ScalarEvent:
            self.complain(
                "yaml/key",
                "a key must be text",
                spot,
                "write a word before the colon, and quote text that starts with `{` or `[`",
            )
            return _NO_KEY
        text = str(event.value)
        if text == "<<" and not event.style:
            self.complain(
                "yaml/alias", "merge keys (`<<`) are not allowed", spot, "write the keys out"
            )
        elif not isinstance(value, str):
            self.frames[-1].key = text
            route = self.route() if value is not None else None
            self.complain(
                "yaml/key",
                f"`{shown(text)}` is not text as a key",
                spot,
                f'quote it: "{shown(text)}"',
                Fix(rename=((route, text),)) if route is not None else None,
            )
        return text

    def skip(self, parser: Any, depth: int) -> None:
        """Read past a collection that stands where a key should, at a depth."""
        outside = depth
        depth += 1
        while depth > outside:
            event = parser.get_event()
            spot = (event.start_mark.line, event.start_mark.column)
            self.count(spot)
            depth += (type(event) in self.openings) - (type(event) in self.closings)
            if depth > self.max_depth:
                self.limit(f"nested deeper than {self.max_depth} levels", spot)

    def count(self, spot: Spot) -> None:
        self.nodes += 1
        if self.nodes > self.max_nodes:
            self.limit(f"larger than {self.max_nodes} values", spot)

    def limit(self, what: str, spot: Spot) -> None:
        raise Unreadable(
            self.finding("yaml/limit", f"the document is {what}", spot, "no spec needs that")
        )

    def complain(
        self, rule: str, message: str, spot: Spot, help: str, fix: Fix | None = None
    ) -> None:
        if len(self.findings) == MAX_MISTAKES:
            rest = f"this file has more than {MAX_MISTAKES} mistakes"
            raise Unreadable(self.finding("yaml/limit", rest, spot, "see to those before it"))
        self.findings.append(self.finding(rule, message, spot, help, fix))

    def finding(
        self, rule: str, message: str, spot: Spot, help: str, fix: Fix | None = None
    ) -> Finding:
        at = Location(self.file, spot[0] + 1, spot[1] + 1)
        return Finding(rule, message, at, help=help, fix=fix)


_NO_KEY: Any = object()
"""Stands for a key that is none; its value is read, and left out."""


class _Frame:
    """A collection that is being filled."""

    __slots__ = ("items", "key", "key_spot", "mapping", "spots")

    def __init__(self, value: Any) -> None:
        listed = type(value) is list
        self.items: list[Any] | None = value if listed else None
        self.mapping: dict[Any, Any] = {} if listed else value
        self.spots: Any = [] if listed else {}
        self.key: Any = None
        self.key_spot: Spot = (0, 0)

    @property
    def last(self) -> Any:
        """The step to what was put into it last."""
        if self.items is not None:
            return len(self.items) - 1
        return next(reversed(self.mapping), None)


def _refuse_size(file: str, text: str, limit: int, max_depth: int) -> None:
    """Refuse what libyaml would take seconds for: size, tag directives, deep flow collections."""
    if len(text) > limit:
        at = Location(file, 1, 1)
        raise Unreadable(
            Finding("yaml/limit", f"the file is larger than {limit >> 20} MiB", at, help="split it")
        )
    if text.count("%TAG") > max_depth:
        line = text.count("\n", 0, text.index("%TAG")) + 1
        message = f"the file has more than {max_depth} tag directives"
        raise Unreadable(
            Finding("yaml/limit", message, Location(file, line, 1), help="leave them out")
        )
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for line, content in enumerate(text.split("\n"), 1):
        for column, character in enumerate(content, 1):
            if character in "[{":
                depth += 1
                if depth > max_depth:
                    at = Location(file, line, column)
                    message = f"the document is nested deeper than {max_depth} levels"
                    raise Unreadable(Finding("yaml/limit", message, at, help="no spec needs that"))
            elif character in "]}":
                depth = max(0, depth - 1)


_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")


def _refuse_other_breaks(file: str, text: str) -> None:
    """Refuse line breaks of YAML 1.1 that YAML 1.2 and editors do not know: lines would be misnumbered."""
    found = _OTHER_BREAKS.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        at = Location(file, line, found.start() - text.rfind("\n", 0, found.start()))
        code = f"{ord(found[0]):04X}"
        message = f"character U+{code} ends a line for some readers of YAML and not for others"
        help_ = f'delete it, or write it as "\\u{code}" in double quotes'
        raise Unreadable(Finding("yaml/character", message, at, help=help_))


_STARTS_HELP = {
    "\t": "indent with spaces; YAML does not allow tabs",
    "@": "quote a value that starts with `@`",
    "`": "quote a value that starts with a backtick",
    "%": "quote a value that starts with `%`",
}
_PROBLEM_HELP = {
    "mapping values are not allowed": "quote a value that holds `: `; or look at the end of the line above",
    "unexpected end of stream": "a quote is not closed",
    "expected ',' or ']'": "close the bracket, or put a comma between the items",
    "expected ',' or '}'": "close the brace, or put a comma between the items",
    "could not find expected ':'": "a key ends in a colon and a space",
    "expected '-' indicator": "a list and a mapping cannot share one indentation",
    "expected key": "compare the indentation with the lines above",
}


def _syntax(file: str, text: str, error: Any) -> Finding:
    problem = error.problem or "the YAML cannot be read"
    unclosed = "unexpected end of stream" in problem or "expected ','" in problem
    mark = (error.context_mark if unclosed else None) or error.problem_mark
    lines = text.split("\n")
    line = min(mark.line, len(lines) - 1) if mark else 0
    column = mark.column if mark and line == mark.line else len(lines[line])
    indentation = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
    start = "\t" if "\t" in indentation else lines[line][column : column + 1]
    help_ = _STARTS_HELP.get(start) or next(
        (advice for words, advice in _PROBLEM_HELP.items() if words in problem), ""
    )
    where = f" ({error.context})" if error.context else ""
    return Finding(
        "yaml/syntax", f"{problem}{where}", Location(file, line + 1, column + 1), help=help_
    )


def _character(file: str, text: str, error: Any) -> Finding:
    at = text.encode("utf-8", "surrogatepass")[: error.position].decode("utf-8", "replace")
    line = at.count("\n")
    column = len(at) - (at.rfind("\n") + 1)
    return Finding(
        "yaml/character",
        f"character U+{_code(error.character):04X} is not allowed in YAML",
        Location(file, line + 1, column + 1),
        help="delete it; it cannot be seen in most editors",
    )


def _code(character: Any) -> int:
    return character if isinstance(character, int) else ord(character)
