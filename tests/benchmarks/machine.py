"""What was measured on: the machine, its programs, and the file system that is written to."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

BYTES_OF_A_MODEL = 330_000
"""Of one model's tree in three environments, on a file system of 4 KiB blocks."""
SPARE = 4 << 30
"""Memory that must stay free beside a tree that lies in memory."""


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose_directory(wanted: Path | None, models: int) -> Path:
    """A new directory: below the one that was asked for, in memory, or where temporary files go."""
    in_memory = Path("/dev/shm")
    if wanted is None and _has_room(in_memory, models * BYTES_OF_A_MODEL):
        wanted = in_memory
    if wanted is not None:
        wanted.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="modelyard-benchmark-", dir=wanted)).resolve()


def _has_room(directory: Path, size: int) -> bool:
    if file_system(directory) != "tmpfs" or not os.access(directory, os.W_OK):
        return False
    return shutil.disk_usage(directory).free > size and _free_memory() > size + SPARE


def _free_memory() -> int:
    with suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0


def file_system(directory: Path) -> str:
    """The kind of file system that a directory lies on."""
    found, longest = "unknown", -1
    with suppress(OSError):
        for line in Path("/proc/self/mounts").read_text().splitlines():
            _, place, kind, *_ = line.split()
            if directory.is_relative_to(place) and len(place) > longest:
                found, longest = kind, len(place)
    return found


def facts(directory: Path) -> dict[str, str]:
    """What a reader must know to compare numbers."""
    return {
        "modelyard": _version(),
        "processors": f"{processors()} ({_processor()})",
        "memory": f"{_memory() / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "file system": file_system(directory),
        "load before": load(),
    }


def load() -> str:
    """How much else runs, over 1, 5 and 15 minutes."""
    return ", ".join(f"{number:.1f}" for number in os.getloadavg())


def _version() -> str:
    from modelyard import __version__

    return __version__


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
