"""Which files of a folder are manifests.

Because a folder may come from anybody, a link that leads out of it is told and not followed. One that
stays inside is followed, unless its file is read where it lies.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.findings import Finding, Location
from modelyard.load.reader import refused, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_BYTES = 256 << 20
"""Of all manifests of one check, because rules compare them with each other, so that all are kept."""
SUFFIXES = (".yaml", ".yml", ".json")


def named(file: Path, start: Path) -> str:
    """A file as findings name it: from where the command was started, with forward slashes."""
    return os.path.relpath(file, start).replace(os.sep, "/")


def manifests(path: Path, start: Path, word: str) -> tuple[list[Path], list[Finding]]:
    """The manifests at a path, and what is wrong with other things there.

    Raises `Refused` where there is nothing; `word` is what the path was called.
    """
    if path.is_file():
        return [path], []
    root, findings = real(path), list[Finding]()
    files: set[Path] = set()
    links: set[Path] = set()
    for place in _places(path, start, findings):
        if not place.is_symlink():
            files.add(place)
        elif not real(place).is_relative_to(root):
            findings.append(_outside(named(place, start), word))
        elif not place.is_dir():
            links.add(place)
    read = {real(file) for file in files}
    files |= {link for link in links if real(link) not in read}
    if not files and not findings:
        raise refused(
            "file/missing", "no manifests are here", word, f"name a folder with {SUFFIXES[0]} files"
        )
    return sorted(files), findings


def refuse_too_much(files: Sequence[Path], word: str) -> None:
    """Refuse more manifests than memory should be used for; raises `Refused`."""
    if sum(file.stat().st_size for file in files if file.is_file()) > MAX_BYTES:
        message = f"there are more than {MAX_BYTES >> 20} MiB of manifests here"
        raise refused("file/size", message, word, "check a part of them at a time")


def real(path: Path) -> Path:
    """Where a path leads to in the end; a link that leads to itself stays what it is."""
    return Path(os.path.realpath(path))


def _places(path: Path, start: Path, findings: list[Finding]) -> Iterator[Path]:
    """Every file that may be a manifest, and every link to a folder, but for those that are hidden."""

    def closed(error: OSError) -> None:
        place = named(Path(error.filename), start)
        findings.extend(unreadable(place, error).findings)

    for folder, folders, names in os.walk(path, onerror=closed):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if name.endswith(SUFFIXES))
        yield from (place for name in folders if (place := Path(folder, name)).is_symlink())


def _outside(file: str, word: str) -> Finding:
    return Finding(
        "file/outside",
        f"the link leads out of `{word}`, and is not followed",
        Location(file, 1, 1),
        help="put the file itself here, or name where it leads to as well",
    )
