"""Kubernetes' own YAML reader, sigs.k8s.io/yaml: built from `k8s-yaml`, and what it said before."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

Reading = dict[str, Any]
"""Of one text: `{"value": ...}` or `{"error": "..."}`."""

SOURCE = Path(__file__).parent / "k8s-yaml"
RECORDS = Path(__file__).resolve().parents[1] / "records"

# Because tests get a cache of their own, where the user's is is found out when this is imported.
CACHE = Path(
    os.environ.get("MODELYARD_PEERS")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelyard-peers"
)


def program() -> Path:
    """The reader, built if need be; skips where that cannot be done, or fails if it must be."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SOURCE.iterdir())))
    built = CACHE / f"k8s-yaml-{digest.hexdigest()[:16]}"
    if not built.exists() and not _build(built):
        if os.environ.get("CI"):
            pytest.fail("Kubernetes' YAML reader cannot be built, and this run must have it")
        pytest.skip("Kubernetes' YAML reader cannot be built: no Go, or no modules for it")
    return built


def _build(target: Path) -> bool:
    if shutil.which("go") is None:
        return False
    CACHE.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.{os.getpid()}")
    command = ["go", "build", "-mod=readonly", "-buildvcs=false", "-o", str(aside), "."]
    environment = {name: text for name, text in os.environ.items() if name != "XDG_CACHE_HOME"}
    if subprocess.run(command, cwd=SOURCE, env=environment, check=False).returncode != 0:
        return False
    aside.replace(target)
    return True


def read(texts: list[str]) -> list[Reading]:
    """What Kubernetes makes of each text, now."""
    found = subprocess.run(
        [program()], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    return _parsed(found.stdout)


def record(name: str, texts: list[str]) -> None:
    """Write down what Kubernetes makes of each text, and which of its readers that was."""
    found = {"versions": versions(), "readings": dict(zip(texts, read(texts), strict=True))}
    RECORDS.mkdir(exist_ok=True)
    (RECORDS / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")


def recorded(name: str) -> dict[str, Reading]:
    """By text, what Kubernetes made of it when the record was written."""
    readings: dict[str, Reading] = _parsed((RECORDS / f"{name}.json").read_text())["readings"]
    return readings


def recorded_versions(name: str) -> dict[str, str]:
    """Of the reader, what it is made of, and of Go."""
    versions: dict[str, str] = json.loads((RECORDS / f"{name}.json").read_text())["versions"]
    return versions


def versions() -> dict[str, str]:
    """Of the reader, what it is made of, and of Go."""
    found = subprocess.run([program(), "-version"], capture_output=True, text=True, check=True)
    versions: dict[str, str] = json.loads(found.stdout)
    return versions


def _parsed(text: str) -> Any:
    return json.loads(text, parse_int=_number)


def _number(digits: str) -> int | float:
    """As Kubernetes reads JSON: what does not fit into 64 bits is no whole number."""
    whole = int(digits)
    return whole if -(2**63) <= whole < 2**64 else float(whole)


def same(written: Any, read: Any) -> bool:
    """Whether Kubernetes read what was written. To JSON, `1` and `1.0` are one number."""
    if isinstance(written, dict) and isinstance(read, dict):
        return written.keys() == read.keys() and all(same(written[k], read[k]) for k in written)
    if isinstance(written, list) and isinstance(read, list):
        return len(written) == len(read) and all(map(same, written, read))
    if type(written) is float or (type(written) is int and not -(2**63) <= written < 2**63):
        return type(read) in (int, float) and float(written) == float(read)
    if type(written) is int and type(read) is float:
        return written == read
    return type(written) is type(read) and bool(written == read)
