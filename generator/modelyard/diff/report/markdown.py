"""A comparison as the comment of a pull request: a headline, the risks, and every object, folded.

It is found again by its marker, so that the next run can replace it. However much changes, it fits: an
object is shown whole or named in an index, and never cut.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TextIO

from modelyard.diff.comparison import KINDS, LEVELS, OPERATIONS
from modelyard.diff.report.blocks import by_risk, linked, object_block
from modelyard.diff.report.groups import grouped
from modelyard.diff.report.headline import headline, nothing
from modelyard.diff.report.page import LIMIT, Page, code, folded, joined, plain, sentence, size
from modelyard.diff.report.totals import between, money, title
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Change, Comparison, Environment
    from modelyard.diff.report.groups import Group
    from modelyard.diff.report.links import Link

MARKER = "<!-- modelyard:diff -->"
MOST_RISKS = 24_000
"""Bytes of the list of risks."""
INDEX = 6_000
"""Bytes that are kept for the index of what does not fit."""
LEAST_BLOCK = 100
"""Bytes of the smallest object; with less room, none is tried."""
MOST_ENVIRONMENTS = 40


def write(comparison: Comparison, stream: TextIO, link: Link) -> None:
    """The comment."""
    stream.write(comment(comparison, link))


def comment(comparison: Comparison, link: Link, limit: int = LIMIT) -> str:
    """The comment; one line where there is nothing to say. The marker is its first line."""
    if not comparison:
        return f"{MARKER}\n{sentence(nothing(comparison))}\n"
    page = Page(limit)
    page.takes(MARKER)
    page.takes(f"**{sentence(headline(comparison))}**")
    environments = sorted((e for e in comparison.environments if e.shown), key=_worst)
    page.takes(_table(environments))
    _risks(page, comparison, link)
    for environment in environments:
        totals = list(_totals(environment))
        if totals:
            page.takes("\n".join(totals), keeping=2 * INDEX)
    _objects(page, comparison, environments, link)
    return str(page)


def _worst(environment: Environment) -> tuple[int, int, str]:
    """Environments with the worst risks first."""
    kinds = [list(KINDS).index(r.kind) for r in environment.risks if r.level != "note"]
    levels = [LEVELS.index(risk.level) for risk in environment.risks]
    return min(levels, default=9), min(kinds, default=99), environment.name


def _table(environments: list[Environment]) -> str:
    rows = ["| environment | objects | errors | to look at |", "|---|---|---|---|"]
    for environment in environments[:MOST_ENVIRONMENTS]:
        counts = Counter(change.operation for change in environment.shown)
        objects = ", ".join(f"{counts[each]:,} {each}" for each in OPERATIONS if counts[each])
        columns = [_counted(environment, "error"), _counted(environment, "warning")]
        rows.append(f"| {code(environment.name)} | {objects} | {' | '.join(columns)} |")
    more = len(environments) - MOST_ENVIRONMENTS
    return "\n".join([*rows, *([f"| and {more} more | | | |"] if more > 0 else [])])


def _counted(environment: Environment, level: str) -> str:
    """How many risks there are of each kind."""
    kinds = Counter(risk.kind for risk in environment.risks if risk.level == level)
    return ", ".join(f"{kinds[kind]:,} {kind}" for kind in KINDS if kinds[kind]) or "–"


def _risks(page: Page, comparison: Comparison, link: Link) -> None:
    """Risks, worst first, each said once for all environments; those without room by their kinds."""
    lines: list[str] = []
    left: Counter[str] = Counter()
    room = MOST_RISKS
    for group in grouped(comparison):
        line = _risk(group, link)
        if size(line) + 1 > room:
            left[group.risk.kind] += len(group.models)
            continue
        room -= size(line) + 1
        lines.append(line)
    if left:
        kinds = ", ".join(f"{left[kind]:,} {kind}" for kind in KINDS if left[kind])
        lines.append(f"- and {sum(left.values()):,} more: {kinds}")
    if lines:
        page.takes("\n".join(lines), keeping=2 * INDEX)


def _risk(group: Group, link: Link) -> str:
    """One line for what is the same of several models and environments."""
    risk = group.risk
    level = "**error** " if risk.level == "error" else ""
    about = f" {code(group.about)}" if group.about else ""
    where = joined([code(name) for name in group.environments], 400, noun="environments")
    whose = ""
    if len(group.models) > 1:
        names = joined([code(name) for name in group.models], 600, noun="models")
        whose = f" of {plural(len(group.models), 'model')} ({names})"
    causes = "".join(f" {linked(cause, link)}" for cause in risk.causes[:3])
    causes += " and others" if causes and whose else ""
    help_ = f"<br>*{sentence(risk.help)}*" if risk.help else ""
    return f"- {level}**{risk.kind}**{about}{whose} in {where}: {sentence(group.message)}.{causes}{help_}"


def _totals(environment: Environment) -> Iterator[str]:
    """A table of what is taken, where that changes."""
    if not environment.sums and environment.cost is None:
        return
    yield f"| {code(environment.name)} takes | before | after | of |"
    yield "|---|---|---|---|"
    for each in environment.sums:
        limit = "" if each.limit is None else between(each, (each.limit, each.limit))
        yield f"| {plain(title(each))} | {between(each, each.before)} | {between(each, each.after)} | {limit} |"
    if environment.cost is not None:
        then, now = money(environment.cost)
        yield f"| {plain(environment.cost.currency)} a month, a range and not a bill | {then} | {now} | |"


def _objects(
    page: Page, comparison: Comparison, environments: list[Environment], link: Link
) -> None:
    """Objects with their fields, environment by environment, and an index of those without room."""
    left: dict[str, Counter[str]] = {}
    for environment in environments:
        blocks: list[str] = []
        taken = 400
        for change in by_risk(environment):
            room = page.room - INDEX - taken
            block = object_block(change, link) if room > LEAST_BLOCK else ""
            needed = size(block) + 2
            if not block or needed > room:
                left.setdefault(environment.name, Counter())[_model(change)] += 1
                continue
            blocks.append(block)
            taken += needed
        if blocks:
            summary = f"{plain(environment.name)}: {plural(len(blocks), 'object')}"
            page.takes(folded(summary, "\n\n".join(blocks)))
    if left:
        page.takes(_index(comparison, left))


def _index(comparison: Comparison, left: dict[str, Counter[str]]) -> str:
    """What is not shown, by environment and model, and how to see it."""
    total = sum(sum(counts.values()) for counts in left.values())
    names = list(left)[:MOST_ENVIRONMENTS]
    room = (INDEX - 1_000) // len(names)
    lines = [
        f"- {code(name)}: "
        + joined([f"{code(m)} ({n:,})" for m, n in left[name].items()], room - 80, noun="models")
        for name in names
    ]
    base = code(f"modelyard diff --base {comparison.base.name[:80]} MODEL")
    how = f"There was no room for these. {base} shows them."
    return folded(f"{plural(total, 'more object')}, by model", "\n".join([how, "", *lines]))


def _model(change: Change) -> str:
    return change.directory.rpartition("/")[2]
