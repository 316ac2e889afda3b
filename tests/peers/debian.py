"""Programs out of Debian's packages, unpacked into a cache directory and never installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PROGRAMS = {
    "promtool": ("prometheus", "usr/bin/promtool"),
    "rclone": ("rclone", "usr/bin/rclone"),
    "busybox": ("busybox-static", "bin/busybox"),
}
"""By name: the package, and the place in it."""

CACHE = Path(
    os.environ.get("MODELYARD_PEERS")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelyard-peers"
)


def find(name: str) -> Path | None:
    """The program, if it is on this machine: on the path, or unpacked before."""
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    unpacked = CACHE / "debian" / PROGRAMS[name][1]
    return unpacked if unpacked.is_file() else None


def install(name: str) -> Path | None:
    """The program, unpacked now if it must be; `None` where that cannot be done."""
    found = find(name)
    if found is not None:
        return found
    package = PROGRAMS[name][0]
    target = CACHE / "debian"
    target.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", package],
            cwd=target,
            check=True,
        )
        for archive in target.glob(f"{package}_*.deb"):
            subprocess.run(["dpkg", "-x", str(archive), str(target)], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return find(name)
