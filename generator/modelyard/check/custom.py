"""Custom resource definitions, as strict JSON Schemas.

Because the API server drops unknown fields without a word, objects are closed unless the
definition preserves what it does not know. Facts: kubernetes.io/docs/tasks/extend-kubernetes/
custom-resources/custom-resource-definitions (structural schemas).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.findings import Finding, Location
from modelyard.load.document import parse
from modelyard.load.reader import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from modelyard.load.document import Document

MAX_FILE_BYTES = 16 << 20

_KEPT = (
    "type", "enum", "required", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "multipleOf",
)  # fmt: skip

_METADATA = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}


def load(root: Path, patterns: tuple[str, ...]) -> tuple[dict[tuple[str, str], Any], list[Finding]]:
    """API version and kind to schema, of every definition in the files that the patterns name."""
    found: dict[tuple[str, str], Any] = {}
    findings: list[Finding] = []
    for index, pattern in enumerate(patterns):
        paths = (
            []
            if ".." in pattern.split("/") or pattern.startswith("/")
            else sorted(root.glob(pattern))
        )
        if not paths:
            findings.append(
                Finding(
                    "schema/no-definitions",
                    f"`{pattern}` names no file",
                    Location("modelyard.yaml", 1, 1),
                    route=("spec", "schemas", index),
                    help="name files with definitions, relative to the repository",
                )
            )
        for path in paths:
            file = path.relative_to(root).as_posix()
            text = read_text(path, file, root=root, limit=MAX_FILE_BYTES)
            documents, wrong = parse(file, text, kubernetes=True, limit=MAX_FILE_BYTES)
            findings += wrong
            for document in documents:
                try:
                    found |= dict(definitions(document.value))
                except (AttributeError, LookupError, TypeError):
                    findings.append(_unsound(document))
    return found, findings


def _unsound(document: Document) -> Finding:
    """A definition in which something is missing, or is of another type."""
    return Finding(
        "schema/unsound-definition",
        "this is no definition that the API server would take",
        document.locate(()),
        help="write `spec.group`, `spec.names.kind`, and `spec.versions` with a schema each",
    )


def among(values: Iterable[Any]) -> dict[tuple[str, str], Any]:
    """The schemas of the definitions among some objects; a definition that is none is passed over."""
    import jsonschema_rs

    found: dict[tuple[str, str], Any] = {}
    for value in values:
        try:
            for identity, schema in definitions(value):
                jsonschema_rs.Draft202012Validator(schema)
                found[identity] = schema
        except (AttributeError, LookupError, TypeError, ValueError):
            continue
    return found


def definitions(value: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    """API version and kind to schema, of every served version of one definition."""
    if not isinstance(value, dict) or value.get("kind") != "CustomResourceDefinition":
        return
    spec = value["spec"]
    kind, group = spec["names"]["kind"], spec["group"]
    for version in spec["versions"]:
        schema = version.get("schema", {}).get("openAPIV3Schema")
        if schema is not None and version.get("served", True):
            api_version = f"{group}/{version['name']}"
            yield (api_version, kind), _root(schema, api_version, kind)


def _root(schema: Any, api_version: str, kind: str) -> Any:
    found = strict(schema)
    found["properties"] = {
        **found.get("properties", {}),
        "apiVersion": {"const": api_version},
        "kind": {"const": kind},
        "metadata": _METADATA,
    }
    found["required"] = sorted({"apiVersion", "kind", "metadata", *found.get("required", ())})
    return found


def strict(schema: Any) -> dict[str, Any]:
    """A node of a structural schema as JSON Schema, closed where it does not say otherwise."""
    if schema.get("x-kubernetes-int-or-string"):
        found: dict[str, Any] = {"type": ["integer", "string"]}
        found |= {key: schema[key] for key in ("pattern",) if key in schema}
    else:
        found = {key: schema[key] for key in _KEPT if key in schema}
    if "properties" in schema:
        found["properties"] = {key: strict(value) for key, value in schema["properties"].items()}
    if "items" in schema:
        found["items"] = strict(schema["items"])
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        found["additionalProperties"] = strict(more)
    elif (
        not more
        and not schema.get("x-kubernetes-preserve-unknown-fields")
        and "properties" in schema
    ):
        found["additionalProperties"] = False
    if schema.get("x-kubernetes-embedded-resource"):
        found["properties"] = {
            **found.get("properties", {}),
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
        }
    for logic in ("allOf", "anyOf", "oneOf"):
        if logic in schema and not schema.get("x-kubernetes-int-or-string"):
            found[logic] = [_condition(part) for part in schema[logic]]
    if "not" in schema:
        found["not"] = _condition(schema["not"])
    if schema.get("nullable") and "type" in found:
        kinds = found["type"] if isinstance(found["type"], list) else [found["type"]]
        found["type"] = [*kinds, "null"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def _condition(schema: Any) -> dict[str, Any]:
    """A part of a logical condition: it constrains, and closes nothing."""
    found = {key: value for key, value in schema.items() if key in _KEPT}
    if "properties" in schema:
        found["properties"] = {
            key: _condition(value) for key, value in schema["properties"].items()
        }
    if "items" in schema:
        found["items"] = _condition(schema["items"])
    for logic in ("allOf", "anyOf", "oneOf"):
        if logic in schema:
            found[logic] = [_condition(part) for part in schema[logic]]
    if "not" in schema:
        found["not"] = _condition(schema["not"])
    return found
