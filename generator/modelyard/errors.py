"""The one family of exceptions. Because a user's mistakes come in numbers, they are findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.findings import Finding


class ModelyardError(Exception):
    """Root of everything that modelyard raises on purpose."""


class Refused(ModelyardError):  # noqa: N818 - it is what happened, not an error of ours
    """The input was refused, and nothing was written. Carries every reason, in order."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(finding.message for finding in self.findings))

    def __reduce__(self) -> tuple[type[Refused], tuple[tuple[Finding, ...]]]:
        """Between processes, too, it carries its findings."""
        return Refused, (self.findings,)
