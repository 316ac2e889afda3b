"""What a person waits for with a change in git: the hooks, the check, the diff, and the gate."""

from __future__ import annotations

import re
import subprocess
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from measure import run
from scenarios import GIT, SOUND, WROTE, commit
from table import Row, Section

if TYPE_CHECKING:
    from pathlib import Path

    from scenarios import Bench, Shop

OPEN, TOLD = r"^The gate is open", r"differ from"
WHO = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com")


def changing(bench: Bench, models: int, changed: int) -> Section:
    """A branch that gives `changed` models more memory, beside a base with all of them."""
    shop = bench.shop(models)
    shop.run("render", says=WROTE)
    if not commit(shop):
        return Section("8. A change: !! NO git: nothing is measured !!")
    hooks = _hooks(bench, shop)
    _git(shop, "checkout", "-q", "-b", "change")
    for number in range(changed):
        _more_memory(shop.root / "models" / f"model-{number * models // changed:05d}.yaml")
    time.sleep(1.1)  # git looks again at files as young as its index
    shop.run("render", says=WROTE)
    _git(shop, "add", "-A")
    _git(shop, *WHO, "commit", "-q", "-m", "more memory")
    base = ("--base", "HEAD~1")
    diffs, cold = [], []
    for _ in range(bench.repeats):
        diffs.append(shop.run("diff", *base, says=TOLD))
        new = replace(shop, cache=bench.fresh("cache"))
        cold.append(new.run("gate", *base, says=OPEN))
    shop.run("check", says=SOUND)
    known = [shop.run("gate", *base, says=OPEN) for _ in range(bench.repeats)]
    return Section(
        f"8. A change of {changed:,} models among {models:,}, in three environments",
        [
            *hooks,
            Row("diff --base REV", diffs),
            Row("gate --base REV", cold, note="in a clone of which nothing is known, as in CI"),
            Row("gate --base REV, after check", known, note="with what checking learnt"),
        ],
    )


def _hooks(bench: Bench, shop: Shop) -> list[Row]:
    """One changed spec: what pre-commit's hooks cost, without pre-commit itself."""
    spec, rendered, checked, verified = str(shop.spec), [], [], []
    for _ in range(bench.repeats):
        shop.edit()
        wrote = shop.command(*shop.tool, "render", "--hook", spec)
        rendered.append(run(replace(wrote, code=1)))
        time.sleep(0.2)
        _git(shop, "add", "-A")
        checked.append(shop.run("check", "--hook", spec, says=SOUND))
        verified.append(run(shop.command(*shop.tool, "verify", "--hook", spec)))
        _git(shop, *WHO, "commit", "-q", "-m", "one")
    return [
        Row("render --hook models/ONE.yaml", rendered),
        Row("check --hook models/ONE.yaml, after it", checked),
        Row("verify --hook models/ONE.yaml", verified),
    ]


def _more_memory(spec: Path) -> None:
    text, count = re.subn(
        r"(\bmemory: )(\d+)Gi",
        lambda found: f"{found[1]}{int(found[2]) + 1}Gi",
        spec.read_text(),
        count=1,
    )
    assert count == 1, spec
    spec.write_text(text)


def _git(shop: Shop, *words: str) -> None:
    subprocess.run([*GIT, *words], cwd=shop.root, check=True, capture_output=True)
