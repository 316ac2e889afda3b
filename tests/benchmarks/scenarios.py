"""What people wait for: a whole tree, nothing to do, one changed spec, and the program itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Command, Failed, run
from repository import edit, elsewhere, make
from table import Row, Section, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from measure import Run

SETTLE = 0.2
"""Seconds after a change: a file that changed within 30 ms of a run is looked at again."""
WROTE, CURRENT, SOUND = r"^Wrote ", r"^The tree is up to date", r": nothing wrong$"
"""What a command says, so that nothing else is measured by mistake."""
STAT = """
import os, sys
def look(directory):
    with os.scandir(directory) as entries:
        for entry in entries:
            found = entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                look(entry.path)
look(sys.argv[1])
"""
GIT = ("git", "-c", "gc.auto=0", "-c", "core.compression=0")
"""Without a clean-up in the background, and without compressing what is thrown away."""


@dataclass
class Bench:
    """How often things are measured, and where."""

    top: Path
    repeats: int
    tool: tuple[str, ...]
    """How modelyard is started."""
    _number: Iterator[int] = field(default_factory=count)
    _models: dict[int, Path] = field(default_factory=dict)

    def fresh(self, name: str) -> Path:
        """A place where nothing ever was: some file systems are slower where files were deleted."""
        return self.top / f"{next(self._number):03d}-{name}"

    def shop(self, models: int) -> Shop:
        """A new repository of which nothing is known and nothing is rendered."""
        if models not in self._models:
            self._models[models] = self.fresh("specs")
            elsewhere(make, self._models[models], models)
        root = self.fresh(f"{models}-models")
        shutil.copytree(self._models[models], root)
        return Shop(root, self.fresh("cache"), models, self.tool)


def environment(cache: Path) -> dict[str, str]:
    """The caller's environment, without what changes how Python runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "XDG_CACHE_HOME": str(cache), "LC_ALL": "C.UTF-8"}


@dataclass
class Shop:
    """A repository, with a cache directory of its own."""

    root: Path
    cache: Path
    models: int
    tool: tuple[str, ...]

    def command(self, *words: str) -> Command:
        """Any command, started in the repository."""
        return Command(words, self.root, environment(self.cache))

    def run(self, *words: str, says: str, watch: bool = False) -> Run:
        """A command of modelyard, which must say what it should."""
        found = run(self.command(*self.tool, *words), watch=watch)
        if not re.search(says, found.text, re.MULTILINE):
            raise Failed(f"`modelyard {' '.join(words)}` did not say {says!r}:\n{found.text}")
        if says == WROTE:
            time.sleep(SETTLE)
        return found

    @property
    def spec(self) -> Path:
        """A spec in the middle, of the shape that has a number to edit."""
        middle = self.models // 2
        return Path("models") / f"model-{middle - middle % 3:05d}.yaml"

    def edit(self) -> None:
        """Change one number of one spec."""
        edit(self.root / self.spec)
        time.sleep(SETTLE)


def files(shop: Shop) -> int:
    """How many files a tree has, locks among them."""
    return sum(len(names) for _, _, names in os.walk(shop.root / "deploy"))


def objects(checked: Run) -> int:
    """How many objects a check says there are."""
    found = re.search(r"^([\d,]+) objects", checked.text, re.MULTILINE)
    assert found, checked.text
    return int(found[1].replace(",", ""))


def cold(bench: Bench, models: int) -> tuple[Section, Shop, int]:
    """A whole tree, rendered and checked by someone who has only the specs."""
    rendered, checked, uncached = [], [], []
    for _ in range(bench.repeats):
        shop = bench.shop(models)
        rendered.append(shop.run("render", says=WROTE))
        checked.append(shop.run("check", says=SOUND))
        uncached.append(shop.run("check", "--no-cache", says=SOUND))
    number = objects(checked[0])
    section = Section(
        f"1. Cold: {models:,} models x 3 environments, {number:,} objects, {files(shop):,} files",
        [
            Row("render", rendered, number),
            Row("check, after it", checked, number, "with what rendering learnt"),
            Row(
                "render and check together",
                [one + other for one, other in zip(rendered, checked, strict=True)],
                number,
            ),
            Row("check --no-cache", uncached, number, "everything read and checked, as in CI"),
        ],
    )
    watched = bench.shop(models)
    together = [
        (words, watched.run(*words, says=says, watch=True).together)
        for words, says in ((("render",), WROTE), (("check", "--no-cache"), SOUND))
    ]
    if all(size for _, size in together):
        told = ", ".join(f"{' '.join(words)} {size / 1e6:,.0f} MB" for words, size in together)
        section.notes.append(f"all processes together, shared pages counted once: {told}")
    return section, shop, number


