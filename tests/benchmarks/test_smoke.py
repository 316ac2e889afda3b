"""The benchmark runs, and its table has its rows. What they say is for people to judge."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROWS = (
    "render and check together",
    "check --no-cache",
    "render, 3 models",
    "check, 3 models",
    "render models/ONE.yaml",
    "python: stat every file",
    "git status --porcelain",
    "modelyard --version",
    "modelyard --help",
    "modelyard test",
    "modelyard test, 1 file",
    "diff --base REV",
    "gate --base REV",
    "gate --base REV, after check",
    "load specs",
    "format",
    "write",
)


def test_the_quick_benchmark_prints_its_table(tmp_path: Path) -> None:
    script = Path(__file__).with_name("run.py")
    report = tmp_path / "report.json"
    small = (
        "--quick",
        "--no-peers",
        "--models",
        "3",
        "--files",
        "20",
        "--directory",
        str(tmp_path / "trees"),
    )
    found = subprocess.run(
        [sys.executable, str(script), *small, "--json", str(report)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert [row for row in ROWS if f"\n{row} " not in found.stdout] == []
    assert "gone, so its time" not in found.stdout
    assert list(json.loads(report.read_text())) == ["machine", "sections"]
    assert list((tmp_path / "trees").iterdir()) == []
