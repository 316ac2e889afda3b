"""Whole directories: models and environments that come and go, what no spec renders, and the causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from modelyard.diff import changes
from modelyard.diff.touched import touched
from modelyard.load.git import Git
from modelyard.load.repository import Repository
from tests.diff.conftest import environment

if TYPE_CHECKING:
    from modelyard.diff.comparison import Change
    from tests.diff.conftest import GitShop

FRAUD, FORECAST, ASSISTANT = (
    f"models/{name}.yaml" for name in ("fraud-detection", "demand-forecast", "support-assistant")
)
PRODUCTION = "environments/production.yaml"
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: cache, namespace: ml-production}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
"""
FOREIGN = "deploy/production/fraud-detection/claim.yaml"


def shown(repo: GitShop, name: str = "production") -> list[Change]:
    return environment(repo.compare(), name).shown


def risks(repo: GitShop, name: str = "production") -> list[tuple[str, str, str]]:
    found = environment(repo.compare(), name).risks
    return [(risk.kind, risk.level, risk.message) for risk in found]


def objects(found: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.operation, change.kind, change.name) for change in found]


@pytest.mark.parametrize("rendered", [False, True])
def test_a_model_that_leaves_an_environment(repo: GitShop, rendered: bool) -> None:
    repo.edit(FORECAST, "  production: {release: v4.0.2}\n", "")
    if rendered:
        repo.render()
    found = shown(repo)
    assert {change.operation for change in found if change.directory.endswith("forecast")} == {
        "removed"
    }
    told = risks(repo)
    assert ("outage", "warning", "the model stops: it is removed with 2 pods") in told
    assert ("behaviour", "note", "all of demand-forecast is taken away: 13 objects") in told
    assert not any(kind in ("traffic", "alerts") for kind, *_ in told)
    removed = next(change for change in found if change.kind == "Deployment")
    assert [cause.path for cause in removed.causes] == ["environments.production"]


@pytest.mark.parametrize("rendered", [False, True])
def test_a_model_whose_spec_is_deleted(repo: GitShop, rendered: bool) -> None:
    (repo.root / FORECAST).unlink()
    if rendered:
        repo.render()
    for name in ("dev", "staging", "production"):
        found = environment(repo.compare(), name)
        assert any(risk.kind == "outage" for risk in found.risks)
        assert found.count("removed") >= 13


def test_a_new_model_says_who_may_call_it(repo: GitShop) -> None:
    text = repo.text(FRAUD).replace("name: fraud-detection", "name: churn")
    repo.write("models/churn.yaml", text)
    told = risks(repo, "dev")
    assert ("behaviour", "note", "all of churn is new: 13 objects") in told
    assert (
        "access",
        "note",
        "`production/api-service` may call `POST /predict` on port 8080",
    ) in told
    assert {change.operation for change in shown(repo, "dev")} == {"added"}


def test_an_environment_that_is_deleted(repo: GitShop) -> None:
    (repo.root / "environments/staging.yaml").unlink()
    for name in (FRAUD, FORECAST, ASSISTANT):
        text = repo.text(name)
        start = text.index("  staging:")
        end = text.index("  production:")
        repo.write(name, text[:start] + text[end:])
    found = environment(repo.compare(), "staging")
    assert {change.operation for change in found.shown} == {"removed"}
    assert {change.directory.split("/")[2] for change in found.shown} == {
        "argocd", "demand-forecast", "fraud-detection", "platform", "support-assistant",
    }  # fmt: skip
    kept = next(risk for risk in found.risks if risk.kind == "data-loss")
    assert (kept.level, "stays in the cluster" in kept.message) == ("note", True)


def test_what_no_spec_renders_is_compared_as_it_lies_there(repo: GitShop) -> None:
    repo.write(FOREIGN, CLAIM)
    assert objects(shown(repo)) == [("added", "PersistentVolumeClaim", "cache")]
    repo.commit()
    assert shown(repo) == []
    repo.edit(FOREIGN, "10Gi", "5Gi")
    assert [(r.kind, r.level) for r in environment(repo.compare(), "production").risks] == [
        ("immutable", "error"), ("capacity", "note"),
    ]  # fmt: skip
    repo.edit(FOREIGN, "5Gi", "20Gi")
    assert [kind for kind, *_ in risks(repo)] == ["capacity"]
    (repo.root / FOREIGN).unlink()
    assert objects(shown(repo)) == [("removed", "PersistentVolumeClaim", "cache")]
    assert risks(repo)[0][0] == "data-loss"


