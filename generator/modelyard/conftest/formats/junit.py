"""`junit`: a suite for each namespace; warnings are failures, exceptions are left out.

Facts: `output/junit.go` of conftest 0.71.1 and go-junit-report 1.0.0. conftest's suites come in
any order; these in the order of the namespaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.conftest.formats import GO_VERSION, Style
from modelyard.conftest.gotext import xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.conftest.results import Check

Case = tuple[str, str]
"""The attributes of a case, and what is in it."""


def write(checks: Sequence[Check], style: Style) -> str:
    """The report."""
    suites: dict[str, list[Check]] = {}
    for check in checks:
        suites.setdefault(check.namespace, []).append(check)
    found = [_suite(name, inside, style) for name, inside in suites.items()]
    body = f"\n{''.join(text for text in found if text)}" if any(found) else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>{body}</testsuites>\n'


def _suite(namespace: str, checks: Sequence[Check], style: Style) -> str:
    """A suite; none where nothing was counted."""
    name = f"conftest.{namespace}"
    cases = "".join(
        _case(name.rpartition("/")[2], *case) for check in checks for case in _cases(check, style)
    )
    if not cases:
        return ""
    failures = sum(len(check.warnings) + len(check.failures) for check in checks)
    tests = sum(check.totals.tests - len(check.exceptions) for check in checks)
    return (
        f'\t<testsuite tests="{tests}" failures="{failures}" time="0.000" name="{xml(name)}">\n'
        "\t\t<properties>\n"
        f'\t\t\t<property name="go.version" value="{GO_VERSION}"></property>\n'
        f"\t\t</properties>\n{cases}\t</testsuite>\n"
    )


def _cases(check: Check, style: Style) -> Iterator[Case]:
    for result in (*check.warnings, *check.failures):
        text = f'<failure message="Failed" type="">{xml(result.message)}</failure>'
        yield _name(check.file, result.message, style), text
    for result in check.skipped:
        text = f'<skipped message="{xml(result.message)}"></skipped>'
        yield _name(check.file, result.message, style), text
    for _ in range(check.successes):
        yield check.file, ""


def _name(file: str, message: str, style: Style) -> str:
    short = style.hide_message or not message
    return file if short else f"{file} - {message.partition(chr(10))[0]}"


def _case(classname: str, name: str, inside: str) -> str:
    body = f"\n\t\t\t{inside}\n\t\t" if inside else ""
    attributes = f'classname="{xml(classname)}" name="{xml(name)}" time="0.000"'
    return f"\t\t<testcase {attributes}>{body}</testcase>\n"
