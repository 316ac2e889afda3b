"""The command line: exit codes, what is printed where, and what a newcomer tries first."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from modelyard import __version__
from modelyard.cli import main
from modelyard.cli.run import COMMANDS
from modelyard.scaffold.repository import init
from modelyard.spec.schema import schemas, text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Shop

SPEC = "models/fraud-detection.yaml"


def call(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(list(words))
    return code, out.getvalue(), err.getvalue()


def process(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modelyard", *words],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_printed(option: str) -> None:
    assert call(option) == (0, f"modelyard {__version__}\n", "")


def test_the_version_imports_next_to_nothing(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "modelyard", "--version"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    imported = [line.rpartition("|")[2].strip() for line in run.stderr.split("\n") if "|" in line]
    assert not {"argparse", "pydantic", "yaml", "dataclasses", "hashlib"} & set(imported)


def test_a_run_that_changes_little_never_imports_pydantic(shop: Shop) -> None:
    shop.run("render")
    shop.edit(SPEC, "max: 20", "max: 21")
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "modelyard", "render"],
        capture_output=True, text=True, check=True, cwd=shop.root,
    )  # fmt: skip
    assert "Wrote 4 files" in run.stdout
    assert "pydantic" not in run.stderr
    assert "jsonschema" not in run.stderr


def test_without_a_command_the_help_is_printed() -> None:
    code, out, _ = call()
    assert code == 0
    assert all(f"\n    {name} " in out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str) -> None:
    code, out, _ = call(name, "--help")
    assert code == 0
    assert f"examples:\n  modelyard {name}" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rendr",), "there is no command 'rendr'; did you mean `render`?"),
        (("render", "--forse"), "did you mean `--force`?"),
        (("schema", "modle"), "did you mean `model`?"),
        (("render", "--jobs", "0"), "must be at least 1"),
        (("check", "-o", "yaml"), "choose from"),
    ],
)
def test_a_slip_on_the_command_line_is_told_with_what_was_meant(
    words: tuple[str, ...], said: str
) -> None:
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert said in err


def test_outside_a_repository_the_way_in_is_told(tmp_path: Path) -> None:
    code, out, _ = call("render", "-C", str(tmp_path))
    assert code == 2
    assert "run `modelyard init DIR`" in out


def test_the_repository_is_found_from_anywhere_in_it(shop: Shop) -> None:
    for place in ("models", "environments", "."):
        assert call("render", "-C", str(shop.root / place))[0] == 0


@pytest.mark.parametrize(
    "word",
    [
        "fraud-detection",
        "models/fraud-detection.yaml",
        "./models/../models/fraud-detection.yaml",
        "deploy/production/fraud-detection/service.yaml",
        "deploy/production/fraud-detection",
    ],
)
def test_a_model_is_named_by_any_of_its_files(shop: Shop, word: str) -> None:
    run = shop.run("render", word, "--env", "production", "-o", "json")
    assert run.code == 0
    changed = {file.split("/")[2] for file in json.loads(run.out)["changes"]["written"]}
    assert changed == {"fraud-detection", "platform", "argocd"}


@pytest.mark.parametrize("word", ["modelyard.yaml", "environments/dev.yaml", "models"])
def test_a_file_that_concerns_every_model_selects_every_model(shop: Shop, word: str) -> None:
    run = shop.run("render", word, "-o", "json")
    assert len(json.loads(run.out)["changes"]["written"]) == 145


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fraud-detector",), "did you mean `fraud-detection`?"),
        (("--env", "prod"), "did you mean `production`?"),
        (("README.md",), "belongs to no model"),
        (("/etc/passwd",), "is not in the repository"),
        (("../outside.yaml",), "is not in the repository"),
    ],
)
def test_a_selection_of_nothing_is_refused(shop: Shop, words: tuple[str, ...], said: str) -> None:
    run = shop.run("render", *words)
    assert run.code == 2
    assert said in run.out
    assert not (shop.root / "deploy").exists()


def test_findings_are_coloured_on_a_terminal_alone(shop: Shop) -> None:
    import pty

    shop.edit(SPEC, "max: 20", "max: 2")

    def on_a_terminal(**environment: str) -> bytes:
        parent, child = pty.openpty()
        command = [sys.executable, "-m", "modelyard", "render"]
        run = subprocess.Popen(
            command, cwd=shop.root, stdout=child, env={**os.environ, "TERM": "xterm", **environment}
        )
        os.close(child)
        said = b""
        try:
            while chunk := os.read(parent, 4096):
                said += chunk
        except OSError:
            pass
        run.wait()
        os.close(parent)
        return said

    os.environ.pop("NO_COLOR", None)
    assert b"\x1b[31;1merror\x1b[0m" in on_a_terminal()
    assert b"\x1b" not in on_a_terminal(NO_COLOR="1")
    assert "\x1b" not in process("render", cwd=shop.root).stdout


def test_control_characters_never_reach_the_terminal(shop: Shop) -> None:
    shop.edit(SPEC, "team: risk", 'team: "\\e[2J\\u202erisk"')
    for words in (("render",), ("render", "-o", "json")):
        out = shop.run(*words).out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_a_reader_that_goes_away_is_no_error(shop: Shop) -> None:
    shop.run("render")
    command = f"{sys.executable} -m modelyard explain deploy/production/fraud-detection/deployment.yaml | head -1; echo ${{PIPESTATUS[0]}}"
    run = subprocess.run(
        ["bash", "-c", command], cwd=shop.root, capture_output=True, text=True, check=True
    )
    assert run.stdout.endswith("\n0\n")
    assert run.stderr == ""


def test_a_bug_of_ours_keeps_its_trace_and_asks_to_be_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("modelyard.pipeline.build_model", breaks)
    run = shop.run("render")
    assert run.code == 3
    assert "ZeroDivisionError: oops" in run.err
    assert "This is a bug in modelyard" in run.err
    assert not (shop.root / "deploy").exists()


def test_an_interrupted_run_ends_quietly(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("modelyard.pipeline.build_model", interrupted)
    assert shop.run("render").code == 130


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_every_command_and_option(shell: str) -> None:
    code, out, _ = call("completion", shell)
    assert code == 0
    assert all(name in out for name in COMMANDS)
    assert "--no-cache" in out or "no-cache" in out


def test_the_completion_for_bash_is_sound_bash(tmp_path: Path) -> None:
    path = tmp_path / "completion"
    path.write_text(call("completion", "bash")[1])
    subprocess.run(["bash", "-n", str(path)], check=True)


# init and new


def test_a_new_repository_is_ready_to_commit(tmp_path: Path) -> None:
    run = process("init", "shop", "--url", "https://git.example.org/x.git", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    root = tmp_path / "shop"
    assert (root / ".git").is_dir()
    assert "repository: https://git.example.org/x.git" in (root / "modelyard.yaml").read_text()
    assert (root / "requirements.txt").read_text() == f"modelyard=={__version__}\n"
    assert process("render", cwd=root).returncode == 0
    assert process("check", cwd=root).returncode == 0
    status = subprocess.run(
        ["git", "status", "--porcelain", "-uall"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ".modelyard/tmp" not in status.stdout
    assert ".modelyard/lock" not in status.stdout


def test_every_yaml_file_of_a_new_repository_can_be_read(shop: Shop) -> None:
    for path in shop.root.rglob("*.y*ml"):
        yaml.safe_load(path.read_text())


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "modelyard.yaml").write_text("mine")
    code, out, _ = call("init", str(tmp_path))
    assert code == 2
    assert "`modelyard.yaml` is there already" in out
    assert [path.name for path in tmp_path.iterdir()] == ["modelyard.yaml"]


def test_init_leaves_the_rest_of_a_directory_alone(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("mine")
    assert call("init", str(tmp_path))[0] == 0
    assert (tmp_path / "code.py").read_text() == "mine"


def test_init_within_a_repository_makes_no_second_one(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert call("init", str(tmp_path / "sub"))[0] == 0
    assert not (tmp_path / "sub" / ".git").exists()


def test_init_refuses_an_address_with_a_password(tmp_path: Path) -> None:
    code, out, _ = call(
        "init", str(tmp_path / "x"), "--url", "https://me:hunter2@example.org/x.git"
    )
    assert code == 2
    assert "hunter2" not in out
    assert not (tmp_path / "x").exists()


def test_init_writes_nothing_outside_its_directory(tmp_path: Path) -> None:
    """Cookiecutter's own entry point would leave a record in the user's home."""
    home = tmp_path / "home"
    home.mkdir()
    run = process("init", "shop", cwd=tmp_path, HOME=str(home), XDG_CACHE_HOME=str(home / "cache"))
    assert run.returncode == 0
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("runtime", ["container", "vllm"])
def test_a_new_model_renders_and_checks_clean(shop: Shop, runtime: str) -> None:
    run = shop.run("new", "churn", "--team", "growth", "--runtime", runtime)
    assert run.code == 0, run.out
    assert "models/churn.yaml" in run.out
    assert shop.run("render").code == 0
    assert shop.run("check").code == 0
    assert (shop.root / "deploy/dev/churn/deployment.yaml").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Churn_1", "--team", "growth"), "write `churn-1`"),
        (("churn", "--team", "no team"), "--team"),
        (("churn", "--team", "growth", "--blueprint", "realtim"), "did you mean `realtime`?"),
        (("churn", "--team", "growth", "--runtime", "vlm"), "did you mean `vllm`?"),
        (("fraud-detection", "--team", "growth"), "is there already"),
    ],
)
def test_a_new_model_that_cannot_be_is_refused(
    shop: Shop, words: tuple[str, ...], said: str
) -> None:
    before = shop.tree(".")
    run = shop.run("new", *words)
    assert run.code == 2
    assert said in run.out
    assert shop.tree(".") == before


# Schemas


def test_the_schemas_are_sound_and_explain_every_key() -> None:
    for schema in schemas().values():
        jsonschema.Draft202012Validator.check_schema(schema)
        for definition in (schema, *schema["$defs"].values()):
            for key, value in definition.get("properties", {}).items():
                assert value.get("description") or "$ref" in value, key


@pytest.mark.parametrize("name", ["model", "environment", "blueprint", "repository"])
def test_a_schema_is_printed(name: str) -> None:
    assert call("schema", name) == (0, text(schemas()[name]), "")


def test_the_schemas_of_a_new_repository_are_those_that_are_printed(shop: Shop) -> None:
    for name, schema in schemas().items():
        assert shop.text(f".modelyard/schemas/{name}.json") == text(schema)
    (shop.root / ".modelyard/schemas/model.json").write_text("{}")
    assert shop.run("schema", "--write").code == 0
    assert shop.text(".modelyard/schemas/model.json") == text(schemas()["model"])


def test_the_schemas_accept_every_example(shop: Shop) -> None:
    for name, pattern in (
        ("model", "models/*.yaml"),
        ("environment", "environments/*.yaml"),
        ("repository", "modelyard.yaml"),
    ):
        validator = jsonschema.Draft202012Validator(schemas()[name])
        for path in shop.root.glob(pattern):
            assert list(validator.iter_errors(yaml.safe_load(path.read_text()))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("port: 8080", "prt: 8080"),
        ("tier: critical", "tier: high"),
        ("min: 2,", "min: two,"),
        ("max: 500ms", "max: 500 ms"),
    ],
)
def test_the_schemas_refuse_what_loading_refuses(shop: Shop, old: str, new: str) -> None:
    shop.edit(SPEC, old, new)
    validator = jsonschema.Draft202012Validator(schemas()["model"])
    assert list(validator.iter_errors(yaml.safe_load(shop.text(SPEC))))
    assert shop.run("render").code == 2


def test_init_into_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    from modelyard.errors import Refused

    (tmp_path / "x").write_text("")
    with pytest.raises(Refused, match="is not a directory"):
        init(tmp_path / "x", url="https://example.org/x.git", git=False)
