"""`junit`: a suite for each file, a case for each finding.

Because CI systems find a case again by its class and its name, these are the rule, and the object
with the place in it: they stay where lines move. What fails no gate here is a failure of type
`warning`; what is suppressed is skipped. Where nothing is wrong there is one case that passed, because
a report without any is an error to some.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from modelyard.findings import dotted
from modelyard.report.places import elsewhere, mend_at, path, why
from modelyard.words import clean, harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.findings import Finding, Report
    from modelyard.report import Look


def write(report: Report, look: Look) -> str:
    """The report."""
    findings = sorted(report.findings, key=lambda found: found.location.file)
    suites = [
        _suite(file, list(found), look)
        for file, found in groupby(findings, key=lambda found: found.location.file)
    ]
    failures = sum(found.suppressed is None for found in findings)
    tests = len(findings) or 1
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="modelyard" tests="{tests}" failures="{failures}" errors="0" '
        f'skipped="{report.suppressed}" time="0">\n{"".join(suites) or _PASSED}</testsuites>\n'
    )


_PASSED = """\
  <testsuite name="modelyard" tests="1" failures="0" errors="0" skipped="0" time="0">
    <testcase classname="modelyard" name="nothing wrong" time="0"/>
  </testsuite>
"""


def _suite(file: str, findings: Sequence[Finding], look: Look) -> str:
    seen: Counter[str] = Counter()
    cases = []
    for found in findings:
        name = _name(found)
        seen[f"{found.rule} {name}"] += 1
        number = seen[f"{found.rule} {name}"]
        cases.append(_case(found, name if number == 1 else f"{name} ({number})", look))
    skipped = sum(found.suppressed is not None for found in findings)
    counts = f'tests="{len(findings)}" failures="{len(findings) - skipped}" errors="0" skipped="{skipped}"'
    return f'  <testsuite name="{_xml(file)}" {counts} time="0">\n{"".join(cases)}  </testsuite>\n'


def _name(found: Finding) -> str:
    """The object, and the place in it; or the file."""
    about, place = found.object, found.anchor or dotted(found.route)
    if about is None:
        return place or found.location.file
    named = f"{about.namespace}/{about.name}" if about.namespace else about.name
    return f"{about.kind} {named}{f': {place}' if place else ''}"


def _case(found: Finding, name: str, look: Look) -> str:
    where = mend_at(found, look)
    attributes = f'classname="{_xml(found.rule)}" name="{_xml(name)}"'
    attributes += f' file="{_xml(path(where, look) or where.file)}" line="{where.line}" time="0"'
    if found.suppressed:
        message = f"{found.message} ({why(found.suppressed)})"
        inside = f'<skipped message="{_xml(message)}"/>'
    else:
        message = f'message="{_xml(found.message)}" type="{found.severity}"'
        inside = f"<failure {message}>{_body(found, look)}</failure>"
    return f"    <testcase {attributes}>\n      {inside}\n    </testcase>\n"


def _body(found: Finding, look: Look) -> str:
    other = elsewhere(found, look)
    lines = [f"{mend_at(found, look)}: {found.severity}: {found.message} [{found.rule}]"]
    lines += [f"seen at {other}"] if other else []
    lines += [f"because {found.cause}"] if found.cause else []
    lines += [f"help {found.help}"] if found.help else []
    lines += [f"also {one.rule}: {one.message}" for one in found.related]
    return "\n".join(_xml(harmless(line)) for line in lines)


_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "#": "&#35;"}
)


def _xml(text: str) -> str:
    """Text for XML, in which a control character may not even be escaped."""
    return clean(text).translate(_ESCAPES)
