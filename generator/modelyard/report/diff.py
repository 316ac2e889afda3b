"""What writing a directory, or a file, would change, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelyard.write.changes import Change


def unified(root: Path, change: Change) -> Iterator[str]:
    """Lines of a unified diff, file by file in order."""
    from difflib import unified_diff

    for name in sorted({*change.files, *change.removed}):
        file = f"{change.directory}/{name}"
        path = root / file
        old = path.read_text("utf-8", "replace").splitlines() if path.is_file() else None
        new = change.files[name].decode().splitlines() if name in change.files else None
        yield from unified_diff(
            old or [],
            new or [],
            "/dev/null" if old is None else f"a/{file}",
            "/dev/null" if new is None else f"b/{file}",
            lineterm="",
        )


def between(file: str, old: str, new: str) -> Iterator[str]:
    """Lines of a unified diff of one text."""
    from difflib import unified_diff

    before, after = old.splitlines(), new.splitlines()
    return unified_diff(before, after, f"a/{file}", f"b/{file}", lineterm="")
