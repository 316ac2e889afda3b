"""The script that fetches weights, run for real by the shell and the rclone that a pod would have.

The remote is a directory: rclone calls such a remote an alias.
"""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest

from modelyard.build.parts import fetch
from tests.conftest import peer
from tests.peers import debian

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS = {"config.json": b"{}", "weights/part 1.bin": b"one", "weights/part-2.bin": b"two"}


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    root = tmp_path / "bucket"
    for name, data in WEIGHTS.items():
        (root / "dir" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "dir" / name).write_bytes(data)
    sums = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in WEIGHTS.items()
    )
    (root / "dir" / "SHA256SUMS").write_text(sums)
    (root / "model.bin").write_bytes(b"weights")
    return root


def run(script: str, bucket: Path, target: Path, source: str, sha256: str = "") -> int:
    rclone, busybox = peer(debian.find("rclone"), "rclone"), peer(debian.find("busybox"), "busybox")
    tools, scratch = bucket.parent / "tools", bucket.parent / "scratch"
    if not tools.exists():
        tools.mkdir()
        scratch.mkdir()
        for name in ("sh", "sha256sum", "cut"):
            (tools / name).symlink_to(busybox)
        (tools / "rclone").symlink_to(rclone)
    environment = {
        "PATH": str(tools),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "RCLONE_CONFIG_S3_TYPE": "alias",
        "RCLONE_CONFIG_S3_REMOTE": str(bucket),
        "SOURCE": f"s3:{source}",
        "TARGET": str(target),
        "SHA256": sha256,
    }
    found = subprocess.run(
        [tools / "sh", "-euc", script], env=environment, capture_output=True, check=False
    )
    return found.returncode


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_with_the_right_digest_is_fetched(bucket: Path, tmp_path: Path) -> None:
    target = tmp_path / "models" / "model.bin"
    right = digest(bucket / "model.bin")
    assert run(fetch.FILE + fetch.FILE_CHECK, bucket, target, "model.bin", right) == 0
    assert target.read_bytes() == b"weights"


def test_a_file_that_was_overwritten_stops_the_pod(bucket: Path, tmp_path: Path) -> None:
    right = digest(bucket / "model.bin")
    (bucket / "model.bin").write_bytes(b"other weights")
    assert (
        run(fetch.FILE + fetch.FILE_CHECK, bucket, tmp_path / "m" / "model.bin", "model.bin", right)
        != 0
    )


def test_a_directory_is_fetched_as_its_sums_say(bucket: Path, tmp_path: Path) -> None:
    target = tmp_path / "models"
    right = digest(bucket / "dir" / "SHA256SUMS")
    assert run(fetch.DIRECTORY_CHECKED, bucket, target, "dir", right) == 0
    assert {name: (target / name).read_bytes() for name in WEIGHTS} == WEIGHTS


def test_a_file_that_the_sums_do_not_name_is_not_fetched(bucket: Path, tmp_path: Path) -> None:
    (bucket / "dir" / "pickle.pkl").write_bytes(b"evil")
    target = tmp_path / "models"
    right = digest(bucket / "dir" / "SHA256SUMS")
    assert run(fetch.DIRECTORY_CHECKED, bucket, target, "dir", right) == 0
    assert not (target / "pickle.pkl").exists()


@pytest.mark.parametrize("broken", ["weights/part-2.bin", "SHA256SUMS", "missing"])
def test_a_directory_that_is_not_the_pinned_one_stops_the_pod(
    bucket: Path, tmp_path: Path, broken: str
) -> None:
    right = digest(bucket / "dir" / "SHA256SUMS")
    if broken == "missing":
        (bucket / "dir" / "config.json").unlink()
    else:
        path = bucket / "dir" / broken
        path.write_bytes(path.read_bytes() + b"x")
    assert run(fetch.DIRECTORY_CHECKED, bucket, tmp_path / "models", "dir", right) != 0


def test_without_digests_everything_is_fetched(bucket: Path, tmp_path: Path) -> None:
    assert run(fetch.FILE, bucket, tmp_path / "m" / "model.bin", "model.bin") == 0
    assert run(fetch.DIRECTORY, bucket, tmp_path / "models", "dir") == 0
