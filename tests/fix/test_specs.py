"""`check --fix` in a repository: what people wrote is mended where it is certain, and nowhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from modelyard.findings import Cause, Finding, Fix, Location
from modelyard.fix.files import Folder
from modelyard.fix.rounds import key
from modelyard.fix.specs import mend
from tests.fix.test_manifests import full_disk
from tests.load.test_mistakes import DIGEST, FRAUD, ROWS, changed, made

if TYPE_CHECKING:
    from modelyard.findings import Route
    from tests.conftest import Run, Shop

# fmt: off
MENDED = {
    "a number as a key": '"1.20":\n    image',
    "a truth value as a key": '"true": c',
    "infinity": 'LIMIT: ".inf"',
    "a version as a number": 'VERSION: "1.20"',
    "an exponent for text": 'COMMIT: "1e3"',
    "a hexadecimal number for text": 'MASK: "0x1F"',
    "a truth value for text": 'DEBUG: "true"',
    "a label as a number": 'grafana_dashboard: "1"',
    "a version of Kubernetes as a number": 'kubernetes: "1.30"',
    "on for a truth value": "keepOnDeletion: true",
    "no for a truth value": "nativeSidecars: false",
    "yes for the only truth value": "{gateway: true}",
    "an exponent for a whole number": "maxConnections: 1000",
    "an underscore in a number": "maxConnections: 1000",
    "a decimal point in a whole number": "maxConnections: 500",
    "a key that is misspelt": "    loadTime",
    "a required key that is misspelt": "\nreleases:",
    "a required key in braces": "weight: 10",
    "a release's key": "    release: v1.2.3\n",
    "a section of an environment": "    serving:\n      autoscaling",
    "the blueprint's key": "  blueprint:",
    "a key of an item": "methods: [POST]",
    "another kind": "kind: Model\n",
    "text for a number": "port: 8080",
    "text for a share": "quantile: 0.99",
    "a percentage for a share": "quantile: 0.99",
    "text for a list": "methods: [POST]",
    "a word that is none of the choices": "tier: critical",
    "a method in lower case": "methods: [POST]",
    "CPU with a space": "cpu: 500m",
    "a duration in words": "loadTime: 45s",
    "a duration with a fraction": "loadTime: 1h30m",
    "a duration upside down": "loadTime: 1h30m",
    "a percentage without its sign": '{min: "85%"',
    "a path without its slash": "paths: [/predict]",
    "a bare address": '{cidr: "10.20.0.1/32", port: 443}',
    "an image with a scheme": f"registry.example.com/risk/fraud-model:v1.2.3@sha256:{DIGEST}",
    "a prefix of a digest": 'sha256: "1f0e',
    "a domain in capitals": "domain: cluster.local",
    "a patch level of Kubernetes": 'kubernetes: "1.34"',
    "an effect that is none": ROWS["an effect that is none"][3].replace("Noschedule", "NoSchedule"),
    "settings without a key": "repository:",
    "settings with text for a list": "spec:\n  schemas: [crds/*.yaml]\n",
    "an unknown key in an environment's defaults": "replicas: 1",
    "a registry as a URL": "registries: [registry.example.com",
    "an unknown key in a blueprint": "  extends:",
    "an unknown key in a blueprint's defaults": "requestTimeout",
}
# fmt: on
"""The rows of the catalogue of mistakes that have one certain mend, and what it writes."""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return made(tmp_path_factory.mktemp("bare") / "shop")


def fixed(shop: Shop, *words: str) -> Run:
    return shop.run("check", "--fix", *words)


@pytest.mark.parametrize("what", ROWS)
def test_a_mistake_is_mended_where_that_is_certain(what: str, bare: Shop) -> None:
    _, file, old, new, rule, *_ = ROWS[what]
    before = bare.text(file) if old is not None else ""
    for _ in changed(bare, (file, old, new)):
        wrong = bare.text(file)
        found = json.loads(fixed(bare, "-o", "json").out)
        if what not in MENDED:
            assert found["fixed"] == []
            assert bare.text(file) == wrong
            return
        assert [one["rule"] for one in found["fixed"]] == [rule]
        assert old is not None
        wanted = before.replace(old, MENDED[what])
        if what == "a prefix of a digest":
            wanted = wanted.replace("c3d2e1f0\n", 'c3d2e1f0"\n', 1)
        assert bare.text(file) == wanted
        rest = [one for one in found["findings"] if one["message"] == found["fixed"][0]["message"]]
        assert rest == []
        again = json.loads(fixed(bare, "-o", "json").out)
        assert again["fixed"] == []


def test_mistakes_of_one_file_are_mended_together_and_what_they_hid_after_them(bare: Shop) -> None:
    edits = (
        (FRAUD, "LOG_LEVEL: info", "LIMIT: .inf # why"),
        (FRAUD, "    loadTime: 45s", "    loadtime: 45 seconds  # how long"),
        (FRAUD, "methods: [POST]", "methods: post"),
    )
    before = bare.text(FRAUD)
    for _ in changed(bare, *edits):
        run = fixed(bare)
        assert "Fixed 5 findings in 1 file." in run.out
        text = bare.text(FRAUD)
    assert 'LIMIT: ".inf" # why' in text
    assert "    loadTime: 45s  # how long" in text
    rest = text.replace('LIMIT: ".inf" # why', "LOG_LEVEL: info").replace("  # how long", "")
    assert rest == before


def test_what_was_refused_and_is_mended_is_checked(shop: Shop) -> None:
    assert shop.run("render").code == 0
    shop.edit(FRAUD, "port: 8080", "prot: 8080")
    run = fixed(shop)
    assert run.code == 0
    assert run.out.startswith(f"{FRAUD}:14:5: fixed: unknown key `prot`")
    assert "Fixed 1 finding in 1 file.\n130 objects" in run.out
    assert "modelyard render" not in run.out


def test_what_is_left_of_a_refused_spec_is_told(shop: Shop) -> None:
    shop.edit(FRAUD, "port: 8080", "prot: 80")
    run = fixed(shop)
    assert run.code == 2
    assert "fixed: unknown key `prot`" in run.out
    assert "`spec.serving.port` must be at least 1024" in run.out
    assert "objects in" not in run.out


def test_a_dry_run_shows_what_would_change_in_a_spec(shop: Shop) -> None:
    shop.edit(FRAUD, "port: 8080", "prot: 80")
    text = shop.text(FRAUD)
    run = fixed(shop, "--diff")
    assert run.code == 2
    assert "-    prot: 80\n+    port: 80\n" in run.out
    assert "would fix: unknown key `prot`" in run.out
    assert "`spec.serving.port` must be at least 1024" in run.out
    assert shop.text(FRAUD) == text


def test_a_dry_run_that_would_mend_all_is_no_success(shop: Shop) -> None:
    assert shop.run("render").code == 0
    shop.edit(FRAUD, "port: 8080", "prot: 8080")
    assert fixed(shop, "--diff").code == 1
    assert fixed(shop).code == 0
    assert fixed(shop, "--diff").code == 0


PATCH = f"""
patches:
  - target: {{kind: Deployment, name: fraud-detection}}
    merge:
      spec:
        template:
          spec:
            containers:
              - name: server
                securityContext:
                  allowPrivilegeEscalation: true   # why?
              - name: agent
                image: registry.example.com/risk/agent:v1@sha256:{DIGEST}
                resources: {{requests: {{cpu: 100m, memory: 1Gi}}, limits: {{cpu: 200m, memory: 1Gi}}}}
                securityContext: {{readOnlyRootFilesystem: true, runAsNonRoot: true}}

