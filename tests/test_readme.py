"""Everything that the README shows is run, and must print what the README says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelyard import __version__
from modelyard.bundle import shipped
from modelyard.cli.run import COMMANDS
from modelyard.findings import Finding, Location, Report
from modelyard.report.json import document
from tests.test_golden import objects

if TYPE_CHECKING:
    from tests.conftest import Shop

PROJECT = Path(__file__).resolve().parents[1]
NEW = PROJECT / "blueprints" / "repository" / "{{cookiecutter.directory}}"
README = (PROJECT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


WHO = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
COMMIT = re.compile(r"(?<=\()[0-9a-f]{12}(?=\))")
"""Other days have other commits."""


def run(command: str, where: Path) -> str:
    """What a command prints, in a terminal of 80 columns without colour."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found = subprocess.run(
        ["bash", "-c", command],
        cwd=where,
        env={**os.environ, **WHO, "PATH": path, "COLUMNS": "80", "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return found.stdout


def test_every_command_in_the_readme_prints_what_the_readme_says(shop: Shop) -> None:
    assert shop.run("render").code == 0
    spec = next(block for block in blocks("yaml") if block.startswith("# models/churn.yaml\n"))
    shop.write("models/churn.yaml", spec)
    count = 0
    for block in blocks("console"):
        if "$ modelyard gate" in block:
            assert shop.run("render").code == 0
            run("git init -q -b main && git add -A && git commit -q -m base", shop.root)
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            printed = run(command, shop.root)
            assert COMMIT.sub("…", printed) == COMMIT.sub("…", expected), command
            count += 1
        if "autoscaler.yaml" in block and "sed" in block:
            run("modelyard render --force", shop.root)
        if "max: 1/" in block:
            run("sed -i 's/max: 1,/max: 10,/' models/churn.yaml", shop.root)
    assert count >= 16


def test_the_patch_in_the_readme_is_one(shop: Shop) -> None:
    patch = next(block for block in blocks("yaml") if block.startswith("patches:"))
    shop.write(
        "models/fraud-detection.yaml", f"{shop.text('models/fraud-detection.yaml')}\n{patch}"
    )
    assert shop.run("render").code == 0
    deployment = yaml.safe_load(shop.text("deploy/dev/fraud-detection/deployment.yaml"))
    assert deployment["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == "Always"


def writable(shop: Shop, more: str = "") -> list[dict[str, Any]]:
    """What is found where a server may write to its own image, in every environment."""
    container = "{name: server, securityContext: {readOnlyRootFilesystem: false}}"
    patch = (
        "patches:\n  - target: {kind: Deployment, name: fraud-detection}\n"
        f"    merge: {{spec: {{template: {{spec: {{containers: [{container}]}}}}}}}}\n"
    )
    spec = "models/fraud-detection.yaml"
    shop.write(spec, f"{shop.text(spec)}\n{more}{patch}")
    assert shop.run("render").code == 0
    words = ("--env", "dev", "--env", "production", "-o", "json")
    found = json.loads(shop.run("check", "fraud-detection", *words).out)["findings"]
    assert {one["rule"] for one in found} == {"security/writable-root"}
    return list(found)


def test_the_exception_in_the_readme_holds_where_it_says(shop: Shop) -> None:
    found = writable(shop, next(one for one in blocks("yaml") if one.startswith("exceptions:")))
    accepted = {one["location"]["file"].split("/")[1]: bool(one["suppressed"]) for one in found}
    assert accepted == {"dev": True, "production": False}


def test_the_levels_in_the_readme_hold(shop: Shop) -> None:
    block = next(block for block in blocks("yaml") if block.startswith("levels:"))
    shop.edit("environments/dev.yaml", "\nspec:\n", f"\nspec:\n  {block}")
    found = writable(shop)
    assert {one["location"]["file"].split("/")[1] for one in found} == {"production"}


def test_the_readme_counts_what_is_compared_with_the_real_programs() -> None:
    records = PROJECT / "tests" / "differential" / "records"
    cases = sum(len(json.loads(path.read_text())["cases"]) for path in records.glob("*.json"))
    calls = json.loads((PROJECT / "tests" / "rego" / "records" / "builtins.json").read_text())
    assert f"{cases:,} command lines" in README
    assert f"{len(calls['outcomes']) // 100 * 100:,} calls" in README


def test_the_readme_counts_defects_as_the_coverage_does() -> None:
    (count,) = re.findall(r"which of (\d+) known defects", README)
    assert f"{count} defects" in (PROJECT / "policies" / "COVERAGE.md").read_text()


def test_the_json_in_the_readme_has_the_keys_that_are_printed() -> None:
    shown = json.loads(blocks("json")[0].replace("…", "x"))
    real = document(Report([Finding("a/b", "c", Location("d", 1, 1))]))
    assert list(shown) == list(real)
    assert list(shown["summary"]) == list(real["summary"])
    assert list(shown["findings"][0]) == list(real["findings"][0])


def test_the_readme_counts_the_example_rightly() -> None:
    found = objects()
    assert f"{len(found)} objects of {len({value['kind'] for _, value in found})} kinds" in README


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"| `modelyard {name}" in README


def test_every_file_that_the_readme_names_is_there() -> None:
    for name in re.findall(
        r"`((?:generator|tests|blueprints|policies|\.github)/[^`<>*]+)`", README
    ):
        assert (PROJECT / name).exists() or (NEW / name).exists(), name


def test_the_workflow_in_the_readme_is_that_of_a_new_repository() -> None:
    block = next(block for block in blocks("yaml") if "pull_request:" in block)
    shipped_one = (NEW / ".github" / "workflows" / "modelyard.yaml").read_text()
    assert shipped_one.partition("\n")[2] == block


def test_the_readme_names_inputs_and_permissions_that_there_are() -> None:
    text = README.partition("## GitHub\n")[2].partition("\n## ")[0]
    ours = PROJECT / ".github"
    gate = yaml.safe_load((ours / "workflows" / "gate.yml").read_text())
    action = yaml.safe_load((ours / "actions" / "gate" / "action.yml").read_text())
    publish = yaml.safe_load((ours / "workflows" / "publish.yml").read_text())
    for name in ("directory", "trust-label"):
        assert f"{name}: " in text
        assert name in gate[True]["workflow_call"]["inputs"]
    assert "with `base`, after a checkout with\n`fetch-depth: 0`" in text
    assert [name for name, one in action["inputs"].items() if one.get("required")] == ["base"]
    permissions = publish["jobs"]["publish"]["permissions"]
    writing = [name for name, how in permissions.items() if how == "write"]
    assert f"may write ({', '.join(f'`{name}`' for name in writing)})" in text


def test_the_hooks_in_the_readme_are_there() -> None:
    block = next(block for block in blocks("yaml") if block.startswith("repos:"))
    (source,) = yaml.safe_load(block)["repos"]
    hooks = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
    assert [one["id"] for one in source["hooks"]] == [one["id"] for one in hooks]
    assert source["rev"] == f"v{__version__}"


def test_the_readme_of_a_blueprint_has_its_defaults() -> None:
    """The table is made from the blueprint; `pytest --update` does not touch it, so that it is read."""
    from tests.defaults import table

    for path in sorted((shipped() / "blueprints").glob("*/blueprint.yaml")):
        text = (path.parent / "README.md").read_text()
        assert table(path) in text, f"put this into {path.parent.name}/README.md:\n{table(path)}"
