"""What writing a directory would change, and what forbids it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.digest import of_bytes
from modelyard.findings import Finding, Location
from modelyard.write.lock import LOCKS, owned

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from modelyard.emit import Rendered


@dataclass(frozen=True, slots=True)
class Change:
    """What a directory needs to become what was rendered."""

    directory: str
    files: Mapping[str, bytes]
    """Files to write, by name."""
    removed: tuple[str, ...] = ()
    """Files to remove: ours, and no longer rendered."""
    kept: tuple[str, ...] = ()
    """Everything else in the directory, ours and others'."""
    exists: bool = False
    """Whether the directory is there."""

    def __bool__(self) -> bool:
        return bool(self.files or self.removed)


@dataclass(frozen=True, slots=True)
class OnDisk:
    """The entries of a directory."""

    files: Mapping[str, str]
    """Digests of the regular files that matter."""
    others: tuple[str, ...]
    """Everything else but symbolic links."""
    links: tuple[str, ...]
    ours: Mapping[str, set[str]]
    """What the locks say is ours, with the digests that it may have."""
    locks: tuple[str, ...]
    exists: bool


def look(root: str, directory: str, wanted: Collection[str] = ()) -> OnDisk:
    """What is in a directory now; of files, the digests of ours and of the `wanted` ones.

    Symbolic links are named, never followed.
    """
    path = f"{root}/{directory}"
    try:
        entries = sorted(os.scandir(path), key=_name)
    except FileNotFoundError:
        return OnDisk({}, (), (), {}, (), exists=False)
    links = tuple(entry.name for entry in entries if entry.is_symlink())
    regular = [entry.name for entry in entries if entry.name not in links and _is_regular(entry)]
    locks = tuple(name for name in regular if name in LOCKS)
    ours: dict[str, set[str]] = {}
    for name in locks:
        ours |= owned(_read(f"{path}/{name}"))
    known = ours.keys() | set(wanted)
    files = {name: of_bytes(_read(f"{path}/{name}")) for name in regular if name in known}
    others = tuple(e.name for e in entries if e.name not in files and e.name not in links)
    return OnDisk(files, others, links, ours, locks, exists=True)


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_regular(entry: os.DirEntry[str]) -> bool:
    return stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        size = os.fstat(descriptor).st_size
        found = os.read(descriptor, size + 1)
        while len(found) < size:
            more = os.read(descriptor, size)
            if not more:
                break
            found += more
        return found
    finally:
        os.close(descriptor)


def compare(root: str, rendered: Rendered, *, force: bool = False) -> tuple[Change, list[Finding]]:
    """What must change for a directory to hold what was rendered, and what forbids it."""
    findings = links_on_the_way(root, rendered.directory)
    if findings:
        return Change(rendered.directory, {}), findings
    disk = look(root, rendered.directory, rendered.files)
    write: dict[str, bytes] = {}
    for name, data in rendered.files.items():
        found = disk.files.get(name)
        if name in disk.links or name in disk.others:
            findings.append(_in_the_way(rendered.directory, name))
        elif name == rendered.lock:
            if found != of_bytes(data):
                write[name] = data
        elif found != rendered.digests[name]:
            write[name] = data
            if found is not None and not force and found not in disk.ours.get(name, ()):
                findings.append(_not_ours(rendered.directory, name, known=name in disk.ours))
    stale = [
        name
        for name in (*disk.ours, *disk.locks)
        if name not in rendered.files and name in disk.files
    ]
    findings += _edited(rendered.directory, stale, disk, force=force)
    kept = [
        name
        for name in (*disk.files, *disk.others, *disk.links)
        if name not in stale and name not in write
    ]
    return Change(
        rendered.directory, write, tuple(sorted(stale)), tuple(kept), disk.exists
    ), findings


def removal(root: str, directory: str, *, force: bool = False) -> tuple[Change, list[Finding]]:
    """What must change for nothing of ours to be left in a directory."""
    findings = links_on_the_way(root, directory)
    if findings:
        return Change(directory, {}), findings
    disk = look(root, directory, LOCKS)
    stale = [name for name in (*disk.ours, *disk.locks) if name in disk.files]
    findings = _edited(directory, stale, disk, force=force)
    kept = [name for name in (*disk.files, *disk.others, *disk.links) if name not in stale]
    return Change(directory, {}, tuple(sorted(stale)), tuple(kept), disk.exists), findings


def _edited(directory: str, stale: list[str], disk: OnDisk, *, force: bool) -> list[Finding]:
    """Files that would be removed, and that someone changed since we wrote them."""
    return [
        _not_ours(directory, name, known=True)
        for name in stale
        if name in disk.ours and disk.files[name] not in disk.ours[name] and not force
    ]


def links_on_the_way(root: str, directory: str) -> list[Finding]:
    """Symbolic links and files in the place of the directories that we write into."""
    file = ""
    for part in directory.split("/"):
        file = f"{file}/{part}" if file else part
        try:
            mode = os.lstat(f"{root}/{file}").st_mode
        except FileNotFoundError:
            return []
        if not stat.S_ISDIR(mode):
            what = "a symbolic link" if stat.S_ISLNK(mode) else "not a directory"
            return [
                Finding(
                    "tree/not-a-directory",
                    f"`{file}` is {what}, and rendered files would land elsewhere",
                    Location(file, 1, 1),
                    help="make it a directory of this repository",
                )
            ]
    return []


def _in_the_way(directory: str, name: str) -> Finding:
    return Finding(
        "tree/not-a-file",
        f"`{name}` is not a regular file",
        Location(f"{directory}/{name}", 1, 1),
        help="remove it; a rendered file belongs there",
    )


def _not_ours(directory: str, name: str, *, known: bool) -> Finding:
    message = "was changed by hand" if known else "is not a file of ours"
    return Finding(
        "tree/hand-edited" if known else "tree/foreign-file",
        f"`{name}` {message}, and rendering would overwrite it",
        Location(f"{directory}/{name}", 1, 1),
        help="change the spec, or add the change to its `patches:`; `modelyard render --force` takes the file over",
    )
