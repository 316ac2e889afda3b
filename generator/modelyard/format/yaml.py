"""Manifests as YAML that every reader understands alike.

Because Kubernetes, Argo CD, PyYAML and editors follow different versions of YAML, a string is left
plain only where none of them could read anything else; the others are quoted. Text of several
lines becomes a literal block, lines are never wrapped, and there are no anchors. We write this
ourselves because the general emitters are slower by a factor of nine, or leave `y` and `1e3` bare.
"""

from __future__ import annotations

import re
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

_PLAIN = re.compile(
    r"(?:(?:--?)?[A-Za-z/]|_)(?:[A-Za-z0-9_./+@%=,;()<>|'$*#-]|:(?![\s]|$)| (?![ #]|$))*"
    r"|(?:[0-9]+(?:\.[0-9]+)?(?:ms|[mshdkMGTPE]|[KMGTPE]i))+"
)
"""Strings that are strings to every reader, save the words below."""

_WORDS = frozenset(
    form
    for word in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
    for form in (word, word.capitalize(), word.upper())
)
_EXPONENT = re.compile(r"[0-9.]+E")
"""An exabyte is written with the letter of an exponent."""

_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")

_known: dict[str, str] = {}
"""Strings of one line already written; bounded, because trees repeat a few thousand of them."""
_KNOWN_LIMIT = 50_000
_KNOWN_LENGTH = 1_000
"""Readers look for a key's colon within 1,024 characters."""


def emit(manifest: dict[str, Any], header: str = "") -> bytes:
    """One document in UTF-8, keys in the order of the mapping. Raises `ValueError` for NaN."""
    out: list[str] = [f"# {header}\n"] if header else []
    if manifest:
        _mapping(out, manifest, "", "")
    else:
        out.append("{}\n")
    return "".join(out).encode()


def _mapping(out: list[str], value: dict[str, Any], first: str, rest: str) -> None:
    """Lines of a mapping; `first` is what the first line begins with, `rest` the others."""
    lead = first
    known = _known.get
    for key, item in value.items():
        name = known(key) or _key(key, rest)
        kind = type(item)
        if kind is str:
            text = known(item) or (_block(item, rest) if "\n" in item else scalar(item))
            out.append(f"{lead}{name}: {text}\n")
        elif kind is dict and item:
            inner = rest + "  "
            out.append(f"{lead}{name}:\n")
            _mapping(out, item, inner, inner)
        elif kind is list and item:
            inner = rest + "  "
            out.append(f"{lead}{name}:\n")
            _sequence(out, item, inner, inner)
        else:
            out.append(f"{lead}{name}: {_other(item)}\n")
        lead = rest


def _sequence(out: list[str], value: list[Any], first: str, rest: str) -> None:
    lead = first
    for item in value:
        kind = type(item)
        if kind is dict and item:
            _mapping(out, item, f"{lead}- ", rest + "  ")
        elif kind is str:
            text = _block(item, rest) if "\n" in item else scalar(item)
            out.append(f"{lead}- {text}\n")
        elif kind is list and item:
            _sequence(out, item, f"{lead}- ", rest + "  ")
        else:
            out.append(f"{lead}- {_other(item)}\n")
        lead = rest


def _key(text: str, rest: str) -> str:
    """A key before its colon; readers look for the colon of a long one only after a `?`."""
    name = scalar(text)
    return name if len(name) <= _KNOWN_LENGTH else f"? {name}\n{rest}"


def scalar(text: str) -> str:
    """A string on one line, quoted where any reader would take it for something else."""
    found = _known.get(text)
    if found is None:
        found = _quoted(text)
        if _memorable(text, found):
            _known[text] = found
    return found


def _memorable(text: str, found: str) -> bool:
    """Not where a key and a value are written differently."""
    return len(found) <= _KNOWN_LENGTH and "\n" not in text and len(_known) < _KNOWN_LIMIT


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text) and text not in _WORDS and not _EXPONENT.match(text):
        return text
    if text.isprintable() and ("\\" in text or '"' in text) and "'" not in text:
        return f"'{text}'"
    return _double(text)


def _double(text: str) -> str:
    if _SURROGATE.search(text):
        raise ValueError("a lone surrogate is not text")
    found: str = encode_basestring(text)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", found)


_BLANK_LINE = re.compile(r"^[ \t]+$", re.MULTILINE)


def _block(text: str, indentation: str) -> str:
    """Text of several lines as a literal block, or quoted where a block could be misread."""
    ends = text[-1] == "\n"
    body = text[:-1] if ends else text
    if (
        not body
        or body[0] in " \n"
        or body[-1] == "\n"
        or not body.replace("\n", "").isprintable()
        or _BLANK_LINE.search(body)
    ):
        return _double(text)
    indented = body.replace("\n", f"\n{indentation}  ")
    if "\n\n" in body:  # twice, because matches overlap where blank lines follow each other
        indented = indented.replace(f"\n{indentation}  \n", "\n\n")
        indented = indented.replace(f"\n{indentation}  \n", "\n\n")
    return f"{'|' if ends else '|-'}\n{indentation}  {indented}"


def _other(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return scalar(str(value))
    if isinstance(value, bool | int | float):
        return _number(value)
    if value == {}:
        return "{}"
    if value == []:
        return "[]"
    raise TypeError(f"{type(value).__name__} has no place in a manifest")


def _number(value: float) -> str:
    """Without an exponent, which readers of YAML 1.1 take for text."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("NaN and infinity have no place in a manifest")
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"
