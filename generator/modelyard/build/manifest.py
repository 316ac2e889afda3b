"""One Kubernetes object, as plain values in the order in which people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Manifest = dict[str, Any]


def manifest(api_version: str, kind: str, metadata: dict[str, Any], **body: Any) -> Manifest:
    """An object. Keys whose value is `None` are left out, at any depth."""
    found: Manifest = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}
    _compact_mapping(found)
    return found


def plain(mapping: Mapping[Any, str] | None) -> dict[str, str]:
    """Typed names and values as plain strings; nothing where there is no mapping."""
    return {str(key): str(value) for key, value in (mapping or {}).items()}


def _compact_mapping(value: dict[str, Any]) -> None:
    """Leave plain values only, in place: no `None`, no tuples, no subclasses of `str`.

    Because builders share nothing but constants, which are compact already, none is copied.
    """
    absent = None
    for key, item in value.items():
        kind = type(item)
        if kind is str or kind is int or kind is bool:
            continue
        if kind is dict:
            _compact_mapping(item)
        elif kind is list:
            _compact_list(item)
        elif item is None:
            absent = [key] if absent is None else [*absent, key]
        elif kind is tuple:
            value[key] = listed = list(item)
            _compact_list(listed)
        elif isinstance(item, str):
            value[key] = str(item)
    if absent is not None:
        for key in absent:
            del value[key]


def _compact_list(value: list[Any]) -> None:
    for index, item in enumerate(value):
        kind = type(item)
        if kind is dict:
            _compact_mapping(item)
        elif kind is list:
            _compact_list(item)
        elif kind is not str and isinstance(item, str):
            value[index] = str(item)
    if None in value:
        value[:] = [item for item in value if item is not None]
