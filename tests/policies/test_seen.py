"""What no manifest and no spec can show is done here, and seen; and every name that is told is known."""

from __future__ import annotations

import ast
import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from modelyard.check.judge import MOST
from modelyard.errors import Refused
from modelyard.write import exclusive
from tests.policies import samples
from tests.test_structure import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Shop

SPEC = "models/fraud-detection.yaml"
HERE = "deploy/production/fraud-detection"
ELSEWHERE = ("policy/", "input/", "tree/not-added", "tree/locked")
"""Notes of `test` and `verify`, which tests/conftest_commands/test_notes.py has; what hooks say, which
tests/hooks/test_pre_commit.py has; and what is below."""
OF_COMMANDS = (
    *(
        "baseline/unreadable",
        "cli/",
        "diff/",
        "explain/",
        "gate/",
        "repository/",
        "rule/",
        "scaffold/",
    ),
    "settings/",
)
"""Refusals of what somebody typed, and edits that the gate tells of; nobody looks them up as rules."""


def encoding(shop: Shop) -> None:
    (shop.root / SPEC).write_bytes(b"a: \xe9\n")


def pipe(shop: Shop) -> None:
    (shop.root / SPEC).unlink()
    os.mkfifo(shop.root / SPEC)


def outside(shop: Shop) -> None:
    (shop.root / SPEC).unlink()
    (shop.root / SPEC).symlink_to("/etc/hostname")


def no_manifests(shop: Shop) -> None:
    (shop.root / "manifests").mkdir()


def dangling(shop: Shop) -> None:
    shop.write("manifests/a.yaml", "")
    (shop.root / "manifests" / "b.yaml").symlink_to("c.yaml")


def in_place_of_directory(shop: Shop) -> None:
    (shop.root / "deploy").symlink_to(shop.root / "models")


def in_place_of_file(shop: Shop) -> None:
    (shop.root / HERE / "deployment.yaml").mkdir(parents=True)


def unwritable(shop: Shop) -> None:
    shop.write(".modelyard/lock/a", "")


def edited(shop: Shop) -> None:
    shop.run("render")
    shop.edit(f"{HERE}/autoscaler.yaml", "maxReplicas: 20", "maxReplicas: 25")


def orphaned(shop: Shop) -> None:
    shop.run("render")
    (shop.root / SPEC).unlink()


def changed(shop: Shop) -> None:
    shop.run("render")
    shop.edit(SPEC, "max: 20", "max: 25")


def autoscaled(shop: Shop) -> None:
    shop.run("render")
    old, new = "    replicas: 2\n", "    autoscaling: {min: 2, max: 6, cpu: 70}\n"
    shop.edit("models/demand-forecast.yaml", old, new)


def lock_lost(shop: Shop) -> None:
    shop.run("render")
    shop.write(f"{HERE}/release.lock", "<<<<<<< ours\n")


def taken_policy(shop: Shop) -> None:
    shop.write("policies/own/dns/policy.rego", "package network.no_dns\n")
    shop.run("render")


def wrong_policy(shop: Shop) -> None:
    shop.write("policies/own/rule/policy.rego", "package own.rule\ndeny contains x if inputt.y\n")
    shop.run("render")


def unsound_definition(shop: Shop) -> None:
    shop.write("crds/a.yaml", "kind: CustomResourceDefinition\nspec: {group: a}\n")
    shop.write("modelyard.yaml", shop.text("modelyard.yaml") + "  schemas: [crds/a.yaml]\n")


def wide(shop: Shop) -> None:
    """Production has two Deployments of the model, the canary's among them."""
    exception = (
        "{rule: security/host-namespaces, reason: measured, ticket: A-1, expires: 2099-01-01}"
    )
    merge = "{spec: {template: {spec: {hostNetwork: true}}}}"
    patch = f"{{target: {{kind: Deployment}}, merge: {merge}}}"
    shop.write(SPEC, f"{shop.text(SPEC)}\nexceptions: [{exception}]\npatches: [{patch}]\n")
    shop.run("render")


def remembered(shop: Shop) -> None:
    shop.run("render")
    shop.write(f"{HERE}/mine.yaml", "")
    shop.run("check", "--write-baseline", "known.json")
    (shop.root / HERE / "mine.yaml").unlink()


def conflicting(shop: Shop) -> None:
    policy = "package own.rule\nf(1) := 1\nf(x) := 2 if x > 0\ndeny contains f(1)\n"
    shop.write("policies/own/rule/policy.rego", policy)
    shop.run("render")


def endless(shop: Shop) -> None:
    head = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a, namespace: b}\n"
    groups = "spec:\n  groups:\n    - name: g\n      rules:\n"
    rules = "".join(f"        - {{alert: A{n}, expr: x > 1}}\n" for n in range(MOST + 1))
    shop.write("manifests/a.yaml", head + groups + rules)