def test_a_hand_edited_file_is_seen_as_rendering_would_leave_it(repo: GitShop) -> None:
    """What is edited by hand is for `check` to tell; rendering undoes it."""
    repo.edit(
        "deploy/production/fraud-detection/autoscaler.yaml", "maxReplicas: 20", "maxReplicas: 99"
    )
    assert shown(repo) == []


def test_a_folder_that_is_not_ours_is_left_alone(repo: GitShop) -> None:
    repo.write("deploy/production/by-hand/claim.yaml", CLAIM)
    assert shown(repo) == []


def test_a_training_job_that_takes_the_place_of_another(repo: GitShop) -> None:
    repo.edit(FORECAST, "--weeks=104", "--weeks=52")
    (change,) = [change for change in shown(repo, "dev") if change.kind == "Job"]
    assert change.operation == "replaced"
    assert [field.path for field in change.fields] == [
        "metadata.name",
        "spec.template.spec.containers[trainer].args",
    ]
    assert not any(kind == "immutable" for kind, *_ in risks(repo, "dev"))


def test_the_platform_of_an_environment(repo: GitShop) -> None:
    repo.edit(PRODUCTION, "pods: 1000", "pods: 900")
    assert objects(shown(repo)) == [("changed", "ResourceQuota", "models")]
    (risk,) = environment(repo.compare(), "production").risks
    assert (risk.kind, risk.level) == ("capacity", "warning")
    assert [str(cause) for cause in risk.causes] == [
        f"{PRODUCTION}:{line(repo, PRODUCTION, 'pods: 900')}:11 spec.quota.pods"
    ]


def line(repo: GitShop, file: str, text: str) -> int:
    return next(n for n, each in enumerate(repo.text(file).splitlines(), 1) if text in each)


def test_without_a_mesh_anyone_on_the_network_may_call(repo: GitShop) -> None:
    text = repo.text("environments/dev.yaml")
    start, end = text.index("  mesh:"), text.index("  monitoring:")
    repo.write("environments/dev.yaml", text[:start] + text[end:])
    repo.edit(
        FRAUD,
        "    traffic:\n      timeout: 1s\n      retries: 2\n      maxConnections: 500\n      maxPendingRequests: 100\n      ejectAfter: 5\n",
        "",
    )
    repo.edit(ASSISTANT, "      - {gateway: true}\n", "")
    told = [message for kind, _, message in risks(repo, "dev") if kind == "access"]
    assert "any pod of namespace `production` may now call anything on port 8080" in told


def test_a_blueprint_of_ones_own(repo: GitShop) -> None:
    repo.write("blueprints/quick/blueprint.yaml", "apiVersion: modelyard/v1\nkind: Blueprint\nmetadata: {name: quick, description: Quick.}\nspec:\n  extends: realtime\n  defaults: {serving: {requestTimeout: 5s}}\n")  # fmt: skip
    repo.edit(FORECAST, "blueprint: realtime", "blueprint: quick")
    repo.render()
    repo.commit()
    assert not repo.compare()
    repo.edit("blueprints/quick/blueprint.yaml", "requestTimeout: 5s", "requestTimeout: 50s")
    found = shown(repo)
    assert {change.directory for change in found} == {"deploy/production/demand-forecast"}
    causes = {str(c) for change in found for field in change.fields for c in field.causes}
    assert causes == {"blueprints/quick/blueprint.yaml:6:40 spec.defaults.serving.requestTimeout"}


