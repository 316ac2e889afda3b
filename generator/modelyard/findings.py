"""What a check has to say, and where: the one result type from loading to reporting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from modelyard.words import clean

Severity = Literal["error", "warning"]

Route = tuple[str | int, ...]
"""A way into a document: mapping keys and list indexes (from 0), outermost first."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file, counted from 1 as editors do."""

    file: str
    """Relative to the repository, with forward slashes; `modelyard:…` for a shipped file."""
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Cause:
    """What a person would edit: the line of a spec, an environment or a blueprint."""

    location: Location
    path: str
    """The key's full path in that file, dotted."""

    def __str__(self) -> str:
        return f"{self.location} {self.path}"


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """The Kubernetes object that a finding is about."""

    api_version: str
    kind: str
    namespace: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake, said once."""

    rule: str
    """`<category>/<rule>`, kebab-case; the same in every report."""
    message: str
    location: Location
    severity: Severity = "error"
    object: ObjectRef | None = None
    route: Route = ()
    """Into the object (or, for a spec, into the document)."""
    cause: Cause | None = None
    help: str = ""
    """What to write instead. One sentence, or empty."""

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Reading order: by file and position, then by rule."""
        at = self.location
        return (at.file, at.line, at.column, self.rule, self.message)


@dataclass(slots=True)
class Summary:
    """How much was looked at, so that silence can be told from success."""

    files: int = 0
    objects: int = 0
    checks: int = 0
    """Verdicts given: one for each rule and each thing that it was asked about."""
    skipped: int = 0
    """Rules that could not be decided; each is also a finding."""

    def add(self, other: Summary) -> None:
        """Count what another part of the work has looked at."""
        self.files += other.files
        self.objects += other.objects
        self.checks += other.checks
        self.skipped += other.skipped


@dataclass(slots=True)
class Report:
    """Findings and counts, ready to be printed."""

    findings: list[Finding] = field(default_factory=list)
    summary: Summary = field(default_factory=Summary)

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(finding.severity == severity for finding in self.findings)


def dotted(route: Route) -> str:
    """A route as people write it: `spec.ports[0].name`, `labels["app.kubernetes.io/name"]`."""
    text = ""
    for step in route:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step and all(part.isalnum() or part in "-_" for part in step):
            text += f".{step}" if text else step
        else:
            text += '["' + step.replace("\\", "\\\\").replace('"', '\\"') + '"]'
    return clean(text)


def at(value: Any, route: Route) -> Any:
    """What a route leads to; raises `LookupError` where it leads to nothing."""
    for step in route:
        try:
            value = value[step]
        except TypeError:
            raise LookupError(route) from None
    return value


def leads(value: Any, route: Route) -> bool:
    """Whether a route leads to something."""
    try:
        at(value, route)
    except LookupError:
        return False
    return True
