"""Which edit is behind a change: take one edit back at a time, build again, and see what moves.

Where only one thing was edited, everything comes from it and nothing is built.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelyard.build.tree import build_one
from modelyard.bundle import PREFIX
from modelyard.diff.edits import edits, undone
from modelyard.diff.match import fields
from modelyard.errors import Refused
from modelyard.explain.subject import subject
from modelyard.findings import Cause, dotted, leads
from modelyard.resolve.resolution import combine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.diff.comparison import Change, Field
    from modelyard.diff.edits import Edit, Raw
    from modelyard.diff.past import Past
    from modelyard.explain.subject import Subject
    from modelyard.findings import Route
    from modelyard.load.document import Document
    from modelyard.load.repository import Repository
    from modelyard.pipeline import Output
    from modelyard.resolve.resolution import Resolution

MOST_EDITS = 24
"""Of one directory; with more, a line cannot be told from the others in time."""
MOST_BUILDS = 400
"""Times that directories are built again, in all; it takes some milliseconds each time."""
UNSURE = 3
"""Edits that are all named where none of them alone explains a change."""


class Causes:
    """Finds the lines that somebody edited, for the changes of one directory after the other."""

    def __init__(self, repository: Repository, past: Past) -> None:
        self.repository, self.past = repository, past
        self.builds = 0
        self._edited: dict[str, bool] = {}

    def of(self, output: Output | None, changes: list[Change]) -> list[Change]:
        """The changes, with the edits behind them; as they are where nobody can tell."""
        known = self._edits(output) if output is not None and changes else None
        if output is None or known is None:
            return changes
        return _Edits(self, output, *known).explained(changes)

    def _edits(self, output: Output) -> tuple[Raw, list[Edit], Resolution | None] | None:
        """The values now, what was edited in them, and what they were merged from before."""
        if output.resolution is not None:
            old = self.resolution(output.tree.name, output.tree.environment)
            if old is None:
                return None
            return output.resolution.raw, edits(old.raw, output.resolution.raw), old
        environment = output.tree.environment
        now = _values(self.repository, environment)
        try:
            return now, edits(_values(self.past, environment), now), None
        except Refused:
            return None

    def resolution(self, model: str, environment: str) -> Resolution | None:
        """A model in an environment as it was, if it was there and sound."""
        try:
            loaded = self.past.model(model)
            if environment not in loaded.value.environments:
                return None
            return combine(self.past, loaded, self.past.environment(environment))[0]
        except (Refused, LookupError):
            return None

    def edited(self, document: Document) -> bool:
        """Whether a file was another one."""
        file = document.file
        if file not in self._edited:
            try:
                self._edited[file] = self.past.text(file) != self.repository.text(file)
            except Refused:
                self._edited[file] = not file.startswith(PREFIX)
        return self._edited[file]

    def whole(self, model: str, environment: str) -> tuple[Cause, ...]:
        """Where a model says that it is in an environment, or says so no more."""
        if model not in self.repository.model_names:
            return ()
        document = self.repository.model(model).document
        route = ("environments", environment)
        return (Cause(document.locate(route, key=True), dotted(route)),)


def _values(repository: Repository, environment: str) -> Raw:
    loaded = repository.environment(environment)
    return {
        "environment": loaded.document.value,
        "repository": repository.settings.document.value,
    }


class _Edits:
    """The edits behind one directory."""

    def __init__(
        self, causes: Causes, output: Output, raw: Raw, found: list[Edit], old: Resolution | None
    ) -> None:
        self.causes, self.output, self.raw, self.edits, self.old = causes, output, raw, found, old
        first = output.tree.files[0].file if output.tree.files else None
        self.subject: Subject | None = (
            subject(causes.repository, output, first) if first is not None else None
        )
        self.plans: dict[int, Any] = {}
        self.lines = [self._line(route) for route, _ in found]

    def explained(self, changes: list[Change]) -> list[Change]:
        """Each change with its causes."""
        if not self.edits or self.subject is None:
            return changes
        return [self._explained(change) for change in changes]

    def _explained(self, change: Change) -> Change:
        if not change.fields:
            return replace(change, causes=self._told(self._whole(change)))
        moved = [self._moved(index, change) for index in range(len(self.edits))]
        told = tuple(
            replace(field, causes=self._told(_behind(field, moved))) for field in change.fields
        )
        return replace(change, fields=told)

    def _told(self, indexes: list[int]) -> tuple[Cause, ...]:
        """The lines of some edits; of none, where there are too many to be sure."""
        if not indexes and len(self.edits) <= UNSURE:
            indexes = list(range(len(self.edits)))
        return tuple(dict.fromkeys(self.lines[index] for index in indexes))

    def _whole(self, change: Change) -> list[int]:
        """Edits without which an object would not have come, or would not have gone."""
        if len(self.edits) == 1:
            return [0]
        found = []
        for index in range(len(self.edits)):
            other = self._rebuilt(index, change)
            if other is not _UNKNOWN and bool(other) != (change.operation == "added"):
                found.append(index)
        return found

    def _moved(self, index: int, change: Change) -> set[str] | None:
        """The fields that taking an edit back would move; nothing where that cannot be told."""
        if len(self.edits) == 1 or change.after is None:
            return None
        other = self._rebuilt(index, change)
        if other is _UNKNOWN:
            return None
        return {field.path for field in fields(other, change.after)}

    def _rebuilt(self, index: int, change: Change) -> Any:
        """An object with one edit taken back: nothing where there would be none."""
        if index not in self.plans:
            self.plans[index] = self._plan(index)
        plan = self.plans[index]
        if plan is None:
            return _UNKNOWN
        try:
            return build_one(self._builder(change), plan)
        except (LookupError, AssertionError, ArithmeticError, ValueError, ImportError, TypeError):
            return _UNKNOWN

    def _plan(self, index: int) -> Any:
        if len(self.edits) > MOST_EDITS or self.causes.builds >= MOST_BUILDS:
            return None
        self.causes.builds += 1
        assert self.subject is not None
        try:
            return self.subject.plan(undone(self.raw, self.edits[index]))
        except (LookupError, AssertionError, ArithmeticError, ValueError, TypeError):
            return None

    def _builder(self, change: Change) -> str:
        """The builder of a file; of one that is gone, the one that its name tells."""
        name = change.file.rpartition("/")[2]
        known = {built.file: built.builder for built in self.output.tree.files}
        folder = "model" if self.output.resolution is not None else self.output.tree.name
        guessed = f"{folder}/{name.rpartition('.')[0].replace('-', '_')}"
        return known.get(name, guessed)

    def _line(self, route: Route) -> Cause:
        """The line that was edited, or the one beside which something was taken away."""
        assert self.subject is not None
        resolution = self.output.resolution
        if resolution is None:
            return self.subject.cause(route)
        now = resolution.origin(route)
        if now is not None and leads(now[0].value, now[1]) and self.causes.edited(now[0]):
            return Cause(now[0].locate(now[1]), dotted(now[1]))
        then = self.old.origin(route) if self.old is not None else None
        here = {each.file: each for each in _documents(resolution)}
        if then is not None and then[0].file in here:
            return Cause(here[then[0].file].locate(then[1]), dotted(then[1]))
        return resolution.cause(route)


_UNKNOWN: Any = object()


def _documents(resolution: Resolution) -> Iterator[Document]:
    yield resolution.model.document
    yield resolution.environment.document
    yield resolution.settings.document
    yield from (layer.document for layer in resolution.layers)


def _behind(field: Field, moved: list[set[str] | None]) -> list[int]:
    """The edits that move a field; those of which nobody can tell, where no other does."""
    if len(moved) == 1:
        return [0]
    sure = [
        index
        for index, paths in enumerate(moved)
        if paths and any(_related(field.path, path) for path in paths)
    ]
    return sure or [index for index, paths in enumerate(moved) if paths is None]


def _related(one: str, other: str) -> bool:
    """Whether two paths are the same, or one leads into the other."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and (len(long) == len(short) or long[len(short)] in ".[")
