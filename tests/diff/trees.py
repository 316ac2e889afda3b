"""Rendered directories, changed in memory and judged: the golden trees, which the renderer made."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from modelyard.bundle import shipped
from modelyard.check.objects import Manifest, Objects
from modelyard.diff.objects import changes
from modelyard.diff.risks import Case, judge
from modelyard.diff.sides import Placed, Sides, side
from modelyard.load.files import load_environment
from modelyard.spec.kinds import ENVIRONMENT
from tests.test_golden import GOLDEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.diff.comparison import Change, Risk
    from modelyard.findings import Route
    from modelyard.spec.environment import EnvironmentSpec

Tree = dict[str, dict[str, Any]]
"""Objects by the name of their file."""
Edit = "Callable[[Tree], None]"


@cache
def _golden(model: str, environment: str) -> Tree:
    folder = GOLDEN / environment / model
    return {path.name: yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yaml"))}


def golden(model: str = "fraud-detection", environment: str = "production") -> Tree:
    """A rendered directory, to be changed."""
    return copy.deepcopy(_golden(model, environment))


@cache
def place(name: str = "production") -> EnvironmentSpec:
    text = (shipped() / "environments" / f"{name}.yaml").read_text()
    loaded, _ = load_environment("x.yaml", text, name, ENVIRONMENT)
    assert loaded is not None
    return loaded.value.spec


def sides(before: Tree, after: Tree, name: str = "fraud-detection") -> Sides:
    found = Sides(f"deploy/production/{name}", "production", name)
    for target, tree in (("before", before), ("after", after)):
        placed = [Placed(value, f"{found.directory}/{file}") for file, value in tree.items()]
        setattr(found, target, side(placed))
    return found


def judged(
    before: Tree, after: Tree, name: str = "fraud-detection"
) -> tuple[list[Change], list[Risk]]:
    """What changed between two trees, and the risks of it."""
    both = sides(before, after, name)
    found = changes(both)
    around = Objects([Manifest(value, file) for file, value in golden("platform").items()])
    return found, judge(Case(both, found, place(), around)) if found else []


def put(file: str, *route: Any) -> Callable[[Tree], None]:
    """An edit that writes the last of these at the route before it."""
    *steps, last, value = route

    def edit(tree: Tree) -> None:
        target: Any = tree[file]
        for step in steps:
            target = target.setdefault(step, {}) if isinstance(target, dict) else target[step]
        if isinstance(target, list) and last == len(target):
            target.append(value)
        else:
            target[last] = value

    return edit


def drop(file: str, *route: Any) -> Callable[[Tree], None]:
    """An edit that takes something away; the whole file, where no route is given."""

    def edit(tree: Tree) -> None:
        if not route:
            del tree[file]
            return
        target: Any = tree[file]
        for step in route[:-1]:
            target = target[step]
        del target[route[-1]]

    return edit


def reverse(file: str, *route: Any) -> Callable[[Tree], None]:
    """An edit that turns the order of a list round."""

    def edit(tree: Tree) -> None:
        target: Any = tree[file]
        for step in route:
            target = target[step]
        assert len(target) > 1, route
        target.reverse()

    return edit


def dashboard(change: Callable[[Any], None]) -> Callable[[Tree], None]:
    """An edit inside the JSON of the dashboard."""

    def edit(tree: Tree) -> None:
        data = tree["dashboard.yaml"]["data"]
        (name,) = data
        value = json.loads(data[name])
        change(value)
        data[name] = json.dumps(value, indent=2)

    return edit


def at(tree: Tree, file: str, route: Route) -> Any:
    found: Any = tree[file]
    for step in route:
        found = found[step]
    return found
