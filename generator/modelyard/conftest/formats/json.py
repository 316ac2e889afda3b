"""`json`: an array with tabs; parts that are empty are left out.

Facts: `output/json.go` and the fields of `output/result.go` of conftest 0.71.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.conftest.gotext import ordered, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.conftest.formats import Style
    from modelyard.conftest.results import Check, Result


def write(checks: Sequence[Check], style: Style) -> str:  # noqa: ARG001 - every format has it
    """The report. Without any check it is `null`."""
    found = [_check(check) for check in checks]
    return f"{to_json(found or None, chr(9))}\n"


def _check(check: Check) -> dict[str, Any]:
    parts = {
        "skipped": check.skipped,
        "warnings": check.warnings,
        "failures": check.failures,
        "exceptions": check.exceptions,
    }
    return {
        "filename": "" if check.file == "-" else check.file,
        "namespace": check.namespace,
        "successes": check.successes,
        **{name: [_result(one) for one in found] for name, found in parts.items() if found},
    }


def _result(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = {"msg": result.message}
    if result.place:
        place = {"file": result.place.file or None, "line": result.place.line}
        found["loc"] = {name: part for name, part in place.items() if part is not None}
    if result.metadata:
        found["metadata"] = ordered(result.metadata)
    return found
