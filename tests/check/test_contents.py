"""What of a folder is taken for objects, and what is left to the programs that read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Shop

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: a, namespace: b}
spec: {type: LoadBalancer, ports: [{port: 80}]}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: b}
data: {limit: "1"}
"""
LIST = """\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: a, namespace: b}
    data: {limit: "1"}
  - apiVersion: v1
    kind: Service
    metadata: {name: a, namespace: b}
    spec:
      type: LoadBalancer
      ports: [{port: 80}]
      sesionAffinity: None
"""
KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [service.yaml]
namespace: c
patches:
  - path: patches/../patch.yaml
"""


def found(shop: Shop, folder: Path, **files: str) -> list[dict[str, Any]]:
    """What is found in a folder with these files, but for what could not be decided."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    report = json.loads(shop.run("check", str(folder), "-o", "json").out)
    listed: list[dict[str, Any]] = report["findings"]
    return [one for one in listed if one["rule"] != "check/undecided"]


def rules(findings: list[dict[str, Any]]) -> list[str]:
    return [one["rule"] for one in findings]


def test_the_objects_of_a_list_are_checked_where_they_stand(shop: Shop, tmp_path: Path) -> None:
    wrong = {one["rule"]: one for one in found(shop, tmp_path, list_yaml=LIST)}
    assert set(wrong) == {"network/exposed-service", "schema/unknown-field"}
    assert wrong["network/exposed-service"]["location"]["line"] == 12
    assert wrong["schema/unknown-field"]["location"]["line"] == 14
    assert wrong["schema/unknown-field"]["object"]["kind"] == "Service"


def test_an_object_of_a_list_is_mended_in_its_list(shop: Shop, tmp_path: Path) -> None:
    text = (
        LIST
        + """\
  - apiVersion: v1
    kind: Pod
    metadata: {name: a, namespace: b}
    spec:
      containers:
        - {name: a, image: a}
"""
    )
    (tmp_path / "list.yaml").write_text(text)
    shop.run("check", str(tmp_path), "--fix")
    mended = yaml.safe_load((tmp_path / "list.yaml").read_text())
    assert mended["items"][2]["spec"]["securityContext"]["seccompProfile"] == {
        "type": "RuntimeDefault"
    }
    assert "securityContext" not in mended
    assert mended["items"][1]["spec"]["sessionAffinity"] == "None"


def test_files_without_objects_are_left_alone(shop: Shop, tmp_path: Path) -> None:
    values = "image: &image {tag: 1.0}\nother: *image\nthird: !Ref x\n"
    wrong = found(shop, tmp_path, values_yaml=values, service_yaml=SERVICE)
    assert rules(wrong) == ["network/exposed-service"]


def test_templates_of_a_chart_are_told_once(shop: Shop, tmp_path: Path) -> None:
    template = "{{- if .Values.on }}\n" + SERVICE + "{{- end }}\n"
    wrong = found(
        shop,
        tmp_path,
        Chart_yaml="apiVersion: v2\nname: ranker\nversion: 1.0.0\n",
        templates__a_yaml=template,
        templates__tests__b_yaml=template,
    )
    assert rules(wrong) == ["input/unrendered"]
    assert "2 templates" in wrong[0]["message"]


def test_a_template_elsewhere_is_one_mistake(shop: Shop, tmp_path: Path) -> None:
    template = SERVICE.replace("name: a", "name: {{ name }}").replace("80", "{{ port }}")
    wrong = found(shop, tmp_path, a_yaml=template)
    assert rules(wrong) == ["yaml/syntax"]
    assert "template" in wrong[0]["message"]


def test_patches_of_a_kustomization_are_no_objects(shop: Shop, tmp_path: Path) -> None:
    wrong = found(
        shop,
        tmp_path,
        kustomization_yaml=KUSTOMIZATION,
        patch_yaml="apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: x}\n",
        service_yaml=SERVICE,
    )
    assert rules(wrong) == ["input/unrendered", "network/exposed-service"]
    assert "`patches`, `namespace`" in wrong[0]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: []\n",
        "apiVersion: 1\ndatasources: []\n",
        "kind: module\npath: x\n",
    ],
)
def test_what_programs_read_themselves_is_no_object(shop: Shop, tmp_path: Path, text: str) -> None:
    assert found(shop, tmp_path, a_yaml=text, b_yaml=CONFIG) == []


def test_a_folder_without_objects_is_refused(shop: Shop, tmp_path: Path) -> None:
    assert rules(found(shop, tmp_path, values_yaml="image: ranker\n")) == ["file/missing"]


def test_a_kind_of_others_without_a_schema_is_told_once(shop: Shop, tmp_path: Path) -> None:
    pool = "apiVersion: inference.networking.k8s.io/v1\nkind: InferencePool\nmetadata: {name: NAME, namespace: b}\n"
    wrong = found(
        shop, tmp_path, a_yaml=pool.replace("NAME", "a") + "---\n" + pool.replace("NAME", "b")
    )
    assert [(one["rule"], one["severity"]) for one in wrong] == [
        ("schema/unchecked-kind", "warning")
    ]


@pytest.mark.parametrize(
    ("version", "kind", "meant"),
    [
        ("serving.kserve.io/v1beta1", "InferenceServce", "InferenceService"),
        ("apps/v1", "Deploymnt", "Deployment"),
        ("argoproj.io/v1alpha1", "Rolout", "Rollout"),
    ],
)
def test_a_misspelt_kind_is_an_error(
    shop: Shop, tmp_path: Path, version: str, kind: str, meant: str
) -> None:
    text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a, namespace: b}}\n"
    wrong = found(shop, tmp_path, a_yaml=text)
    assert [(one["rule"], one["severity"]) for one in wrong] == [("schema/unknown-kind", "error")]
    assert f"`{meant}`" in wrong[0]["help"]
