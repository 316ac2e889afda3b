"""What a comparison has to say: objects with their fields, the risks of their changes, and sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Cause, Location, ObjectRef, Route
    from modelyard.load.revisions import Revision


class Absent(Enum):
    """Stands for a value that is not there, which `None` does not: that is `null`."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT

Operation = Literal["added", "changed", "replaced", "removed"]
OPERATIONS: tuple[Operation, ...] = ("added", "changed", "replaced", "removed")
Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
Kind = Literal[
    "data-loss", "outage", "immutable", "access", "traffic", "capacity", "restart", "alerts",
    "behaviour", "cosmetic",
]  # fmt: skip
KINDS: dict[Kind, str] = {
    "data-loss": "data may be lost",
    "outage": "the model stops, or stands still",
    "immutable": "the cluster refuses the change, or makes the object anew",
    "access": "who may call what becomes more or less",
    "traffic": "requests go elsewhere, or are treated otherwise",
    "capacity": "more or less is asked of the cluster",
    "restart": "pods are replaced",
    "alerts": "alerts become more or less",
    "behaviour": "something else that runs is told otherwise",
    "cosmetic": "nothing that runs is changed",
}
"""Kinds of risk, worst first, and what each means."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that is another one, or that is there on one side only."""

    path: str
    """For people: `spec.template.spec.containers[server].image`."""
    route: Route
    """Into the object as it will be; for a field that goes away, into the object as it was."""
    before: Any = ABSENT
    after: Any = ABSENT
    same: bool = False
    """Whether it is only written differently, and means the same: `1000m` and `1`."""
    moved: bool = False
    """Whether only the order of the list's items changed; the values are their names."""
    causes: tuple[Cause, ...] = ()
    """The lines of the spec, environment or blueprint that were changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One object that is added, removed or another one."""

    operation: Operation
    """`replaced` is an object that goes away while another takes its place under another name."""
    ref: ObjectRef
    """The object as it will be, or as it was if it goes away."""
    directory: str
    file: str
    """Relative to the repository, where the object is or was."""
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    fields: tuple[Field, ...] = ()
    """In the order of the object. Of objects that come or go whole there are none."""
    noise: int = 0
    """Fields that tell nothing, as digests in annotations; they are counted and not shown."""
    causes: tuple[Cause, ...] = ()
    """Of an object that comes or goes whole."""

    @property
    def is_noise(self) -> bool:
        """Whether nothing is left to tell."""
        return self.operation == "changed" and not self.fields

    @property
    def kind(self) -> str:
        """The object's kind."""
        return self.ref.kind

    @property
    def name(self) -> str:
        """The object's name."""
        return self.ref.name

    @property
    def group(self) -> str:
        """The API group; empty for the core."""
        return self.ref.api_version.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Risk:
    """What a change does, in words."""

    kind: Kind
    level: Level
    message: str
    """One sentence without the object's name, which `ref` has."""
    location: Location
    """The file of the object in the tree."""
    ref: ObjectRef | None = None
    fields: tuple[str, ...] = ()
    """Paths of the fields that it is about; none for the object as a whole."""
    causes: tuple[Cause, ...] = ()
    help: str = ""
    """What to do instead, where there is something better."""

    @property
    def sort_key(self) -> tuple[int, int, str, str]:
        """Worst first."""
        order = list(KINDS)
        return (
            LEVELS.index(self.level) if self.level == "error" else 1,
            order.index(self.kind),
            str(self.location),
            self.message,
        )


Range = tuple[int, int]
"""At minimum scale, and at maximum scale."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What all models of an environment take of one resource together, in thousandths."""

    resource: str
    """As a quota names it: `requests.cpu`."""
    pool: str | None
    """The pool of GPU nodes; of nothing else where there is one."""
    every: bool
    """Whether all nodes are meant, and not only those that are in no pool."""
    before: Range
    after: Range
    limit: int | None
    """How much there is: of the pool, or by the quota."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a month of an environment costs: a range, not a bill."""

    currency: str
    before: Range
    after: Range


@dataclass(slots=True)
class Environment:
    """One environment on both sides."""

    name: str
    changes: list[Change] = field(default_factory=list)
    """Of all objects, those among them that have nothing to tell."""
    risks: list[Risk] = field(default_factory=list)
    """Worst first."""
    sums: list[Sum] = field(default_factory=list)
    """What the change takes or gives back, of pools and of the quota."""
    cost: Cost | None = None
    """Where the environment says what things cost, and the change costs or saves something."""

    @property
    def shown(self) -> list[Change]:
        """Changes that tell something."""
        return [change for change in self.changes if not change.is_noise]

    def count(self, operation: Operation) -> int:
        """How many objects are added, changed, replaced or removed."""
        return sum(change.operation == operation for change in self.shown)


@dataclass(slots=True)
class Comparison:
    """A revision and what the working tree renders to, environment by environment."""

    base: Revision
    environments: list[Environment] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(environment.shown for environment in self.environments)

    @property
    def risks(self) -> Iterator[Risk]:
        """Of all environments."""
        for environment in self.environments:
            yield from environment.risks

    def count(self, level: Level) -> int:
        """How many risks have this level."""
        return sum(risk.level == level for risk in self.risks)