def once(bench: Bench, models: int) -> tuple[Row, Shop, int]:
    """One cold run of another size, which the later scenarios need anyway."""
    shop = bench.shop(models)
    rendered = shop.run("render", says=WROTE)
    number = objects(shop.run("check", says=SOUND))
    return Row(f"render, {models:,} models", [rendered], number, "once"), shop, number


def unchanged(bench: Bench, shop: Shop, number: int) -> list[Row]:
    """Nothing to do. Once before without a clock, so that no file is younger than the last run."""
    shop.run("render", says=CURRENT)
    shop.run("check", says=SOUND)
    rendered, checked = [], []
    for _ in range(bench.repeats):
        rendered.append(shop.run("render", says=CURRENT))
        checked.append(shop.run("check", says=SOUND))
    return [
        Row(f"render, {shop.models:,} models", rendered, number),
        Row(f"check, {shop.models:,} models", checked, number),
    ]


def one_spec(bench: Bench, shop: Shop, number: int) -> Section:
    """One number changed in one spec, beside what only asking the file system costs."""
    nothing = shop.command(sys.executable, "-c", "pass")
    stat = shop.command(sys.executable, "-c", STAT, "deploy")
    status = shop.command("git", "status", "--porcelain") if commit(shop) else None
    rows: dict[str, list[Run]] = defaultdict(list)
    for _ in range(bench.repeats):
        rows["interpreter"].append(run(nothing))
        shop.edit()
        rows["render"].append(shop.run("render", says=WROTE))
        rows["check"].append(shop.run("check", says=SOUND))
        rows["stat"].append(run(stat))
        if status is not None:
            rows["git"].append(run(status))
        shop.edit()
        rows["file"].append(shop.run("render", str(shop.spec), says=WROTE))
        rows["check after file"].append(shop.run("check", str(shop.spec), says=SOUND))
        if status is not None:
            shop.edit()
            shop.run("render", str(shop.spec), says=WROTE)
            rows["since"].append(shop.run("check", "--changed-since", "HEAD", says=SOUND))
    others = {"stat": "stat"} | ({"git": "git status"} if status else {})
    beside = [
        f"{ratio(rows['render'], rows[key]):.1f} times {name}" for key, name in others.items()
    ]
    return Section(
        f"3. One spec changed among {shop.models:,} models, {number:,} objects",
        [
            Row("render", rows["render"], note=", ".join(beside)),
            Row("check, after it", rows["check"]),
            Row("render models/ONE.yaml", rows["file"], note="as a hook calls it"),
            Row("check models/ONE.yaml, after it", rows["check after file"]),
            Row("check --changed-since HEAD", rows["since"], note="as a gate calls it"),
            Row("python -c pass", rows["interpreter"], note="the bare interpreter"),
            Row("python: stat every file", rows["stat"], note="below deploy/, and nothing else"),
            Row("git status --porcelain", rows["git"], note="of the same tree, committed"),
        ],
    )


def commit(shop: Shop) -> bool:
    """Commit the repository, so that git has an index to compare with."""
    if shutil.which("git") is None:
        return False
    who = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com")
    for words in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "all")):
        subprocess.run([*GIT, *words], cwd=shop.root, check=True, capture_output=True)
    time.sleep(1.1)  # git looks again at files as young as its index
    subprocess.run(["git", "status"], cwd=shop.root, check=True, capture_output=True)
    return True


def start(bench: Bench, pairs: int) -> Section:
    """What starting costs before anything is done."""
    where = bench.fresh("start")
    where.mkdir()
    here = environment(bench.fresh("cache"))
    bare = Command((sys.executable, "-c", "pass"), where, here)
    version = Command((*bench.tool, "--version"), where, here)
    helped = Command((*bench.tool, "--help"), where, here)
    for command in (bare, version, helped):
        run(command)
    found = [(run(bare), run(version), run(helped)) for _ in range(pairs)]
    bares, versions, helps = ([each[index] for each in found] for index in range(3))
    told = "{:.2f} times the bare interpreter"
    return Section(
        "4. Start-up",
        [
            Row("python -c pass", bares, note="by turns with the next two"),
            Row("modelyard --version", versions, note=told.format(ratio(versions, bares))),
            Row("modelyard --help", helps, note=told.format(ratio(helps, bares))),
        ],
        ["a ratio is the median of the ratios of neighbours"],
    )
