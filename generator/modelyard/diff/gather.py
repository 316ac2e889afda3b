"""Both sides of directories of the tree: what was committed, and what the specs render to now.

A rendered file whose bytes are those of the committed one is neither read nor compared. Files that no
spec renders, and that Argo CD would sync all the same, are as they lie on disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelyard.diff.sides import Placed, Sides, is_manifest, read, side
from modelyard.diff.touched import blob_of
from modelyard.errors import Refused
from modelyard.load.git import MAX_BYTES
from modelyard.load.reader import read_bytes
from modelyard.write.lock import LOCKS, owned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from modelyard.diff.touched import Touched
    from modelyard.load.git import Entry, Git
    from modelyard.pipeline import Output


@dataclass(slots=True)
class Directory:
    """A directory to compare."""

    environment: str
    name: str
    output: Output | None
    """What its spec renders to; nothing where no spec renders it any more."""
    entries: Mapping[str, Entry]
    """The files that were committed, by name."""
    data: dict[str, bytes] = field(default_factory=dict)
    """The bytes of those that matter, by name."""

    @property
    def path(self) -> str:
        """Relative to the repository."""
        return f"deploy/{self.environment}/{self.name}"

    def differing(self) -> Iterator[str]:
        """Names of committed files that must be read: those that are not rendered alike."""
        files = self.output.rendered.files if self.output else {}
        for name, entry in self.entries.items():
            rendered = files.get(name)
            if rendered is None or blob_of(rendered, entry.blob) != entry.blob:
                yield name


def gather(git: Git, touched: Touched, directories: list[Directory]) -> Iterator[Sides]:
    """Both sides of each directory, in order."""
    wanted = [(each, [*each.differing()]) for each in directories]
    blobs = git.contents(each.entries[name].blob for each, names in wanted for name in names)
    for each, names in wanted:
        each.data = {
            name: blobs[blob] for name in names if (blob := each.entries[name].blob) in blobs
        }
        sides = Sides(each.path, each.environment, each.name)
        sides.unread = [
            f"{each.path}/{name}" for name in names if is_manifest(name) and name not in each.data
        ]
        _rendered(each, sides)
        _others(git, touched, each, sides)
        yield sides


def _rendered(directory: Directory, sides: Sides) -> None:
    """What the spec renders, and what stood in its place."""
    if directory.output is None:
        return
    for built in directory.output.tree.files:
        file = f"{directory.path}/{built.file}"
        new = Placed(built.manifest, file, built.builder)
        sides.after[new.identity] = new
        if built.file in directory.data:
            sides.before |= side(_read(sides, file, directory.data[built.file]))
        elif built.file in directory.entries and file not in sides.unread:
            sides.before[new.identity] = new


def _others(git: Git, touched: Touched, directory: Directory, sides: Sides) -> None:
    """What no spec renders: gone where it was ours, and as it lies on disk where it was not."""
    rendered = directory.output.rendered.files if directory.output else {}
    lock = next((directory.data[name] for name in LOCKS if name in directory.data), None)
    ours = owned(lock) if lock is not None else {}
    if lock is None and directory.output is None and not any(n in directory.entries for n in LOCKS):
        return
    for name, data in directory.data.items():
        file = f"{directory.path}/{name}"
        if name in rendered or not is_manifest(name):
            continue
        found = side(_read(sides, file, data))
        sides.before |= found
        if name not in ours and file not in touched.files:
            sides.after |= found
    for file in sorted(_on_disk(git, touched, directory, rendered)):
        try:
            data = read_bytes(git.root / file, file, root=git.root, limit=MAX_BYTES)
        except Refused:
            continue
        sides.after |= side(_read(sides, file, data))


def _on_disk(
    git: Git, touched: Touched, directory: Directory, rendered: Iterable[str]
) -> Iterator[str]:
    """Files of a directory that changed, and that neither a spec nor a lock accounts for."""
    start = f"{directory.path}/"
    names = {
        file.removeprefix(start)
        for file in touched.in_directory(directory.environment, directory.name)
    }
    strange = {name for name in names if is_manifest(name) and "/" not in name}.difference(rendered)
    if not strange:
        return
    known: set[str] = set()
    for lock in LOCKS:
        try:
            path = f"{start}{lock}"
            known |= owned(read_bytes(git.root / path, path, root=git.root, limit=MAX_BYTES)).keys()
        except Refused:
            continue
    yield from (f"{start}{name}" for name in strange - known)


def _read(sides: Sides, file: str, data: bytes) -> list[Placed]:
    found = read(file, data)
    if found is None:
        sides.unread.append(file)
    return found or []
