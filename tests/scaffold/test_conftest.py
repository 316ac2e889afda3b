"""The settings that `init` writes for conftest: by them it finds what `modelyard check` finds by Rego."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.bundle import shipped
from modelyard.cli import main
from modelyard.scaffold.policies import FOLDER
from modelyard.scaffold.repository import init
from tests.conftest import Shop, peer
from tests.peers import go
from tests.policies import samples
from tests.scaffold.faults import FAULTS, RECORD, Fault, Said, failures, in_order, of_conftest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new repository, rendered."""
    root = tmp_path_factory.mktemp("rendered") / "shop"
    init(root, url="https://git.example.com/ml/models.git", git=False)
    assert main(["render", "-C", str(root)]) == 0
    return root


@pytest.fixture(params=FAULTS)
def faulty(rendered: Path, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Shop, str]:
    """The same with a fault, and the fault's name."""
    shutil.copytree(rendered, tmp_path / "shop")
    shop, fault = Shop(tmp_path / "shop"), FAULTS[request.param]
    text = shop.text(fault.file)
    assert fault.old in text
    if fault.old:
        shop.write(fault.file, text.replace(fault.old, fault.new))
    if fault.policy:
        shop.write("policies/team/owner/policy.rego", fault.policy)
    return shop, str(request.param)


def recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RECORD.read_text())
    return found


def by_check(shop: Shop, fault: Fault) -> Said:
    """What `check` finds by Rego."""
    run = shop.run("check", *([fault.model] if fault.changes else []), "-o", "json")
    found = json.loads(run.out)["findings"]
    told = [one for finding in found for one in (finding, *finding["related"])]
    rego = {rule.name for rule in samples.every_rule().values() if rule.language == "rego"}
    rego.add("team/owner")
    return in_order([[one["rule"], one["message"]] for one in told if one["rule"] in rego])


def test_conftest_says_what_is_recorded(
    faulty: tuple[Shop, str], request: pytest.FixtureRequest
) -> None:
    program = peer(go.find("conftest"), "conftest")
    shop, name = faulty
    said = of_conftest(program, shop.root, FAULTS[name])
    if request.config.getoption("--update"):
        told = recorded() if RECORD.exists() else {}
        record = {**told, name: said, "conftest": go.PROGRAMS["conftest"][1]}
        kept = {key: record[key] for key in ("conftest", *FAULTS) if key in record}
        RECORD.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    assert said == recorded()[name]


def test_check_finds_what_conftest_finds(faulty: tuple[Shop, str]) -> None:
    shop, name = faulty
    assert by_check(shop, FAULTS[name]) == recorded()[name]["said"]


def test_our_own_test_finds_what_conftest_finds(
    faulty: tuple[Shop, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    shop, name = faulty
    monkeypatch.chdir(shop.root)
    capfd.readouterr()
    codes = [main(["test", "-o", "json", FAULTS[name].place])]
    said = failures(capfd.readouterr().out)
    codes.append(main(["test", "-o", "json", "--combine", FAULTS[name].model]))
    said += failures(capfd.readouterr().out)
    assert {"exit": codes, "said": in_order(said)} == recorded()[name]


def test_conftest_is_silent_but_for_the_faults() -> None:
    """What is recorded is of the pinned version, and each fault is found where it should be."""
    record = recorded()
    assert record["conftest"] == go.PROGRAMS["conftest"][1]
    assert [name for name in FAULTS if not record[name]["said"]] == ["none", "that dev allows"]
    assert record["none"] == {"exit": [0, 0], "said": []}
    assert [name for name in FAULTS if record[name]["exit"] == [0, 1]] == ["of objects together"]


def test_conftest_is_told_of_every_environment(rendered: Path) -> None:
    names = re.findall(r'"environments\.(\w+):environments/\1\.yaml"', conftest_toml(rendered))
    assert sorted(names) == sorted(path.stem for path in (rendered / "environments").iterdir())


def conftest_toml(root: Path) -> str:
    return (root / "conftest.toml").read_text()


def test_our_policies_are_brought_up_to_date(shop: Shop) -> None:
    wanted = {
        path.relative_to(shipped() / "policies").as_posix(): path.read_bytes()
        for path in (shipped() / "policies").rglob("*.rego")
    }
    top = shop.root / FOLDER

    def there() -> dict[str, bytes]:
        return {p.relative_to(top).as_posix(): p.read_bytes() for p in top.rglob("*.rego")}

    assert there() == wanted
    shop.write(f"{FOLDER}/gone/policy.rego", "package gone\n")
    (top / "lib/pods.rego").write_text("package lib.pods\n")
    run = shop.run("rules", "--write")
    assert run.code == 0, run.out
    assert there() == wanted


def test_no_link_is_followed_when_they_are_written(shop: Shop, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.rego").write_text("package mine\n")
    (shop.root / FOLDER / "linked").symlink_to(outside)
    run = shop.run("rules", "--write")
    assert run.code == 2
    assert "is a symbolic link" in run.out
    assert (outside / "mine.rego").exists()


def test_check_does_not_ask_the_copies(shop: Shop) -> None:
    """They are for conftest; nothing that is edited there changes a verdict of ours."""
    shop.write(f"{FOLDER}/lib/pods.rego", "package lib.pods\n\nall := []\n")
    shop.write(f"{FOLDER}/own/never/policy.rego", 'package own.never\n\ndeny contains "never"\n')
    assert shop.run("render").code == 0
    assert shop.run("check").code == 0
