"""What a folder of manifests is held against: the rules and schemas of the repository that one is in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Shop

if TYPE_CHECKING:
    from pathlib import Path

POLICY = 'package ours.named\n\ndeny contains "not of ours" if input.kind == "ConfigMap"\n'
SETTINGS = """\
apiVersion: modelyard/v1
kind: Repository
spec: {repository: "https://git.example.com/ml/models.git", schemas: [crds/*.yaml]}
"""
DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {size: {type: integer}}}}
"""
EXCEPTION = (
    "{rule: security/root-user, reason: it is known to us, ticket: A-1, expires: 2999-01-01}"
)
MANIFESTS = f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: b
  annotations:
    modelyard.dev/exceptions: |
      - {EXCEPTION}
data: {{host: TODO}}
---
apiVersion: example.com/v1
kind: Widget
metadata: {{name: a, namespace: b}}
spec: {{size: big}}
"""


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder of manifests that is in no repository."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "a.yaml").write_text(MANIFESTS)
    return tmp_path / "theirs"


def found(shop: Shop, *words: str) -> set[str]:
    run = shop.run("check", *words, "-o", "json")
    assert run.code in (0, 1), run
    return {one["rule"] for one in json.loads(run.out)["findings"]}


def test_policies_of_the_repository_are_asked(shop: Shop, theirs: Path) -> None:
    assert "ours/named" not in found(shop, str(theirs))
    shop.write("policies/ours/named/policy.rego", POLICY)
    shop.write("others/a.yaml", MANIFESTS)
    assert "ours/named" in found(shop, "others")
    assert "ours/named" in found(shop, str(theirs))
    assert "ours/named" in found(Shop(shop.root / "others"), "a.yaml")


def test_definitions_of_the_repository_are_known(shop: Shop, theirs: Path) -> None:
    assert "schema/unchecked-kind" in found(shop, str(theirs))
    shop.write("modelyard.yaml", SETTINGS)
    shop.write("crds/widgets.yaml", DEFINITION)
    now = found(shop, str(theirs))
    assert "schema/unchecked-kind" not in now
    assert "schema/type" in now


@pytest.mark.parametrize("policy", [POLICY, "package ours.named\n\ndeny contains x if\n"])
def test_a_folder_does_not_say_how_it_is_judged(
    shop: Shop, theirs: Path, tmp_path: Path, policy: str
) -> None:
    before = found(shop, str(theirs))
    (theirs / "modelyard.yaml").write_text(SETTINGS.replace("crds/", "../"))
    (theirs / "policies" / "ours" / "named").mkdir(parents=True)
    (theirs / "policies" / "ours" / "named" / "policy.rego").write_text(policy)
    assert found(shop, str(theirs / "a.yaml")) == before
    assert found(Shop(tmp_path), "theirs/a.yaml") == before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("modelyard.yaml", "kind: [\n"),
        ("modelyard.yaml", SETTINGS),  # Its pattern names no file.
        ("policies/ours/named/policy.rego", "package ours.named\n\ndeny contains x if\n"),
    ],
)
def test_what_is_wrong_with_the_repository_is_told(
    shop: Shop, theirs: Path, file: str, text: str
) -> None:
    shop.write(file, text)
    run = shop.run("check", str(theirs))
    assert (run.code, file.partition("/")[0] in run.out) == (2, True)


def test_only_schemas_asks_no_rule(shop: Shop, theirs: Path) -> None:
    shop.write("policies/ours/named/policy.rego", POLICY)
    assert {"ours/named", "objects/placeholder"} <= found(shop, str(theirs))
    assert found(shop, str(theirs), "--only", "schemas") == {"schema/unchecked-kind"}


def test_an_exception_from_a_rule_that_was_not_asked_is_not_judged(shop: Shop) -> None:
    text = shop.text("models/fraud-detection.yaml")
    shop.write("models/fraud-detection.yaml", f"{text}\nexceptions:\n  - {EXCEPTION}\n")
    shop.run("render", "fraud-detection")
    assert found(shop, "fraud-detection", "--only", "schemas") == set()
    assert found(shop, "fraud-detection") == {"exceptions/unused"}
