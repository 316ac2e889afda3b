"""What `test` and `verify` do, from settings to checks.

Facts: `runner/test.go` and `runner/verify.go` of conftest 0.71.1: files are read before policies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelyard.conftest.errors import Stopped
from modelyard.conftest.namespaces import chosen, distinct, matching
from modelyard.conftest.results import Check, Note, Query, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.conftest.evaluation import Evaluation
    from modelyard.conftest.settings import Settings
    from modelyard.policy.engine import Engine, Options, Test

REPORTS = ("full", "notes", "fails")


@dataclass(slots=True)
class Run:
    """What a command came to; `notes` change nothing about it."""

    checks: list[Check] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def test(
    settings: Settings,
    load: Callable[[list[str], Options], Engine],
    standard_input: Callable[[], bytes],
    *,
    early: bool,
) -> Run:
    """Policies against files; raises `Stopped` or `PolicyError`.

    `early` says that loading policies touches nothing, so that they may be loaded before files are
    read, and no document needs to be kept; what is said stays the same.
    """
    from modelyard.conftest.inputs import discover, read, read_one
    from modelyard.errors import ModelyardError

    found = discover(settings.files, settings.text("ignore"))
    reading = (settings.text("parser"), standard_input, settings.text("stdin-filename"))
    if settings.on("combine") or not early or "-" in found.paths:
        inputs, notes = read(found, *reading)
        evaluation, namespaces = _prepared(settings, load)
        each = evaluation.combined if settings.on("combine") else evaluation.each
        checks = each(inputs, namespaces)
        return Run(checks, [*notes, *evaluation.notes])

    try:
        evaluation, namespaces = _prepared(settings, load)
    except ModelyardError:
        for path in found.paths:
            read_one(path, *reading)
        raise
    from modelyard.conftest.evaluation import OneByOne, by_namespace
    from modelyard.conftest.workers import outcomes

    work = OneByOne(evaluation, namespaces, lambda path: read_one(path, *reading))
    about = evaluation.notes
    files, unread, untested = outcomes(found.paths, work)
    return Run(by_namespace(files), [*found.notes(), *unread, *about, *untested])


def _prepared(
    settings: Settings, load: Callable[[list[str], Options], Engine]
) -> tuple[Evaluation, list[str]]:
    """What evaluates, and the namespaces in which it does."""
    from modelyard.conftest.evaluation import Evaluation
    from modelyard.conftest.silent import silent_rules

    if settings.list("update"):
        raise Stopped(
            "update policies: nothing is downloaded here; fetch the policies first and name their"
            " directory with --policy, or run with `--engine conftest`"
        )
    engine = _loaded(settings, load)
    available = engine.namespaces()
    every = settings.on("all-namespaces")
    namespaces = chosen(settings.list("namespace"), available, every=every)
    named = not every and namespaces == list(settings.list("namespace"))
    evaluation = Evaluation(engine, silent_rules(engine, namespaces), named)
    if every:
        evaluation.notes += [
            Note(
                "policy/shadowed-namespace",
                f"the namespace `{name}` is not tested: it differs from another only in capitals",
            )
            for name in available
            if name not in namespaces
        ]
    if not namespaces:
        evaluation.notes.append(
            Note("policy/unknown-namespace", "no namespace matches: nothing is tested")
        )
    return evaluation, namespaces


def verify(settings: Settings, load: Callable[[list[str], Options], Engine]) -> Run:
    """The tests of the policies; raises `Stopped` or `PolicyError`."""
    if settings.on("var-values") or settings.text("report") in REPORTS:
        raise Stopped(
            "a report is made of traces, which this engine does not keep; run with"
            " `--engine conftest`"
        )
    engine = _loaded(settings, load)
    tests = engine.tests()
    wanted = settings.list("namespace")
    if wanted:
        packages = frozenset(matching(wanted, distinct(engine.namespaces())))
        tests = [test for test in tests if test.package in packages]
    notes = [] if tests else [Note("policy/no-tests", "no rule is called `test_…`")]
    return Run([_check(test) for test in tests], notes)


def _loaded(settings: Settings, load: Callable[[list[str], Options], Engine]) -> Engine:
    from modelyard.policy.engine import Options, PolicyError

    options = Options(
        rego_version=settings.text("rego-version"),
        strict=settings.on("strict"),
        capabilities=settings.text("capabilities"),
        show_builtin_errors=settings.on("show-builtin-errors"),
        trace=settings.on("trace"),
        data=settings.list("data"),
    )
    try:
        return load(list(settings.list("policy")), options)
    except PolicyError as error:
        raise Stopped(f"load: {error}") from error


def _check(test: Test) -> Check:
    if test.error is not None:
        raise Stopped(f"run test: {test.error}")
    told = Result("" if test.passed else f"data.{test.package}.{test.name}")
    found = Check(test.file, queries=[Query(test.name, (told,), trace=test.trace)])
    if test.skipped:
        found.skipped.append(told)
    elif test.passed:
        found.successes = 1
    else:
        found.failures.append(told)
    return found
