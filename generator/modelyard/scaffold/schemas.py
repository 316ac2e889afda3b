"""The JSON Schemas in a repository, where editors find them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.load.reader import refused
from modelyard.spec.schema import text

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".modelyard/schemas"


def write(root: Path, schemas: dict[str, dict[str, Any]]) -> list[str]:
    """Write every schema; returns the files."""
    for part in (root / ".modelyard", root / FOLDER):
        if part.is_symlink():
            raise refused(
                "tree/not-a-directory",
                f"`{part.name}` is a symbolic link",
                part.relative_to(root).as_posix(),
            )
        part.mkdir(exist_ok=True)
    files = []
    for name, schema in schemas.items():
        path = root / FOLDER / f"{name}.json"
        if path.is_symlink():
            path.unlink()
        path.write_text(text(schema), "utf-8")
        files.append(f"{FOLDER}/{name}.json")
    return files
