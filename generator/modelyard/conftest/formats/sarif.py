"""`sarif`: version 2.1.0, on one line without an end.

Facts: `output/sarif.go` of conftest 0.71.1 and go-sarif 2.3.3. Its rules are coarse: one for each
kind of result in a namespace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from modelyard.conftest.formats import VERSION, Style
from modelyard.conftest.gotext import ordered, to_json
from modelyard.conftest.results import Result, exit_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.conftest.results import Check

SCHEMA = (
    "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/"
    "sarif-schema-2.1.0.json"
)
KINDS = {
    "deny": ("error", "Policy violation"),
    "warn": ("warning", "Policy warning"),
    "allow": ("note", "Policy exception"),
    "success": ("none", "Policy was satisfied successfully"),
    "skip": ("none", "Policy check was skipped"),
}


def write(checks: Sequence[Check], style: Style) -> str:  # noqa: ARG001 - every format has it
    """The report."""
    rules: dict[str, dict[str, Any]] = {}
    results = [
        _result(check, kind, result, rules) for check in checks for kind, result in _told(check)
    ]
    driver = {
        "informationUri": "https://github.com/open-policy-agent/conftest",
        "name": "conftest",
        "rules": list(rules.values()),
        "version": VERSION,
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(checks)],
        "results": results,
    }
    return to_json({"version": "2.1.0", "$schema": SCHEMA, "runs": [run]})


def _told(check: Check) -> Iterator[tuple[str, Result]]:
    yield from (("deny", result) for result in check.failures)
    yield from (("warn", result) for result in check.warnings)
    yield from (("allow", result) for result in check.exceptions)
    if not (check.failures or check.warnings):
        kind = "success" if check.successes or check.exceptions else "skip"
        _, text = KINDS[kind]
        yield kind, Result(text, metadata={"description": text})


def _result(
    check: Check, kind: str, result: Result, rules: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    rule = f"{check.namespace}/{kind}"
    level, text = KINDS[kind]
    if rule not in rules:
        rules[rule] = {"id": rule, "shortDescription": {"text": text}}
        if result.metadata:
            rules[rule]["properties"] = ordered(result.metadata)
    return {
        "ruleId": rule,
        "ruleIndex": list(rules).index(rule),
        "level": level,
        "message": {"text": result.message},
        "locations": [{"physicalLocation": _location(check, result)}],
    }


def _location(check: Check, result: Result) -> dict[str, Any]:
    file = result.place.file if result.place else check.file
    found: dict[str, Any] = {"artifactLocation": {"uri": _address(file)}}
    if result.place:
        line = result.place.line
        row = line if isinstance(line, int) else 0
        found["region"] = {"startLine": row, "endLine": row}
    return found


def _address(file: str) -> str:
    """A path as `url.URL.EscapedPath` writes it."""
    return file if file == "*" else quote(file, safe="-_.~$&+,/:;=@", errors="surrogateescape")


def _invocation(checks: Sequence[Check]) -> dict[str, Any]:
    code = exit_code(checks)
    warned = any(check.warnings for check in checks)
    found = "violations" if code else "warnings" if warned else "no violations"
    text = "No policy violations found" if found == "no violations" else f"Policy {found} found"
    return {"executionSuccessful": True, "exitCode": code, "exitCodeDescription": text}
