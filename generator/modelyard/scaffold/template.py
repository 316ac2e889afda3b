"""Filling in a cookiecutter template, without touching anything that is there already."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.errors import Refused
from modelyard.findings import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Mapping


def fill(
    template: Path,
    values: Mapping[str, object],
    target: Path,
    *,
    also: Mapping[str, Path] | None = None,
) -> list[str]:
    """Write a filled-in template into `target`; returns the files, sorted.

    `also` are files to copy as they are, by their place. Raises `Refused`, having written
    nothing, where a file is there already. Because cookiecutter's own entry point keeps a record
    in the user's home and runs hooks, only its generator is used.
    """
    from cookiecutter.generate import generate_files

    context = json.loads((template / "cookiecutter.json").read_text()) | dict(values)
    with tempfile.TemporaryDirectory() as aside:
        made = Path(generate_files(template, {"cookiecutter": context}, aside, accept_hooks=False))
        for place, source in (also or {}).items():
            (made / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, made / place)
        files = sorted(
            path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()
        )
        _refuse_existing(target, files)
        for file in files:
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made / file, target / file)
    return files


def _refuse_existing(target: Path, files: list[str]) -> None:
    taken = [file for file in files if (target / file).exists() or (target / file).is_symlink()]
    if taken:
        raise Refused(
            Finding(
                "scaffold/exists",
                f"`{file}` is there already",
                Location(str(target / file), 1, 1),
                help="move it away, or choose another name",
            )
            for file in taken
        )
