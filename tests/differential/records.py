"""What conftest made of every case, written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests.differential.run import Outcome

if TYPE_CHECKING:
    from tests.differential.cases import Case

FOLDER = Path(__file__).parent / "records"


def write(outcomes: dict[str, tuple[Case, Outcome]], versions: dict[str, str]) -> None:
    """One file for each group of cases."""
    groups: dict[str, dict[str, list[object]]] = {}
    for name, (case, outcome) in outcomes.items():
        group = name.split(":")[0].rstrip("0123456789")
        groups.setdefault(group, {})[name] = [case.digest, *outcome]
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for group, found in groups.items():
        lines = [f"{json.dumps(n)}: {json.dumps(found[n], ensure_ascii=False)}" for n in found]
        text = f'{{"versions": {json.dumps(versions)}, "cases": {{\n' + ",\n".join(lines) + "\n}}\n"
        (FOLDER / f"{group}.json").write_text(text)


def read() -> dict[str, tuple[str, Outcome]]:
    """By name of the case: its digest when it was recorded, and what came of it."""
    return {
        name: (digest, Outcome(*outcome))
        for file in sorted(FOLDER.glob("*.json"))
        for name, (digest, *outcome) in json.loads(file.read_text())["cases"].items()
    }


def versions() -> list[dict[str, str]]:
    """Of every file, what it was recorded from."""
    return [json.loads(file.read_text())["versions"] for file in sorted(FOLDER.glob("*.json"))]
