"""Faults that somebody edits into a rendered repository, and what the real conftest says of each.

`pytest tests/scaffold --update` records it anew.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RECORD = Path(__file__).parent / "records" / "conftest.json"
SERVER = "deploy/production/fraud-detection/deployment.yaml"
DIGEST = "@sha256:4f1d8f3e0c0a6a3f5b7e9c2d1a0b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b"
"""Of an image that every environment has."""
OWN = 'package team.owner\n\ndeny contains "nobody owns it" if input.kind == "ServiceAccount"\n'

Said = list[list[str]]
"""Rules and messages, in order; none twice."""


@dataclass(frozen=True)
class Fault:
    """An edit of a file of the tree."""

    file: str
    old: str = ""
    new: str = ""
    policy: str = ""
    """One of the team's own."""

    @property
    def model(self) -> str:
        """The directory of the model."""
        return self.file.rpartition("/")[0]

    @property
    def changes(self) -> bool:
        """Whether there is a fault at all."""
        return bool(self.old or self.policy)

    @property
    def place(self) -> str:
        """What is asked about: all of the tree where nothing is wrong, or the environment's."""
        return self.model.rpartition("/")[0] if self.changes else "deploy"


FAULTS = {
    "none": Fault(SERVER),
    "of a container": Fault(
        SERVER, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"
    ),
    "of a schedule": Fault(
        "deploy/staging/demand-forecast/training-schedule.yaml",
        "  startingDeadlineSeconds: 3600\n",
        "",
    ),
    "of a budget": Fault(
        "deploy/dev/support-assistant/disruption-budget.yaml", "maxUnavailable:", "minimum:"
    ),
    "by what production asks for": Fault(SERVER, "priorityClassName: models-critical\n", "\n"),
    "by what production has": Fault(SERVER, "registry.example.com/", "docker.io/"),
    "of objects together": Fault(
        SERVER, "imagePullSecrets:\n        - name: registry-credentials\n", "\n"
    ),
    "that dev allows": Fault("deploy/dev/fraud-detection/deployment.yaml", DIGEST, ":v1.68.0"),
    "that production does not allow": Fault(SERVER, DIGEST, ":v1.68.0"),
    "against the team's policy": Fault(SERVER, policy=OWN),
}


def of_conftest(program: Path, root: Path, fault: Fault) -> dict[str, Any]:
    """What the real conftest says by the repository's settings, of objects and of a model."""
    said, codes = [], []
    for words in ([fault.place], ["--combine", fault.model]):
        done = subprocess.run(
            [program, "test", "--output=json", *words],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        codes.append(done.returncode)
        said += failures(done.stdout)
    return {"exit": codes, "said": in_order(said)}


def failures(text: str) -> Said:
    """What a run in JSON finds."""
    return [
        [one["namespace"].replace(".", "/").replace("_", "-"), failure["msg"]]
        for one in json.loads(text)
        for failure in one.get("failures") or ()
    ]


def in_order(said: Said) -> Said:
    """Sorted, and none twice."""
    return [list(pair) for pair in sorted({(rule, message) for rule, message in said})]
