"""Where the time goes: shares of the steps of a cold render, a check, and one changed spec."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from measure import run
from scenarios import SETTLE
from steps import IMPORTS, OTHER, STEPS
from table import Shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios import Bench, Shop

INTERPRETER = "interpreter start and end"
ORDER = (INTERPRETER, IMPORTS, *STEPS, OTHER)
Seconds = dict[str, float]


def shares(bench: Bench, shop: Shop, models: int) -> Shares:
    """Of a cold render and check of some models, and of one changed spec in a repository."""
    new = bench.shop(models)
    cold, gone = profile(new, "render")
    whole, _ = profile(new, "check", "--no-cache")
    found, by_file = [], []
    for _ in range(bench.repeats):
        shop.edit()
        found.append(profile(shop, "render")[0])
        shop.edit()
        by_file.append(profile(shop, "render", str(shop.spec))[0])
    notes = [
        "in one process (--jobs 1), with a stopwatch around each step's functions; a step inside",
        "another is counted once; with workers, a cold render also does the check's step",
    ]
    notes += [f"gone, so its time is in everything else: {name}" for name in gone]
    return Shares(
        f"9. Where the time goes: {models:,} models cold, one spec among {shop.models:,}",
        ORDER,
        {
            "cold render": cold,
            "check --no-cache": whole,
            "one spec: render": middle(found),
            "render models/ONE.yaml": middle(by_file),
        },
        notes,
    )


def profile(shop: Shop, *words: str) -> tuple[Seconds, list[str]]:
    """The seconds of each step of a command, and the functions that are not there any more."""
    report = shop.cache.with_name(f"{shop.cache.name}-steps.json")
    script = Path(__file__).with_name("steps.py")
    command = shop.command(sys.executable, str(script), str(report), *words, "--jobs", "1")
    whole = run(command).wall
    time.sleep(SETTLE)
    told = json.loads(report.read_text())
    seconds: Seconds = told["seconds"]
    seconds[INTERPRETER] = whole - sum(seconds.values())
    return seconds, told["gone"]


def middle(found: Sequence[Seconds]) -> Seconds:
    """The median of every step over some runs."""
    return {step: median(each.get(step, 0.0) for each in found) for step in ORDER}
