"""YAML. Facts: Open Policy Agent 1.21's `internal/yaml`, and go.yaml.in/yaml v3 that it uses.

That reads the words of YAML 1.1 for true and false as text, but its numbers as Kubernetes' reader
does, and of keys that are there twice the last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import StringIO
from math import isfinite
from struct import pack
from typing import TYPE_CHECKING, Any

import yaml
from yaml.emitter import Emitter

from modelyard.load.scalars import Ambiguous, resolve_as_kubernetes
from modelyard.rego.builtins import BuiltinError, builtin
from modelyard.rego.builtins.formatting import go_float
from modelyard.rego.builtins.json_text import marshalled, plain
from modelyard.rego.builtins.operands import decoded, string, too_large, utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.rego.values import Value

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MOST_NODES = 1_000_000
_TAG = "tag:yaml.org,2002:"


def scalar(text: str) -> Value:
    """The value of a plain scalar."""
    try:
        found = resolve_as_kubernetes(text)
    except Ambiguous:
        name = {"n": "NaN", "i": "-Inf" if text[0] == "-" else "+Inf"}[
            text.lstrip("+-.")[0].lower()
        ]
        raise BuiltinError(f"json: unsupported value: {name}") from None
    if type(found) is bool and text.lower() not in ("true", "false"):
        return text
    if type(found) is float:
        return int(found) if found.is_integer() else found
    return found


@dataclass
class _Reader:
    """The composition of a document from events."""

    events: Iterator[Any]
    anchors: dict[str, tuple[Value, int]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    size: int = 0

    def grow(self, by: int) -> None:
        self.size += by
        if self.size > _MOST_NODES:
            raise too_large("the YAML document")

    def node(self, event: Any) -> Value:
        before = self.size
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in self.open:
                raise BuiltinError(f"yaml: anchor '{event.anchor}' value contains itself")
            if event.anchor not in self.anchors:
                raise BuiltinError(f"yaml: unknown anchor '{event.anchor}' referenced")
            found, size = self.anchors[event.anchor]
            self.grow(size)
            return found
        self.grow(1)
        if event.anchor:
            self.open.add(event.anchor)
        if isinstance(event, yaml.ScalarEvent):
            made = _tagged(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            made = []
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                made.append(self.node(inner))
        else:
            made = self.mapping()
        if event.anchor:
            self.open.discard(event.anchor)
            self.anchors[event.anchor] = made, self.size - before
        return made

    def mapping(self) -> Value:
        made: dict[str, Value] = {}
        merged: list[dict[str, Value]] = []
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if _is_merge(event):
                merged.extend(_maps(self.node(next(self.events))))
                continue
            name = _name(self.node(event))
            made[name] = self.node(next(self.events))
        for other in merged:
            for name, value in other.items():
                made.setdefault(name, value)
        return made


def _is_merge(event: Any) -> bool:
    if not isinstance(event, yaml.ScalarEvent) or event.value != "<<":
        return False
    return event.tag == f"{_TAG}merge" or (event.tag is None and event.implicit[0])


def _maps(value: Value) -> list[dict[str, Value]]:
    found = value if type(value) is list else [value]
    if not all(type(one) is dict for one in found):
        raise BuiltinError("yaml: map merge requires map or sequence of maps as the value")
    return found


def _name(value: Value) -> str:
    """The text that a key has in JSON."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float:
        return _short(value)
    if value is None:
        raise BuiltinError("unsupported map key of type: %!s(<nil>), key: <nil>")
    raise BuiltinError("yaml: invalid map key")


def _short(value: float) -> str:
    """A number in the fewest digits that 32 bits need."""
    wanted = pack("f", value)
    forms = (f"{value:.{digits}g}" for digits in range(1, 10))
    return go_float(float(next(form for form in forms if pack("f", float(form)) == wanted)))


_SHORT = {str: "str", int: "int", float: "float", bool: "bool", type(None): "null"}


def _tagged(event: Any) -> Value:
    """The value of a scalar."""
    text = event.value
    if event.tag is None:
        return scalar(text) if event.implicit[0] else text
    kind = event.tag.removeprefix(_TAG)
    if kind == "binary":
        from modelyard.rego.builtins.encoding import base64_decoded

        return decoded(base64_decoded(text))
    if kind not in ("int", "float", "bool", "null"):
        return text
    found = scalar(text)
    names = {"int": int, "float": (int, float), "bool": bool, "null": type(None)}
    wanted = names[kind]
    if not isinstance(found, wanted) or (type(found) is bool and kind != "bool"):  # type: ignore[arg-type]
        raise BuiltinError(f"yaml: cannot decode !!{_SHORT[type(found)]} `{text}` as a !!{kind}")
    return found


