"""Our fast reading of kubernetes-validate's schemas, against kubernetes-validate itself."""

from __future__ import annotations

import copy
import random
from typing import Any

import kubernetes_validate
import pytest
import yaml

from modelyard.check.definitions import Definitions, own_kinds, versions
from modelyard.check.schema import Validators
from tests.test_golden import GOLDEN

VERSION = "1.34"


def natives() -> list[dict[str, Any]]:
    custom = set(own_kinds())
    values = [
        yaml.safe_load(path.read_text()) for path in sorted((GOLDEN / "production").rglob("*.yaml"))
    ]
    return [value for value in values if (value["apiVersion"], value["kind"]) not in custom]


def routes(value: Any, route: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [route] if route else []
    if isinstance(value, dict):
        found += [inner for key, item in value.items() for inner in routes(item, (*route, key))]
    elif isinstance(value, list):
        found += [
            inner for index, item in enumerate(value) for inner in routes(item, (*route, index))
        ]
    return found


def mutated(value: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The object with one thing wrong, mostly: a key more, a key less, or another type."""
    found = copy.deepcopy(value)
    route = chance.choice([each for each in routes(found) if each[0] not in ("apiVersion", "kind")])
    parent: Any = found
    for step in route[:-1]:
        parent = parent[step]
    how = chance.randrange(3)
    if how == 0 and isinstance(parent, dict):
        parent["unknownField"] = 1
    elif how == 1 and isinstance(parent, dict):
        del parent[route[-1]]
    else:
        parent[route[-1]] = chance.choice([1, "x", True, [], {}, ["x"], {"x": 1}, 1.5])
    return found


def accepted(value: dict[str, Any]) -> bool:
    try:
        kubernetes_validate.validate(value, VERSION, strict=True)
    except kubernetes_validate.ValidationError:
        return False
    return True


def test_verdicts_on_mutated_objects_are_those_of_kubernetes_validate() -> None:
    validators, chance = Validators(Definitions(VERSION)), random.Random(7)
    objects = natives()
    verdicts = []
    for _ in range(80):
        value = mutated(chance.choice(objects), chance)
        problems = list(validators.problems(value))
        assert (problems == []) == accepted(value), (value, problems)
        verdicts.append(problems == [])
    assert 5 < sum(verdicts) < 75


@pytest.mark.parametrize("version", versions())
def test_every_shipped_version_has_the_kinds_that_we_make(version: str) -> None:
    if int(version[2:]) < 30:
        return
    definitions = Definitions(version)
    for value in natives():
        assert definitions.schema(value["apiVersion"], value["kind"]) is not None


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [("v1", "DeploymentSpec"), ("apps/v1", "Deploy"), ("apps/v2", "Deployment"), ("../v1", "Pod"), ("v1", "../pod"),
     ("networking.example.org/v1", "NetworkPolicy"), ("", ""), ("v1", "_definitions")],
)  # fmt: skip
def test_what_is_no_kind_has_no_schema(api_version: str, kind: str) -> None:
    assert Definitions(VERSION).schema(api_version, kind) is None


def test_what_the_server_fills_in_is_not_asked_for() -> None:
    pattern = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "b"}]}}
    spec = {"template": template, "podFailurePolicy": {"rules": [pattern]}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "a"}, "spec": spec}
    assert not list(Validators(Definitions(VERSION)).problems(job))


def test_what_needs_one_of_several_fields_says_which() -> None:
    spec = {"generators": [{"scmProvider": {"cloneProtocol": "ssh"}}], "template": {}}
    one = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "a"},
    }
    found = Validators(Definitions(VERSION)).problems(one | {"spec": spec})
    helps = {problem.route: problem.help for problem in found}
    assert "one of `github`, `gitlab`, " in helps["spec", "generators", 0, "scmProvider"]