DEEDS: dict[str, tuple[Callable[[Shop], None], tuple[str, ...]]] = {
    "file/encoding": (encoding, ("check",)),
    "file/kind": (pipe, ("check",)),
    "file/missing": (no_manifests, ("check", "manifests")),
    "file/outside": (outside, ("check",)),
    "file/size": (lambda shop: shop.write(SPEC, "#" * (2 << 20)), ("check",)),
    "file/unreadable": (dangling, ("check", "manifests")),
    "schema/no-definitions": (
        lambda shop: shop.write("modelyard.yaml", shop.text("modelyard.yaml") + "  schemas: [x]\n"),
        ("check",),
    ),
    "schema/unsound-definition": (unsound_definition, ("check",)),
    "tree/foreign-file": (lambda shop: shop.write(f"{HERE}/mine.yaml", ""), ("check",)),
    "tree/hand-edited": (edited, ("check",)),
    "tree/lock": (lock_lost, ("render", "support-assistant")),
    "tree/not-a-directory": (in_place_of_directory, ("render",)),
    "tree/not-a-file": (in_place_of_file, ("render",)),
    "tree/orphan": (orphaned, ("check",)),
    "tree/stale": (changed, ("check",)),
    "tree/unwritable": (unwritable, ("render",)),
    "spec/autoscaler-handover": (autoscaled, ("render",)),
    "spec/limit": (
        lambda shop: shop.write(SPEC, "".join(f"a{n}: 1\n" for n in range(300))),
        ("check",),
    ),
    "spec/unknown-rule": (
        lambda shop: shop.edit(
            "environments/production.yaml", "\nspec:\n", "\nspec:\n  levels: {no/rule: error}\n"
        ),
        ("check",),
    ),
    "exceptions/too-wide": (wide, ("check",)),
    "baseline/stale": (remembered, ("check", "--baseline", "known.json")),
    "policy/name-taken": (taken_policy, ("check",)),
    "policy/unreadable": (wrong_policy, ("check",)),
    "check/stopped": (conflicting, ("check",)),
    "check/more": (endless, ("check", "manifests")),
    "check/undecided": (
        lambda shop: shop.write("manifests/a.yaml", "apiVersion: v1\nkind: Pod\n"),
        ("check", "manifests"),
    ),
}


@pytest.mark.parametrize("name", DEEDS)
def test_what_is_done_is_found(name: str, shop: Shop) -> None:
    deed, words = DEEDS[name]
    deed(shop)
    run = shop.run(*words, "-o", "json")
    found = [one for one in json.loads(run.out)["findings"] if one["rule"] == name]
    assert found
    assert {one["severity"] for one in found} == {samples.every_rule()[name].severity}


def test_a_run_that_waits_too_long_says_so(shop: Shop) -> None:
    soon = exclusive.exclusive(shop.root, wait=0.05)
    with exclusive.exclusive(shop.root), pytest.raises(Refused) as refusal, soon:
        pass
    assert [found.rule for found in refusal.value.findings] == ["tree/locked"]


def test_everything_without_samples_is_seen_otherwise() -> None:
    rules = [rule for rule in samples.every_rule().values() if rule.scope == "file"]
    bare = {
        rule.name
        for rule in rules
        if not list((samples.POLICIES / rule.name).glob("bad*"))
        and not rule.name.startswith(ELSEWHERE)
    }
    assert bare == {*DEEDS} - {"policy/name-taken", "policy/unreadable"}


def told() -> set[str]:
    """Every name that the code gives to a finding."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and not _declares(node):
                found |= _names(node)
    return found


def _declares(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id in ("rule", "_named")


def _names(node: ast.Call) -> set[str]:
    function = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    function = node.func.id if isinstance(node.func, ast.Name) else function
    texts = [
        part.value
        for argument in node.args[:2]
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    if function in ("problem", "_problem"):
        rule = next((one for one in node.args[:2] if isinstance(one, ast.Constant)), None)
        return {f"spec/{rule.value}"} if rule is not None else set()
    if function not in ("Finding", "Note", "Problem", "complain", "finding", "refused"):
        return set()
    return {text for text in texts if re.fullmatch(r"[a-z]+/[a-z]+(-[a-z]+)*", text)}


def test_every_name_that_is_told_is_listed() -> None:
    names = {name for name in told() if not name.startswith(OF_COMMANDS)}
    listed = {rule.name for rule in samples.every_rule().values() if rule.scope == "file"}
    assert names - listed == set()
    # Because the words of pydantic's errors are not written down as names, nor those of the judge.
    assert listed - names == {"spec/type", "check/stopped"}
