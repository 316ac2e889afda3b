"""`check PATH --fix`: manifests that others wrote, mended where they stand, or left as they are."""

from __future__ import annotations

import json
import os
import resource
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modelyard.errors import Refused
from modelyard.fix.files import Folder
from modelyard.fix.nodes import CannotFix
from tests.conftest import Run, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB = """\
# Trains the ranker.
apiVersion: batch/v1
kind: Job
metadata: {name: training, namespace: ml-production}
spec:
  template:
    spec:
      restartPolicy: Always  # until it works
      automountServiceAccountToken: false
      containers:
        - name: trainer
          image: trainer
          env:
            - {name: SEED, value: "1"}
            - {name: STEPS, value: "2"}
            - {name: SEED, value: "1"}
            - {name: SEED, value: "1"}
"""
MENDED = JOB.replace("policy: Always", "policy: Never").replace("Policy: Always", "Policy: Never")
MENDED = MENDED.replace('            - {name: STEPS, value: "2"}\n            - {name: SEED, value: "1"}\n            - {name: SEED, value: "1"}\n', '            - {name: STEPS, value: "2"}\n')  # fmt: skip
MENDED += "      securityContext:\n        seccompProfile:\n          type: RuntimeDefault\n"


@pytest.fixture
def folder(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    shop.write("jobs/training.yaml", JOB)
    return shop


def fixed(shop: Shop, *words: str) -> Run:
    return shop.run("check", "jobs", "--fix", *words)


def test_what_is_certain_is_mended_in_place_and_the_rest_told(folder: Shop) -> None:
    run = fixed(folder)
    assert run.code == 1
    lines = run.out.splitlines()
    assert lines[0].startswith("jobs/training.yaml:7:5: fixed: the pod has no seccomp profile")
    assert lines[1].startswith("jobs/training.yaml:8:22: fixed: the pods of a Job must not always")
    assert lines[2].startswith("jobs/training.yaml:16:22: fixed: container `trainer` sets SEED")
    assert any(line.startswith("jobs/training.yaml:11:11: error:") for line in lines[4:])
    assert "Fixed 4 findings in 1 file." in lines
    assert folder.text("jobs/training.yaml") == MENDED
    assert [path.name for path in (folder.root / "jobs").iterdir()] == ["training.yaml"]


def test_a_second_run_mends_nothing(folder: Shop) -> None:
    first = fixed(folder, "-o", "json")
    second = fixed(folder, "-o", "json")
    assert json.loads(second.out)["fixed"] == []
    assert json.loads(second.out)["findings"] == json.loads(first.out)["findings"]
    assert folder.text("jobs/training.yaml") == MENDED


def test_machines_are_told_what_was_mended(folder: Shop) -> None:
    found = json.loads(fixed(folder, "-o", "json").out)["fixed"]
    assert [one["rule"] for one in found] == [
        "security/seccomp-profile",
        "reliability/job-restart-policy",
        "reliability/duplicate-variable",
        "reliability/duplicate-variable",
    ]
    assert found[1]["location"] == {"file": "jobs/training.yaml", "line": 8, "column": 22}


def test_a_dry_run_shows_what_would_change_and_writes_nothing(folder: Shop) -> None:
    run = fixed(folder, "--diff")
    assert run.code == 1
    assert run.out.startswith("--- a/jobs/training.yaml\n+++ b/jobs/training.yaml\n")
    assert "-      restartPolicy: Always  # until it works\n" in run.out
    assert "+      restartPolicy: Never  # until it works\n" in run.out
    assert "8:22: would fix: the pods of a Job" in run.out
    assert "Would fix 4 findings in 1 file.\n" in run.out
    assert folder.text("jobs/training.yaml") == JOB


def test_to_show_changes_without_making_any_is_refused(folder: Shop) -> None:
    assert folder.run("check", "jobs", "--diff").code == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (JOB.replace("image: trainer", "image: &i trainer"), "it has anchors"),
        (JOB.replace("kind: Job\n", "kind: Job\nkind: Job\n"), "its YAML cannot be read"),
        (JOB.replace("\n", "\r\n", 1), "its lines end in different ways"),
    ],
    ids=["anchor", "duplicate", "endings"],
)
def test_a_file_that_edits_could_harm_is_left_with_the_reason(
    folder: Shop, text: str, reason: str
) -> None:
    (folder.root / "jobs/training.yaml").write_bytes(text.encode())
    run = fixed(folder)
    assert run.code == 1
    assert f"(`--fix` leaves it: {reason}" in run.out
    assert "Fixed 0 findings in 0 files." in run.out
    assert (folder.root / "jobs/training.yaml").read_bytes() == text.encode()


