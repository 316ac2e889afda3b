"""The peers as programs: of this machine, or built once from their published Go modules."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

MODULES = {
    "helm": "helm.sh/helm/v3/cmd/helm@v3.18.6",
    "kustomize": "sigs.k8s.io/kustomize/kustomize/v5@v5.5.0",
}


def find(name: str, *, build: bool) -> Path | None:
    """A program: of this machine, built before, or built now; `None` where it cannot be had."""
    found = shutil.which(name)
    if found:
        return Path(found)
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    peers = Path(os.environ.get("MODELYARD_PEERS") or Path(cache) / "modelyard-peers")
    built = peers / "bin" / name
    if build and not built.is_file():
        _build(MODULES[name], built.parent)
    return built if built.is_file() else None


def _build(module: str, target: Path) -> None:
    """Build it, which takes minutes."""
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if go is None:
        return
    target.mkdir(parents=True, exist_ok=True)
    place = {**os.environ, "GOBIN": str(target), "GOFLAGS": "-mod=mod"}
    subprocess.run([go, "install", module], env=place, check=False, cwd=target)


def pinned(name: str, *, build: bool) -> Path | None:
    """A pinned program, as the tests find or build it."""
    top = str(Path(__file__).resolve().parents[2])
    if top not in sys.path:
        sys.path.append(top)
    from tests.peers import go

    return go.install(name) if build else go.find(name)
