"""Our policies in a repository, where the real conftest finds them by the repository's `conftest.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.bundle import shipped
from modelyard.load.reader import refused

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".modelyard/policies"


def write(root: Path) -> list[str]:
    """Write every policy, and take away those that we have no more; returns the files."""
    top = root / FOLDER
    for part in (root / ".modelyard", top, *sorted(top.rglob("*"))):
        if part.is_symlink():
            place = part.relative_to(root).as_posix()
            message = f"`{part.name}` is a symbolic link"
            raise refused("tree/not-a-directory", message, place, "take it away")
    source = shipped() / "policies"
    found = {path.relative_to(source).as_posix(): path for path in source.rglob("*.rego")}
    for path in sorted(top.rglob("*.rego")):
        if path.relative_to(top).as_posix() not in found:
            path.unlink()
    for name, path in sorted(found.items()):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(path.read_bytes())
    return [f"{FOLDER}/{name}" for name in sorted(found)]
