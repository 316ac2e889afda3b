"""Manifests that others wrote, and the list of rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Shop

PRODUCTION = Path(__file__).resolve().parents[2] / "environments" / "production.yaml"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: b}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      containers:
        - name: server
          image: nginx
          securityContext: {privileged: true}
"""


def test_a_folder_of_manifests_is_checked_by_schemas_and_rules(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "a.yaml").write_text(DEPLOYMENT + "      nodeName: 5\n")
    run = shop.run("check", str(folder), "-o", "json")
    found = json.loads(run.out)["findings"]
    by_rule = {one["rule"]: one for one in found}
    assert run.code == 1
    assert by_rule["schema/type"]["location"]["line"] == 13
    assert by_rule["security/privileged-container"]["location"]["line"] == 12


def test_what_is_true_of_the_cluster_comes_from_an_environment(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(DEPLOYMENT)
    words = ["check", str(tmp_path / "a.yaml"), "-o", "json"]
    without = json.loads(shop.run(*words).out)
    with_facts = json.loads(shop.run(*words, "--environment", str(PRODUCTION)).out)
    undecided = [one for one in without["findings"] if one["rule"] == "check/undecided"]
    assert len(undecided) == 1
    assert not [one for one in with_facts["findings"] if one["rule"] == "check/undecided"]
    assert without["summary"]["skipped"] > 0 == with_facts["summary"]["skipped"]


def test_a_folder_without_manifests_is_refused(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run = shop.run("check", str(tmp_path / "empty"), "--environment", str(PRODUCTION))
    assert (run.code, "no manifests are here" in run.out) == (2, True)


@pytest.mark.parametrize(
    "text", ["", "a: [", "[1]\n", "- a\n--- x\n", "kind: 5\n", "apiVersion: {}"]
)
def test_anything_may_lie_in_a_folder(shop: Shop, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    assert shop.run("check", str(tmp_path / "a.yaml")).code in (0, 1)


def test_rules_are_listed_and_explained(shop: Shop) -> None:
    rules = json.loads(shop.run("rules", "-o", "json").out)["rules"]
    assert {rule["language"] for rule in rules} <= {"python", "rego"}
    told = shop.run("rules", "security/privileged-container").out
    assert "## Why" in told
    assert "## How to fix" in told
    assert shop.run("rules", "security/privileged-contaner").code == 2
    assert shop.run("rules").out.strip().endswith(f"{len(rules)} rules")


def test_definitions_among_the_manifests_say_what_their_kinds_may_hold(
    shop: Shop, tmp_path: Path
) -> None:
    bad = Path(__file__).resolve().parents[2] / "policies" / "schema" / "unknown-field" / "bad.yaml"
    text = bad.read_text()
    (tmp_path / "a.yaml").write_text(text)
    whole = json.loads(shop.run("check", str(tmp_path / "a.yaml"), "-o", "json").out)
    assert "`spec` has no field `colour`" in json.dumps(whole)
    broken = text.replace("names: {kind: Widget, plural: widgets}", "names: 5")
    (tmp_path / "a.yaml").write_text(broken)
    without = json.loads(shop.run("check", str(tmp_path / "a.yaml"), "-o", "json").out)
    told = {one["rule"]: one["message"] for one in without["findings"]}
    assert "`Widget`" in told["schema/unchecked-kind"]