releases:"""
PATCHED = PATCH.replace("Escalation: true  ", "Escalation: false  ").replace(
    "runAsNonRoot: true}",
    "runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}",
)


def test_what_is_wrong_with_a_rendered_file_is_mended_in_its_spec(shop: Shop) -> None:
    shop.edit(FRAUD, "\nreleases:", PATCH)
    text = shop.text(FRAUD)
    assert shop.run("render").code == 0
    tree = shop.tree()
    run = fixed(shop)
    assert run.code == 1
    assert shop.text(FRAUD) == text.replace(PATCH, PATCHED)
    assert shop.tree() == tree
    assert f"{FRAUD}:58:45: fixed: container `server` may gain privileges" in run.out
    assert "[tree/stale]" in run.out
    assert "[security/" not in run.out.partition("[tree/stale]")[2]
    assert run.out.endswith("Run `modelyard render` to bring the tree up to date.\n")
    assert shop.run("render").code == 0
    after = fixed(shop, "-o", "json")
    assert after.code == 0
    assert json.loads(after.out)["fixed"] == []


def test_what_an_exception_accepts_is_not_mended(shop: Shop) -> None:
    shop.edit(FRAUD, "\nreleases:", PATCH.replace("\nreleases:", ""))
    shop.edit(
        FRAUD,
        "runAsNonRoot: true}\n",
        "runAsNonRoot: true}\n\nexceptions:\n"
        "  - {rule: security/privilege-escalation, ticket: R-1, reason: a legacy, expires: 2099-01-01}\n"
        "\nreleases:",
    )
    assert shop.run("render").code == 0
    text = shop.text(FRAUD)
    found = json.loads(fixed(shop, "-o", "json").out)
    assert found["fixed"] == []
    assert found["summary"]["suppressed"] > 0
    assert shop.text(FRAUD) == text


def test_a_full_disk_leaves_the_spec_whole(shop: Shop) -> None:
    shop.edit(FRAUD, "port: 8080", "prot: 8080")
    text = shop.text(FRAUD)
    with full_disk(500):
        run = fixed(shop)
    assert run.code == 2
    assert "cannot be written" in run.out
    assert shop.text(FRAUD) == text
    assert {path.name for path in (shop.root / "models").iterdir()} == {
        f"{name}.yaml" for name in ("demand-forecast", "fraud-detection", "support-assistant")
    }


def test_a_spec_behind_a_link_is_left(shop: Shop) -> None:
    shop.edit(FRAUD, "port: 8080", "prot: 8080")
    (shop.root / FRAUD).rename(shop.root / "models/real.txt")
    (shop.root / FRAUD).symlink_to("real.txt")
    run = fixed(shop)
    assert run.code == 2
    assert "(`--fix` leaves it: the way to it is a symbolic link)" in run.out
    assert "prot: 8080" in shop.text(FRAUD)


def test_a_line_that_decides_more_than_one_field_is_left(shop: Shop) -> None:
    """The port of the spec is that of the container, of the Service and of policies, too."""
    file = "deploy/dev/fraud-detection/deployment.yaml"
    route: Route = ("spec", "template", "spec", "containers", 0, "ports", 0, "containerPort")
    cause = Cause(Location(FRAUD, 14, 11), "spec.serving.port")
    fix = Fix(put=((route, 9090),))
    finding = Finding("a/b", "the port is 8080", Location(file, 1, 1), fix=fix, cause=cause)
    mended = mend(shop.root, Folder(shop.root), [finding])
    assert (mended.texts, mended.fixed) == ({}, [])
    assert mended.reasons == {key(finding): "it would not mend this, or would break more"}


def test_a_field_that_no_line_decides_is_left(shop: Shop) -> None:
    file = "deploy/dev/fraud-detection/deployment.yaml"
    cause = Cause(Location(FRAUD, 14, 11), "spec.serving.port")
    fix = Fix(put=((("spec", "template", "spec", "hostNetwork"), False),))
    finding = Finding("a/b", "no word of the network", Location(file, 1, 1), fix=fix, cause=cause)
    mended = mend(shop.root, Folder(shop.root), [finding])
    assert mended.reasons == {key(finding): "no line of the spec alone decides it"}
