"""`explain` against the truth: change what people write, render, and see what moves.

The changes here are made to the text of the files, and know nothing of how `explain` finds out.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from modelyard import pipeline
from modelyard.errors import Refused
from modelyard.explain.provenance import Provenance, changed, leaves
from modelyard.findings import dotted
from modelyard.load.document import parse
from modelyard.load.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modelyard.findings import Location, Route
    from modelyard.load.document import Document
    from tests.conftest import Shop

MODEL, WHERE = "fraud-detection", "production"
SPEC, ENVIRONMENT = f"models/{MODEL}.yaml", f"environments/{WHERE}.yaml"

Field = tuple[str, "Route"]

REPLACEMENTS: dict[str, list[str]] = {
    "tier": ["standard", "experimental"],
    "severity": ["critical", "warning", "info"],
    "runtime": ["vllm"],
    "release": ["v1.3.0", "v1.2.3"],
    "endpoint": ["object-store", "experiment-tracking", "feature-store"],
    "kind": ["SecretStore"],
    "pin": ["tag"],
    "sync": ["manual"],
    "revision": ["refs/heads/other", "0123456789012345678901234567890123456789"],
    "kubernetes": ['"1.33"'],
    "effect": ["NoExecute"],
    "methods": ["PUT"],
    "usedBy": ["training"],
}
"""Other values where a number more or a letter more will not do, by the last key of the route."""


def objects(root: Path, unchanged: Repository | None = None) -> dict[str, Any] | None:
    """What the model becomes, or nothing where its files are refused.

    What is `unchanged` but for the spec need not be loaded again.
    """
    repository = Repository(root)
    if unchanged is not None:
        repository._environments = unchanged._environments
        repository._blueprints = unchanged._blueprints
        repository.__dict__["settings"] = unchanged.settings
    try:
        outputs, findings = pipeline.model_outputs(repository, MODEL, [WHERE])
    except Refused:
        return None
    if findings or not outputs:
        return None
    return {built.file: built.manifest for built in outputs[0].tree.files}


def others(written: str, route: Route) -> list[str]:
    """Other texts for a plain scalar."""
    named = [
        word
        for step in reversed(route)
        if isinstance(step, str)
        for word in REPLACEMENTS.get(step, ())
    ]
    number = re.search(r"[0-9]+", written)
    found = named
    if number:
        before, after = written[: number.start()], written[number.end() :]
        found = [*found, *(f"{before}{int(number[0]) + more}{after}" for more in (1, 7, 1000)),
                 f"{before}{max(0, int(number[0]) - 1)}{after}"]  # fmt: skip
    if re.fullmatch(r".*[0-9a-f]{64}", written):
        found = [written[:-1] + ("0" if written[-1] != "0" else "1")]
    if written in ("true", "false"):
        found = ["false" if written == "true" else "true"]
    return [
        *found,
        f"{written}x",
        f"{written}/",
        f"{written}/x",
        f"{written}-x",
        f"x{written}",
        f"/x{written}",
    ]


def moved(root: Path, file: str, route: Route, base: dict[str, Any]) -> set[Field] | None:
    """The fields that changing one scalar of a file, or renaming its key, moves.

    Nothing, if no other value and no other name is allowed.
    """
    path = root / file
    text = path.read_text()
    document = parse(file, text)[0][0]
    unchanged = Repository(root)
    unchanged.environment(WHERE)
    found: set[Field] = set()
    tried = False
    for changed_text in (
        *_other_values(text, document, route),
        *_other_names(text, document, route),
    ):
        path.write_text(changed_text)
        result = objects(root, unchanged if file == SPEC else None)
        if result is not None:
            tried = True
            for name, manifest in base.items():
                found |= {(name, leaf) for leaf in changed(manifest, result.get(name))}
    path.write_text(text)
    return found if tried else None


def _other_values(text: str, document: Document, route: Route) -> Iterator[str]:
    at = document.locate(route)
    line = text.split("\n")[at.line - 1]
    found = re.match(r'"[^"]*"|[^,\]}\s]+(?: [^,\]}#:]+)*', line[at.column - 1 :])
    assert found is not None, (document.file, route)
    written = found[0].rstrip()
    for other in others(written.strip('"'), route):
        new = f'"{other}"' if written.startswith('"') and not other.startswith('"') else other
        if new != written:
            yield _spliced(text, at, written, new)


def _other_names(text: str, document: Document, route: Route) -> Iterator[str]:
    at = document.locate(route, key=True)
    if isinstance(route[-1], str) and at != document.locate(route):
        yield _spliced(text, at, route[-1], f"{route[-1]}x")


def _spliced(text: str, at: Location, old: str, new: str) -> str:
    lines = text.split("\n")
    line = lines[at.line - 1]
    lines[at.line - 1] = line[: at.column - 1] + new + line[at.column - 1 + len(old) :]
    return "\n".join(lines)


def explained(root: Path) -> dict[tuple[str, str], set[Field]]:
    """For every line that `explain` names, by file and path: the fields that it explains."""
    repository = Repository(root)
    outputs, findings = pipeline.model_outputs(repository, MODEL, [WHERE])
    assert not findings
    found: dict[tuple[str, str], set[Field]] = {}
    for built in outputs[0].tree.files:
        for one in Provenance(repository, outputs[0], built.file).explain(()):
            for cause in one.causes:
                found.setdefault((cause.location.file, cause.path), set()).add(
                    (built.file, one.route)
                )
    return found


@pytest.fixture
def patched(shop: Shop) -> Shop:
    """The example, with a patch, so that patches are explained as well."""
    shop.write(
        SPEC,
        shop.text(SPEC) + "\npatches:\n  - target: {kind: Deployment, name: fraud-detection}\n"
        "    merge: {spec: {template: {spec: {containers: [{name: server, imagePullPolicy: Always}]}}}}\n",
    )
    return shop


def test_explain_names_exactly_the_lines_that_move_a_field(patched: Shop) -> None:
    """For every leaf of every rendered object, and every scalar of the spec and the environment."""
    base = objects(patched.root)
    assert base is not None
    said = explained(patched.root)
    wrong, compared = [], 0
    for file in (SPEC, ENVIRONMENT):
        document = parse(file, patched.text(file))[0][0]
        for route in leaves(document.value, ()):
            if not isinstance(document.at(route), str | int | float):
                continue
            truth = moved(patched.root, file, route, base)
            told = said.get((file, dotted(route)), set())
            if truth is None:
                continue
            compared += 1
            missing, invented = truth - told, told - truth
            if missing or invented:
                wrong.append((file, dotted(route), sorted(missing)[:3], sorted(invented)[:3]))
    assert wrong == []
    assert compared > 120


def test_every_leaf_has_a_line_or_is_a_constant_of_its_builder(shop: Shop) -> None:
    run = shop.run("render")
    assert run.code == 0
    for path in sorted((shop.root / "deploy" / WHERE / MODEL).glob("*.yaml")):
        file = path.relative_to(shop.root).as_posix()
        told = json.loads(shop.run("explain", file, "-o", "json").out)["explanations"]
        assert told
        for one in told:
            assert one["builder"].startswith("model/")
            for cause in (*one["causes"], *one["thereBecause"]):
                assert cause["line"] >= 1
                assert cause["path"]


def test_each_layer_is_named_where_it_decided(shop: Shop) -> None:
    shop.run("render")
    expected = [
        (
            "autoscaler.yaml",
            "spec.maxReplicas",
            f"{SPEC}:68:34 environments.production.serving.autoscaling.max",
        ),
        (
            "autoscaler.yaml",
            "spec.metrics[0].resource.target.averageUtilization",
            "spec.serving.autoscaling.cpu",
        ),
        (
            "autoscaler.yaml",
            "spec.behavior.scaleDown.stabilizationWindowSeconds",
            "modelyard:blueprints/realtime/blueprint.yaml",
        ),
        ("network-policy.yaml", "spec.egress[0].to[0].podSelector", f"{ENVIRONMENT}"),
        ("service-monitor.yaml", "spec.endpoints[0].interval", "spec.monitoring.interval"),
        ("deployment.yaml", "spec.template.spec.containers[0].image", 'releases["v1.2.3"].image'),
        ("deployment.yaml", "metadata.name", "metadata.name"),
        ("deployment.yaml", "kind", "a constant of the builder `model/deployment`"),
    ]
    for file, field, words in expected:
        run = shop.run("explain", f"{shop.root}/deploy/{WHERE}/{MODEL}/{file}", field)
        assert run.code == 0, run.out
        assert words in run.out, (field, run.out)


def test_an_environment_default_is_named_where_it_decided(shop: Shop) -> None:
    shop.edit("models/demand-forecast.yaml", "    replicas: 2\n", "")
    shop.run("render")
    run = shop.run(
        "explain", f"{shop.root}/deploy/dev/demand-forecast/deployment.yaml", "spec.replicas"
    )
    assert "environments/dev.yaml" in run.out
    assert "spec.defaults.serving.replicas" in run.out


@pytest.mark.parametrize("name", ["platform", "argocd"])
def test_the_directories_of_an_environment_are_explained_too(shop: Shop, name: str) -> None:
    shop.run("render")
    for path in sorted((shop.root / "deploy" / WHERE / name).glob("*.yaml")):
        run = shop.run("explain", str(path))
        assert run.code == 0
        assert ENVIRONMENT in run.out


def test_a_line_of_a_file_is_as_good_as_a_field(shop: Shop) -> None:
    shop.run("render")
    path = shop.root / "deploy" / WHERE / MODEL / "autoscaler.yaml"
    line = next(
        n for n, text in enumerate(path.read_text().split("\n"), 1) if "maxReplicas" in text
    )
    assert (
        shop.run("explain", f"{path}:{line}").out
        == shop.run("explain", str(path), "spec.maxReplicas").out
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("autoscaler.yaml", "spec.maxReplica"), "did you mean `spec.maxReplicas`?"),
        (("autoscaler.yml", ""), "did you mean `autoscaler.yaml`?"),
        (("autoscaler.yaml", "spec.[x"), "cannot be read"),
        (("autoscaler.yaml:999", ""), "there is no line 999"),
    ],
)
def test_a_question_about_nothing_is_refused_with_the_nearest(
    shop: Shop, words: tuple[str, str], said: str
) -> None:
    shop.run("render")
    run = shop.run("explain", f"{shop.root}/deploy/{WHERE}/{MODEL}/{words[0]}", words[1])
    assert run.code == 2
    assert said in run.out