def test_marks_line_ends_and_modes_stay(folder: Shop) -> None:
    path = folder.root / "jobs/training.yaml"
    path.write_bytes(f"\ufeff{JOB}".replace("\n", "\r\n").encode())
    path.chmod(0o640)
    fixed(folder)
    assert path.read_bytes() == f"\ufeff{MENDED}".replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o640


def test_json_is_mended_too(folder: Shop) -> None:
    spec = {"template": {"spec": {"restartPolicy": "Always", "containers": [{"name": "x"}]}}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "x"}, "spec": spec}
    folder.write("jobs/training.json", json.dumps(job, indent=4) + "\n")
    (folder.root / "jobs/training.yaml").unlink()
    fixed(folder)
    found = json.loads(folder.text("jobs/training.json"))
    assert found["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert found["spec"]["template"]["spec"]["automountServiceAccountToken"] is False


def test_links_are_not_followed(folder: Shop) -> None:
    (folder.root / "jobs/training.yaml").rename(folder.root / "jobs/real.txt")
    (folder.root / "jobs/training.yaml").symlink_to("real.txt")
    assert "the way to it is a symbolic link" in fixed(folder).out
    assert folder.text("jobs/real.txt") == JOB


def test_links_on_the_way_are_not_followed(folder: Shop) -> None:
    (folder.root / "link").symlink_to("jobs")
    with pytest.raises(CannotFix, match="the way to it is a symbolic link"):
        Folder(folder.root).text("link/training.yaml")
    assert folder.text("jobs/training.yaml") == JOB


def test_rendered_files_are_never_touched(shop: Shop) -> None:
    assert shop.run("render").code == 0
    path = shop.root / "deploy/dev/demand-forecast/deployment.yaml"
    text = path.read_text()
    path.write_text(
        text.replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")
    )
    tree = shop.tree()
    run = shop.run(
        "check", "deploy", "--environment", str(shop.root / "environments/dev.yaml"), "--fix"
    )
    assert "its spec is the place to mend it" in run.out
    assert shop.tree() == tree


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """No file may become larger than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_every_file_whole(folder: Shop) -> None:
    folder.write("jobs/another.yaml", JOB.replace("name: training", "name: another"))
    folder.write("jobs/large.yaml", JOB.replace("# Trains", f"# {'x' * 4000}\n# Trains"))
    before = folder.tree("jobs")
    with full_disk(2000):
        run = fixed(folder)
    assert run.code == 2
    assert "jobs/large.yaml:1:1: error: cannot be written: File too large" in run.out
    assert folder.tree("jobs") == before


def test_what_somebody_else_changed_meanwhile_is_theirs(folder: Shop) -> None:
    files = Folder(folder.root)
    assert files.text("jobs/training.yaml") == JOB
    folder.write("jobs/training.yaml", "theirs")
    with pytest.raises(Refused, match="somebody else has changed it"):
        files.write({"jobs/training.yaml": MENDED})
    assert folder.tree("jobs") == {"jobs/training.yaml": b"theirs"}


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that other users may look into."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@contextmanager
def nobody() -> Iterator[None]:
    """As a user who owns nothing, where we may become one."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(("of_file", "of_folder"), [(0o444, 0o755), (0o666, 0o555)])
def test_what_may_not_be_written_is_not(public: Path, of_file: int, of_folder: int) -> None:
    path = public / "jobs" / "training.yaml"
    path.parent.mkdir()
    path.write_text(JOB)
    path.chmod(of_file)
    path.parent.chmod(of_folder)
    with nobody():
        files = Folder(public)
        if of_file == 0o444:
            with pytest.raises(CannotFix, match="write-protected"):
                files.text("jobs/training.yaml")
        else:
            assert files.text("jobs/training.yaml") == JOB
            with pytest.raises(Refused, match="Permission denied"):
                files.write({"jobs/training.yaml": MENDED})
    path.parent.chmod(0o755)
    assert path.read_text() == JOB
    assert [found.name for found in path.parent.iterdir()] == ["training.yaml"]
