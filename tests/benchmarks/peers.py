"""Modelyard beside the programs that teams use instead: kustomize and helm, on the same manifests.

They are given what they need before the clock starts, and as many processes at a time as there are
processors. What they print is compared with what modelyard rendered, object by object.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import helm
import kustomize
import same
from machine import processors
from measure import Command, Failed, batch, run
from programs import MODULES, find
from repository import elsewhere
from scenarios import SOUND, WROTE, environment, objects
from table import Row, Section, ratio, time_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from measure import Run
    from scenarios import Bench, Shop

ROUNDS, STARTS = 3, 5
NOTES = (
    "modelyard reads specs, applies its rules, writes one file for each object and locks with digests;",
    "kustomize and helm print one stream of objects: no files, no locks, no rules, no check, and what",
    "modelyard derives (deadlines, digests, alert thresholds) is given to them in patches and values;",
    "a process makes one model in one environment, as many at a time as processors; ratios are",
    "medians over rounds, in each of which everything runs by turns",
)


@dataclass(frozen=True)
class Way:
    """One way to ask a program for everything."""

    name: str
    commands: Sequence[Command]


@dataclass(frozen=True)
class Peer:
    """A program, and the ways in which it is asked."""

    name: str
    version: str
    start: Command
    """What does nothing but start."""
    ways: Sequence[Way]


def versus(bench: Bench, models: int, large: Shop, *, build: bool) -> Section:
    """A cold render of some models by each, and of as many as in `large` by helm."""
    shop = bench.shop(models)
    shop.run("render", says=WROTE)
    number = objects(shop.run("check", says=SOUND))
    peers = _peers(bench, shop, build=build)
    found = [peer for peer in peers.values() if peer is not None]
    rounds = [_round(bench, models, found) for _ in range(min(ROUNDS, bench.repeats))]
    rendered = [each.pop("render") for each in rounds]
    both = [one + each.pop("check") for one, each in zip(rendered, rounds, strict=True)]
    section = Section(
        f"5. Peers: {models:,} models x 3 environments, {number:,} objects",
        [
            Row("modelyard render", rendered, number),
            Row("modelyard render, then check --no-cache", both, number),
        ],
        list(NOTES),
    )
    for peer in found:
        start = time_text(median(run(peer.start).wall for _ in range(STARTS)))
        section.notes.append(f"{peer.name}: {peer.version}; a process takes {start} to start")
        for way in peer.ways:
            runs = [each[way.name] for each in rounds]
            note = f"{ratio(runs, rendered):.1f} times modelyard render; the same objects"
            section.rows.append(Row(way.name, runs, _same(way, shop), note))
    if peers["helm"] is not None:
        section.rows += _large(bench, large)
    for name in (name for name, peer in peers.items() if peer is None):
        lack = f"!! NO {name}: it is not on this machine, so modelyard is not compared with it !!"
        print(lack, file=sys.stderr)
        section.rows.append(Row(name))
        section.notes.append(lack)
    return section


def _round(bench: Bench, models: int, peers: Sequence[Peer]) -> dict[str, Run]:
    """Everything once, one after the other."""
    shop = bench.shop(models)
    found = {
        "render": shop.run("render", says=WROTE),
        "check": shop.run("check", "--no-cache", says=SOUND),
    }
    for way in (way for peer in peers for way in peer.ways):
        found[way.name] = batch(way.commands, processors())
    return found


def _same(way: Way, shop: Shop) -> int:
    """How many objects were made, which must be those of modelyard."""
    outputs = [command.output for command in way.commands]
    made, wanted, equal = elsewhere(same.compare, outputs, _trees(shop))
    if not equal == wanted == made:
        raise Failed(f"{way.name} does not make what modelyard makes: {equal} of {wanted}")
    return made


def _trees(shop: Shop) -> list[Path]:
    """The directories of models, in every environment."""
    found = sorted((shop.root / "deploy").glob("*/*"))
    return [path for path in found if path.name not in ("platform", "argocd")]


def _peers(bench: Bench, shop: Shop, *, build: bool) -> dict[str, Peer | None]:
    """Every program, by name; `None` where it cannot be had."""
    places = [f"{path.name}/{path.parent.name}" for path in _trees(shop)]
    helm_program = find("helm", build=build)
    return {
        "kustomize": _kustomize(bench, shop, places, build=build),
        "helm": _helm(bench, shop, places, helm_program) if helm_program else None,
    }


def _kustomize(bench: Bench, shop: Shop, places: Sequence[str], *, build: bool) -> Peer | None:
    """The one in kubectl, or else the program of its own."""
    kubectl = shutil.which("kubectl")
    program = kubectl or find("kustomize", build=build)
    if program is None:
        return None
    name, start = "kustomize build", [str(program), "version"]
    version = MODULES["kustomize"].partition("@")[2]
    if kubectl:
        name, start = "kubectl kustomize", [kubectl, "version", "--client", "-o", "json"]
        version = json.loads(subprocess.check_output(start, text=True))["kustomizeVersion"]
    place = bench.fresh("kustomize")
    elsewhere(kustomize.prepare, shop.root / "deploy", place)
    command = _commands(bench, place)

    def made(directory: str) -> Command:
        return command(str(program), name.partition(" ")[2], str(place / directory))

    ways = (
        Way(f"{name}, one by one", [made(each) for each in places]),
        Way(f"{name}, all in one process", [made("all")]),
    )
    return Peer(name, version, command(*start), ways)


def _helm(bench: Bench, shop: Shop, places: Sequence[str], program: Path) -> Peer:
    place = bench.fresh("helm")
    elsewhere(helm.prepare, shop.root, place)
    command = _commands(bench, place)
    ways = (
        Way(
            "helm template, one by one",
            [_template(command, program, place, f"{each}.yaml") for each in places],
        ),
        Way(
            "helm template, all in one process",
            [_template(command, program, place, "all.yaml")],
        ),
    )
    start = (str(program), "version", "--short")
    version = subprocess.check_output(start, text=True).strip()
    return Peer("helm template", version, command(*start), ways)


def _large(bench: Bench, shop: Shop) -> list[Row]:
    """As many as in the first section, once, by modelyard and by helm in one process."""
    program = find("helm", build=False)
    assert program is not None
    place = bench.fresh("helm")
    elsewhere(helm.prepare, shop.root, place)
    command = _template(_commands(bench, place), program, place, "all.yaml")
    found, own = run(command), bench.shop(shop.models).run("render", says=WROTE)
    assert command.output is not None
    with command.output.open("rb") as lines:
        number = sum(line.startswith(b"kind: ") for line in lines)
    how, times = f"{shop.models:,} models", ratio([found], [own])
    return [
        Row(f"modelyard render, {how}", [own], number),
        Row(f"helm template, {how}", [found], number, f"{times:.1f} times modelyard render"),
    ]


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
