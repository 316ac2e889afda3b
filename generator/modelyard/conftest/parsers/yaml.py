"""YAML as sigs.k8s.io/yaml 1.6 reads it, cut into documents as conftest cuts it.

Facts: `parser/yaml/yaml.go` of conftest 0.71.1, go-yaml 2.4. A document ends only at a line that is
`---` and nothing else, with the line ends that the file has: CRLF if there is one anywhere. Of what
stands between two such lines only the first document is read. Of duplicate keys the last counts;
merged keys count where they stand; unknown tags are text; keys become text; timestamps stay text.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import decoded, single
from modelyard.conftest.parsers import MAX_DEPTH, too_deep, whole
from modelyard.conftest.results import Note
from modelyard.load.scalars import Ambiguous, resolve_as_kubernetes
from modelyard.words import shown

if TYPE_CHECKING:
    from modelyard.load.scalars import Scalar

_TAG = "tag:yaml.org,2002:"
_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "null": (type(None),),
}
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"([Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}([.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})"
    r"| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}([.,][0-9]+)?)?"
)
_ESCAPED_SLASH = re.compile(r'"(?:[^"\\]|\\[^/])*\\/', re.DOTALL)
MAX_INT = 2**63
MAX_TAGS = 200


def parse(content: bytes, notes: list[Note]) -> Any:
    """The document of a text, or the list of its documents where there is more than one."""
    line = 1
    found = []
    for part in _parts(content):
        reader = _Reader(part)
        found.append(reader.document())
        if reader.unread is not None:
            notes.append(
                Note(
                    "input/unread-document",
                    "what begins here is not tested: documents are told apart only by lines"
                    " that are `---` and nothing else, with one kind of line end in the file",
                    line=line + reader.unread,
                )
            )
        line += part.count(b"\n") + 2
    return found if len(found) > 1 else found[0]


def _parts(content: bytes) -> list[bytes]:
    """Documents; directives at the very start belong to the first."""
    end = b"\r\n" if b"\r\n" in content else b"\n"
    separator = end + b"---" + end
    parts = content.split(separator)
    if not content.startswith(b"%"):
        return parts
    return [separator.join(parts[:2]), *parts[2:]]


@dataclass(slots=True)
class _Anchor:
    """What a name stands for. `size` counts what reading it again would do."""

    value: Any
    size: int
    depth: int
    open: bool = False


@dataclass(slots=True)
class _Frame:
    """A collection that is being filled."""

    value: Any
    anchor: str | None
    begun: int
    key: str | None = None
    merging: bool = False
    depth: int = 1
    """How deep it goes, itself counted."""


@dataclass(slots=True)
class _Reader:
    """Makes the first document of a text from the events of libyaml."""

    content: bytes
    unread: int | None = None
    """The line, from 0, of what follows the first document."""
    size: int = 0
    aliased: int = 0
    anchors: dict[str, _Anchor] = field(default_factory=dict)
    frames: list[_Frame] = field(default_factory=list)
    text: str = ""
    """The content, where it has escapes that only libyaml knows."""

    def __post_init__(self) -> None:
        self.text = decoded(self.content) if b"\\/" in self.content else ""

    def document(self) -> Any:
        """The value; nothing for an empty text. Iterative, because input decides the depth."""
        import yaml

        if self.content.count(b"%TAG") > MAX_TAGS:
            raise Stopped(f"more than {MAX_TAGS} tag directives")
        try:
            parser = yaml.CSafeLoader(self.content)
        except yaml.YAMLError as error:
            raise _syntax(error) from None
        try:
            value = self._first(parser, yaml)
            self._look_on(parser, yaml)
        except yaml.YAMLError as error:
            raise _syntax(error) from None
        finally:
            parser.dispose()
        self._refuse_aliases()
        return value

    def _first(self, parser: Any, yaml: Any) -> Any:
        openings = {yaml.MappingStartEvent: dict, yaml.SequenceStartEvent: list}
        closings = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        value = None
        while True:
            event = parser.get_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                value = self._scalar(event)
            elif kind in openings:
                self._open(openings[kind](), event.anchor)
            elif kind in closings:
                value = self._close()
            elif kind is yaml.DocumentStartEvent:
                if event.version not in (None, (1, 1)):
                    raise Stopped(f"line {_line(event)}: the version of YAML must be 1.1")
            elif kind is yaml.AliasEvent:
                value = self._alias(event)
            elif kind is yaml.DocumentEndEvent:
                return value
            elif kind is yaml.StreamEndEvent:
                return None

    def _look_on(self, parser: Any, yaml: Any) -> None:
        """Find out whether there is more, which Go does not."""
        try:
            event = parser.get_event()
        except yaml.MarkedYAMLError as error:
            self.unread = error.problem_mark.line if error.problem_mark else 0
            return
        if event is not None and not isinstance(event, yaml.StreamEndEvent):
            self.unread = event.start_mark.line

    def _scalar(self, event: Any) -> Any:
        self.size += 1
        text = str(event.value)
        if self.text and event.style == '"':
            self._refuse_slash(event)
        frame = self.frames[-1] if self.frames else None
        key = frame is not None and isinstance(frame.value, dict) and not _has_key(frame)
        if key and text == "<<" and (event.implicit[0] or event.tag == f"{_TAG}merge"):
            assert frame is not None
            frame.merging = True
            return None
        try:
            value = _resolved(text, event)
        except Ambiguous:
            value = float(text.replace(".", "", 1))
        if event.anchor:
            self.anchors[event.anchor] = _Anchor(value, 1, 0)
        return self._put(value, 0, event)

    def _refuse_slash(self, event: Any) -> None:
        """Refuse an escape that go-yaml does not know, and libyaml does."""
        written = self.text[event.start_mark.index : event.end_mark.index]
        if _ESCAPED_SLASH.match(written):
            raise Stopped(f"line {_line(event)}: `\\/` is no escape to conftest's YAML")

    def _open(self, value: Any, anchor: str | None) -> None:
        self.size += 1
        if len(self.frames) >= MAX_DEPTH:
            raise too_deep()
        if (
            self.frames
            and isinstance(self.frames[-1].value, dict)
            and not _has_key(self.frames[-1])
        ):
            raise Stopped("a mapping or a list cannot be a key")
        if anchor:
            self.anchors[anchor] = _Anchor(value, 0, 0, open=True)
        self.frames.append(_Frame(value, anchor, self.size))

    def _close(self) -> Any:
        frame = self.frames.pop()
        if frame.anchor and self.anchors[frame.anchor].value is frame.value:
            size = self.size - frame.begun + 1
            self.anchors[frame.anchor] = _Anchor(frame.value, size, frame.depth)
        return self._put(frame.value, frame.depth, None)

    def _alias(self, event: Any) -> Any:
        anchor = self.anchors.get(event.anchor)
        name = shown(event.anchor)
        if anchor is None:
            raise Stopped(f"line {_line(event)}: unknown anchor `{name}`")
        if anchor.open:
            raise Stopped(f"line {_line(event)}: the anchor `{name}` contains itself")
        self.size += 1 + anchor.size
        self.aliased += anchor.size
        self._refuse_aliases()
        if len(self.frames) + anchor.depth > MAX_DEPTH:
            raise too_deep()
        return self._put(anchor.value, anchor.depth, event, alias=True)

    def _put(self, value: Any, depth: int, event: Any, *, alias: bool = False) -> Any:
        """A value into what is being filled; in a mapping every other value is a key."""
        if not self.frames:
            return _plain(value)
        frame = self.frames[-1]
        if depth >= frame.depth:
            frame.depth = depth + 1
        if isinstance(frame.value, list):
            frame.value.append(_plain(value))
        elif frame.merging:
            frame.merging = False
            _merge(frame.value, value, alias=alias)
        elif frame.key is None:
            frame.key = value if type(value) is str else _key(value, event)
        else:
            frame.value[frame.key] = _plain(value)
            frame.key = None
        return value

    def _refuse_aliases(self) -> None:
        """Refuse a document that is mostly aliases, by the bounds of go-yaml."""
        if self.aliased > 100 and self.size > 1000 and self.aliased / self.size > _share(self.size):
            raise Stopped("the document consists of aliases for the most part")


def _has_key(frame: _Frame) -> bool:
    return frame.merging or frame.key is not None


def _plain(value: Any) -> Any:
    """A value as documents have it: a number is 64 bits of floating point."""
    return whole(float(value)) if type(value) is int or type(value) is float else value


def _resolved(text: str, event: Any) -> Scalar:
    """What a scalar means; raises `Ambiguous` for infinity and NaN."""
    if event.tag is None:
        return resolve_as_kubernetes(text) if event.implicit[0] else text
    tag = event.tag.removeprefix(_TAG) if event.tag.startswith(_TAG) else ""
    if tag == "binary":
        try:
            return decoded(b64decode(re.sub(r"[\r\n]", "", text), validate=True))
        except (binascii.Error, ValueError):
            raise Stopped(f"line {_line(event)}: `!!binary` must be base64") from None
    if tag == "timestamp" and _TIMESTAMP.fullmatch(text):
        return text
    if tag not in _TYPES and tag != "timestamp":
        return text
    value = resolve_as_kubernetes(text)
    if tag == "timestamp" or type(value) not in _TYPES[tag]:
        raise Stopped(f"line {_line(event)}: `{shown(text)}` cannot be read as `!!{tag}`")
    return float(value) if tag == "float" and isinstance(value, int) else value


def _key(value: Any, event: Any) -> str:
    """The text of a key that is none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value < MAX_INT:
        return str(value)
    if isinstance(value, float):
        text = single(value)
        return {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}.get(text, text)
    what = "nothing" if value is None else "what is no text and no number of 64 bits"
    raise Stopped(f"line {_line(event)}: {what} cannot be a key")


def _merge(target: dict[str, Any], value: Any, *, alias: bool) -> None:
    """The keys of one or more mappings, over those that are there; the first mapping counts most."""
    sources = value if isinstance(value, list) and not alias else [value]
    for source in reversed(sources):
        if not isinstance(source, dict):
            raise Stopped("`<<` needs a mapping, or a list of mappings")
        target.update(source)


def _share(size: int) -> float:
    """How much of a document may come from aliases."""
    if size <= 400_000:
        return 0.99
    return max(0.10, 0.99 - 0.89 * (size - 400_000) / 3_600_000)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _syntax(error: Any) -> Stopped:
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}: " if mark else ""
    return Stopped(f"{place}{getattr(error, 'problem', None) or shown(str(error))}")
