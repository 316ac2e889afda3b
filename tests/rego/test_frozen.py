"""Policies that were kept between runs say what they said when they were compiled."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.policy import cache, parse_config
from modelyard.policy.embedded import Embedded, load
from modelyard.policy.engine import Options, PolicyError
from modelyard.rego import frozen
from tests.policies import samples

if TYPE_CHECKING:
    from modelyard.rego.policies import Library

POLICIES = sorted(Path(__file__).parents[1].glob("differential/policies/*"))


def said(engine: Embedded, inputs: list[Any]) -> list[Any]:
    """Everything that every rule of every package says, errors too."""
    found: list[Any] = []
    for value in inputs:
        document = engine.document(value, "x.yaml")
        for namespace in engine.namespaces():
            for rule in engine.rules(namespace):
                try:
                    answer = document.rule(namespace, rule)
                except PolicyError as error:
                    found.append((namespace, rule, str(error)))
                else:
                    found.append((namespace, rule, answer))
    return found


def thawed(library: Library) -> Library:
    return frozen.thawed(frozen.frozen(library), parse_config.find)


INPUTS: list[Any] = [
    {},
    {"kind": "Deployment", "metadata": {"name": "x", "labels": {}}, "spec": {"replicas": 1}},
    [1, "two", None, {"a": [True]}],
]


@pytest.mark.parametrize("folder", POLICIES, ids=lambda path: path.name)
def test_kept_policies_say_what_compiled_ones_say(folder: Path) -> None:
    try:
        engine = load([str(folder)], Options(rego_version="v0" if "v0" in folder.name else "v1"))
    except PolicyError:
        pytest.skip("refused when it is loaded")
    again = Embedded(thawed(engine.library), {}, engine.strict_errors)
    assert said(again, INPUTS) == said(engine, INPUTS)
    assert again.tests() == engine.tests()


def test_kept_rules_find_what_compiled_ones_find() -> None:
    engine = load([str(samples.POLICIES)], Options())
    again = Embedded(thawed(engine.library), {}, engine.strict_errors)
    documents = [
        one.value for path in samples.files("bad.yaml") for one in samples.read(path).documents
    ]
    assert said(again, documents[:200]) == said(engine, documents[:200])


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A policy that is old enough to be kept."""
    path = tmp_path / "policy" / "main.rego"
    path.parent.mkdir()
    write(path, "one")
    return path


def write(path: Path, message: str) -> None:
    path.write_text(f'package main\n\ndeny contains "{message}"\n')


def kept(policy: Path) -> Path:
    found = cache.Kept([str(policy.parent)], [str(policy)], "v1").path
    assert found is not None
    return Path(found)


def messages(policy: Path) -> list[Any]:
    return list(load([str(policy.parent)], Options()).document({}, "x").rule("main", "deny").values)


def test_a_young_policy_is_not_kept(policy: Path) -> None:
    assert messages(policy) == ["one"]
    assert not kept(policy).exists()


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if some seconds had passed."""
    now = time.time_ns
    monkeypatch.setattr(cache.time, "time_ns", lambda: now() + 2 * cache.YOUNG_NANOSECONDS)


@pytest.mark.usefixtures("late")
def test_a_changed_policy_is_compiled_again(policy: Path) -> None:
    assert messages(policy) == ["one"]
    assert kept(policy).exists()
    assert messages(policy) == ["one"]
    write(policy, "two")
    assert messages(policy) == ["two"]
    before = policy.stat()
    write(policy, "six")
    os.utime(policy, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert messages(policy) == ["six"], "its time of change tells"


@pytest.mark.usefixtures("late")
def test_a_new_policy_is_seen(policy: Path) -> None:
    assert messages(policy) == ["one"]
    write(policy.with_name("more.rego"), "more")
    assert sorted(messages(policy)) == ["more", "one"]


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda data: data[:-1],
        lambda data: data[:-9] + b"x" * 9,
        lambda data: b"x" * len(data),
    ],
)
def test_what_was_spoilt_is_worth_nothing(policy: Path, spoil: Any) -> None:
    assert messages(policy) == ["one"]
    kept(policy).write_bytes(spoil(kept(policy).read_bytes()))
    assert messages(policy) == ["one"]


@pytest.mark.usefixtures("late")
def test_nothing_is_kept_in_the_repository(policy: Path) -> None:
    messages(policy)
    assert [path.name for path in policy.parent.iterdir()] == ["main.rego"]


@pytest.mark.usefixtures("late")
def test_a_cache_that_cannot_be_written_is_no_error(
    policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert messages(policy) == ["one"]
