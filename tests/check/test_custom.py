"""Custom resource definitions that a team adds: closed, and as strict as the API server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelyard.check.custom import definitions, strict
from tests.conftest import shared

if TYPE_CHECKING:
    from tests.conftest import Shop

WIDGET = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size: {type: integer, minimum: 1}
                port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
                note: {type: string, nullable: true, enum: [a, b]}
                free: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {x: {type: string}}}
                labels: {type: object, additionalProperties: {type: string}}
                template:
                  type: object
                  x-kubernetes-embedded-resource: true
                  x-kubernetes-preserve-unknown-fields: true
                one:
                  type: object
                  properties: {a: {type: string}, b: {type: string}}
                  oneOf: [{required: [a]}, {required: [b]}]
    - name: v1alpha1
      served: false
      storage: false
      schema: {openAPIV3Schema: {type: object}}
"""


def validator() -> jsonschema_rs.Draft202012Validator:
    ((_, schema),) = definitions(yaml.safe_load(WIDGET))
    return jsonschema_rs.Draft202012Validator(schema)


def widget(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "example.org/v1",
        "kind": "Widget",
        "metadata": {"name": "w"},
        "spec": {"size": 1, **spec},
    }


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"port": 80},
        {"port": "http"},
        {"note": None},
        {"note": "a"},
        {"free": {"x": "y", "anything": [1]}},
        {"labels": {"a": "b"}},
        {"template": {"apiVersion": "v1", "kind": "Pod", "spec": {}}},
        {"one": {"a": "x"}},
    ],
)
def test_what_the_definition_allows_passes(spec: dict[str, Any]) -> None:
    assert validator().is_valid(widget(**spec))


@pytest.mark.parametrize(
    "spec",
    [
        {"size": 0},
        {"size": "1"},
        {"sise": 1},
        {"port": []},
        {"note": "c"},
        {"free": {"x": 1}},
        {"labels": {"a": 1}},
        {"one": {"a": "x", "b": "y"}},
        {"one": {}},
    ],
)
def test_what_the_definition_forbids_does_not(spec: dict[str, Any]) -> None:
    assert not validator().is_valid(widget(**spec))


def test_versions_that_are_not_served_have_no_schema() -> None:
    assert [kind for kind, _ in definitions(yaml.safe_load(WIDGET))] == [
        ("example.org/v1", "Widget")
    ]


def test_a_team_adds_definitions_in_the_settings(shop: Shop) -> None:
    shop.write("crds/widget.yaml", WIDGET)
    shop.write("modelyard.yaml", shop.text("modelyard.yaml") + "  schemas: [crds/*.yaml]\n")
    shop.run("render")
    folder = "deploy/production/fraud-detection"
    shop.write(f"{folder}/widget.yaml", yaml.safe_dump(widget(sise=2)))
    out = shop.run("check").out
    assert "`spec` has no field `sise`" in out
    assert "did you mean `size`?" in out
    shop.write(f"{folder}/widget.yaml", yaml.safe_dump(widget()))
    assert "schema/" not in shop.run("check").out


def test_a_changed_definition_is_checked_against_anew(shop: Shop) -> None:
    import time

    shop.write("crds/widget.yaml", WIDGET)
    shop.write("modelyard.yaml", shop.text("modelyard.yaml") + "  schemas: [crds/*.yaml]\n")
    shop.write("crds/service.yaml", WIDGET.replace("example.org", "example.net"))
    shop.run("render")
    time.sleep(0.05)
    assert shop.run("check").code == 0
    assert shop.run("check").code == 0
    shop.write("crds/service.yaml", "a: [")
    assert shop.run("check").code == 2


@pytest.mark.parametrize("spec", ["", "spec: []", "spec: {group: x, names: {}, versions: [1]}"])
def test_a_definition_that_is_none_is_told(shop: Shop, spec: str) -> None:
    shop.write("crds/widget.yaml", f"kind: CustomResourceDefinition\n{spec}\n")
    shop.write("modelyard.yaml", shop.text("modelyard.yaml") + "  schemas: [crds/*.yaml]\n")
    shop.run("render")
    run = shop.run("check")
    assert run.code == 2
    assert "crds/widget.yaml:1:1: error: this is no definition" in run.out


@pytest.mark.parametrize("pattern", ["crds/*.yaml", "../*.yaml", "/etc/*.yaml"])
def test_a_pattern_that_names_nothing_of_the_repository_is_refused(
    shop: Shop, pattern: str
) -> None:
    shop.write("modelyard.yaml", shop.text("modelyard.yaml") + f"  schemas: ['{pattern}']\n")
    shop.run("render")
    run = shop.run("check")
    assert run.code == 2
    assert "modelyard.yaml:6:" in run.out
    assert "names no file" in run.out


def test_every_published_definition_becomes_a_sound_schema() -> None:
    count = 0
    for path in sorted(shared("crds").glob("*.yaml")):
        for document in yaml.load_all(path.read_text(), yaml.CSafeLoader):
            for _, schema in definitions(document):
                jsonschema_rs.Draft202012Validator(schema)
                count += 1
    assert count > 60


LEAVES = st.fixed_dictionaries(
    {"type": st.sampled_from(["string", "integer", "boolean"])},
    optional={"nullable": st.booleans()},
)
NODES = st.recursive(
    LEAVES,
    lambda inner: (
        st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.dictionaries(st.sampled_from("abc"), inner),
            }
        )
        | st.fixed_dictionaries({"type": st.just("array"), "items": inner})
    ),
    max_leaves=10,
)


@given(NODES)
def test_no_structural_schema_is_too_odd_to_be_closed(schema: dict[str, Any]) -> None:
    jsonschema_rs.Draft202012Validator(strict(schema))
