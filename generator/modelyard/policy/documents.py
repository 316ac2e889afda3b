"""The data that policies are given beside their inputs: `data.…` out of files.

Fact: Open Policy Agent's loader. What a file holds is merged at the root; below a folder that was
named, the names of folders (not of files) become the path. `a.b:FILE` puts a file at `data.a.b`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.policy.engine import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelyard.policy.engine import Value

SUFFIXES = frozenset((".yaml", ".yml", ".json"))


def load(paths: Sequence[str]) -> dict[str, Value]:
    """The data of all files, merged. Raises `PolicyError` where they contradict each other."""
    found: dict[str, Value] = {}
    for path in paths:
        prefix, _, place = path.rpartition(":")
        at = prefix.split(".") if prefix else []
        for below, file in _files(Path(place)):
            value = _read(file)
            for name in reversed([*at, *below]):
                value = {name: value}
            if not isinstance(value, dict):
                raise PolicyError(f"load documents: {file}: data must be a mapping")
            _merge(found, value, str(file), [])
    return found


def _files(path: Path) -> Iterator[tuple[list[str], Path]]:
    if not path.exists():
        raise PolicyError(f"load documents: {path}: no such file or directory")
    if not path.is_dir():
        if path.suffix.lower() in SUFFIXES:
            yield [], path
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if file.suffix.lower() not in SUFFIXES:
                continue
            if file.is_symlink() and not file.resolve().is_relative_to(path.resolve()):
                raise PolicyError(f"load documents: {file}: a link must not lead out of `{path}`")
            yield list(Path(folder).relative_to(path).parts), file


def _read(file: Path) -> Value:
    from modelyard.rego.builtins import BuiltinError
    from modelyard.rego.builtins.yaml_text import unmarshalled

    if not file.is_file():
        raise PolicyError(f"load documents: {file}: not a regular file")
    try:
        text = file.read_text("utf-8")
        return json.loads(text) if file.suffix.lower() == ".json" else unmarshalled(text)
    except (OSError, ValueError, RecursionError, BuiltinError) as error:
        raise PolicyError(f"load documents: {file}: {error}") from None


def _merge(into: dict[str, Any], value: dict[str, Any], file: str, path: list[str]) -> None:
    for name, item in value.items():
        old = into.get(name)
        if name not in into:
            into[name] = item
        elif isinstance(old, dict) and isinstance(item, dict):
            _merge(old, item, file, [*path, name])
        else:
            shown = ".".join([*path, name])
            raise PolicyError(f"load documents: {file}: `data.{shown}` is given twice")
