"""Grafana dashboards in ConfigMaps: JSON in a text, with the line of everything in it.

The shape is that of grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model.
What the HTTP API exports has it under `dashboard`; there it is read too.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest
    from modelyard.findings import Route

MARKS = ("grafana_dashboard", "grafana-dashboard")
"""Labels that the sidecars of Grafana's charts look for."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard, and where it stands."""

    manifest: Manifest
    key: str
    text: str
    value: dict[str, Any]
    """The dashboard itself."""
    root: Route
    """To the dashboard in the JSON."""

    def hit(
        self, route: Route, message: str, help: str, *, manifest: Manifest | None = None
    ) -> Hit:
        """A finding at a route into the dashboard."""
        line = line_of(self.text, (*self.root, *route))
        return Hit(("data", self.key), message, help, manifest or self.manifest, within=line)

    def with_number(self, route: Route, new: str) -> str | None:
        """Its text with something else in the place of a number; nothing where there is none."""
        place = _skip(self.text, 0)
        for step in (*self.root, *route):
            inside = _children(self.text, place).get(step)
            if inside is None:
                return None
            place = inside[1]
        found = _NUMBER.match(self.text, place)
        return f"{self.text[:place]}{new}{self.text[found.end() :]}" if found else None

    def panels(self) -> Iterator[tuple[Route, dict[str, Any]]]:
        """Every panel, those in rows too."""
        yield from _panels(self.value, ())

    def variables(self) -> Iterator[tuple[Route, dict[str, Any]]]:
        """Every variable."""
        listed = mapping(self.value.get("templating")).get("list")
        for index, item in enumerate(sequence(listed)):
            if isinstance(item, dict):
                yield ("templating", "list", index), item


@dataclass(frozen=True, slots=True)
class Broken:
    """A file of a ConfigMap that should be a dashboard, and is no JSON."""

    key: str
    line: int
    problem: str


def dashboards(manifest: Manifest) -> Iterator[Dashboard]:
    """The dashboards of a ConfigMap."""
    for key, text in texts(manifest):
        value = _read(text)
        if not isinstance(value, dict):
            continue
        inner = value.get("dashboard")
        if isinstance(inner, dict) and "panels" not in value:
            yield Dashboard(manifest, key, text, inner, ("dashboard",))
        elif is_dashboard(value):
            yield Dashboard(manifest, key, text, value, ())


def is_dashboard(value: Any) -> bool:
    """Whether JSON looks like a dashboard."""
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("panels"), list) or isinstance(value.get("rows"), list)


def broken(manifest: Manifest) -> Iterator[Broken]:
    """The files of a ConfigMap of dashboards that are no JSON."""
    if not is_marked(manifest) and not manifest.name.endswith(("dashboard", "dashboards")):
        return
    for key, text in texts(manifest):
        if key.endswith(".json") or text.lstrip()[:1] == "{":
            try:
                json.loads(text)
            except (ValueError, RecursionError) as error:
                line = getattr(error, "lineno", 0)
                yield Broken(key, line, str(getattr(error, "msg", "nested too deeply")))


def is_marked(manifest: Manifest) -> bool:
    """Whether a ConfigMap has the label of dashboards."""
    return any(name in manifest.labels for name in MARKS)


def texts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """The files of a ConfigMap."""
    if manifest.kind == "ConfigMap":
        for key, text in mapping(manifest.value.get("data")).items():
            if isinstance(key, str) and isinstance(text, str):
                yield key, text


def _read(text: str) -> Any:
    return _parsed(text) if len(text) <= MAX_KEPT else _parsed.__wrapped__(text)


MAX_KEPT = 1 << 20
"""Characters of a dashboard; larger ones are read each time rather than remembered."""


@lru_cache(64)
def _parsed(text: str) -> Any:
    if text.lstrip()[:1] != "{":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _panels(parent: dict[str, Any], route: Route) -> Iterator[tuple[Route, dict[str, Any]]]:
    for name in ("panels", "rows"):
        for index, item in enumerate(sequence(parent.get(name))):
            if isinstance(item, dict):
                if name == "panels":
                    yield (*route, name, index), item
                if len(route) < 8:
                    yield from _panels(item, (*route, name, index))


_NUMBER = re.compile(r"-?[0-9]+")
_SPACE = re.compile(r"[ \t\r\n]*")


def line_of(text: str, route: Route) -> int:
    """The line of JSON that a route leads to, from 1; of the key, where there is one."""
    place = found = _skip(text, 0)
    for step in route:
        inside = _children(text, place).get(step)
        if inside is None:
            break
        found, place = inside
    return bisect_left(_breaks(text), found) + 1


@lru_cache(4)
def _breaks(text: str) -> list[int]:
    return [found.start() for found in re.finditer("\n", text)]


@lru_cache(256)
def _children(text: str, place: int) -> dict[str | int, tuple[int, int]]:
    """Where each key (or item) and its value stand in the collection at a place.

    Because a dashboard may have any number of findings, no collection is read for each of them.
    """
    found: dict[str | int, tuple[int, int]] = {}
    if text[place] not in "[{":
        return found
    named, decoder = text[place] == "{", json.JSONDecoder()
    place = _skip(text, place + 1)
    while text[place] not in "]}":
        start, name = place, len(found)
        if named:
            name, place = decoder.raw_decode(text, place)
            place = _skip(text, _skip(text, place) + 1)
        found.setdefault(name, (start, place))
        _, place = decoder.raw_decode(text, place)
        place = _skip(text, place)
        if text[place] == ",":
            place = _skip(text, place + 1)
    return found


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place