def test_a_model_that_is_called_by_another(repo: GitShop) -> None:
    repo.edit(
        FRAUD,
        "      - {endpoint: feature-store}",
        "      - {endpoint: feature-store}\n      - {model: demand-forecast}",
    )
    repo.edit(FORECAST, "callers:\n", "callers:\n      - {model: fraud-detection}\n")
    repo.render()
    repo.commit()
    repo.edit(FORECAST, "  serving:\n", "  serving:\n    port: 9090\n")
    found = touched(Git(repo.root), Repository(repo.root), "HEAD")
    assert found.models == {"demand-forecast", "fraud-detection"}
    (port,) = [c for c in shown(repo) if c.kind == "Service"]
    assert [(field.path, field.before, field.after) for field in port.fields] == [
        ("spec.ports[http].port", 8080, 9090)
    ]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("LOG_LEVEL: info", "LOG_LEVEL: debug", "spec.serving.env.LOG_LEVEL"),
        ("max: 20", "max: 25", "environments.production.serving.autoscaling.max"),
        ("weight: 10", "weight: 20", "environments.production.canary.weight"),
        ("max: 500ms", "max: 700ms", "spec.objectives.latency.max"),
        ("    env:\n      LOG_LEVEL: info\n", "", "spec.serving.env.LOG_LEVEL"),
        ("    canary: {release: v1.3.0, weight: 10, replicas: 1}\n", "", "environments.production.canary"),
        ("    release: v1.2.3\n    canary: {release: v1.3.0, weight: 10, replicas: 1}\n", "    release: v1.3.0\n", "environments.production.release"),
    ],
)  # fmt: skip
def test_every_field_names_the_line_that_was_edited(
    repo: GitShop, old: str, new: str, path: str
) -> None:
    repo.edit(FRAUD, old, new)
    found = shown(repo)
    causes = {cause.path for change in found for cause in _causes(change)}
    assert path in causes
    assert len(causes) <= 2
    assert all(_causes(change) for change in found)


def _causes(change: Change) -> list[Any]:
    return [*change.causes, *(cause for field in change.fields for cause in field.causes)]


def test_each_field_has_its_own_line_where_several_were_edited(repo: GitShop) -> None:
    for old, new in (
        ("max: 20", "max: 25"),
        ("LOG_LEVEL: info", "LOG_LEVEL: debug"),
        ("max: 500ms", "max: 700ms"),
    ):
        repo.edit(FRAUD, old, new)
    told = {
        change.kind: {
            cause.path.rpartition(".")[2] for field in change.fields for cause in field.causes
        }
        for change in shown(repo)
    }
    assert told == {
        "Deployment": {"LOG_LEVEL"},
        "HorizontalPodAutoscaler": {"max"},
        "PrometheusRule": {"max"},
        "ConfigMap": {"max"},
    }
    alerts = next(change for change in shown(repo) if change.kind == "PrometheusRule")
    assert {cause.path for field in alerts.fields for cause in field.causes} == {
        "spec.objectives.latency.max"
    }


def test_without_a_sound_spec_before_there_are_no_causes_and_no_error(repo: GitShop) -> None:
    good = repo.text(FRAUD)
    repo.write(FRAUD, "kind: [")
    repo.commit("nobody could have rendered this")
    repo.write(FRAUD, good.replace("max: 20", "max: 25"))
    (change,) = shown(repo)
    assert _causes(change) == []


def test_a_spec_that_cannot_be_rendered_is_refused(repo: GitShop) -> None:
    repo.edit(FRAUD, "max: 20", "max: 1")
    run = repo.run("diff")
    assert run.code == 2
    assert f"{FRAUD}:" in run.out
    assert "[spec/range]" in run.out


def test_any_number_of_processes_finds_the_same(repo: GitShop) -> None:
    text = repo.text(FRAUD)
    for number in range(50):
        repo.write(
            f"models/m{number}.yaml", text.replace("name: fraud-detection", f"name: m{number}")
        )
    repo.render()
    repo.commit()
    for number in range(50):
        repo.edit(f"models/m{number}.yaml", "LOG_LEVEL: info", "LOG_LEVEL: debug")
    repository = Repository(repo.root)
    one, several = changes(repository, jobs=1), changes(repository, jobs=3)
    assert [e.changes for e in one.environments] == [e.changes for e in several.environments]
    assert [e.risks for e in one.environments] == [e.risks for e in several.environments]
    assert sum(len(e.shown) for e in one.environments) == 200
