"""JSON Schemas (2020-12) of the documents that people write, for editors.

The sentence for each key is the text under its field in the source. Because collecting it costs
more than a whole run should, it is read only when a schema or an error needs it.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def descriptions(kind: type[BaseModel]) -> dict[str, str]:
    """The sentence for each key of a type, by the key as it is written."""
    aliases = {name: field.alias or name for name, field in kind.model_fields.items()}
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("modelyard.spec."):
            texts = _field_texts(base)
            found |= {aliases[name]: text for name, text in texts.items() if name in aliases}
    return found


def _field_texts(kind: type) -> dict[str, str]:
    """The docstrings that follow the annotated names in a class body."""
    body = _classes(kind.__module__)[kind.__name__].body
    found = {}
    for field, text in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[field.target.id] = inspect.cleandoc(str(text.value.value)).replace("\n", " ")
    return found


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    import sys

    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every document, by its name: model, environment, blueprint, repository."""
    from modelyard.spec.blueprint import Blueprint
    from modelyard.spec.environment import Environment
    from modelyard.spec.model import Deployment, Model, Spec
    from modelyard.spec.settings import Settings

    layer = _open(_schema(Spec))
    model = _schema(Model)
    definitions = model["$defs"] | layer.pop("$defs")
    block = _schema(Deployment)
    definitions |= block.pop("$defs")
    definitions["Layer"] = layer
    block["properties"] |= {
        key: {"$ref": f"#/$defs/Layer/properties/{key}"}
        for key in layer["properties"]
        if key != "blueprint"
    }
    definitions["DeploymentBlock"] = block
    model["$defs"] = definitions
    model["properties"]["spec"] = {"$ref": "#/$defs/Layer"}
    model["properties"]["environments"]["additionalProperties"] = {
        "$ref": "#/$defs/DeploymentBlock"
    }
    environment = _with_layer(_schema(Environment), layer, definitions, ("EnvironmentSpec",))
    blueprint = _with_layer(_schema(Blueprint), layer, definitions, ("BlueprintSpec", "Variant"))
    return {
        "model": _titled(model, "A model"),
        "environment": _titled(environment, "An environment"),
        "blueprint": _titled(blueprint, "A blueprint"),
        "repository": _titled(_schema(Settings), "A repository's settings"),
    }


def text(schema: dict[str, Any]) -> str:
    """A schema as the text of its file."""
    import json

    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(kind: type[BaseModel]) -> dict[str, Any]:
    from pydantic.json_schema import GenerateJsonSchema

    class Described(GenerateJsonSchema):
        """Adds the sentence of each key; leaves out titles that repeat the key."""

        def model_schema(self, schema: Any) -> Any:
            found = super().model_schema(schema)
            found.pop("title", None)
            texts = descriptions(schema["cls"])
            for key, value in found.get("properties", {}).items():
                value.pop("title", None)
                value["description"] = texts[key]
            return found

        def dict_schema(self, schema: Any) -> Any:
            """A key that does not match is wrong, not free."""
            found = super().dict_schema(schema)
            if "patternProperties" in found:
                found["additionalProperties"] = False
                found.pop("propertyNames", None)
            return found

    return kind.model_json_schema(schema_generator=Described)


def _open(schema: dict[str, Any]) -> dict[str, Any]:
    """A layer may leave out any key, and turn any off with `null`; lists and leaves stay whole."""
    for definition in (schema, *schema["$defs"].values()):
        if definition.get("type") == "object" and "properties" in definition:
            definition.pop("required", None)
    return schema


def _with_layer(
    schema: dict[str, Any],
    layer: dict[str, Any],
    definitions: dict[str, Any],
    holders: tuple[str, ...],
) -> dict[str, Any]:
    schema["$defs"] = {
        **{name: definitions[name] for name in _named(layer, definitions)},
        **schema["$defs"],
    }
    schema["$defs"]["Layer"] = layer
    for holder in holders:
        properties = schema["$defs"][holder]["properties"]
        properties["defaults"] = {
            "$ref": "#/$defs/Layer",
            "description": properties["defaults"]["description"],
        }
    return schema


def _named(schema: Any, definitions: dict[str, Any]) -> list[str]:
    """The definitions that a schema refers to, and those that these refer to."""
    import json
    import re

    found: list[str] = []
    todo = [schema]
    while todo:
        for name in re.findall(r'"#/\$defs/([A-Za-z]+)', json.dumps(todo.pop())):
            if name not in found:
                found.append(name)
                todo.append(definitions[name])
    return sorted(found)


def _titled(schema: dict[str, Any], title: str) -> dict[str, Any]:
    return {"$schema": DIALECT, "title": f"{title} of modelyard", **schema}
