"""Reports on the command line: to which places they go, and that nothing else goes there."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from modelyard.report import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Shop

EDITED = "deploy/production/fraud-detection/autoscaler.yaml"


@pytest.fixture
def edited(shop: Shop) -> Shop:
    """A tree in which somebody has changed a number by hand."""
    shop.run("render")
    shop.edit(EDITED, "maxReplicas: 20", "maxReplicas: 25")
    return shop


def test_several_reports_are_written_at_once(edited: Shop) -> None:
    words = [word for name in FORMATS for word in ("-o", f"{name}=out/{name}")]
    run = edited.run("check", *words)
    assert (run.code, run.out, run.err) == (1, "", "")
    assert json.loads(edited.text("out/json"))["summary"]["errors"] == 1
    assert json.loads(edited.text("out/sarif"))["runs"][0]["results"][0]["ruleId"]
    assert ET.fromstring(edited.text("out/junit")).attrib["failures"] == "1"
    assert edited.text("out/text").endswith("130 objects in 130 files: 1 error\n")
    for name in FORMATS:
        assert "models/fraud-detection.yaml" in edited.text(f"out/{name}")


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_all_that_is_printed(edited: Shop, name: str) -> None:
    run = edited.run("check", "-o", name, "-o", f"{name}=file")
    assert (run.code, run.err) == (1, "")
    assert run.out == edited.text("file")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("command", ["check", "render"])
def test_a_refused_input_is_told_in_every_format(shop: Shop, name: str, command: str) -> None:
    shop.edit("models/fraud-detection.yaml", "max: 20", "max: 2")
    run = shop.run(command, "-o", f"{name}=file")
    assert (run.code, run.out) == (2, "")
    assert "spec/range" in shop.text("file")


def test_render_check_has_the_same_formats(edited: Shop) -> None:
    run = edited.run("render", "--check", "-o", "github", "-o", "json=out.json")
    assert run.code == 1
    assert run.out.startswith("::error file=models/fraud-detection.yaml,line=68,col=34,title=tree/")
    assert json.loads(edited.text("out.json"))["changes"]["written"] == [EDITED]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "text", "-o", "json"), "cannot share standard output; write `json=FILE`"),
        (("-o", "text", "-o", "text"), "cannot share standard output"),
        (("-o", "json=a", "-o", "sarif=a"), "cannot share `a`"),
        (("-o", "json="), "a file is missing after `json=`"),
        (("-o", "sarf=x"), "did you mean `sarif`?"),
    ],
)
def test_two_reports_for_one_place_are_refused(
    shop: Shop, words: tuple[str, ...], said: str
) -> None:
    run = shop.run("check", *words)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_a_file_that_cannot_be_written_is_told_and_the_others_are_written(edited: Shop) -> None:
    (edited.root / "folder").mkdir()
    run = edited.run("check", "-o", "text", "-o", "sarif=folder", "-o", "json=out.json")
    assert run.code == 2
    assert run.err == "modelyard: `folder` cannot be written: Is a directory\n"
    assert "1 error" in run.out
    assert json.loads(edited.text("out.json"))["summary"]["errors"] == 1


def test_a_file_is_replaced_whole_with_its_mode_and_its_link(edited: Shop) -> None:
    (edited.root / "real.json").write_text("old")
    (edited.root / "real.json").chmod(0o640)
    (edited.root / "link.json").symlink_to("real.json")
    before = (edited.root / "real.json").stat().st_ino
    edited.run("check", "-o", "json=link.json")
    assert (edited.root / "link.json").is_symlink()
    found = (edited.root / "real.json").stat()
    assert found.st_ino != before
    assert stat.S_IMODE(found.st_mode) == 0o640
    assert json.loads(edited.text("real.json"))
    assert not [path for path in edited.root.iterdir() if path.name.startswith(".real")]


def test_a_device_stays_a_device(edited: Shop) -> None:
    reader, writer = os.pipe()
    edited.run("check", "-o", "junit=/dev/null", "-o", f"github=/dev/fd/{writer}")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert os.read(reader, 7) == b"::error"
    os.close(reader)
    os.close(writer)


def test_a_file_is_found_from_where_the_command_is_started(edited: Shop) -> None:
    (edited.root / "models/deep").mkdir()
    command = [sys.executable, "-m", "modelyard", "check", "-o", "json=../out.json"]
    subprocess.run(command, cwd=edited.root / "models/deep", check=False)
    assert json.loads((edited.root / "models/out.json").read_text())


def test_places_are_counted_from_the_git_repository(shop: Shop) -> None:
    (shop.root.parent / ".git").mkdir()
    shop.run("render")
    shop.edit(EDITED, "maxReplicas: 20", "maxReplicas: 25")
    assert "::error file=shop/models/fraud-detection.yaml," in shop.run("check", "-o", "github").out
    run = shop.run("check", EDITED.rpartition("/")[0], "-o", "sarif")
    assert "shop/models/fraud-detection.yaml" in run.out
    (shop.root / "theirs.yaml").write_text("kind: 5\n")
    assert "file=shop/theirs.yaml," in shop.run("check", "theirs.yaml", "-o", "github").out


def test_the_summary_of_a_step_is_written_beside_annotations(
    edited: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    edited.run("check", "-o", "text")
    assert summary.read_text() == "before\n"
    edited.run("check", "-o", "github")
    assert summary.read_text().startswith("before\n### modelyard: 1 error\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no/where"))
    run = edited.run("check", "-o", "github")
    assert run.code == 1
    assert "the summary of the step cannot be written" in run.err


def test_other_commands_have_text_and_json(shop: Shop) -> None:
    assert shop.run("rules", "-o", "sarif").code == 2
    assert "choose from 'text', 'json'" in shop.run("rules", "-o", "sarif").err.replace(
        "choose from text, json", "choose from 'text', 'json'"
    )


def test_completion_offers_the_formats(shop: Shop) -> None:
    from tests.cli.test_cli import call

    out = call("completion", "bash")[1]
    assert all(name in out for name in FORMATS)
    assert shop.run("check", "-o", "json").code in (0, 1)
