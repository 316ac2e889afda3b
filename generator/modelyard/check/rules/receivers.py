"""Alertmanager: to whom alerts are routed."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.load.document import parse
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_FILES = ("alertmanager.yaml", "alertmanager.yml")


@rule(
    "prometheus/unknown-receiver",
    "error",
    kinds=("AlertmanagerConfig", "Secret", "ConfigMap"),
    rows=("P23",),
    aliases=("amtool/check-config",),
)
def unknown_receiver(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A route of Alertmanager leads to a receiver that does not exist.

    Alertmanager does not load such a configuration and keeps the old one; the operator passes over
    such an object. Its alerts reach nobody.
    """
    if manifest.kind == "AlertmanagerConfig":
        for route, name, known in _unknown(manifest.spec):
            yield Hit(("spec", *route), *_told(name, known))
        return
    for place, text in _texts(manifest):
        documents, wrong = parse(manifest.file, text, kubernetes=True)
        if wrong or len(documents) != 1:
            continue
        for route, name, known in _unknown(documents[0].value):
            # Because what is encoded stands on one line.
            encoded = manifest.kind == "Secret" and place[0] == "data"
            line = 0 if encoded else documents[0].locate(route).line
            yield Hit(place, *_told(name, known), within=line)


def _told(name: str, known: list[str]) -> tuple[str, str]:
    listed = ", ".join(f"`{shown(one)}`" for one in known[:6])
    return (
        f"there is no receiver `{shown(name)}`: alerts that come here reach nobody",
        f"write one that there is: {listed}" if listed else "add it under `receivers`",
    )


def _texts(manifest: Manifest) -> Iterator[tuple[Route, str]]:
    """The configurations of Alertmanager in an object, with their places."""
    encoded = manifest.kind == "Secret"
    for field in ("data", "stringData"):
        for name, text in mapping(manifest.value.get(field)).items():
            if name not in _FILES or not isinstance(text, str):
                continue
            if encoded and field == "data":
                try:
                    text = b64decode(text, validate=True).decode()
                except (binascii.Error, ValueError):
                    continue
            if "receivers:" in text and "route:" in text:
                yield (field, name), text


def _unknown(config: Any) -> Iterator[tuple[Route, str, list[str]]]:
    """Receivers that routes name and nobody has, with their places, and those that there are."""
    config = mapping(config)
    receivers = [mapping(one).get("name") for one in sequence(config.get("receivers"))]
    known = [str(name) for name in receivers if name is not None]
    todo: list[tuple[Route, Any]] = [(("route",), config.get("route"))]
    while todo:
        route, value = todo.pop(0)
        name = mapping(value).get("receiver")
        if isinstance(name, str) and name and name not in known and "{{" not in name:
            yield (*route, "receiver"), name, known
        for index, child in enumerate(sequence(mapping(value).get("routes"))):
            todo.append(((*route, "routes", index), child))
