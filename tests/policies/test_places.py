"""What rules say where the environment is another than the samples', or nothing is known of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelyard.check.judge import Judge
from modelyard.check.objects import Manifest, Objects
from modelyard.check.rule import Checkout, Context
from tests.conftest import Shop
from tests.policies import samples

if TYPE_CHECKING:
    from pathlib import Path


def found(text: str, *names: str, context: Context | None = None) -> list[str]:
    """The rules that find something, of those that are named."""
    manifests = [Manifest(value, "x.yaml", n) for n, value in enumerate(yaml.safe_load_all(text))]
    rules = samples.every_rule()
    judge = Judge([rules[name] for name in names])
    context = context or samples.context()
    verdict = judge.objects(Objects(manifests), context)
    verdict.broken += judge.environment(verdict.claims, context)
    return [broken.rule.name for broken in verdict.broken]


def production(**changes: Any) -> Context:
    environment = samples.context().environment
    assert environment is not None
    assert environment.mesh is not None
    mesh = environment.mesh.model_copy(update=changes) if changes else None
    return Context(environment.model_copy(update={"mesh": mesh}))


JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: train, namespace: ml-production}
spec: {template: {metadata: {labels: {app: train}}, spec: {containers: [{name: trainer}]}}}
"""


def test_jobs_end_where_sidecars_are_native() -> None:
    name = "mesh/job-never-ends"
    assert found(JOB, name) == []
    assert found(JOB, name, context=production(native_sidecars=False)) == [name]
    assert found(JOB, name, context=production()) == []
    assert found(JOB, name, context=Context()) == []


def test_ports_need_no_protocol_where_there_is_no_mesh() -> None:
    name = "network/unnamed-protocol"
    service = """
apiVersion: v1
kind: Service
metadata: {name: x, namespace: ml-production}
spec: {selector: {app: x}, ports: [{name: predict, port: 80}]}
"""
    assert found(service, name) == [name]
    assert found(service, name, context=production()) == []
    assert found(service, name, context=Context()) == []


def test_secrets_are_asked_for_where_their_store_is_known() -> None:
    name = "references/unknown-config"
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: x, namespace: ml-production}
spec: {containers: [{name: x, envFrom: [{secretRef: {name: x-secrets}}]}]}
"""
    made = """
apiVersion: v1
kind: Secret
metadata: {name: other, namespace: ml-production}
"""
    assert found(pod, name) == [name]
    assert found(pod, name, context=Context()) == []
    assert found(f"{pod}---{made}", name, context=Context()) == [name]


def test_large_objects_are_told_where_an_application_applies_them() -> None:
    name = "argo/too-large-to-apply"
    large = f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: x}}
data: {{x: {"x" * 300_000}}}
"""
    application = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: x}
spec: {syncPolicy: {syncOptions: [%s]}}
"""
    assert found(large, name) == []
    assert found(f"{large}---{application % ''}", name) == [name]
    assert found(f"{large}---{application % 'ServerSideApply=true'}", name) == []


def test_other_pods_may_be_where_controllers_make_them() -> None:
    names = ("network/service-selects-nothing", "mesh/selects-nothing")
    objects = """
apiVersion: v1
kind: Service
metadata: {name: llm, namespace: ml-production}
spec: {selector: {serving.kserve.io/inferenceservice: llm, app: llm-predictor}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: llm, namespace: ml-production}
spec: {selector: {matchLabels: {app: llm-predictor}}}
---
apiVersion: v1
kind: Pod
metadata: {name: x, namespace: ml-production, labels: {app: x}}
spec: {containers: [{name: x}]}
"""
    served = """
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: llm, namespace: ml-production}
spec: {predictor: {model: {modelFormat: {name: huggingface}}}}
"""
    assert found(objects, *names) == [*names]
    assert found(f"{objects}---{served}", *names) == []


def test_data_that_the_server_does_not_take_is_told_however_it_is_applied() -> None:
    name = "argo/too-large-to-apply"
    text = """
apiVersion: v1
kind: ConfigMap
metadata: {name: x, namespace: ml-production}
data: {a: "%s"}
"""
    assert found(text % ("x" * (1 << 20)), name) == []
    assert found(text % ("x" * (1 << 20) + "y"), name) == [name]


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://git.example.com/ml/models.git", True),
        ("https://git.example.com/ml/models/", True),
        ("https://token@git.example.com/ml/models", True),
        ("git@git.example.com:ml/models.git", True),
        ("ssh://git@git.example.com/ml/models.git", True),
        ("https://git.example.com/ml/models-2.git", False),
        ("https://git.example.org/ml/models.git", False),
        ("", False),
        (None, False),
        ([], False),
    ],
)
def test_a_repository_is_known_by_its_address(url: object, same: bool, tmp_path: Path) -> None:
    assert Checkout("https://git.example.com/ml/models.git", tmp_path).is_of(url) == same


APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: x, namespace: argocd}
spec:
  source: {repoURL: "https://git.example.com/ml/models.git", targetRevision: main, path: %s}
"""


def test_paths_are_looked_for_where_the_run_was_started(shop: Shop, tmp_path: Path) -> None:
    shop.run("render")
    paths = ("deploy/production/churn", "deploy/production/fraud-detection", "../../etc")
    for number, path in enumerate(paths):
        shop.write(f"manifests/{number}.yaml", APPLICATION % path)
    words = ("check", str(shop.root / "manifests"), "-o", "json")
    rule = "argo/unknown-path"
    told = [one for one in json.loads(shop.run(*words).out)["findings"] if one["rule"] == rule]
    assert [one["location"]["file"] for one in told] == ["manifests/0.yaml"]
    elsewhere = Shop(tmp_path / "elsewhere")
    elsewhere.write("a.yaml", "")
    assert rule not in elsewhere.run(*words).out


def test_a_project_is_held_against_the_objects_of_other_directories(shop: Shop) -> None:
    shop.run("render")
    file = "deploy/production/fraud-detection/mine.yaml"
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: %s}\n"
    for namespace, told in (("elsewhere", [file]), ("ml-production", [])):
        shop.write(file, text % namespace)
        findings = json.loads(shop.run("check", "-o", "json").out)["findings"]
        rule = "argo/not-allowed-there"
        assert [one["location"]["file"] for one in findings if one["rule"] == rule] == told
