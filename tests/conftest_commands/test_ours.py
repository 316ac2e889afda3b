"""Where we differ from conftest, on purpose."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from modelyard.conftest import parsers
from modelyard.conftest.errors import Stopped
from modelyard.conftest.formats import Style, render
from modelyard.conftest.results import Check, Result
from tests.conftest_commands.running import run

if TYPE_CHECKING:
    from pathlib import Path

STEERING = "a\x1b[2Jb\n::error::injected\r##vso[task.x]y"


def checks(message: str) -> list[Check]:
    return [Check("a.yaml", "main", failures=[Result(message)])]


def test_a_message_cannot_be_a_command_of_github() -> None:
    text = render("github", checks(STEERING), Style())
    assert "::error file=a.yaml,line=1::a\ufffd[2Jb%0A::error::injected%0D##vso[task.x]y\n" in text
    assert not [line for line in text.splitlines() if line.startswith("::error::")]


def test_a_percent_in_a_message_for_github_stays_one() -> None:
    assert "::50% of %d\n" in render("github", checks("50% of %d"), Style())


def test_a_message_cannot_be_a_command_of_azure() -> None:
    text = render("azuredevops", checks(STEERING), Style())
    assert [line[:7] for line in text.splitlines() if "injected" in line] == ["##vso[t"]


@pytest.mark.parametrize("form", ["stdout", "table", "tap"])
def test_a_message_steers_no_terminal_and_no_build(form: str) -> None:
    text = render(form, checks(STEERING), Style(colour=False))
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line.startswith(("::", "##vso["))]


def test_reports_and_updates_are_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("a: 1\n")
    for words in (
        ["verify", "--report", "full"],
        ["verify", "--var-values"],
        ["test", "a.yaml", "--update", "oci://x"],
    ):
        ran = run(words, monkeypatch)
        assert ran.code == 1
        assert "`--engine conftest`" in ran.stderr


@pytest.mark.parametrize("name", sorted(parsers.OTHERS))
def test_a_format_that_only_conftest_reads_is_refused_by_name(name: str) -> None:
    with pytest.raises(Stopped, match="`--engine conftest`") as error:
        parsers.by_name(name)
    assert parsers.OTHERS[name] in str(error.value)


def test_a_walked_file_that_only_conftest_reads_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/main.tf").write_text("a = 1\n")
    ran = run(["test", "in"], monkeypatch)
    assert ran.code == 1
    assert "HCL 2" in ran.stderr
    assert "path: in/main.tf" in ran.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("yaml", b"[" * 100_000),
        ("yaml", b"- " * 100_000),
        ("yaml", b"%TAG !a! x\n" * 1000),
        ("yaml", b"a: &a [x, x]\n" + b"".join(b"a%d: &a [*a, *a, *a]\n" % n for n in range(40))),
        ("yaml", b"a: &a [" + b"[" * 150 + b"]" * 150 + b"]\nb: [[[[" + b"[" * 50 + b"*a"),
        ("json", b"[" * 100_000),
        ("json", b"[" * 300 + b"]" * 300),
        ("json", b'{"a":' * 300 + b"1" + b"}" * 300),
        ("json", b"1" * 10_000),
        ("jsonc", b"[" * 100_000),
        ("toml", b"a = " + b"[" * 10_000),
        ("xml", b"<a>" * 10_000),
        ("xml", b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>'),
        ("edn", b"[" * 10_000),
        ("edn", b"#_" * 10_000),
        ("edn", b"#a " * 10_000),
        ("edn", b"1" * 10_000),
        ("ini", b"[a]\nb=" + b"9" * 10_000),
        (
            "properties",
            b"".join(b"k%d=${k%d}${k%d}\n" % (n, n + 1, n + 1) for n in range(60)) + b"k60=x",
        ),
        ("dockerfile", b"FROM a\nRUN " + b"x" * 100_000),
        ("dockerfile", b"ONBUILD " * 5_000),
        ("dotenv", b"A=" + b" " * 20_000 + b"'"),
        ("codeowners", b"a\\" * 20_000),
    ],
)
def test_no_document_makes_a_parser_hang(name: str, content: bytes) -> None:
    with suppress(Stopped):
        parsers.by_name(name)(content)


def test_a_file_may_have_a_size() -> None:
    parse = parsers.by_name("ignore")
    with pytest.raises(Stopped, match="larger than 64 MiB"):
        parse(b"\n" * (parsers.MAX_BYTES + 1))


def test_the_real_program_gets_the_command_line_without_our_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given: list[list[str]] = []

    def conftest(arguments: list[str]) -> int:
        given.append(arguments)
        return 7

    monkeypatch.setattr("modelyard.policy.program.run_conftest", conftest)
    words = ["a.tf", "--engine", "conftest", "-o", "json", "--opa-url=x", "--", "--engine"]
    assert run(["test", *words], monkeypatch).code == 7
    assert run(["verify", "--engine=conftest"], monkeypatch).code == 7
    assert given == [["test", "a.tf", "-o", "json", "--", "--engine"], ["verify"]]


def test_help_and_completion_know_every_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelyard.conftest.flags import TEST, VERIFY

    script = run(["completion", "bash"], monkeypatch).stdout
    for command, flags in (("test", TEST), ("verify", VERIFY)):
        ran = run([command, "--help"], monkeypatch)
        assert ran.code == 0
        assert "examples:" in ran.stdout
        for flag in flags:
            assert f"--{flag.name}" in ran.stdout
            assert f"--{flag.name}" in script
