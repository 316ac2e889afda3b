"""The table of a blueprint's keys and defaults, as its README has it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import BaseModel

from modelyard.spec.kinds import SPEC
from modelyard.spec.schema import descriptions

if TYPE_CHECKING:
    from collections.abc import Iterator


def table(path: Path) -> str:
    """Every key of `spec`, what it is for, and its default."""
    spec = yaml.safe_load(path.read_text())["spec"]
    rows = ["| key | what it is | default |", "|---|---|---|"]
    for keys, text, whole in _keys(SPEC.type, ()):
        rows.append(f"| `{'.'.join(keys)}` | {text} | {_default(spec, keys, whole=whole)} |")
    return "\n".join(rows) + "\n"


def _keys(
    model: type[BaseModel], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """Each key with its sentence, and whether its value is written as a whole."""
    for name, field in model.model_fields.items():
        key = (*above, field.alias or name)
        inner = _model_in(field.annotation)
        part = inner is not None and not _is_many(field.annotation)
        yield key, descriptions(model)[field.alias or name], not part
        if inner is not None and part:
            yield from _keys(inner, key)


def _default(spec: dict[str, Any], keys: tuple[str, ...], *, whole: bool) -> str:
    found = []
    for conditions, defaults in (
        ({}, spec["defaults"]),
        *((v["when"], v["defaults"]) for v in spec["variants"]),
    ):
        value: Any = defaults
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None and (whole or not isinstance(value, dict)):
            when = " and ".join(
                f"`{path}`" + ("" if want is True else f" is `{want}`")
                for path, want in conditions.items()
            )
            found.append(f"`{_shown(value)}`" + (f" with {when}" if when else ""))
    return "; ".join(found)


def _shown(value: Any) -> str:
    return (
        yaml.safe_dump(value, default_flow_style=True)
        .strip()
        .removesuffix("...")
        .strip()
        .replace("|", "\\|")
    )


def _is_many(annotation: Any) -> bool:
    return any(
        getattr(part, "__origin__", None) in (dict, tuple)
        for part in (annotation, *get_args(annotation))
    )


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1])))
