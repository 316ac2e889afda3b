"""Findings and texts by turns: mend what can be, look again, and take back what did not help."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelyard.fix.nodes import CannotFix
from modelyard.fix.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from modelyard.findings import Finding, Fix, Location, Route

ROUNDS = 10
"""What one change uncovers is mended in the next round; nothing sound needs as many."""

Key = tuple[str, str, object, str]
"""What tells findings from others while lines and versions move: file, rule, object, message."""


@dataclass(frozen=True, slots=True)
class Change:
    """A finding with its fix, and the place in a file that people wrote where that is made."""

    finding: Finding
    place: Location
    fix: Fix


@dataclass(slots=True)
class Mended:
    """What came of it."""

    texts: dict[str, str] = field(default_factory=dict)
    """The new text of each file that changes."""
    originals: dict[str, str] = field(default_factory=dict)
    """Their old ones."""
    fixed: list[Change] = field(default_factory=list)
    reasons: dict[Key, str] = field(default_factory=dict)
    """Why findings are left that have a fix."""
    uncovered: list[Finding] = field(default_factory=list)
    """What is only told now that other mistakes are mended."""

    def is_fixed(self, finding: Finding) -> bool:
        """Whether a finding, or one that is known by the same, was mended."""
        return any(key(change.finding) == key(finding) for change in self.fixed)


class Mending:
    """Files as they become, round by round. `kubernetes` says how plain scalars are read."""

    def __init__(self, original: Callable[[str], str], *, kubernetes: bool) -> None:
        """`original` gives the text of a file; it raises `CannotFix` for one that is not to be edited."""
        self.original = original
        self.kubernetes = kubernetes
        self.texts: dict[str, str] = {}
        self.fixed: list[Change] = []
        self.reasons: dict[Key, str] = {}
        self.made: list[Change] = []
        """The changes of the round."""
        self._before: dict[str, str | None] = {}
        self._careful: set[tuple[str, object]] = set()
        """Objects of which one change is made in a round, because one of several made it worse."""

    def text(self, file: str) -> str:
        """A file as it is now."""
        return self.texts[file] if file in self.texts else self.original(file)

    def apply(self, changes: Sequence[Change]) -> bool:
        """Make the changes that get along with each other; whether there was one."""
        self.made, self._before = [], {}
        by_file: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            if key(change.finding) not in self.reasons:
                by_file[change.place.file].append(change)
        for file in sorted(by_file):
            self._apply(file, by_file[file])
        return bool(self.made)

    def _apply(self, file: str, changes: list[Change]) -> None:
        try:
            before = self.text(file)
            text = Text(file, before, kubernetes=self.kubernetes)
        except CannotFix as error:
            self.reasons |= {key(change.finding): str(error) for change in changes}
            return
        made: list[tuple[int, Fix]] = []
        done: set[tuple[str, object]] = set()
        for change in changes:
            about = _object(change)
            if about in done & self._careful:
                continue
            number = text.number(change.place.line)
            if (number, change.fix) not in made:
                if any(n == number and in_each_others_way(fix, change.fix) for n, fix in made):
                    continue
                try:
                    text.apply(number, change.fix)
                except CannotFix as error:
                    self.reasons[key(change.finding)] = str(error)
                    continue
                made.append((number, change.fix))
            self.made.append(change)
            done.add(about)
        if made:
            self._before[file] = self.texts.get(file)
            self.texts[file] = text.whole

    def judge(self, before: Iterable[Finding], after: Iterable[Finding]) -> bool:
        """Take back files in which a mend did not mend, or broke something; whether there were any."""
        most = _counted(before)
        most.subtract(key(change.finding) for change in self.made)
        worse = {found for found, count in _counted(after).items() if count > max(most[found], 0)}
        named = {found[0] for found in worse}
        files = {
            change.place.file
            for change in self.made
            if key(change.finding) in worse or change.place.file in named
        }
        for file in files:
            self._take_back(file, worse)
        self.fixed += [change for change in self.made if change.place.file not in files]
        return bool(files)

    def _take_back(self, file: str, worse: set[Key]) -> None:
        """Take back a file: what was not mended is left, and what may have broken others tried alone."""
        old = self._before[file]
        if old is None:
            del self.texts[file]
        else:
            self.texts[file] = old
        here = [change for change in self.made if change.place.file == file]
        objects = {found[2] for found in worse if found[0] == file}
        guilty = (
            [change for change in here if key(change.finding) in worse]
            or [change for change in here if _object(change)[1] in objects]
            or here
        )
        about = Counter(map(_object, guilty))
        for change in guilty:
            if key(change.finding) in worse or about[_object(change)] == 1:
                self.reasons[key(change.finding)] = "it would not mend this, or would break more"
        self._careful |= {_object(change) for change in guilty if key(change.finding) not in worse}

    def mended(self) -> Mended:
        """What was done."""
        originals = {file: self.original(file) for file in self.texts}
        fixed = sorted(self.fixed, key=lambda change: change.finding.sort_key)
        return Mended(self.texts, originals, fixed, self.reasons)


def key(finding: Finding) -> Key:
    """What a finding is known by from one round to the next."""
    about = finding.object
    named = (about.kind, about.namespace, about.name) if about else None
    return (finding.location.file, finding.rule, named, finding.message)


def _object(change: Change) -> tuple[str, object]:
    return change.place.file, key(change.finding)[2]


def in_each_others_way(one: Fix, other: Fix) -> bool:
    """Whether one change moves, or takes away, what the other is about."""
    return any(a[: len(b)] == b or b[: len(a)] == a for a in _places(one) for b in _places(other))


def _places(fix: Fix) -> Iterator[Route]:
    yield from (route for route, _ in fix.put)
    yield from fix.quote
    for route, name in fix.rename:
        yield route
        yield (*route[:-1], name)
    for route in fix.drop:
        yield route[:-1] if isinstance(route[-1], int) else route


def _counted(findings: Iterable[Finding]) -> Counter[Key]:
    return Counter(map(key, everything(findings)))


def everything(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings, and what is folded under them."""
    todo = list(findings)
    while todo:
        finding = todo.pop()
        yield finding
        todo += finding.related
