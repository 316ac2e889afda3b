"""Modelyard's `test` beside conftest: the same policies, the same files, the same report."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import manifests
from measure import Command, Failed, run
from programs import pinned
from repository import elsewhere
from scenarios import environment
from table import Row, Section, ratio

if TYPE_CHECKING:
    from scenarios import Bench

POLICIES = Path(__file__).with_name("policies")
RULE = re.compile(r"^(?:deny|warn|violation)\w* contains", re.MULTILINE)
ROUNDS = 2
NOTE = "both print `-o json` of all files; the reports are the same once files are in one order"


def policing(bench: Bench, files: int, pairs: int, *, peer: bool, build: bool) -> Section:
    """Many files, and one, by each."""
    place = bench.fresh("manifests")
    elsewhere(manifests.make, place / "many", files)
    elsewhere(manifests.make, place / "one", 1)
    program = pinned("conftest", build=build) if peer else None
    section = Section(
        f"6. Policies: {_rules()} rules against {files:,} manifests, one file each", [], [NOTE]
    )
    ours, theirs = bench.fresh("ours.json"), bench.fresh("theirs.json")
    here = environment(bench.fresh("cache"))

    def command(start: tuple[str, ...], folder: str, output: Path) -> Command:
        words = ("test", "--no-fail", "-p", str(POLICIES), "-o", "json", folder)
        return Command((*start, *words), place, here, output)

    own = command(bench.tool, "many", ours)
    run(own)  # compiles Python's modules, and reads files once for everybody
    if program is None:
        lack = (
            "!! NO conftest: it was not asked for, or is not here: nothing is compared with it !!"
        )
        if peer:
            print(lack, file=sys.stderr)
        section.notes.append(lack)
        section.rows.append(Row("modelyard test", [run(own)], files))
        section.rows.append(Row("conftest test"))
        few = command(bench.tool, "one", ours)
        section.rows.append(Row("modelyard test, 1 file", [run(few) for _ in range(pairs)]))
        return section
    other = command((str(program),), "many", theirs)
    rounds = [(run(own), run(other)) for _ in range(min(ROUNDS, bench.repeats))]
    if not elsewhere(same, ours, theirs, files):
        raise Failed(f"modelyard and conftest do not say the same: {ours}, {theirs}")
    own_runs, other_runs = [one for one, _ in rounds], [one for _, one in rounds]
    times = f"{ratio(other_runs, own_runs):.1f} times modelyard; the same report"
    section.rows += [
        Row("modelyard test", own_runs, files),
        Row("conftest test", other_runs, files, times),
    ]
    together = run(own, watch=True).together
    if together:
        most = max(one.peak for one in other_runs)
        section.notes.append(
            f"all processes of modelyard together held {together / 1e6:,.0f} MB,"
            f" {together / most:.2f} times as much as conftest"
        )
    few, fewer = command(bench.tool, "one", ours), command((str(program),), "one", theirs)
    found = [(run(few), run(fewer)) for _ in range(pairs)]
    if not elsewhere(same, ours, theirs, 1):
        raise Failed(f"modelyard and conftest do not say the same: {ours}, {theirs}")
    fews, fewers = [one for one, _ in found], [one for _, one in found]
    section.rows += [
        Row("modelyard test, 1 file", fews, note="by turns with the next"),
        Row("conftest test, 1 file", fewers, note=f"{ratio(fewers, fews):.2f} times modelyard"),
    ]
    return section


def same(ours: Path, theirs: Path, files: int) -> bool:
    """Whether two reports are equal, about every file.

    conftest goes through files, and through the modules of policies, in an order of its own each time.
    """
    texts = [path.read_text() for path in (ours, theirs)]
    lines = [sorted(line.rstrip(",") for line in text.splitlines()) for text in texts]
    mine, other = (sorted(map(_sorted, json.loads(text)), key=_named) for text in texts)
    return len(mine) == files and mine == other and lines[0] == lines[1]


def _sorted(check: dict[str, Any]) -> dict[str, Any]:
    return {
        name: sorted(part, key=json.dumps) if isinstance(part, list) else part
        for name, part in check.items()
    }


def _named(check: dict[str, Any]) -> str:
    return str(check["filename"])


def _rules() -> int:
    return sum(len(RULE.findall(path.read_text())) for path in POLICIES.glob("*.rego"))
