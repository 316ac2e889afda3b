"""From documents and policies to checks, counted as conftest counts.

Facts: `policy/engine.go` and `runner/test.go` of conftest 0.71.1. A namespace's rules are those whose
names begin with `deny`, `violation` or `warn`; every definition counts as a test, and where there
were fewer results than definitions, the difference passed.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import quoted
from modelyard.conftest.results import Check, Note, Place, Query, Result
from modelyard.conftest.rules import Rules, rules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from modelyard.conftest.inputs import Input
    from modelyard.policy.engine import Answer, Document, Engine

COMBINED = "Combined"

_PASSED = (Result(""),)
_PREFIXES = ("violation_", "deny_", "warn_")


class Asked:
    """What documents are asked in one namespace."""

    __slots__ = ("count", "namespace", "rules")

    def __init__(self, namespace: str, rules: Rules) -> None:
        self.namespace, self.count = namespace, rules.count
        self.rules = [AskedRule(namespace, name) for name in rules.asked]


class AskedRule:
    """One rule, with the texts of its queries."""

    __slots__ = ("exception", "name", "query", "suffix", "warns")

    def __init__(self, namespace: str, name: str) -> None:
        self.name, self.suffix = name, without_prefix(name)
        self.query = f"data.{namespace}.{name}"
        self.exception = f"data.{namespace}.exception[_][_] == {quoted(self.suffix)}"
        self.warns = name.startswith("warn")


@dataclass(slots=True)
class Evaluation:
    """A run over files. `notes` gather what conftest would not say."""

    engine: Engine
    notes: list[Note] = field(default_factory=list)
    named: bool = True
    """Whether somebody named the namespaces, so that each is expected to test something."""
    _dropped: set[tuple[str, str]] = field(default_factory=set)

    def each(self, inputs: Iterable[Input], namespaces: Sequence[str]) -> list[Check]:
        """Every file by itself in every namespace."""
        asked = self.asked(namespaces)
        return by_namespace([self.one(one, asked) for one in inputs])

    def asked(self, namespaces: Sequence[str]) -> list[Asked]:
        """What every document is asked in each namespace."""
        return [Asked(namespace, self._rules(namespace)) for namespace in namespaces]

    def one(self, one: Input, asked: Sequence[Asked]) -> list[Check]:
        """One file in every namespace."""
        values = one.value if isinstance(one.value, list) else [one.value]
        documents = [self.engine.document(value, one.path) for value in values]
        checks = []
        for about in asked:
            check = Check(one.path, about.namespace)
            for document in documents:
                with _saying("query rule: check"):
                    self._check(check, document, about)
            checks.append(check)
        return checks

    def combined(self, inputs: Sequence[Input], namespaces: Sequence[str]) -> list[Check]:
        """All files together in every namespace."""
        document = self.engine.document(combine(inputs), COMBINED)
        checks = []
        for namespace in namespaces:
            about = Asked(namespace, self._rules(namespace))
            check = Check(COMBINED, namespace)
            with _saying("check combined: check"):
                self._check(check, document, about)
            checks.append(check)
        return checks

    def _rules(self, namespace: str) -> Rules:
        known = namespace in self.engine.namespaces()
        rules = rules_of(self.engine.rules(namespace) if known else {})
        if self.named or rules.asked:
            self.notes += rules.notes(namespace, known=known)
        return rules

    def _check(self, found: Check, document: Document, about: Asked) -> None:
        """Add what a document comes to in one namespace."""
        tests = 0
        for rule in about.rules:
            exceptions = document.exceptions(about.namespace, rule.suffix)
            answer = document.rule(about.namespace, rule.name)
            if not answer.defined and not exceptions.values and _silent(answer, exceptions):
                continue
            results = self._results(answer, rule.query)
            excepted = [Result(rule.exception) for value in exceptions.values if value is True]
            if not _silent(answer, exceptions):
                found.queries += [
                    Query(text, tuple(told), one.prints, one.trace)
                    for text, told, one in (
                        (rule.exception, excepted, exceptions),
                        (rule.query, results, answer),
                    )
                    if one.prints or one.trace
                ]
            if excepted:
                found.exceptions += excepted
                tests += len(excepted)
                continue
            tests += len(results)
            told = [result for result in results if result.message]
            found.successes += len(results) - len(told)
            if told:
                (found.warnings if rule.warns else found.failures).extend(told)
        found.successes += max(0, about.count - tests)

    def _results(self, answer: Answer, query: str) -> Sequence[Result]:
        if not answer.defined:
            return ()
        if not answer.values:
            return _PASSED
        results = []
        for value in answer.values:
            if isinstance(value, str):
                results.append(Result(value, metadata={"query": query}))
            elif isinstance(value, dict):
                with _saying("query rule"):
                    results.append(_result(value, query))
            else:
                self._note_dropped(value, query)
        return results

    def _note_dropped(self, value: Any, query: str) -> None:
        kind = "a list" if isinstance(value, list) else str(value).lower()
        if (query, kind) in self._dropped:
            return
        self._dropped.add((query, kind))
        text = f"`{query}` holds {kind}, which is neither a text nor an object, and so passes"
        self.notes.append(Note("policy/dropped-result", text))


class OneByOne:
    """Files that are read, tested and forgotten, each with its own notes."""

    def __init__(
        self,
        evaluation: Evaluation,
        namespaces: Sequence[str],
        read: Callable[[str], tuple[Input, list[Note]]],
    ) -> None:
        self.evaluation, self.read = evaluation, read
        self.asked = evaluation.asked(namespaces)

    def test(self, one: Input) -> tuple[list[Check], list[Note]]:
        """The checks of a file; raises `Stopped` or `PolicyError`."""
        self.evaluation.notes = []
        return self.evaluation.one(one, self.asked), self.evaluation.notes


def by_namespace(files: Sequence[Sequence[Check]]) -> list[Check]:
    """The checks of every file in every namespace, in the order in which conftest lists them."""
    return [check for checks in zip(*files, strict=True) for check in checks]


def combine(inputs: Sequence[Input]) -> list[dict[str, Any]] | None:
    """One document of all documents, by path; nothing where there is none."""
    found = [
        {"path": one.path, "contents": value}
        for one in inputs
        for value in (one.value if isinstance(one.value, list) else [one.value])
    ]
    return (
        sorted(found, key=lambda entry: str(entry["path"]).encode(errors="surrogateescape")) or None
    )


def without_prefix(rule: str) -> str:
    """The name that exceptions have for a rule."""
    if rule in ("violation", "deny", "warn"):
        return ""
    for prefix in _PREFIXES:
        rule = rule.removeprefix(prefix)
    return rule


def _silent(one: Answer, other: Answer) -> bool:
    return not (one.prints or other.prints or one.trace or other.trace)


def _result(value: dict[str, Any], query: str) -> Result:
    message = value.get("msg")
    if not isinstance(message, str):
        raise Stopped('new result: "msg" field must be present and a string')
    metadata = {name: item for name, item in value.items() if name not in ("msg", "_loc")}
    return Result(message, _place(value.get("_loc")), {**metadata, "query": query})


def _place(value: Any) -> Place | None:
    if not isinstance(value, dict):
        return None
    file, line = value.get("file", ""), value.get("line")
    found = Place(
        file if isinstance(file, str) else "",
        line if isinstance(line, int | float) and not isinstance(line, bool) else None,
    )
    return found if found != Place() else None


@contextmanager
def _saying(step: str) -> Iterator[None]:
    """Puts what was being done before what stopped it."""
    try:
        yield
    except Stopped as error:
        raise Stopped(f"{step}: {error}") from None
