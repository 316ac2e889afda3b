"""What rules of scaling, budgets and priorities say where a sample in production cannot show it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml

from modelyard.check.causes import folded
from modelyard.check.inspection import Inspector, located, problem_of
from modelyard.check.judge import Judge
from modelyard.check.objects import Manifest, Objects
from modelyard.check.rule import Context
from modelyard.load.document import parse
from modelyard.load.repository import Repository
from modelyard.pipeline import model_outputs
from modelyard.scaffold.repository import init
from tests.policies import samples
from tests.policies.test_places import found

if TYPE_CHECKING:
    from pathlib import Path

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: ranker, namespace: search}
spec:
  replicas: 3
  selector: {matchLabels: {app: ranker}}
  template:
    metadata: {labels: {app: ranker}}
    spec: {containers: [{name: server}]}
"""
AUTOSCALER = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: ranker, namespace: search}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ranker}
  minReplicas: 2
  maxReplicas: 4
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
"""


def test_a_budget_is_missed_where_the_server_is_whole() -> None:
    name = "disruption/no-budget"
    service = """
apiVersion: v1
kind: Service
metadata: {name: ranker, namespace: search}
spec: {selector: {app: ranker}, ports: [{port: 80}]}
"""
    assert found(DEPLOYMENT, name) == []
    assert found(f"{DEPLOYMENT}---{service}", name) == [name]
    alone = DEPLOYMENT.replace("replicas: 3", "replicas: 1")
    assert found(f"{alone}---{service}", name) == []
    assert found(f"{alone}---{service}---{AUTOSCALER}", name) == [name]
    assert found(f"{alone}---{AUTOSCALER}", name) == [name]


def test_targets_are_missed_where_workloads_are_known() -> None:
    name = "autoscaling/unknown-target"
    other = AUTOSCALER.replace("name: ranker}", "name: chat}")
    job = "{apiVersion: batch/v1, kind: Job, metadata: {name: x, namespace: search}, spec: {template: {spec: {}}}}"
    served = "{apiVersion: serving.kserve.io/v1beta1, kind: InferenceService, metadata: {name: x, namespace: search}}"
    assert found(other, name) == []
    assert found(f"{other}---\n{job}", name) == []
    assert found(f"{other}---{DEPLOYMENT}", name) == [name]
    assert found(f"{other}---{DEPLOYMENT}---\n{served}", name) == []
    elsewhere = DEPLOYMENT.replace("namespace: search", "namespace: growth")
    assert found(f"{other}---{elsewhere}", name) == []


PATCH = "templatePatch: 'spec: {ignoreDifferences: {{ toJson .ignoreDifferences }}}'"
IGNORED = "template: {spec: {ignoreDifferences: [{kind: %s, jsonPointers: [/spec/replicas]}]}}"


@pytest.mark.parametrize(
    ("spec", "option", "left"),
    [
        (IGNORED % "Deployment", "RespectIgnoreDifferences=true", True),
        (IGNORED % "Deployment", "PruneLast=true", False),
        (IGNORED % "Rollout", "RespectIgnoreDifferences=true", False),
        (PATCH, "RespectIgnoreDifferences=true", True),
        (PATCH, "PruneLast=true", False),
    ],
)
def test_replicas_may_stay_in_git_where_they_are_ignored(
    spec: str, option: str, left: bool
) -> None:
    name = "autoscaling/fixed-replicas"
    made = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "models"},
        "spec": yaml.safe_load(spec),
    }
    inner = made["spec"].setdefault("template", {}).setdefault("spec", {})
    inner["syncPolicy"] = {"syncOptions": [option]}
    text = f"{DEPLOYMENT}---{AUTOSCALER}---\n{yaml.safe_dump(made)}"
    assert found(text, name) == ([] if left else [name])
    assert found(f"{DEPLOYMENT}---{AUTOSCALER}", name) == [name]


def test_containers_may_get_a_default() -> None:
    name = "autoscaling/nothing-requested"
    limits = """
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: search}
spec: {limits: [{type: Container, defaultRequest: {%s: 100m}}]}
"""
    both = f"{DEPLOYMENT}---{AUTOSCALER}"
    assert found(both, name) == [name]
    assert found(f"{both}---{limits % 'cpu'}", name) == []
    assert found(f"{both}---{limits % 'memory'}", name) == [name]
    ours = both.replace("namespace: search", "namespace: ml-production")
    assert found(ours, name) == []
    assert found(ours, name, context=Context()) == [name]


def test_objects_of_no_namespace_meet_in_one_folder() -> None:
    rules = samples.every_rule()
    judge = Judge([rules["reliability/overlapping-selectors"], rules["disruption/two-budgets"]])
    bare = DEPLOYMENT.replace(", namespace: search", "")
    budget = {
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "one"},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "ranker"}}},
    }
    values = [
        yaml.safe_load(bare),
        yaml.safe_load(bare.replace("name: ranker}", "name: other}")),
        budget,
        {**budget, "metadata": {"name": "two"}},
    ]
    for files, told in (
        (["base/x.yaml"] * 4, 2),
        (["dev/x.yaml", "prod/x.yaml", "dev/x.yaml", "prod/x.yaml"], 0),
    ):
        manifests = [Manifest(value, file) for value, file in zip(values, files, strict=True)]
        assert len(judge.objects(Objects(manifests), Context()).broken) == told


def test_a_priority_class_is_missed_where_the_environment_has_some() -> None:
    names = ("reliability/no-priority-class", "reliability/unknown-priority-class")
    ours = DEPLOYMENT.replace("namespace: search", "namespace: ml-production")
    assert found(ours, *names) == [names[0]]
    assert found(ours, *names, context=Context()) == []
    assert found(DEPLOYMENT, *names) == []
    urgent = ours.replace("spec: {containers", "spec: {priorityClassName: urgent, containers")
    made = "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: urgent}, value: 5}"
    assert found(urgent, *names) == [names[1]]
    assert found(f"{urgent}---\n{made}", *names) == []


def test_training_that_waits_pushes_nobody_out() -> None:
    name = "reliability/batch-before-server"
    text = (samples.POLICIES / name / "bad.yaml").read_text()
    assert found(text, name) == [name] * 3
    waiting = text.replace("value: 5000", "preemptionPolicy: Never\nvalue: 5000")
    assert found(waiting, name) == []


def test_a_handover_in_our_tree_is_no_fight(tmp_path: Path) -> None:
    init(tmp_path / "shop", url="https://git.example.com/ml/models.git", git=False)
    spec = tmp_path / "shop" / "models" / "fraud-detection.yaml"
    text = spec.read_text()
    assert "max: 10," in text
    spec.write_text(text.replace("max: 10,", "max: 10, handover: 3,"))
    repository = Repository(tmp_path / "shop")
    outputs, findings = model_outputs(repository, "fraud-detection", ("production",))
    assert not findings
    for output in outputs:
        manifests = [Manifest(built.manifest, built.file) for built in output.tree.files]
        replicas = [
            one.spec["replicas"]
            for one in manifests
            if one.name == "fraud-detection" and "replicas" in one.spec
        ]
        assert replicas == [3]
        judge = Judge(samples.every_rule().values())
        for context in (Inspector(repository).context(output), samples.context()):
            verdict = judge.objects(Objects(manifests), context)
            verdict.broken += judge.environment(verdict.claims, context)
            told = [broken.rule.name for broken in verdict.broken]
            # By itself, without its spec and the ApplicationSet, it looks like a fight.
            assert told == ([] if context.plan else ["autoscaling/fixed-replicas"])


def test_one_label_that_is_wrong_is_one_mistake() -> None:
    """The template lacks what its selector asks for, so that the budget and the Service miss it too."""
    template = DEPLOYMENT.replace("{labels: {app: ranker}}", "{labels: {tier: gpu}}")
    selecting = [
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: ranker, namespace: search}, "
        "spec: {maxUnavailable: 1, selector: {matchLabels: {app: ranker}}}}",
        "{apiVersion: v1, kind: Service, metadata: {name: ranker, namespace: search}, "
        "spec: {selector: {app: ranker}, ports: [{port: 80}]}}",
    ]
    names = (
        "reliability/selector-mismatch",
        "network/service-selects-nothing",
        "disruption/selects-nothing",
        "disruption/no-budget",
    )
    rules = samples.every_rule()
    text = "---\n".join([template, *(f"{one}\n" for one in selecting)])
    documents, _ = parse("search/x.yaml", text, kubernetes=True)
    manifests = [Manifest(one.value, "search/x.yaml", n) for n, one in enumerate(documents)]
    broken = Judge([rules[name] for name in names]).objects(Objects(manifests), Context()).broken
    told = [located(problem_of(one), documents[one.manifest.index]) for one in broken]
    told = [replace(one, severity=rules[one.rule].severity) for one in told]
    assert {one.rule for one in told} == set(names)
    top = folded(told, {name: rules[name].follows for name in names})
    assert [(one.rule, len(one.related)) for one in top] == [(names[0], 3)]


def test_a_target_of_another_kind_is_not_missing_too() -> None:
    names = ("autoscaling/wrong-target", "autoscaling/unknown-target")
    rollout = "argoproj.io/v1alpha1, kind: Rollout, name: ranker"
    other = AUTOSCALER.replace("apps/v1, kind: Deployment, name: ranker", rollout)
    assert found(f"{other}---{DEPLOYMENT}", *names) == [names[0]]
    lost = AUTOSCALER.replace("kind: Deployment, name: ranker", "kind: Deployment, name: lost")
    assert found(f"{lost}---{DEPLOYMENT}", *names) == [names[1]]
