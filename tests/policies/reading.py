"""Samples of what is found by those who read files: checked as anybody's manifests and specs are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.check import folder
from modelyard.errors import Refused
from modelyard.load.repository import Repository
from modelyard.pipeline import model_outputs
from modelyard.scaffold.repository import init
from tests.policies import samples

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from modelyard.findings import Finding

PRODUCTION = samples.ROOT / "environments" / "production.yaml"


def of_manifests(path: Path, folder_: Path) -> tuple[Counter[int], list[Finding]]:
    """The marks of a sample, and everything that counts of what `check PATH` finds in it."""
    lines, marks = samples.unmarked(path.read_text())
    (folder_ / path.name).write_text("\n".join(lines))
    report = folder.check([path.name], PRODUCTION, folder_, today="2026-01-01")
    return marks, [finding for finding in report.findings if finding.suppressed is None]


def of_model(path: Path, root: Path) -> tuple[Counter[int], list[Finding]]:
    """The marks of a spec, and everything that keeps it from being rendered."""
    init(root, url="https://git.example.com/ml/models.git", git=False)
    lines, marks = samples.unmarked(path.read_text())
    (root / "models" / "ranker.yaml").write_text("\n".join(lines))
    try:
        return marks, model_outputs(Repository(root), "ranker", ("production",))[1]
    except Refused as refusal:
        return marks, list(refusal.findings)
