"""What all models take together: of pools, of the quota and in money; and what does not fit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.diff.conftest import environment

if TYPE_CHECKING:
    from modelyard.diff.comparison import Risk
    from tests.diff.conftest import GitShop

ASSISTANT, FRAUD, PRODUCTION = (
    "models/support-assistant.yaml", "models/fraud-detection.yaml", "environments/production.yaml",
)  # fmt: skip
PRICES = """\
  prices:
    currency: EUR
    cpuHour: {low: 0.03, high: 0.05}
    memoryHour: {low: 0.004, high: 0.006}
    gpuHour: {gpu-h100: {low: 2, high: 4}}

  argocd:
"""
ROLLOUT = "    storage: {model: 150Gi, sharedMemory: 16Gi}\n"
SURGE = f'{ROLLOUT}    rollout: {{maxSurge: "1", maxUnavailable: "0"}}\n'


def together(repo: GitShop, name: str = "production") -> list[Risk]:
    """Risks of an environment as a whole, which are at no object."""
    found = environment(repo.compare(), name).risks
    return [risk for risk in found if risk.kind == "capacity" and risk.ref is None]


def rows(repo: GitShop) -> dict[tuple[str, str | None], dict[str, Any]]:
    (production,) = repo.document("--env", "production")["environments"]
    return {
        (row["resource"], row["pool"]): row for row in production["sums"] if row["nodes"] != "other"
    }


def test_a_pool_and_the_quota_before_and_after(repo: GitShop) -> None:
    repo.edit(ASSISTANT, "max: 4\n", "max: 6\n")
    found = rows(repo)
    gpus = {"before": {"min": "4", "max": "8"}, "after": {"min": "4", "max": "12"}}
    assert {key: found["requests.nvidia.com/gpu", "gpu-h100"][key] for key in gpus} == gpus
    assert found["requests.nvidia.com/gpu", "gpu-h100"]["limit"] == "32"
    assert {key: found["requests.nvidia.com/gpu", None][key] for key in gpus} == gpus
    assert found["requests.nvidia.com/gpu", None]["limit"] == "48"
    assert ("requests.nvidia.com/gpu", "gpu-l4") not in found
    assert together(repo) == []


def test_sums_count_models_that_did_not_change_by_their_locks(repo: GitShop) -> None:
    repo.edit(ASSISTANT, "max: 4\n", "max: 6\n")
    told = rows(repo)
    repo.git("checkout", "-q", ".")
    for path in sorted((repo.root / "deploy/production").glob("*/release.lock")):
        lock = json.loads(path.read_text())
        del lock["workloads"]
        path.write_text(json.dumps(lock))
    repo.commit("locks of an older version")
    repo.edit(ASSISTANT, "max: 4\n", "max: 6\n")
    assert rows(repo) == told


def test_models_that_collide_are_named(repo: GitShop) -> None:
    text = repo.text(ASSISTANT)
    repo.write("models/other.yaml", text.replace("name: support-assistant", "name: other"))
    repo.render()
    repo.commit()
    repo.edit(ASSISTANT, "max: 4\n", "max: 13\n")
    (risk,) = together(repo)
    assert risk.level == "warning"
    assert risk.message == (
        "at maximum scale 34 GPUs on 5 nodes of pool `gpu-h100` are asked for, which has 4 with 8 GPUs each:"
        " `support-assistant` 26, `other` 8; who scales last stays small"
    )
    (cause,) = risk.causes
    assert cause.path == "spec.serving.autoscaling.max"
    assert repo.text(ASSISTANT).splitlines()[cause.location.line - 1].strip() == "max: 13"
    assert repo.run("diff").code == 0


def test_more_than_a_pool_has_at_the_least_is_an_error(repo: GitShop) -> None:
    repo.edit(ASSISTANT, "min: 2\n", "min: 17\n")
    repo.edit(ASSISTANT, "max: 4\n", "max: 17\n")
    (risk,) = together(repo)
    assert risk.level == "error"
    assert risk.message.startswith("at minimum scale 34 GPUs on 5 nodes of pool `gpu-h100`")
    assert risk.message.endswith("pods wait for ever")
    assert repo.run("diff").code == 1


def test_a_rollout_that_can_never_fit_is_an_error(repo: GitShop) -> None:
    repo.edit(ASSISTANT, "min: 2\n", "min: 16\n")
    repo.edit(ASSISTANT, "max: 4\n", "max: 16\n")
    repo.edit(ASSISTANT, ROLLOUT, SURGE)
    (risk,) = together(repo)
    assert risk.level == "error"
    assert risk.message == (
        "a rollout of `support-assistant` can never finish, for it starts a pod before it stops one: even at"
        " minimum scale pool `gpu-h100` (4 nodes) has no room for one pod more: `support-assistant` 32"
    )
    assert "maxSurge: 0" in risk.help
    assert repo.run("diff").code == 1


def test_a_rollout_that_stops_a_pod_first_always_fits(repo: GitShop) -> None:
    repo.edit(ASSISTANT, "min: 2\n", "min: 16\n")
    repo.edit(ASSISTANT, "max: 4\n", "max: 16\n")
    assert together(repo) == []


def test_a_rollout_that_another_model_leaves_no_room_for_is_told(repo: GitShop) -> None:
    text = repo.text(ASSISTANT).replace(ROLLOUT, SURGE)
    repo.write("models/other.yaml", text.replace("name: support-assistant", "name: other"))
    repo.render()
    repo.commit()
    repo.edit(ASSISTANT, "min: 2\n", "min: 14\n")
    repo.edit(ASSISTANT, "max: 4\n", "max: 14\n")
    found = [risk for risk in together(repo) if "rolled out" in risk.message]
    assert [(risk.level, risk.message.partition(":")[0]) for risk in found] == [
        ("warning", "`other` can no longer be rolled out")
    ]


def test_a_quota_that_is_lowered_below_what_is_asked_for(repo: GitShop) -> None:
    repo.edit(PRODUCTION, "requests.nvidia.com/gpu: 48", "requests.nvidia.com/gpu: 4")
    (risk,) = together(repo)
    assert (risk.level, risk.message) == (
        "warning",
        "at maximum scale the models ask for 8 of `requests.nvidia.com/gpu`, and the quota has 4:"
        " `support-assistant` 8; who scales last stays small",
    )
    repo.edit(PRODUCTION, "requests.nvidia.com/gpu: 4\n", "requests.nvidia.com/gpu: 1\n")
    (risk,) = together(repo)
    assert risk.level == "error"


def test_what_was_too_much_before_is_not_told_again(repo: GitShop) -> None:
    repo.edit(PRODUCTION, "requests.nvidia.com/gpu: 48", "requests.nvidia.com/gpu: 4")
    repo.render()
    repo.commit()
    repo.edit(FRAUD, "LOG_LEVEL: info", "LOG_LEVEL: debug")
    assert together(repo) == []


def test_the_cost_is_a_range(repo: GitShop) -> None:
    repo.edit(PRODUCTION, "  argocd:\n", PRICES)
    repo.render()
    repo.commit()
    repo.edit(ASSISTANT, "max: 4\n", "max: 6\n")
    cost = environment(repo.compare(), "production").cost
    assert cost is not None
    assert cost.currency == "EUR"
    assert cost.after[0] == cost.before[0]
    assert cost.after[1] - cost.before[1] == 2 * 2 * 4 * 730
    assert "(a range, not a bill)" in repo.run("diff").out


def test_without_prices_nothing_is_said_of_money(repo: GitShop) -> None:
    repo.edit(ASSISTANT, "max: 4\n", "max: 6\n")
    assert environment(repo.compare(), "production").cost is None


@pytest.mark.parametrize(
    ("old", "new"), [("LOG_LEVEL: info", "LOG_LEVEL: debug"), ("max: 500ms", "max: 600ms")]
)
def test_a_change_that_takes_nothing_has_no_sums(repo: GitShop, old: str, new: str) -> None:
    repo.edit(FRAUD, old, new)
    assert all(found.sums == [] for found in repo.compare().environments)
