"""A comparison as people read it in a terminal: the risks first, then every object and field."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from modelyard.diff.comparison import ABSENT, LEVELS
from modelyard.diff.report.totals import totals
from modelyard.diff.report.values import both, is_secret, shown
from modelyard.report.text import Paint, is_coloured
from modelyard.words import clean, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Change, Comparison, Environment, Field, Operation, Risk
    from modelyard.findings import Cause

SIGNS: dict[Operation, str] = {"added": "+", "changed": "~", "replaced": "±", "removed": "-"}


def write(comparison: Comparison, stream: TextIO) -> None:
    """Every environment in which something differs, and a line that says how much that is."""
    paint = Paint(on=is_coloured(stream))
    for environment in comparison.environments:
        for line in _environment(environment, paint):
            stream.write(f"{line}\n")
    stream.write(f"{summary(comparison)}\n")


def summary(comparison: Comparison) -> str:
    """How much differs from what."""
    base = comparison.base
    since = f"`{clean(base.name)}`" + (f" ({base.commit[:12]})" if base.commit else "")
    here = [each for each in comparison.environments if each.shown]
    if not here:
        return f"Nothing differs from {since}."
    objects = sum(len(each.shown) for each in here)
    told = [
        plural(comparison.count(level), level)
        for level in LEVELS
        if level != "note" and comparison.count(level)
    ]
    names = ", ".join(each.name for each in here)
    words = (
        f"{plural(objects, 'object')} differ{'s' if objects == 1 else ''} from {since} in {names}"
    )
    return f"{words}: {', '.join(told)}" if told else words


def _environment(environment: Environment, paint: Paint) -> Iterator[str]:
    if not environment.shown:
        return
    counts = ", ".join(
        f"{environment.count(operation)} {operation}"
        for operation in SIGNS
        if environment.count(operation)
    )
    yield paint(f"{environment.name}: {counts}", "place")
    for risk in environment.risks:
        if risk.kind != "cosmetic":
            yield from _risk(risk, paint)
    yield from (f"  {line}" for line in totals(environment))
    for change in environment.shown:
        yield from _change(change, paint)
    folded = len(environment.changes) - len(environment.shown)
    if folded:
        differ = "differs" if folded == 1 else "differ"
        yield paint(f"  {plural(folded, 'other object')} {differ} only in digests", "quiet")
    yield ""


def _risk(risk: Risk, paint: Paint) -> Iterator[str]:
    ref = risk.ref
    about = f"{ref.kind} {ref.name}: " if ref else ""
    level = paint(risk.level, "quiet" if risk.level == "note" else risk.level)
    yield f"  {level} {paint(risk.kind, 'place')} {clean(about)}{clean(risk.message)}"
    yield from (f"    {paint('because', 'help')} {clean(str(cause))}" for cause in risk.causes[:3])
    if risk.help:
        yield f"    {paint('help', 'help')} {clean(risk.help)}"


def _change(change: Change, paint: Paint) -> Iterator[str]:
    sign = SIGNS[change.operation]
    yield (
        paint(f"  {sign} {clean(change.kind)} {clean(change.name)}", "place")
        + f"  {clean(change.file)}"
    )
    for field in change.fields:
        yield f"      {_field(change, field)}{_because(field.causes)}"


def _field(change: Change, field: Field) -> str:
    secret = is_secret(change, field)
    path = clean(field.path)
    if field.moved:
        return f"~ {path}: another order"
    if field.before is ABSENT:
        return f"+ {path}: {shown(field.after, secret=secret)}"
    if field.after is ABSENT:
        return f"- {path}: {shown(field.before, secret=secret)}"
    before, after = both(field.before, field.after, secret=secret)
    return f"~ {path}: {before} → {after}"


def _because(causes: tuple[Cause, ...]) -> str:
    return f"  ({clean(str(causes[0].location))})" if causes else ""
