"""The changes of a directory as risks see them, and the words that they share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import Manifest, Objects, mapping
from modelyard.diff.comparison import ABSENT, Risk
from modelyard.findings import Location, at
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.diff.comparison import Change, Field, Kind, Level
    from modelyard.diff.sides import Side, Sides
    from modelyard.findings import Cause, Route
    from modelyard.spec.environment import EnvironmentSpec


class Case:
    """A directory on both sides, with what changed in it."""

    def __init__(
        self,
        sides: Sides,
        changes: list[Change],
        environment: EnvironmentSpec | None = None,
        around: Objects | None = None,
        *,
        was: EnvironmentSpec | None = None,
    ) -> None:
        self.sides = sides
        self.changes = changes
        self.environment = environment
        """As it will be; nothing where it goes away."""
        self.was = was if was is not None else environment
        """The environment as it was."""
        self.around = around if around is not None else Objects([])
        """The objects of the environment itself, whose policies hold for the whole namespace."""

    @cached_property
    def before(self) -> Objects:
        """Every object of the directory as it was."""
        return _objects(self.sides.before)

    @cached_property
    def after(self) -> Objects:
        """Every object of the directory as it will be."""
        return _objects(self.sides.after)

    @cached_property
    def selected_labels(self) -> frozenset[str]:
        """Names of labels by which Prometheus and Grafana find objects, and monitors find Services."""
        found: set[str] = set()
        if self.environment is not None:
            monitoring = self.environment.monitoring
            found |= {str(name) for name in (*monitoring.labels, *monitoring.dashboards.labels)}
        for objects in (self.before, self.after):
            for monitor in objects.of("ServiceMonitor", "PodMonitor"):
                found |= mapping(mapping(monitor.spec.get("selector")).get("matchLabels")).keys()
        return frozenset(found)

    def of(self, *kinds: str) -> Iterator[Change]:
        """Changes of objects of some kinds."""
        return (change for change in self.changes if change.kind in kinds)


def _objects(side: Side) -> Objects:
    return Objects([Manifest(placed.value, placed.file) for placed in side.values()])


def risk(
    kind: Kind,
    level: Level,
    change: Change,
    message: str,
    fields: Iterable[Field] = (),
    help: str = "",
) -> Risk:
    """A risk of a change, with the causes of the fields that it is about."""
    told = tuple(fields)
    causes: dict[Cause, None] = dict.fromkeys(cause for each in told for cause in each.causes)
    return Risk(
        kind,
        level,
        message,
        Location(change.file, 1, 1),
        change.ref,
        tuple(each.path for each in told),
        tuple(causes) or change.causes,
        help,
    )


def below(change: Change, *routes: Route) -> list[Field]:
    """Fields of a change at, below or around any of some routes."""
    return [
        field
        for field in change.fields
        if any(field.route[: len(route)] == route[: len(field.route)] for route in routes)
    ]


def value(manifest: dict[str, Any] | None, *route: str | int, default: Any = None) -> Any:
    """The value at a route of an object, or the default where there is none."""
    try:
        found = at(manifest, route)
    except LookupError:
        return default
    return default if found is None else found


def told(value: Any) -> str:
    """A value in a sentence, back-quoted and short."""
    if value is ABSENT:
        return "nothing"
    if isinstance(value, dict | list):
        import json

        return f"`{shown(json.dumps(value, ensure_ascii=False))}`"
    if isinstance(value, bool) or value is None:
        return f"`{'null' if value is None else str(value).lower()}`"
    return f"`{shown(str(value))}`"


def listed(items: Iterable[str], most: int = 4) -> str:
    """Things as a sentence has them: `a, b and 3 more`."""
    found = list(dict.fromkeys(items))
    if len(found) > most:
        return f"{', '.join(found[: most - 1])} and {len(found) - most + 1} more"
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
