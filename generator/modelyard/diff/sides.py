"""The objects of one directory of the tree, as they were and as they will be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, sequence
from modelyard.findings import ObjectRef
from modelyard.load.document import parse
from modelyard.load.git import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUFFIXES = (".yaml", ".yml", ".json")
Identity = tuple[str, str, str, str]
"""Group, kind, namespace and name: what makes an object the same object in two versions."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An object, and the file that it is in."""

    value: dict[str, Any]
    file: str
    """Relative to the repository."""
    builder: str = ""
    """What built it; empty for what was read."""

    @property
    def identity(self) -> Identity:
        """What makes it the same object in two versions."""
        metadata = mapping(self.value.get("metadata"))
        group = str(self.value.get("apiVersion") or "").rpartition("/")[0]
        words = (self.value.get("kind"), metadata.get("namespace"), metadata.get("name"))
        kind, namespace, name = (str(word or "") for word in words)
        return group, kind, namespace, name

    @property
    def ref(self) -> ObjectRef:
        """Its name in reports."""
        _, kind, namespace, name = self.identity
        return ObjectRef(str(self.value.get("apiVersion") or ""), kind, namespace or None, name)


Side = dict[Identity, Placed]


@dataclass(slots=True)
class Sides:
    """A directory on both sides. What is in both without a difference is the same value in both."""

    directory: str
    environment: str
    name: str
    before: Side = field(default_factory=dict)
    after: Side = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    """Files that cannot be read, on either side."""

    @property
    def is_gone(self) -> bool:
        """Whether nothing is left of the directory."""
        return bool(self.before) and not self.after

    @property
    def is_new(self) -> bool:
        """Whether the directory was not there."""
        return bool(self.after) and not self.before


def is_manifest(name: str) -> bool:
    """Whether Argo CD would read a file of this name."""
    return name.endswith(SUFFIXES)


def read(file: str, data: bytes) -> list[Placed] | None:
    """The objects of a file; nothing where it cannot be read."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    documents, findings = parse(file, text, kubernetes=True, limit=MAX_BYTES)
    if findings or not all(isinstance(each.value, dict | None) for each in documents):
        return None
    return [Placed(value, file) for document in documents for value in _unlisted(document.value)]


def _unlisted(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a document, those of a List one by one."""
    if not isinstance(value, dict) or not {"apiVersion", "kind"} & value.keys():
        return
    if value.get("kind") == "List" and isinstance(value.get("items"), list):
        for item in sequence(value["items"]):
            yield from _unlisted(item)
    else:
        yield value


def side(placed: Iterator[Placed] | list[Placed]) -> Side:
    """Objects by what they are."""
    return {each.identity: each for each in placed}


def manifests(side: Mapping[Identity, Placed]) -> list[dict[str, Any]]:
    """The objects themselves."""
    return [each.value for each in side.values()]
