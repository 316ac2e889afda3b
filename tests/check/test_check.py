"""What `check` finds: objects against their schemas, and the tree against the specs."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.load.reader import MAX_BYTES
from tests.benchmarks.repository import widen

if TYPE_CHECKING:
    from tests.conftest import Run, Shop

FRAUD = "deploy/production/fraud-detection"
SPEC = "models/fraud-detection.yaml"


@pytest.fixture
def rendered(shop: Shop) -> Shop:
    assert shop.run("render").code == 0
    return shop


def findings(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run.out)["findings"]
    return found


def patch(shop: Shop, text: str) -> None:
    shop.write(SPEC, f"{shop.text(SPEC)}\npatches:\n  - {text}\n")


def test_a_field_that_does_not_exist_is_found_at_the_line_of_the_patch(shop: Shop) -> None:
    patch(shop, "{target: {kind: Service}, merge: {spec: {sesionAffinity: None}}}")
    assert shop.run("render").code == 0
    run = shop.run("check", "-o", "json", "--env", "production")
    line = shop.text(SPEC).split("\n").index("patches:") + 2
    services = ["canary-service.yaml", "service.yaml"]
    assert run.code == 1
    found = findings(run)
    assert len(found) == 1, "one line of the spec is one mistake"
    told = [*found, *found[0].pop("related")]
    for one in told:
        one.pop("fingerprint"), one.pop("suppressed"), one.pop("related", None), one.pop("fixable")
    assert told == [
        {
            "rule": "schema/unknown-field",
            "severity": "error",
            "message": "`spec` has no field `sesionAffinity`",
            "location": {
                "file": f"{FRAUD}/{service}",
                "line": shop.text(f"{FRAUD}/{service}").split("\n").index("  sesionAffinity: None")
                + 1,
                "column": 3,
            },
            "object": {
                "apiVersion": "v1",
                "kind": "Service",
                "namespace": "ml-production",
                "name": "fraud-detection-canary" if "canary" in service else "fraud-detection",
            },
            "route": ["spec", "sesionAffinity"],
            "cause": {
                "file": SPEC,
                "line": line,
                "column": shop.text(SPEC).split("\n")[line - 1].index("None") + 1,
                "path": "patches[0].merge.spec.sesionAffinity",
            },
            "help": "did you mean `sessionAffinity`?",
        }
        for service in services
    ]


def test_an_object_that_is_larger_than_any_spec_may_be_is_located(shop: Shop) -> None:
    """Escapes make much of little, and brackets in text are no nesting."""
    text = "x\ufeff" * 180_000 + "[" * 60
    shop.edit(SPEC, "LOG_LEVEL: info", f"LOG_LEVEL: '{text}'")
    patch(shop, "{target: {kind: Deployment}, merge: {spec: {pausd: true}}}")
    assert shop.run("render", "fraud-detection", "--env", "dev").code == 0
    file = "deploy/dev/fraud-detection/deployment.yaml"
    lines = shop.text(file).split("\n")
    assert len("\n".join(lines)) > MAX_BYTES
    run = shop.run("check", "fraud-detection", "--env", "dev", "-o", "json")
    (found,) = (one for one in findings(run) if one["rule"] == "schema/unknown-field")
    assert (found["location"]["file"], found["cause"]["path"]) == (
        file,
        "patches[0].merge.spec.pausd",
    )
    assert lines[found["location"]["line"] - 1] == "  pausd: true"


def test_the_summary_counts_what_was_looked_at(rendered: Shop) -> None:
    summary = json.loads(rendered.run("check", "-o", "json").out)["summary"]
    assert summary.pop("checks") > 130, "a schema for each object, and the rules"
    assert summary == {
        "files": 130,
        "objects": 130,
        "errors": 0,
        "warnings": 0,
        "suppressed": 0,
        "skipped": 0,
    }


@pytest.mark.parametrize(
    ("merge", "rule", "words"),
    [
        ("{spec: {ports: 80}}", "schema/type", "must be a list, got the number `80`"),
        ("{spec: {type: 1}}", "schema/type", "put it into quotes"),
        ("{spec: {sessionAffinity: {}}}", "schema/type", "must be text, got a mapping"),
    ],
)
def test_a_value_of_the_wrong_type_is_found(shop: Shop, merge: str, rule: str, words: str) -> None:
    patch(shop, f"{{target: {{kind: Service, name: fraud-detection}}, merge: {merge}}}")
    shop.run("render")
    run = shop.run("check", "--env", "production")
    assert run.code == 1
    assert f"[{rule}]" in run.out
    assert words in run.out


def test_custom_resources_are_checked_as_strictly(shop: Shop) -> None:
    patch(shop, "{target: {kind: AuthorizationPolicy}, merge: {spec: {action: PERMIT}}}")
    shop.run("render")
    run = shop.run("check", "--env", "production")
    assert run.code == 1
    assert "`spec.action` must not be the text `PERMIT`" in run.out


def test_each_environment_is_checked_against_its_own_version_of_kubernetes(shop: Shop) -> None:
    """`tolerance` of an autoscaler came with Kubernetes 1.33."""
    merge = "{spec: {behavior: {scaleUp: {tolerance: 50m}}}}"
    patch(shop, f"{{target: {{kind: HorizontalPodAutoscaler}}, merge: {merge}}}")
    shop.edit("environments/staging.yaml", 'kubernetes: "1.34"', 'kubernetes: "1.32"')
    shop.run("render")
    run = shop.run("check", "-o", "json")
    assert {finding["location"]["file"] for finding in findings(run)} == {
        "deploy/staging/fraud-detection/autoscaler.yaml"
    }


def test_a_kind_without_a_schema_is_never_passed_over(rendered: Shop) -> None:
    text = (
        "apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w, namespace: ml-production}\n"
    )
    rendered.write(f"{FRAUD}/widget.yaml", text)
    run = rendered.run("check", "-o", "json")
    assert run.code == 1
    assert [finding["rule"] for finding in findings(run)] == [
        "tree/foreign-file",
        "schema/unknown-kind",
    ]
    assert "modelyard.yaml" in findings(run)[1]["help"]


def test_a_kind_of_another_version_is_told_with_the_right_one(rendered: Shop) -> None:
    text = "apiVersion: apps/v2\nkind: Deployment\nmetadata: {name: w}\n"
    rendered.write(f"{FRAUD}/old.yaml", text)
    assert "it is known in `apps/v1`" in rendered.run("check").out


@pytest.mark.parametrize(
    ("version", "kind", "told", "help_"),
    [
        ("extensions/v1beta1", "Deployment", "since 1.16", "write `apps/v1`"),
        ("policy/v1beta1", "PodSecurityPolicy", "since 1.25", "nothing took its place"),
        ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", "since 1.32", "write `flowcontrol"),
    ],
)
def test_a_kind_that_kubernetes_gave_up_is_told_with_the_version(
    rendered: Shop, version: str, kind: str, told: str, help_: str
) -> None:
    rendered.write(
        f"{FRAUD}/old.yaml", f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: w}}\n"
    )
    run = rendered.run("check", "-o", "json")
    (wrong,) = (one for one in findings(run) if one["rule"] == "schema/removed-version")
    assert wrong["message"].endswith(told)
    assert wrong["help"].startswith(help_)


def test_a_kind_is_not_gone_where_its_version_came_back(rendered: Shop) -> None:
    text = "apiVersion: storage.k8s.io/v1beta1\nkind: Strage\nmetadata: {name: w}\n"
    rendered.write(f"{FRAUD}/old.yaml", text)
    assert "schema/unknown-kind" in rendered.run("check").out


def test_all_documents_of_a_foreign_file_are_checked(rendered: Shop) -> None:
    good = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    rendered.write(f"{FRAUD}/more.yaml", f"{good}---\n{good}---\n{good}dat: {{}}\n")
    run = rendered.run("check", "-o", "json")
    (wrong,) = (finding for finding in findings(run) if finding["rule"] == "schema/unknown-field")
    assert (wrong["location"]["line"], wrong["location"]["column"]) == (12, 1)


def test_what_is_not_an_object_is_said_to_be_none(rendered: Shop) -> None:
    rendered.write(f"{FRAUD}/list.yaml", "- 1\n")
    rendered.write(f"{FRAUD}/kindless.yaml", "apiVersion: v1\n")
    rendered.write(f"{FRAUD}/broken.yaml", "a: [1\n")
    out = rendered.run("check").out
    assert "must be a Kubernetes object, got a list" in out
    assert "and `kind` is missing" in out
    assert "close the bracket" in out


def test_a_file_that_differs_from_its_spec_is_found_before_it_is_rendered(rendered: Shop) -> None:
    rendered.edit(SPEC, "max: 20", "max: 21")
    run = rendered.run("check")
    assert run.code == 1
    assert "`autoscaler.yaml` is not what the spec says" in run.out


def test_a_file_that_was_edited_is_checked_as_it_is(rendered: Shop) -> None:
    rendered.edit(f"{FRAUD}/autoscaler.yaml", "maxReplicas: 20", "maxReplicas: many")
    rules = [f["rule"] for f in findings(rendered.run("check", "-o", "json"))]
    assert sorted(rules) == ["schema/type", "tree/hand-edited"]


def test_a_tree_that_no_spec_asks_for_is_found(rendered: Shop) -> None:
    (rendered.root / SPEC).unlink()
    run = rendered.run("check", "-o", "json")
    assert [f["rule"] for f in findings(run) if f["rule"] == "tree/orphan"] == ["tree/orphan"] * 3


def test_a_repository_that_was_never_rendered_is_not_sound(shop: Shop) -> None:
    run = shop.run("check")
    assert run.code == 1
    assert "`deployment.yaml` has not been rendered" in run.out


# What is remembered never hides anything


def settled() -> None:
    """Wait until files are old enough to be trusted without being read."""
    time.sleep(0.05)


def test_a_mistake_is_found_every_time(shop: Shop) -> None:
    patch(shop, "{target: {kind: Service}, merge: {spec: {sesionAffinity: None}}}")
    shop.run("render")
    settled()
    first = shop.run("check")
    assert first.code == 1
    assert shop.run("check") == first
    assert shop.run("check", "--no-cache") == first


@pytest.mark.parametrize(
    "file",
    [f"{FRAUD}/service.yaml", "deploy/dev/platform/quota.yaml", "deploy/dev/argocd/project.yaml"],
)
def test_a_change_after_a_sound_check_is_seen(rendered: Shop, file: str) -> None:
    settled()
    rendered.run("render")
    assert rendered.run("check").code == 0
    settled()
    assert rendered.run("check").code == 0
    text = rendered.text(file)
    rendered.write(file, text.replace("modelyard", "modelyerd", 1))  # the same size
    assert rendered.run("check").code == 1
    rendered.write(file, text)
    assert rendered.run("check").code == 0


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("environments/staging.yaml", "interval: 30s", "interval: 15s"),
        (SPEC, "team: risk", "team: fraud"),
        ("modelyard.yaml", "ml/models.git", "ml/other.git"),
    ],
)
def test_a_changed_input_makes_the_tree_stale(
    rendered: Shop, file: str, old: str, new: str
) -> None:
    settled()
    assert rendered.run("check").code == 0
    settled()
    assert rendered.run("check").code == 0
    rendered.edit(file, old, new)
    assert rendered.run("check").code == 1
    assert rendered.run("render").code == 0
    assert rendered.run("check").code == 0


def test_a_new_blueprint_of_the_team_is_seen(rendered: Shop) -> None:
    settled()
    assert rendered.run("check").code == 0
    rendered.write(
        "blueprints/realtime/blueprint.yaml",
        "apiVersion: modelyard/v1\nkind: Blueprint\n"
        "metadata: {name: realtime, description: Ours.}\nspec: {builders: [service]}\n",
    )
    assert rendered.run("check").code == 2


def test_one_of_two_hundred_changed_directories_is_found_by_its_fingerprint(shop: Shop) -> None:
    """Enough of them that a second process looks, and that several work."""
    text = shop.text(SPEC)
    for number in range(120):
        shop.write(
            f"models/m-{number}.yaml",
            text.replace("name: fraud-detection\n", f"name: m-{number}\n"),
        )
    widen(shop.root, 120)
    assert shop.run("render").code == 0
    settled()
    assert shop.run("check").code == 0
    settled()
    assert shop.run("render").out == "The tree is up to date.\n"
    shop.edit("deploy/dev/m-77/service.yaml", "port: 8080", "port: 8081")
    run = shop.run("render")
    assert run.code == 2
    assert "deploy/dev/m-77/service.yaml" in run.out
    assert shop.run("check").code == 1


def test_a_forged_or_broken_memory_is_worth_nothing(rendered: Shop) -> None:
    from modelyard.write.state import State

    settled()
    rendered.run("check")
    path = State(rendered.root).path
    assert path is not None
    for content in (b"", b"x", b"\0" * 5000, path.read_bytes()[:-1], path.read_bytes() + b"x"):
        path.write_bytes(content)
        assert rendered.run("check").code == 0
    assert not list(rendered.root.rglob("*.state"))


def test_a_policy_of_the_team_that_is_new_or_changed_is_asked_about_what_passed(
    shop: Shop,
) -> None:
    import time

    policy = 'package ours.none\n\ndeny contains "never" if input.kind == "Deployment"\n'
    shop.run("render")
    time.sleep(0.05)
    assert shop.run("check").code == 0
    assert shop.run("check").code == 0
    shop.write("policies/ours/none/policy.rego", policy)
    assert "never [ours/none]" in shop.run("check").out
    shop.write("policies/ours/none/policy.rego", policy.replace('"Deployment"', '"Pod"'))
    assert shop.run("check").code == 0
