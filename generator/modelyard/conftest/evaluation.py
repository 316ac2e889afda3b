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
    from collections.abc import Iterator, Sequence

    from modelyard.conftest.inputs import Input
    from modelyard.policy.engine import Answer, Document, Engine

COMBINED = "Combined"

_NO_QUERY = Query("")
_PREFIXES = ("violation_", "deny_", "warn_")


@dataclass(slots=True)
class Evaluation:
    """A run over files. `notes` gather what conftest would not say."""

    engine: Engine
    notes: list[Note] = field(default_factory=list)
    named: bool = True
    """Whether somebody named the namespaces, so that each is expected to test something."""
    _suffixes: dict[str, str] = field(default_factory=dict)
    _dropped: set[tuple[str, str]] = field(default_factory=set)

    def each(self, inputs: Sequence[Input], namespaces: Sequence[str]) -> list[Check]:
        """Every file by itself in every namespace."""
        asked = [(namespace, self._rules(namespace)) for namespace in namespaces]
        checks: list[list[Check]] = [[] for _ in asked]
        for one in inputs:
            values = one.value if isinstance(one.value, list) else [one.value]
            documents = [self.engine.document(value, one.path) for value in values]
            for (namespace, rules), found in zip(asked, checks, strict=True):
                check = Check(one.path, namespace)
                for document in documents:
                    with _saying("query rule: check"):
                        check.add(self._check(document, one.path, namespace, rules))
                found.append(check)
        return [check for found in checks for check in found]

    def combined(self, inputs: Sequence[Input], namespaces: Sequence[str]) -> list[Check]:
        """All files together in every namespace."""
        document = self.engine.document(combine(inputs), COMBINED)
        checks = []
        for namespace in namespaces:
            rules = self._rules(namespace)
            with _saying("check combined: check"):
                checks.append(self._check(document, COMBINED, namespace, rules))
        return checks

    def _rules(self, namespace: str) -> Rules:
        known = namespace in self.engine.namespaces()
        rules = rules_of(self.engine.rules(namespace) if known else {})
        if self.named or rules.asked:
            self.notes += rules.notes(namespace, known=known)
        return rules

    def _check(self, document: Document, path: str, namespace: str, rules: Rules) -> Check:
        found = Check(path, namespace)
        for rule in rules.asked:
            exceptions = self._exceptions(document, namespace, rule)
            with _saying("query rule"):
                query = self._query(document, namespace, rule)
            found.queries += [one for one in (exceptions, query) if one.prints or one.trace]
            found.exceptions += exceptions.results
            if exceptions.results:
                continue
            found.successes += sum(result.passed for result in query.results)
            told = [result for result in query.results if not result.passed]
            (found.warnings if rule.startswith("warn") else found.failures).extend(told)
        found.successes += max(0, rules.count - found.totals.tests)
        return found

    def _exceptions(self, document: Document, namespace: str, rule: str) -> Query:
        suffix = self._suffixes.get(rule)
        if suffix is None:
            suffix = self._suffixes[rule] = without_prefix(rule)
        answer = document.exceptions(namespace, suffix)
        if not answer.defined and not answer.prints and not answer.trace:
            return _NO_QUERY
        text = f"data.{namespace}.exception[_][_] == {quoted(suffix)}"
        results = tuple(Result(text) for value in answer.values if value is True)
        return Query(text, results, answer.prints, answer.trace)

    def _query(self, document: Document, namespace: str, rule: str) -> Query:
        text = f"data.{namespace}.{rule}"
        answer = document.rule(namespace, rule)
        results = self._results(answer, text)
        return Query(text, results, answer.prints, answer.trace)

    def _results(self, answer: Answer, query: str) -> tuple[Result, ...]:
        if not answer.defined:
            return ()
        if not answer.values:
            return (Result(""),)
        results = []
        for value in answer.values:
            if isinstance(value, str):
                results.append(Result(value, metadata={"query": query}))
            elif isinstance(value, dict):
                results.append(_result(value, query))
            else:
                self._note_dropped(value, query)
        return tuple(results)

    def _note_dropped(self, value: Any, query: str) -> None:
        kind = "a list" if isinstance(value, list) else str(value).lower()
        if (query, kind) in self._dropped:
            return
        self._dropped.add((query, kind))
        text = f"`{query}` holds {kind}, which is neither a text nor an object, and so passes"
        self.notes.append(Note("policy/dropped-result", text))


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
