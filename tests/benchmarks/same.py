"""Whether what a peer made is what modelyard makes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Key = tuple[str, str, str]


def compare(outputs: Sequence[Path], trees: Sequence[Path]) -> tuple[int, int, int]:
    """How many objects a peer made, how many modelyard made, and how many of them are the same."""
    made: dict[Key, Any] = {}
    for path in outputs:
        made |= objects(path)
    wanted: dict[Key, Any] = {}
    for directory in trees:
        for path in directory.glob("*.yaml"):
            wanted |= objects(path)
    same = sum(made.get(key) == each for key, each in wanted.items())
    return len(made), len(wanted), same


def objects(path: Path) -> dict[Key, Any]:
    """Every object of a file, by kind, namespace and name; JSON in it as what it says."""
    import yaml

    found = {}
    for each in yaml.load_all(path.read_bytes(), yaml.CSafeLoader):
        if each is not None:
            metadata = each["metadata"]
            found[each["kind"], metadata.get("namespace", ""), metadata["name"]] = _plain(each)
    return found


def _plain(manifest: dict[str, Any]) -> dict[str, Any]:
    if manifest["kind"] != "ConfigMap":
        return manifest
    data = {name: json.loads(text) for name, text in manifest["data"].items()}
    return {**manifest, "data": data}
