"""What readers of YAML disagree about in the text of a manifest."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from modelyard.findings import Finding, Location
from modelyard.load.document import lines_of
from modelyard.load.scalars import read_otherwise
from modelyard.secrecy import hidden, keeps_secret
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Route
    from modelyard.load.document import Document, Spot
    from modelyard.load.scalars import Scalar

_MODES = frozenset(("defaultMode", "mode"))
"""Because the permissions of files are written as octal numbers everywhere, and only Kubernetes
reads these."""
_VERSIONS = re.compile(r"(?i)(version|tag|release|revision)$")
_LOST_ZERO = re.compile(r"[0-9]+\.[0-9]*0")


def findings(documents: list[Document]) -> Iterator[Finding]:
    """Everything of that kind in the documents of one file."""
    for document in documents:
        if document.value is not None:
            yield from _unsplit(document)
            yield from _doubtful(document)


def _unsplit(document: Document) -> Iterator[Finding]:
    """A document that begins where some readers do not look for one.

    Facts: conftest 0.71.1 (parser/yaml) cuts a file at lines that are `---` and nothing else, with
    CRLF where the file has any; the reader of k8s.io/apimachinery allows comments behind `---`.
    """
    if document.separator is None:
        return
    end = _end_of_lines(document.text)
    lines, here = lines_of(document.text), document.separator
    line = lines[here] + "\n" * (here + 1 < len(lines))
    before = lines[here - 1] + "\n" if here else end
    if line == f"---{end}" and before.endswith(end):
        return
    alone = line.rstrip("\r\n") == "---"
    why = "lines of the file end in two ways" if alone else "`---` does not stand alone"
    yield Finding(
        "yaml/separator",
        f"some readers do not see the document that begins here: {why}",
        Location(document.file, here + 1, 1),
        help="write `---` and nothing else on the line, and end all lines alike",
    )


@lru_cache(maxsize=2)
def _end_of_lines(text: str) -> str:
    """What conftest takes for the end of all lines of a file, which many documents may share."""
    return "\r\n" if "\r\n" in text else "\n"


def _doubtful(document: Document) -> Iterator[Finding]:
    """Plain values that are not what they look like."""
    if not document.doubtful:
        return
    routes = _routes(document)
    for spot, text in document.doubtful:
        if spot not in routes:
            continue
        key = str(routes[spot][-1]) if isinstance(routes[spot][-1], str) else ""
        secret = keeps_secret(document.value, routes[spot])
        if _VERSIONS.search(key) and _LOST_ZERO.fullmatch(text):
            told = f"`{text}` is the number {_said(float(text))}: its last zero is lost"
        else:
            taken = None if key in _MODES else read_otherwise(text)
            if taken is None:
                continue
            told = f"`{shown(text)}` is {_said(taken[0])} to Kubernetes, and {_said(taken[1])} to "
            told += "other readers of YAML"
        if secret:
            told = (
                f"{hidden(text)} is one thing to Kubernetes, and another to other readers of YAML"
            )
        yield Finding(
            "yaml/read-otherwise",
            told,
            Location(document.file, spot[0] + 1, spot[1] + 1),
            "warning",
            help="quote it, if it is text" + ("" if secret else f': "{shown(text)}"'),
        )


def _routes(document: Document) -> dict[Spot, Route]:
    """The route of every value, by the value's place."""
    found: dict[Spot, Route] = {}
    todo: list[tuple[Any, Route]] = [(document.value, ())]
    while todo:
        value, route = todo.pop()
        marks = document.marks.get(id(value), ())
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for step, item in items if marks else ():
            found[marks[step] if isinstance(value, list) else marks[step][2:]] = (*route, step)
            if isinstance(item, dict | list):
                todo.append((item, (*route, step)))
    return found


def _said(value: Scalar) -> str:
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "text" if isinstance(value, str) else str(value)
