"""The example repository, rendered: real files that any YAML tool opens.

`pytest tests/test_golden.py --update` writes them anew. Environments and models are found on disk.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from modelyard.bundle import shipped
from modelyard.check.definitions import own_kinds
from tests.conftest import shared

if TYPE_CHECKING:
    from tests.conftest import Shop

GOLDEN = Path(__file__).parent / "golden"
ENVIRONMENTS = sorted(path.stem for path in (shipped() / "environments").glob("*.yaml"))


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def objects() -> list[tuple[str, dict[str, object]]]:
    """Every golden manifest, read by a reader that is not ours."""
    found = ((path, yaml.safe_load(path.read_text())) for path in sorted(GOLDEN.rglob("*.yaml")))
    return [(path.relative_to(GOLDEN).as_posix(), value) for path, value in found]


def test_the_example_repository_renders_to_the_golden_tree(
    shop: Shop, request: pytest.FixtureRequest
) -> None:
    run = shop.run("render")
    assert run.code == 0, run.out
    rendered = files(shop.root / "deploy")
    if request.config.getoption("--update"):
        shutil.rmtree(GOLDEN, ignore_errors=True)
        shutil.copytree(shop.root / "deploy", GOLDEN)
    golden = files(GOLDEN)
    assert sorted(rendered) == sorted(golden)
    differing = [name for name, data in rendered.items() if golden[name] != data]
    assert differing == []


def test_the_example_repository_checks_clean(shop: Shop) -> None:
    shop.run("render")
    run = shop.run("check")
    assert (run.code, run.out) == (
        0,
        f"{len(objects())} objects in {len(objects())} files: nothing wrong\n",
    )


def test_every_shipped_environment_has_a_golden_tree() -> None:
    assert sorted(path.name for path in GOLDEN.iterdir()) == ENVIRONMENTS


def test_the_golden_tree_has_every_kind_that_the_builders_make() -> None:
    kinds = {str(value["kind"]) for _, value in objects()}
    assert kinds >= {
        "AppProject",
        "ApplicationSet",
        "AuthorizationPolicy",
        "ConfigMap",
        "CronJob",
        "Deployment",
        "DestinationRule",
        "ExternalSecret",
        "HorizontalPodAutoscaler",
        "Job",
        "LimitRange",
        "Namespace",
        "NetworkPolicy",
        "PeerAuthentication",
        "PodDisruptionBudget",
        "PrometheusRule",
        "ResourceQuota",
        "Service",
        "ServiceAccount",
        "ServiceMonitor",
        "VirtualService",
    }


def test_no_two_golden_objects_are_the_same_object() -> None:
    identities = [
        (path.split("/")[0], str(value["kind"]), str(value["metadata"]["name"]))  # type: ignore[index]
        for path, value in objects()
    ]
    assert len(identities) == len(set(identities))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_native_objects_are_valid_to_kubernetes_validate_itself(environment: str) -> None:
    """Its own slow way, with unknown fields refused."""
    import kubernetes_validate

    spec = yaml.safe_load((shipped() / "environments" / f"{environment}.yaml").read_text())
    version = spec["spec"]["cluster"]["kubernetes"]
    custom = set(own_kinds())
    seen = set()
    for path, value in objects():
        identity = (value["apiVersion"], value["kind"])
        if path.startswith(f"{environment}/") and identity not in custom and identity not in seen:
            kubernetes_validate.validate(value, version, strict=True)
            seen.add(identity)
    assert len(seen) >= 10


def test_custom_resources_are_valid_to_their_published_definitions() -> None:
    """With every object closed that does not say otherwise, so that unknown fields are errors."""
    import jsonschema_rs

    from modelyard.check.custom import definitions

    known = {}
    for path in sorted(shared("crds").glob("*.yaml")):
        if any(
            group in path.name for group in ("istio", "monitoring", "external-secrets", "argoproj")
        ):
            for document in yaml.load_all(path.read_text(), yaml.CSafeLoader):
                known |= dict(definitions(document))
    wrong = []
    seen = set()
    for path, value in objects():
        identity = (str(value["apiVersion"]), str(value["kind"]))
        if "." in identity[0].partition("/")[0] and identity in known:
            validator = jsonschema_rs.Draft202012Validator(known[identity])
            wrong += [f"{path}: {error}" for error in validator.iter_errors(value)]
            seen.add(identity)
    assert wrong == []
    assert seen == set(own_kinds())
