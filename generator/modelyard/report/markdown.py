"""`markdown`: for a comment on a pull request, or the summary of a run.

A headline, then a list for each model in each environment, the worst first; what is suppressed is
folded away, and so is everything where there are many lists. Where a platform would cut the text,
findings are left out whole, the least first, and counted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.load.repository import TREE
from modelyard.report.places import counted, elsewhere, mend_at, path, tally, why, worst_first
from modelyard.words import clean, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.findings import Finding, Location, Report
    from modelyard.report import Look

FEW = 10
"""Lists that are shown open; more of them would be a wall."""
RESERVED = 200
"""Characters for the last line, which counts what did not fit."""
_SUPPRESSED = ""
"""Stands for the list of what is suppressed; no other has an empty name."""


def write(report: Report, look: Look) -> str:
    """The report."""
    head = _head(report, look)
    findings = worst_first(report.findings)
    kept, left = _fitting(findings, look, look.limit - len(head) - RESERVED)
    return "".join((head, *_lists(kept, look), _rest(left)))


def _head(report: Report, look: Look) -> str:
    seen = report.summary
    looked = f"{plural(seen.objects, 'object')} in {plural(seen.files, 'file')}."
    if look.refused:
        looked = "The input was refused, so not everything was looked at."
    return f"### modelyard: {counted(report)}\n\n{looked}\n"


def _fitting(
    findings: Sequence[Finding], look: Look, room: int
) -> tuple[list[Finding], list[Finding]]:
    """What there is room for, the worst first, and what is left out."""
    kept: list[Finding] = []
    left: list[Finding] = []
    names: set[str] = set()
    for found in findings:
        name = _list_of(found)
        needs = len(_item(found, look))
        if name not in names:
            needs += len(_folded(name, findings, ""))
        if needs > room:
            left.append(found)
            continue
        room -= needs
        names.add(name)
        kept.append(found)
    return kept, left


def _list_of(found: Finding) -> str:
    """A model in an environment, a model, or a file."""
    parts = found.location.file.split("/")
    if found.suppressed:
        return _SUPPRESSED
    if parts[0] == TREE and len(parts) > 3:
        return f"{parts[2]} in {parts[1]}"
    if parts[0] == "models" and len(parts) > 1:
        return parts[1].removesuffix(".yaml")
    return found.location.file


def _lists(findings: Sequence[Finding], look: Look) -> Iterator[str]:
    lists: dict[str, list[Finding]] = {}
    for found in findings:
        lists.setdefault(_list_of(found), []).append(found)
    show = _folded if len(lists) - (_SUPPRESSED in lists) > FEW else _open
    for name in sorted(lists, key=lambda name: _badness(name, lists[name])):
        items = "".join(_item(found, look) for found in lists[name])
        yield (show if name != _SUPPRESSED else _folded)(name, lists[name], items)


def _badness(name: str, findings: Sequence[Finding]) -> tuple[bool, int, int, str]:
    errors, warnings, _ = _numbers(findings)
    return (name == _SUPPRESSED, -errors, -warnings, name)


def _open(name: str, findings: Sequence[Finding], items: str) -> str:
    return f"\n#### {_title(name, findings)}\n\n{items}"


def _folded(name: str, findings: Sequence[Finding], items: str) -> str:
    summary = f"<summary>{_title(name, findings)}</summary>"
    return f"\n<details>{summary}\n\n{items}\n</details>\n"


def _title(name: str, findings: Sequence[Finding]) -> str:
    told = tally(*_numbers(findings))
    return f"{_plain(name)}: {told}" if name != _SUPPRESSED else told


def _numbers(findings: Sequence[Finding]) -> tuple[int, int, int]:
    counting = [found for found in findings if not found.suppressed]
    errors = sum(found.severity == "error" for found in counting)
    return errors, len(counting) - errors, len(findings) - len(counting)


def _item(found: Finding, look: Look) -> str:
    """A finding, with its places and the way out below it."""
    level = "suppressed" if found.suppressed else f"**{found.severity}**"
    lines = [
        f"- {level} {_words(found.message)} ({_code(found.rule)})",
        f"  - {_place(found, look)}",
    ]
    if found.suppressed:
        lines.append(f"  - {_words(why(found.suppressed))}")
    if found.help:
        lines.append(f"  - help: {_words(found.help)}")
    lines += [f"  - also {_code(one.rule)}: {_words(one.message)}" for one in found.related]
    return "".join(f"{line}\n" for line in lines)


def _place(found: Finding, look: Look) -> str:
    other = elsewhere(found, look)
    because = f", {_code(found.cause.path)}" if found.cause else ""
    seen_at = f", seen at {_location(other, look)}" if other else ""
    return f"{_location(mend_at(found, look), look)}{because}{seen_at}"


def _location(location: Location, look: Look) -> str:
    file = path(location, look) or location.file
    return _code(f"{file}:{location.line}:{location.column}")


def _rest(left: Sequence[Finding]) -> str:
    if not left:
        return ""
    return f"\n{tally(*_numbers(left))} more, for which there is no room; `modelyard check` shows all.\n"


def _words(text: str) -> str:
    """A message, in which what stands between backticks is code."""
    parts = clean(text).split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    return "".join(_code(part) if odd % 2 else _plain(part) for odd, part in enumerate(parts))


def _code(text: str) -> str:
    """Text that says only itself: in a span of code nothing but a backtick means anything."""
    text = clean(text)
    if not text.strip():
        return ""
    return f"<code>{_plain(text)}</code>" if _NO_SPAN.search(text) else f"`{text}`"


_NO_SPAN = re.compile(r"`|##(vso)?\[")
_MEANS = re.compile(r"://|\bwww\.|\bGH-(?=\d)|[][&<>*_`|\\~!$@#]", re.IGNORECASE)
_GAP = "&#8203;"
"""A space without width. Platforms look for mentions and links after entities are resolved."""


def _plain(text: str) -> str:
    """Text in which nothing is markup, HTML, a mention, a reference or a link."""
    return _MEANS.sub(_defused, clean(text))


def _defused(found: re.Match[str]) -> str:
    text = found[0]
    if text in "@#":
        return f"{text}{_GAP}"
    return f"&#{ord(text)};" if len(text) == 1 else f"{text[:-1]}{_GAP}{text[-1]}"
