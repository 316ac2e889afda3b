"""One object of a comparison as a block of Markdown: what it is, and its fields as a diff."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from modelyard.diff.comparison import ABSENT
from modelyard.diff.report.page import code, fenced, plain
from modelyard.diff.report.values import is_secret, shown
from modelyard.format.yaml import emit
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Change, Environment, Field
    from modelyard.diff.report.links import Link
    from modelyard.findings import Cause

ONE_LINE = 160
"""Characters of a value that stands beside its name."""


def by_risk(environment: Environment) -> list[Change]:
    """The objects of an environment, those with the worst risks first."""
    worst: dict[object, int] = {}
    for position, risk in enumerate(environment.risks):
        if risk.ref is not None:
            worst.setdefault(risk.ref, position)
    return sorted(environment.shown, key=lambda change: worst.get(change.ref, len(worst)))


def object_block(change: Change, link: Link) -> str:
    """An object with all of its fields."""
    head = f"{change.operation} {code(f'{change.kind} {change.name}')} in {code(change.file)}"
    causes = _causes(change, link)
    if not change.fields:
        return f"{head}{causes}"
    lines = [line for field in change.fields for line in _field(change, field)]
    folded = f"\n\nBeside these, {plural(change.noise, 'digest')}." if change.noise else ""
    return f"{head}{causes}\n\n{fenced(lines)}{folded}"


def _causes(change: Change, link: Link) -> str:
    """The lines that were edited."""
    found = dict.fromkeys([*change.causes, *(c for field in change.fields for c in field.causes)])
    told = list(dict.fromkeys(linked(cause, link) for cause in found))[:5]
    return f", because of {', '.join(told)}" if told else ""


def linked(cause: Cause, link: Link) -> str:
    """A line that somebody wrote, as a link where it has been pushed."""
    url = link.url(cause)
    return f"[{plain(link.text(cause))}]({url})" if url else code(link.text(cause))


def _field(change: Change, field: Field) -> Iterator[str]:
    secret = is_secret(change, field)
    if field.moved:
        yield f"! {field.path}: another order"
        return
    if field.before is not ABSENT:
        yield from _lines("-", field.path, field.before, secret=secret)
    if field.after is not ABSENT:
        yield from _lines("+", field.path, field.after, secret=secret)


def _lines(sign: str, path: str, value: Any, *, secret: bool) -> Iterator[str]:
    """A value in one line, or as YAML below its name."""
    text = shown(value, secret=secret, most=10**9)
    several = isinstance(value, str) and "\n" in value
    if secret or (len(text) <= ONE_LINE and not several):
        yield f"{sign} {path}: {text}"
        return
    yield f"{sign} {path}:"
    written = value if isinstance(value, str) else _yaml(value)
    yield from (f"{sign}   {line}" for line in written.splitlines())


def _yaml(value: Any) -> str:
    try:
        return emit(value if isinstance(value, dict) else {"items": value}).decode()
    except (TypeError, ValueError):
        return json.dumps(value, ensure_ascii=False, default=str)
