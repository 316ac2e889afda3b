"""Modelyard beside the programs that teams use instead: kustomize and helm, on the same manifests.

They are given what they need before the clock starts, and as many processes at a time as there are
processors. What they print is compared with what modelyard rendered, object by object.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

import helm
import kustomize
import same
from machine import processors
from measure import Command, Failed, batch, run
from repository import elsewhere
from scenarios import SOUND, WROTE, environment, objects
from table import Row, Section, time_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from measure import Run
    from scenarios import Bench, Shop

STARTS = 5
NOTES = (
    "modelyard reads specs, applies its rules, writes one file for each object and locks with digests;",
    "kustomize and helm print one stream of objects: no files, no locks, no rules, no check, and what",
    "modelyard derives (deadlines, digests, alert thresholds) is given to them in patches and values;",
    "each of their processes does one model in one environment, as many at a time as processors",
)


@dataclass(frozen=True)
class Way:
    """One way to ask a program for everything."""

    how: str
    commands: Sequence[Command]
    exact: bool = True
    """Whether it should make what modelyard makes."""


@dataclass
class Peer:
    """A program, and the ways in which it is asked."""

    name: str
    version: str
    start: Command
    """What does nothing but start."""
    ways: list[Way] = field(default_factory=list)


@dataclass(frozen=True)
class Own:
    """What modelyard needs for the same models, and for many."""

    some: Row
    many: Row

    def beside(self, row: Row) -> str:
        """How much faster modelyard is."""
        some, many = self.some.rate / row.rate, self.many.rate / row.rate
        return f"modelyard is {some:.1f}x as fast, {many:.1f}x by 1."


def versus(bench: Bench, models: int, many: Row, large: Shop, *, build: bool) -> Section:
    """A cold render of some models by each; `many` is modelyard's render of the `large` ones."""
    chart = helm.program(build=build)
    shop, rendered, checked = _own(bench, models)
    number = objects(checked[0])
    both = [one + other for one, other in zip(rendered, checked, strict=True)]
    own = Own(Row(f"modelyard render, {models:,} models", rendered, number), many)
    section = Section(
        f"5. Peers: {models:,} models x 3 environments, {number:,} objects",
        [
            own.some,
            Row("modelyard render, then check --no-cache", both, number),
            Row(f"modelyard render, {large.models:,} models", many.runs, many.objects, "from 1."),
        ],
        list(NOTES),
    )
    peers = {
        "kustomize": _kustomize(bench, shop),
        "helm": _helm(bench, shop, chart) if chart is not None else None,
    }
    for name, peer in peers.items():
        if peer is None:
            section.rows.append(Row(name, note="cannot be had on this machine"))
            continue
        start = time_text(median(run(peer.start).wall for _ in range(STARTS)))
        section.notes.append(f"{peer.name}: {peer.version}; a process takes {start} to start")
        section.rows += [_row(bench, peer, way, shop, own) for way in peer.ways]
    if chart is not None:
        section.rows.append(_large_helm(bench, chart, large, own))
    return section


def _own(bench: Bench, models: int) -> tuple[Shop, list[Run], list[Run]]:
    rendered, checked = [], []
    for _ in range(bench.repeats):
        shop = bench.shop(models)
        rendered.append(shop.run("render", says=WROTE))
        checked.append(shop.run("check", "--no-cache", says=SOUND))
    return shop, rendered, checked


def _row(bench: Bench, peer: Peer, way: Way, shop: Shop, own: Own) -> Row:
    runs = [batch(way.commands, processors()) for _ in range(bench.repeats)]
    outputs = [command.output for command in way.commands]
    made, wanted, equal = elsewhere(same.compare, outputs, _trees(shop))
    row = Row(f"{peer.name}, {way.how}", runs, made)
    told = "the same objects" if equal == wanted == made else f"{equal} of {wanted} are the same"
    if way.exact and told != "the same objects":
        raise Failed(f"{row.name} does not make what modelyard makes: {told}")
    row.note = f"{own.beside(row)}; {told}"
    return row


def _trees(shop: Shop) -> list[Path]:
    """The directories of models, in every environment."""
    found = sorted((shop.root / "deploy").glob("*/*"))
    return [path for path in found if path.name not in ("platform", "argocd")]


def _places(shop: Shop) -> list[str]:
    return [f"{path.name}/{path.parent.name}" for path in _trees(shop)]


def _kustomize(bench: Bench, shop: Shop) -> Peer | None:
    program = shutil.which("kubectl")
    if program is None:
        return None
    place = bench.fresh("kustomize")
    elsewhere(kustomize.prepare, shop.root / "deploy", place)
    command = _commands(bench, place)

    def build(directory: str) -> Command:
        return command(program, "kustomize", str(place / directory))

    return Peer(
        "kubectl kustomize",
        _version(program),
        command(program, "version", "--client"),
        [
            Way("every difference patched", [build(each) for each in _places(shop)]),
            Way("3 patches", [build(f"short/{each}") for each in _places(shop)], exact=False),
            Way("all in one process", [build("all")]),
        ],
    )


def _version(kubectl: str) -> str:
    """The version of the kustomize in kubectl."""
    words = (kubectl, "version", "--client", "-o", "json")
    found = subprocess.run(words, capture_output=True, text=True, check=True)
    return str(json.loads(found.stdout)["kustomizeVersion"])


def _helm(bench: Bench, shop: Shop, program: Path) -> Peer:
    place = bench.fresh("helm")
    elsewhere(helm.prepare, shop.root, place)
    command = _commands(bench, place)

    def template(values: str) -> Command:
        return _template(command, program, place, values)

    words = (str(program), "version", "--short")
    version = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    return Peer(
        "helm template",
        version,
        command(str(program), "version"),
        [
            Way("values of each", [template(f"{each}.yaml") for each in _places(shop)]),
            Way("all in one process", [template("all.yaml")]),
        ],
    )


def _large_helm(bench: Bench, program: Path, large: Shop, own: Own) -> Row:
    """Once, because it is the one peer that can do many models in one process."""
    place = bench.fresh("helm")
    elsewhere(helm.prepare, large.root, place)
    command = _template(_commands(bench, place), program, place, "all.yaml")
    found = run(command)
    assert command.output is not None
    row = Row("helm template, as many as in 1., one process", [found], _count(command.output))
    row.note = own.beside(row)
    return row


def _count(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(line.startswith(b"kind: ") for line in lines)


def _template(command: Callable[..., Command], program: Path, place: Path, values: str) -> Command:
    common = str(place / "environments.yaml")
    files = ("-f", common, "-f", str(place / values))
    return command(str(program), "template", "models", str(helm.CHART), *files)


def _commands(bench: Bench, place: Path) -> Callable[..., Command]:
    """Commands that print into a file each, beside the trees of modelyard."""
    outputs = bench.fresh("printed")
    outputs.mkdir()
    here = environment(bench.fresh("cache"))

    def command(*words: str) -> Command:
        number = len(list(outputs.iterdir()))
        output = outputs / f"{number:05d}.yaml"
        output.touch()
        return Command(words, place, here, output)

    return command
