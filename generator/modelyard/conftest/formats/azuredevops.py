"""`azuredevops`: logging commands of Azure Pipelines.

Facts: `output/azuredevops.go` of conftest 0.71.1. Because a line that begins with `##vso[` would be
a command, line ends in messages are escaped as Azure's commands have them; conftest prints them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.conftest.results import total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.conftest.formats import Style
    from modelyard.conftest.results import Check

_LINE_ENDS = str.maketrans({"\r": "%0D", "\n": "%0A"})


def write(checks: Sequence[Check], style: Style) -> str:  # noqa: ARG001 - every format has it
    """The report."""
    lines = (line.translate(_LINE_ENDS) for line in _lines(checks))
    return "".join(f"{line}\n" for line in (*lines, str(total(checks))))


def _lines(checks: Sequence[Check]) -> Iterator[str]:
    for check in checks:
        file = check.file
        yield (
            f"##[section]Testing '{file}' against {check.totals.tests} policies"
            f" in namespace '{check.namespace}'"
        )
        yield "##[group]See conftest results"
        for result in check.failures:
            yield f"##vso[task.logissue type=error] file={file} --> {result.message}"
        for result in (*check.warnings, *check.exceptions):
            yield f"##vso[task.logissue type=warning] file={file} --> {result.message}"
        for result in check.skipped:
            yield f"skipped file={file} {result.message}"
        if check.successes:
            yield f"success file={file} {check.successes}"
        yield "##[endgroup]"
