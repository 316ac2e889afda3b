"""Measure modelyard, print one table, and fail only if something did not run.

Every command is a whole process measured from outside. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from changing import changing
from checking import checking
from machine import choose_directory, facts, load
from measure import Failed
from policing import policing
from repository import elsewhere
from scenarios import Bench, cold, once, one_spec, start, unchanged
from shares import shares
from table import Row, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from table import Shares

REPEATS, QUICK_REPEATS = 5, 1
MODELS, QUICK_MODELS = 1000, 6
PAIRS, QUICK_PAIRS = 31, 5
FILES, QUICK_FILES = 10_000, 60
"""Manifests that are tested against policies."""
OF_PEERS, OF_CHECKS, OF_CHANGES, OF_SHARES = 50, 50, 50, 300
"""Models that peers render, that peers check, that a change is about, and that are rendered with a
stopwatch: enough to tell."""


def main() -> int:
    """Measure what the arguments ask for; returns the exit code."""
    arguments = _arguments()
    sizes = _sizes(arguments)
    top = choose_directory(arguments.directory, _room(arguments, sizes))
    try:
        about = elsewhere(facts, top)
        print(_head(about), flush=True)
        before = _generator()
        parts = []
        for part in measure(arguments, top, sizes):
            parts.append(part)
            print(part.text(), flush=True)
        print(f"load after: {load()}")
        if _generator() != before:
            print("modelyard itself was changed meanwhile: none of this can be relied on")
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        if not arguments.keep:
            shutil.rmtree(top, ignore_errors=True)
    if arguments.json:
        document = {"machine": about, "sections": [part.document() for part in parts]}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")
    return 0


def measure(
    arguments: argparse.Namespace, top: Path, sizes: Sequence[int]
) -> Iterator[Section | Shares]:
    """Everything, part by part."""
    bench = Bench(top, arguments.repeats, _tool())
    whole, common, number = cold(bench, arguments.models)
    made = {arguments.models: (common, number)}
    for size in sizes:
        if size not in made:
            row, shop, number = once(bench, size)
            whole.rows.append(row)
            made[size] = (shop, number)
    yield whole
    still: list[Row] = []
    for size in sizes:
        still += unchanged(bench, *made[size])
    yield Section("2. Nothing changed", still)
    for size in sizes:
        yield one_spec(bench, *made[size])
    yield start(bench, arguments.pairs)
    build = not arguments.quick
    if arguments.peers:
        from peers import versus

        count = min(OF_PEERS, arguments.models)
        yield versus(bench, count, common, build=build)
    yield policing(bench, arguments.files, arguments.pairs, peer=arguments.peers, build=build)
    yield checking(bench, min(OF_CHECKS, arguments.models), peer=arguments.peers, build=build)
    yield changing(bench, arguments.models, min(OF_CHANGES, arguments.models))
    yield shares(bench, common, min(OF_SHARES, arguments.models))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="few models, few runs: seconds")
    parser.add_argument("--models", type=int, metavar="N", help=f"{MODELS:,} by default")
    parser.add_argument("--files", type=int, metavar="N", help=f"{FILES:,} manifests by default")
    parser.add_argument("--repeats", type=int, metavar="N", help=f"{REPEATS} by default")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="modelyard only")
    parser.add_argument(
        "--directory", type=Path, metavar="DIR", help="measure below DIR, not in memory"
    )
    parser.add_argument("--keep", action="store_true", help="leave what was made")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every number there")
    found = parser.parse_args()
    quick = found.quick
    found.models = found.models or (QUICK_MODELS if quick else MODELS)
    found.files = found.files or (QUICK_FILES if quick else FILES)
    found.repeats = found.repeats or (QUICK_REPEATS if quick else REPEATS)
    found.pairs = QUICK_PAIRS if quick else PAIRS
    return found


def _sizes(arguments: argparse.Namespace) -> tuple[int, ...]:
    """The repositories in which one spec changes: a tenth, as many, and ten times as many."""
    if arguments.quick:
        return (arguments.models,)
    return (max(arguments.models // 10, 3), arguments.models, arguments.models * 10)


def _room(arguments: argparse.Namespace, sizes: Sequence[int]) -> int:
    """How many models' trees there will be at the end, since nothing is deleted before."""
    alone: int = (arguments.repeats + 5) * arguments.models
    return alone + 2 * sum(sizes)  # and once more in git


def _tool() -> tuple[str, ...]:
    """How the modelyard beside this Python is started."""
    script = Path(sys.executable).with_name("modelyard")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "modelyard")


def _generator() -> list[tuple[str, int]]:
    """The files of modelyard, as they are: changing them makes it forget what it knew."""
    import modelyard

    files = sorted(Path(modelyard.__file__).parent.rglob("*.py"))
    return [(str(path), path.stat().st_mtime_ns) for path in files]


def _head(about: dict[str, str]) -> str:
    width = max(map(len, about))
    lines = [f"{name.ljust(width)}  {value}" for name, value in about.items()]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
