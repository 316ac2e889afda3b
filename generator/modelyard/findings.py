"""What a check has to say, and where: the one result type from loading to reporting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from modelyard.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

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
class Suppression:
    """Why a finding does not count. It is shown all the same, in every format."""

    kind: Literal["exception", "annotation", "baseline"]
    """What says so: the spec's `exceptions`, an annotation of the object, or a baseline."""
    reason: str
    location: Location | None = None
    """Where it says so."""
    owner: str = ""
    """Who answers for it: a ticket, a team or a person; empty for a baseline."""
    expires: str = ""
    """The last day on which it holds, as `2027-03-31`; empty for a baseline."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of the object that certainly mends it, and changes nothing else that it means."""

    put: tuple[tuple[Route, Any], ...] = field(default=(), hash=False)
    """Values to write, each with the route that it gets; missing parents are made."""
    drop: tuple[Route, ...] = ()
    """Keys and items to take away."""
    rename: tuple[tuple[Route, str], ...] = ()
    """Keys, each with the name that it gets; its value stays as it is written."""
    quote: tuple[Route, ...] = ()
    """Numbers and truth values that become text, letter for letter."""

    def below(self, root: Route) -> Fix:
        """The same change of an object that stands at a route."""
        return Fix(
            tuple(((*root, *route), value) for route, value in self.put),
            tuple((*root, *route) for route in self.drop),
            tuple(((*root, *route), name) for route, name in self.rename),
            tuple((*root, *route) for route in self.quote),
        )


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
    anchor: str = ""
    """The route as text, with the names of named list items instead of their numbers."""
    cause: Cause | None = None
    help: str = ""
    """What to write instead. One sentence, or empty."""
    related: tuple[Finding, ...] = ()
    """What follows from the same mistake, and is not counted."""
    suppressed: Suppression | None = None
    fix: Fix | None = None
    because_of: tuple[str, str, str] | None = None
    """Kind, namespace and name of another object that may be the one to mend."""

    @property
    def fingerprint(self) -> str:
        """What tells it from others, whatever lines move: 32 hexadecimal digits.

        Of the rule, the object and the place in it; where it is about no object, of the file.
        """
        from hashlib import sha256

        about = self.object
        named = [about.kind, about.namespace or "", about.name] if about else [self.location.file]
        words = [self.rule, *named, self.anchor or dotted(self.route)]
        return sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:32]

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
        """How many findings count, and have this severity."""
        return sum(
            finding.severity == severity and finding.suppressed is None for finding in self.findings
        )

    @property
    def suppressed(self) -> int:
        """How many findings do not count."""
        return sum(finding.suppressed is not None for finding in self.findings)


def dotted(route: Route) -> str:
    """A route as people write it: `spec.ports[0].name`, `labels["app.kubernetes.io/name"]`."""
    return clean("".join(_steps(route)).removeprefix("."))


def anchored(value: Any, route: Route) -> str:
    """A route that survives what is put before it: `spec.containers[server].image`."""
    steps = list(_steps(route))
    for depth, step in enumerate(route):
        try:
            value = value[step]
        except (LookupError, TypeError):
            break
        name = value.get("name") if isinstance(step, int) and isinstance(value, dict) else None
        if isinstance(name, str):
            steps[depth] = f"[{name}]"
    return clean("".join(steps).removeprefix("."))


LONGEST = 300
"""Characters of a key or a name in a report. The longest that Kubernetes takes have 253."""


def cut(text: str, longest: int = LONGEST) -> str:
    """A text that nobody can make as long as he likes."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _steps(route: Route) -> Iterator[str]:
    for step in (cut(step) if isinstance(step, str) else step for step in route):
        if isinstance(step, int):
            yield f"[{step}]"
        elif step and all(part.isalnum() or part in "-_" for part in step):
            yield f".{step}"
        else:
            yield '["' + step.replace("\\", "\\\\").replace('"', '\\"') + '"]'


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
