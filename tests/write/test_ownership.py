"""What render may touch: its own files, and those only as it left them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Shop

FRAUD = "deploy/production/fraud-detection"
SPEC = "models/fraud-detection.yaml"


@pytest.fixture
def rendered(shop: Shop) -> Shop:
    assert shop.run("render").code == 0
    return shop


def inodes(shop: Shop) -> dict[str, int]:
    return {file: (shop.root / file).stat().st_ino for file in shop.tree()}


def test_a_second_render_writes_nothing(rendered: Shop) -> None:
    before = {file: (shop := rendered.root / file).stat() for file in rendered.tree()}
    assert shop
    run = rendered.run("render")
    assert run.out == "The tree is up to date.\n"
    assert {file: (rendered.root / file).stat() for file in before} == before


def test_only_what_changed_is_written(rendered: Shop) -> None:
    before = inodes(rendered)
    rendered.edit(SPEC, "max: 20", "max: 21")
    run = rendered.run("render", "-o", "json")
    written = [
        f"{FRAUD}/{name}"
        for name in ("autoscaler.yaml", "canary-deployment.yaml", "deployment.yaml", "release.lock")
    ]
    assert json.loads(run.out)["changes"] == {"written": written, "removed": []}
    assert [file for file, inode in inodes(rendered).items() if before[file] != inode] == written


def test_files_that_are_no_longer_rendered_are_removed(rendered: Shop) -> None:
    rendered.edit(SPEC, "    canary: {release: v1.3.0, weight: 10, replicas: 1}\n", "")
    run = rendered.run("render", "-o", "json")
    removed = [
        f"{FRAUD}/canary-{name}.yaml" for name in ("deployment", "destination-rule", "service")
    ]
    assert json.loads(run.out)["changes"]["removed"] == removed
    assert not any("canary" in file for file in rendered.tree(FRAUD))


def test_the_directory_of_a_removed_model_goes_with_it(rendered: Shop) -> None:
    (rendered.root / SPEC).unlink()
    rendered.run("render")
    assert not any("fraud-detection/" in file for file in rendered.tree())


@pytest.mark.parametrize("words", [("fraud-detection",), ()])
def test_a_model_that_leaves_an_environment_leaves_its_tree(
    rendered: Shop, words: tuple[str, ...]
) -> None:
    rendered.edit(SPEC, "  staging: {release: v1.3.0}\n", "")
    assert rendered.run("render", *words).code == 0
    assert not (rendered.root / "deploy/staging/fraud-detection").exists()
    assert (rendered.root / FRAUD).exists()


def test_a_model_that_leaves_an_environment_goes_from_there_alone(rendered: Shop) -> None:
    rendered.edit(SPEC, "  staging: {release: v1.3.0}\n", "")
    run = rendered.run("check")
    assert run.out.count("[tree/orphan]") == 1
    assert rendered.run("render").code == 0
    assert not (rendered.root / "deploy/staging/fraud-detection").exists()
    assert (rendered.root / "deploy/dev/fraud-detection").exists()
    assert rendered.run("check").code == 0


def test_the_tree_of_a_removed_environment_goes_with_it(rendered: Shop) -> None:
    (rendered.root / "environments/dev.yaml").unlink()
    for name, block in (
        ("fraud-detection", "  dev: {release: v1.3.0}\n"),
        ("support-assistant", '  dev:\n    release: "2026-10"\n    serving: {replicas: 1}\n'),
        (
            "demand-forecast",
            "  dev:\n    release: v4.0.2\n"
            "    # Trained once for each change of how it is trained, instead of every week.\n"
            "    training: {schedule: null, timeZone: null}\n",
        ),
    ):
        rendered.edit(f"models/{name}.yaml", block, "")
    assert rendered.run("render").code == 0
    assert not (rendered.root / "deploy/dev").exists()


def test_a_model_named_by_its_deleted_file_is_removed_as_a_hook_would_ask(rendered: Shop) -> None:
    (rendered.root / SPEC).unlink()
    run = rendered.run("render", SPEC)
    assert run.code == 0, run.out
    assert not (rendered.root / FRAUD).exists()
    assert (rendered.root / "deploy/production/support-assistant").exists()


def test_one_model_is_rendered_without_touching_the_others(rendered: Shop) -> None:
    rendered.edit(SPEC, "max: 20", "max: 21")
    rendered.edit("models/demand-forecast.yaml", "replicas: 2", "replicas: 3")
    rendered.run("render", "demand-forecast")
    assert "maxReplicas: 20" in rendered.text(f"{FRAUD}/autoscaler.yaml")
    assert "replicas: 3" in rendered.text("deploy/production/demand-forecast/deployment.yaml")


def test_the_project_learns_of_a_kind_that_one_model_brings(rendered: Shop) -> None:
    """Without looking at the other models, whose kinds their locks tell."""
    project = "deploy/staging/argocd/project.yaml"
    assert "kind: Job" not in rendered.text(project)
    rendered.edit("models/demand-forecast.yaml", "  staging: {release: v4.0.2}\n",
                  "  staging: {release: v4.0.2, training: {schedule: null, timeZone: null}}\n")  # fmt: skip
    rendered.run("render", "demand-forecast", "--no-cache")
    text = rendered.text(project)
    assert "kind: Job" in text
    assert "kind: VirtualService" in text
    assert "kind: CronJob" not in text


# Edited by hand


def test_a_file_edited_by_hand_is_refused_with_the_line_to_change(rendered: Shop) -> None:
    rendered.edit(f"{FRAUD}/autoscaler.yaml", "maxReplicas: 20", "maxReplicas: 25")
    rendered.edit(SPEC, "max: 500ms", "max: 400ms")
    before = rendered.tree()
    run = rendered.run("render")
    assert run.code == 2
    assert f"{FRAUD}/autoscaler.yaml:25:16: error: `spec.maxReplicas`" in run.out
    assert f"because {SPEC}:68:34 environments.production.serving.autoscaling.max" in run.out
    assert "--force" in run.out
    assert rendered.tree() == before


def test_an_edit_that_no_key_can_say_is_refused_with_the_patch(rendered: Shop) -> None:
    rendered.edit(
        f"{FRAUD}/service.yaml",
        "  type: ClusterIP\n",
        "  type: ClusterIP\n  internalTrafficPolicy: Local\n",
    )
    run = rendered.run("render")
    assert run.code == 2
    assert (
        '{target: {kind: Service}, merge: {"spec": {"internalTrafficPolicy": "Local"}}}' in run.out
    )


def test_the_patch_that_is_told_makes_the_edit(rendered: Shop) -> None:
    rendered.edit(
        f"{FRAUD}/service.yaml",
        "  type: ClusterIP\n",
        "  type: ClusterIP\n  internalTrafficPolicy: Local\n",
    )
    told = rendered.run("render").out
    patch = told[told.index("{target: {kind: Service}") : told.index("}}}`") + 3]
    rendered.write(SPEC, rendered.text(SPEC) + f"\npatches:\n  - {patch}\n")
    run = rendered.run("render", "--force")
    assert run.code == 0, run.out
    assert "internalTrafficPolicy: Local" in rendered.text(f"{FRAUD}/service.yaml")


def test_a_secret_that_somebody_put_into_a_file_is_not_told(rendered: Shop) -> None:
    rendered.edit(
        f"{FRAUD}/deployment.yaml",
        "            - name: LOG_LEVEL\n              value: info\n",
        "            - name: DB_PASSWORD\n              value: hunter2\n",
    )
    for words in (("render",), ("check",), ("render", "--check", "-o", "json")):
        run = rendered.run(*words)
        assert "hunter2" not in run.out + run.err
        assert "DB_PASSWORD" in run.out or "deployment.yaml" in run.out


def test_force_takes_an_edited_file_over(rendered: Shop) -> None:
    original = rendered.text(f"{FRAUD}/autoscaler.yaml")
    rendered.edit(f"{FRAUD}/autoscaler.yaml", "maxReplicas: 20", "maxReplicas: 25")
    assert rendered.run("render", "--force").code == 0
    assert rendered.text(f"{FRAUD}/autoscaler.yaml") == original


def test_an_edited_file_that_would_be_removed_is_refused(rendered: Shop) -> None:
    rendered.edit(f"{FRAUD}/canary-service.yaml", "port: 8080", "port: 8081")
    rendered.edit(SPEC, "    canary: {release: v1.3.0, weight: 10, replicas: 1}\n", "")
    run = rendered.run("render")
    assert run.code == 2
    assert "canary-service.yaml" in run.out
    assert (rendered.root / FRAUD / "canary-service.yaml").exists()


def test_a_comment_added_by_hand_is_refused_too(rendered: Shop) -> None:
    path = rendered.root / FRAUD / "service.yaml"
    path.write_text(path.read_text() + "# my note\n")
    run = rendered.run("render")
    assert run.code == 2
    assert "only comments or formatting differ" in run.out


def test_a_deleted_file_is_rendered_again(rendered: Shop) -> None:
    before = rendered.tree()
    (rendered.root / FRAUD / "service.yaml").unlink()
    assert rendered.run("render").code == 0
    assert rendered.tree() == before


# Not ours


def test_a_file_of_somebody_else_is_left_alone_even_when_everything_changes(rendered: Shop) -> None:
    rendered.write(f"{FRAUD}/NOTES.md", "mine")
    rendered.write(f"{FRAUD}/more/deep.yaml", "kind: Mine")
    rendered.edit(SPEC, "team: risk", "team: fraud")
    assert rendered.run("render").code == 0
    assert rendered.text(f"{FRAUD}/NOTES.md") == "mine"
    (rendered.root / SPEC).unlink()
    assert rendered.run("render").code == 0
    assert sorted(rendered.tree(FRAUD)) == [f"{FRAUD}/NOTES.md", f"{FRAUD}/more/deep.yaml"]


def test_a_file_in_the_place_of_a_rendered_one_is_not_overwritten(shop: Shop) -> None:
    shop.write(f"{FRAUD}/service.yaml", "kind: Mine")
    run = shop.run("render")
    assert run.code == 2
    assert "`service.yaml` is not a file of ours" in run.out
    assert shop.tree() == {f"{FRAUD}/service.yaml": b"kind: Mine"}


def test_a_lock_with_merge_conflicts_still_says_what_is_ours(rendered: Shop) -> None:
    lock = f"{FRAUD}/release.lock"
    mine = rendered.text(lock)
    theirs = mine.replace(
        '"autoscaler.yaml": "sha256:',
        '"autoscaler.yaml": "sha256:' + "0" * 64 + '",\n    "x.yaml": "sha256:',
    )
    rendered.write(lock, f"<<<<<<< ours\n{mine}=======\n{theirs}>>>>>>> theirs\n")
    rendered.edit(SPEC, "max: 20", "max: 21")
    run = rendered.run("render")
    assert run.code == 0, run.out
    assert json.loads(rendered.text(lock))["files"]


@pytest.mark.parametrize("name", ["../../../secret.yaml", "/etc/passwd", "..", "more/deep.yaml"])
def test_a_forged_lock_cannot_have_anything_else_removed(
    rendered: Shop, name: str, tmp_path: Path
) -> None:
    import hashlib

    victim = tmp_path / "secret.yaml"
    victim.write_text("keep me")
    rendered.write(f"{FRAUD}/more/deep.yaml", "keep me")
    lock = json.loads(rendered.text(f"{FRAUD}/release.lock"))
    lock["files"][name] = "sha256:" + hashlib.sha256(b"keep me").hexdigest()
    rendered.write(f"{FRAUD}/release.lock", json.dumps(lock, indent=2))
    rendered.run("render")
    (rendered.root / SPEC).unlink()
    rendered.run("render")
    assert victim.read_text() == "keep me"
    assert rendered.text(f"{FRAUD}/more/deep.yaml") == "keep me"


# Links


@pytest.mark.parametrize("place", ["deploy", "deploy/production", FRAUD])
def test_a_link_in_the_place_of_a_directory_is_not_followed(
    shop: Shop, tmp_path: Path, place: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (shop.root / place).parent.mkdir(parents=True, exist_ok=True)
    (shop.root / place).symlink_to(outside)
    run = shop.run("render")
    assert run.code == 2
    assert "is a symbolic link" in run.out
    assert list(outside.iterdir()) == []


def test_a_link_in_the_place_of_a_file_is_not_followed(rendered: Shop, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("keep me")
    path = rendered.root / FRAUD / "service.yaml"
    path.unlink()
    path.symlink_to(victim)
    assert rendered.run("render").code == 2
    assert rendered.run("render", "--force").code == 2
    assert victim.read_text() == "keep me"


@pytest.mark.parametrize("file", [SPEC, "environments/production.yaml", "modelyard.yaml"])
def test_a_link_that_leads_out_of_the_repository_is_not_read(
    shop: Shop, tmp_path: Path, file: str
) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(shop.text(file))
    (shop.root / file).unlink()
    (shop.root / file).symlink_to(outside)
    run = shop.run("render")
    assert run.code == 2
    assert "leads out of the repository" in run.out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_in_the_place_of_a_spec_does_not_hang_the_run(shop: Shop) -> None:
    (shop.root / SPEC).unlink()
    os.mkfifo(shop.root / SPEC)
    run = shop.run("render")
    assert run.code == 2
    assert "not a regular file" in run.out


def test_a_spec_that_is_too_large_is_refused_unread(shop: Shop) -> None:
    shop.write(SPEC, "#" * (2 << 20))
    run = shop.run("render")
    assert run.code == 2
    assert "larger than 1 MiB" in run.out


# An autoscaler for a running model


def test_an_autoscaler_is_not_brought_to_a_running_model_in_one_step(rendered: Shop) -> None:
    rendered.edit(
        "models/demand-forecast.yaml",
        "    replicas: 2\n",
        "    autoscaling: {min: 2, max: 6, cpu: 70}\n",
    )
    before = rendered.tree()
    run = rendered.run("render")
    assert run.code == 2
    assert "models/demand-forecast.yaml:15:5" in run.out
    assert "handover: N" in run.out
    assert rendered.tree() == before


def test_an_autoscaler_is_brought_to_a_running_model_in_two_steps(rendered: Shop) -> None:
    spec, deployment = (
        "models/demand-forecast.yaml",
        "deploy/production/demand-forecast/deployment.yaml",
    )
    rendered.edit(
        spec, "    replicas: 2\n", "    autoscaling: {min: 2, max: 6, cpu: 70, handover: 2}\n"
    )
    assert rendered.run("render").code == 0
    assert "  replicas: 2\n" in rendered.text(deployment)
    lock = json.loads(rendered.text("deploy/production/demand-forecast/release.lock"))
    assert lock["ignoreDifferences"][0]["jsonPointers"] == ["/spec/replicas"]
    rendered.edit(spec, ", handover: 2", "")
    assert rendered.run("render").code == 0
    assert "replicas: 2" not in rendered.text(deployment)


def test_force_brings_an_autoscaler_in_one_step(rendered: Shop) -> None:
    rendered.edit(
        "models/demand-forecast.yaml",
        "    replicas: 2\n",
        "    autoscaling: {min: 2, max: 6, cpu: 70}\n",
    )
    assert rendered.run("render", "--force").code == 0


# Dry runs


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_a_dry_run_writes_nothing_and_says_what_would_change(rendered: Shop, option: str) -> None:
    rendered.edit(SPEC, "max: 20", "max: 21")
    before = rendered.tree(".")
    run = rendered.run("render", option)
    assert run.code == 1
    assert "autoscaler.yaml" in run.out
    assert rendered.tree(".") == before


def test_a_dry_run_of_a_sound_tree_succeeds(rendered: Shop) -> None:
    assert rendered.run("render", "--check").code == 0
    assert rendered.run("render", "--diff").out == ""


def test_a_dry_run_tells_a_hand_edit_from_a_stale_file(rendered: Shop) -> None:
    rendered.edit(f"{FRAUD}/service.yaml", "port: 8080", "port: 8081")
    rendered.edit("models/demand-forecast.yaml", "replicas: 2", "replicas: 3")
    run = rendered.run("render", "--check", "-o", "json")
    rules = {finding["rule"] for finding in json.loads(run.out)["findings"]}
    assert (run.code, rules) == (1, {"tree/hand-edited", "tree/stale"})


def test_the_diff_is_one_that_patch_can_read(rendered: Shop) -> None:
    rendered.edit(SPEC, "max: 20", "max: 21")
    lines = rendered.run("render", "--diff").out.split("\n")
    assert f"--- a/{FRAUD}/autoscaler.yaml" in lines
    assert "-  maxReplicas: 20" in lines
    assert "+  maxReplicas: 21" in lines
