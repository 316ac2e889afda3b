"""Programs and files out of Go's modules, each pinned, built into a cache directory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

PROGRAMS = {
    "conftest": ("github.com/open-policy-agent/conftest", "v0.71.1", ""),
    "opa": ("github.com/open-policy-agent/opa", "v1.21.1", ""),
    "actionlint": ("github.com/rhysd/actionlint", "v1.7.12", "/cmd/actionlint"),
    "kubeconform": ("github.com/yannh/kubeconform", "v0.7.0", "/cmd/kubeconform"),
}
"""By name: the module, its version, and the place in it."""

CACHE = Path(
    os.environ.get("MODELYARD_PEERS")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelyard-peers"
)


def find(name: str) -> Path | None:
    """The program of the pinned version, if it was built before."""
    built = CACHE / "go" / f"{name}-{PROGRAMS[name][1]}" / name
    return built if built.is_file() else None


def install(name: str) -> Path | None:
    """The program, built now if it must be; `None` where that cannot be done."""
    found = find(name)
    if found is not None or shutil.which("go") is None:
        return found
    module, version, inside = PROGRAMS[name]
    target = CACHE / "go" / f"{name}-{version}"
    target.mkdir(parents=True, exist_ok=True)
    # Because one program must not wait for another, each is built aside and then put in place.
    aside = target.with_name(f"{target.name}.{os.getpid()}")
    done = subprocess.run(
        ["go", "install", f"{module}{inside}@{version}"],
        env=_environment() | {"GOBIN": str(aside)},
        check=False,
    )
    if done.returncode != 0:
        return None
    (aside / name).replace(target / name)
    aside.rmdir()
    return find(name)


def sources(name: str, *, download: bool = False) -> Path | None:
    """The folder of a program's module; `None` where it is not here and cannot be had."""
    if shutil.which("go") is None:
        return None
    module, version, _ = PROGRAMS[name]
    done = subprocess.run(
        ["go", "mod", "download", "-json", f"{module}@{version}"],
        env=_environment() | ({} if download else {"GOPROXY": "off"}),
        capture_output=True,
        text=True,
        check=False,
    )
    return Path(json.loads(done.stdout)["Dir"]) if done.returncode == 0 else None


def conformance_cases(*, download: bool = False) -> Path | None:
    """The folder of the cases by which Open Policy Agent tests its own evaluation."""
    found = sources("opa", download=download)
    return None if found is None else found / "v1" / "test" / "cases" / "testdata"


def _environment() -> dict[str, str]:
    """Go's caches are the user's own, whatever cache a test has."""
    return {name: text for name, text in os.environ.items() if name != "XDG_CACHE_HOME"} | {
        "GOFLAGS": "-mod=mod",
        "CGO_ENABLED": "0",
    }
