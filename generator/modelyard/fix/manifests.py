"""Manifests that others wrote, mended where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.fix.rounds import ROUNDS, Change, Mended, Mending

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modelyard.findings import Report
    from modelyard.fix.files import Folder


def mend(folder: Folder, check: Callable[[Mapping[str, str]], Report]) -> tuple[Report, Mended]:
    """What is wrong once all is mended that can be; nothing is written yet.

    `check` looks at the manifests with the given texts in the place of those on disk.
    """
    mending = Mending(folder.text, kubernetes=True)
    report = check({})
    for _ in range(ROUNDS):
        changes = [
            Change(finding, finding.location, finding.fix)
            for finding in report.findings
            if finding.fix is not None and finding.suppressed is None
        ]
        if not mending.apply(changes):
            break
        after = check(mending.texts)
        if mending.judge(report.findings, after.findings):
            after = check(mending.texts)
        report = after
    return report, mending.mended()
