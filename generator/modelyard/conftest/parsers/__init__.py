"""From the bytes of a file to a document, by the names that conftest has for its parsers.

Facts: `parser/parser.go` of conftest 0.71.1. A format that only conftest reads is refused by name,
because a file that is left out would pass. Numbers are as Go's `float64` has them; whole ones are
plain integers here, which conftest has in combined runs, while in others it writes those from a
million on with an exponent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

from modelyard.conftest.errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.conftest.results import Note

OURS = {
    "codeowners": "codeowners",
    "dockerfile": "dockerfile",
    "dotenv": "dotenv",
    "edn": "edn",
    "ignore": "ignore",
    "ini": "ini",
    "json": "json",
    "jsonc": "jsonc",
    "properties": "properties",
    "toml": "toml",
    "xml": "xml",
    "yaml": "yaml",
}
"""The parsers of this package, with their modules."""

OTHERS = {
    "cue": "CUE",
    "cyclonedx": "CycloneDX",
    "groovy": "Groovy",
    "hcl1": "HCL 1",
    "hcl2": "HCL 2",
    "hocon": "HOCON",
    "jsonnet": "Jsonnet",
    "nginx": "the configuration of nginx",
    "spdx": "SPDX",
    "textproto": "the text format of Protocol Buffers",
    "vcl": "VCL",
}
"""The parsers that only conftest has."""

NAMES = frozenset((*OURS, *OTHERS))

MAX_BYTES = 64 << 20
MAX_DEPTH = 200
"""As deep as documents may be nested; engines read them recursively."""
LARGEST_PLAIN = 1e21
"""Whole numbers below this have no exponent in JSON as Go writes it."""
LARGEST_EXACT = 2.0**53

_EXTENSIONS = {
    "dockerfile": "dockerfile",
    "yml": "yaml",
    "yaml": "yaml",
    "hcl": "hcl2",
    "tf": "hcl2",
    "tfvars": "hcl2",
    "gitignore": "ignore",
    "dockerignore": "ignore",
    "env": "dotenv",
    "textproto": "textproto",
    "textpb": "textproto",
}
_FILES = {
    "dockerfile": "dockerfile",
    ".env": "dotenv",
    "nginx.conf": "nginx",
    "jenkinsfile": "groovy",
    "codeowners": "codeowners",
}
_PREFIXES = {"dockerfile.": "dockerfile", ".env.": "dotenv", "jenkinsfile.": "groovy"}
_ORDER = ("dockerfile", "yaml", "hcl2", "ignore", "dotenv", "nginx", "groovy", "textproto")
"""Which name counts where a file has several."""


@dataclass(slots=True)
class Parsed:
    """A document, or a list of documents; and what its text has that is not in it."""

    value: Any
    notes: list[Note] = field(default_factory=list)


def name_of(path: str) -> str | None:
    """The parser for a path; nothing where conftest has none. Standard input is YAML."""
    if path == "-":
        return "yaml"
    parts = [part for part in path.split("/") if part not in ("", ".")]
    name = parts[-1].lower() if parts else ""
    _, dot, extension = name.rpartition(".")
    extension = extension if dot else ""
    found = {_FILES.get(name), _EXTENSIONS.get(extension)}
    found |= {parser for prefix, parser in _PREFIXES.items() if name.startswith(prefix)}
    for parser in _ORDER:
        if parser in found:
            return parser
    if name == "codeowners":
        return "codeowners"
    return extension if extension in NAMES else None


def by_name(name: str) -> Callable[[bytes], Parsed]:
    """A parser; raises `Stopped` for one that there is not."""
    if name in OTHERS:
        raise Stopped(
            f"{OTHERS[name]} is read by conftest alone; test this file with `--engine conftest`"
        )
    if name not in OURS:
        raise Stopped(f"unknown parser: {name}")
    module = import_module(f"modelyard.conftest.parsers.{OURS[name]}")
    parse = cast("Callable[[bytes, list[Note]], Any]", module.parse)

    def bounded(content: bytes) -> Parsed:
        if len(content) > MAX_BYTES:
            raise Stopped(f"larger than {MAX_BYTES >> 20} MiB")
        notes: list[Note] = []
        try:
            value = parse(content, notes)
        except RecursionError:
            raise too_deep() from None
        _measure(value)
        return Parsed(value, notes)

    return bounded


def whole(value: float) -> float:
    """A number as documents have it: without a fraction, it is the integer that Go would write."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_PLAIN:
        return int(value) if abs(value) < LARGEST_EXACT else int(Decimal(repr(value)))
    return value


def too_deep() -> Stopped:
    """What is said of a document that is nested too deep."""
    return Stopped(f"nested deeper than {MAX_DEPTH} levels")


def _measure(value: Any) -> None:
    """Refuse what is too deep, and what is no number in JSON."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        inner: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is dict:
                inner.extend(item.values())
            elif kind is list:
                inner.extend(item)
            elif kind is float and not isfinite(item):
                raise Stopped("infinity and NaN are no numbers in JSON")
        if not inner:
            return
        level = inner
    raise too_deep()