def _line(error: yaml.MarkedYAMLError) -> str:
    """The line of an error as go-yaml counts it."""
    marks = [mark.line for mark in (error.context_mark, error.problem_mark) if mark and mark.line]
    scanner = isinstance(error, yaml.scanner.ScannerError)
    return f"line {marks[0] + scanner}: " if marks else ""


def unmarshalled(text: str) -> Value:
    """The value of the first document of a text, all of whose documents can be read."""
    found: list[Value] = []
    try:
        events = yaml.parse(utf8(text), Loader=_LOADER)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                made = _Reader(events).node(next(events))
                found.append(made)
    except yaml.MarkedYAMLError as error:
        raise BuiltinError(f"yaml: {_line(error)}{error.problem}") from None
    except yaml.reader.ReaderError as error:
        raise BuiltinError(f"yaml: {error.reason}") from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise BuiltinError(f"yaml: {error}") from None
    except RecursionError:
        raise BuiltinError("yaml: exceeded max depth") from None
    return found[0] if found else None


@builtin("yaml.unmarshal")
def unmarshal(text: Value) -> Value:
    """The value of YAML."""
    return unmarshalled(string(text, 1))


@builtin("yaml.is_valid")
def is_valid(text: Value) -> Value:
    """Whether a text is YAML whose value JSON has too."""
    if type(text) is not str:
        return False
    try:
        unmarshalled(text)
    except BuiltinError:
        return False
    return True


class _Emitter(Emitter):
    """PyYAML's emitter, with sequences indented within mappings."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent by one level; a sequence in a mapping is no exception."""
        del indentless
        super().increase_indent(flow, indentless=False)

    def analyze_scalar(self, scalar: str) -> Any:
        """What styles a text can have; one of several lines may have tabs."""
        if "\n" not in scalar:
            return super().analyze_scalar(scalar)
        found = super().analyze_scalar(scalar.replace("\t", "t"))
        found.scalar = scalar
        return found

    def check_simple_key(self) -> bool:
        """Whether a key stands on the line of its value, as an empty one does too."""
        empty = isinstance(self.event, yaml.ScalarEvent) and self.event.value == ""
        return bool(super().check_simple_key()) or empty


@builtin("yaml.marshal")
def marshal(value: Value) -> Value:
    """The YAML of a value."""
    if _CONTROL.search(marshalled(value)):
        raise BuiltinError("yaml: control characters are not allowed")
    stream = StringIO()
    emitter = _Emitter(stream, indent=2, width=1 << 30, allow_unicode=True)
    start = [yaml.StreamStartEvent(), yaml.DocumentStartEvent(explicit=False)]
    end = [yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent()]
    for event in (*start, *_events(plain(value)), *end):
        emitter.emit(event)
    made = stream.getvalue()
    if made.endswith("\n...\n"):
        made = made.removesuffix("...\n")
    return made.removeprefix("--- ") if value == "" else made


def _events(value: Any) -> Iterator[Any]:
    kind = type(value)
    if kind is dict:
        yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=not value)
        for name in sorted(value, key=_natural):
            yield from _events(name)
            yield from _events(value[name])
        yield yaml.MappingEndEvent()
    elif kind is list:
        yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=not value)
        for item in value:
            yield from _events(item)
        yield yaml.SequenceEndEvent()
    elif kind is str:
        style = None if _may_be_plain(value) else '"'
        if "\n" in value and not _LARGE.search(value):
            style = "|"
        yield yaml.ScalarEvent(None, None, (True, True), value, style=style)
    else:
        yield yaml.ScalarEvent(None, None, (True, True), _number(value), style=None)


def _number(value: Value) -> str:
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value) if abs(value) < 1 << 64 else go_float(float(value))
    return go_float(value) if isfinite(value) else str(value)


_CONTROL = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")
_LARGE = re.compile("[\U00010000-\U0010ffff]")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_OLD_BOOLS = frozenset(
    form
    for word in ("y", "yes", "on", "n", "no", "off")
    for form in (word, word.capitalize(), word.upper())
)
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})"
    r"| +[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:[.,][0-9]+)?)?"
)


def _may_be_plain(text: str) -> bool:
    """Whether a text is read as text when it has no quotes."""
    if (
        text in _OLD_BOOLS
        or _LARGE.search(text)
        or _BASE_60.fullmatch(text)
        or _TIMESTAMP.fullmatch(text)
    ):
        return False
    try:
        return type(scalar(text)) is str
    except BuiltinError:
        return False


def _natural(name: str) -> list[tuple[int, int, str]]:
    """A key by which keys stand in YAML: numbers in them count as such."""
    return [
        (2, 0, part)
        if part[0].isalpha()
        else (0, int(part[:18]), part)
        if part.isdecimal()
        else (1, 0, part)
        for part in re.findall(r"[0-9]+|.", name, re.DOTALL)
    ]
