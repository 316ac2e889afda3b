"""What conftest passes over in silence is told on standard error, and changes no verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest_commands.running import Ran, run

if TYPE_CHECKING:
    from pathlib import Path

DENY = 'package main\n\ndeny contains "x" if input.a == 1\n'


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/p.rego").write_text(DENY)
    (tmp_path / "a.yaml").write_text("a: 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def warnings(ran: Ran) -> list[str]:
    return [line.removeprefix("warning: ") for line in ran.stderr.splitlines()]


UNREAD = (
    "what begins here is not tested: documents are told apart only by lines that are `---` and"
    " nothing else, with one kind of line end in the file"
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("b: 1\n--- \na: 1\n", 2),
        ("b: 1\n--- # next\na: 1\n", 2),
        ("b: 1\r\nc: 1\n---\na: 1\n", 3),
        ("b: 1\n...\na: 1\n", 3),
        ("b: 1\n---\nc: 1\n--- \na: 1\n", 4),
        ("b: 1\n--- \n[\n", 2),
    ],
)
def test_a_document_that_is_not_read_is_told_with_its_line(
    where: Path, monkeypatch: pytest.MonkeyPatch, text: str, line: int
) -> None:
    (where / "b.yaml").write_bytes(text.encode())
    ran = run(["test", "b.yaml"], monkeypatch)
    assert warnings(ran) == [f"b.yaml:{line}: {UNREAD}"]
    assert ran.code == 0


@pytest.mark.parametrize("text", ["---\na: 2\n", "a: 2\n---\nb: 1\n", "a: 2\n...\n", "# x\n", ""])
def test_documents_that_are_all_read_are_not_told(
    where: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (where / "b.yaml").write_text(text)
    assert warnings(run(["test", "b.yaml"], monkeypatch)) == []


@pytest.mark.usefixtures("where")
def test_a_namespace_without_policies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(["test", "a.yaml", "-n", "absent"], monkeypatch)
    assert warnings(ran) == ["no policy is in the namespace `absent`: it tests nothing"]
    assert ran.code == 0


@pytest.mark.usefixtures("where")
def test_globs_that_match_no_namespace_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(["test", "a.yaml", "-n", "absent*"], monkeypatch)
    assert warnings(ran) == ["no namespace matches: nothing is tested"]


def test_a_namespace_without_rules_is_told(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (where / "policy/q.rego").write_text('package other\n\ndenied contains "x"\n')
    ran = run(["test", "a.yaml", "-n", "other"], monkeypatch)
    assert warnings(ran) == [
        "the namespace `other` has no rule `deny`, `violation` or `warn`: it tests nothing"
    ]


def test_packages_of_helpers_are_not_told_where_all_are_asked(
    where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (where / "policy/q.rego").write_text("package lib\n\nx := 1\n")
    assert warnings(run(["test", "a.yaml", "--all-namespaces"], monkeypatch)) == []


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("deny if input.a == 1", "`deny` always passes"),
        ('deny := "boom" if input.a == 1', "`deny` always passes"),
        ('deny["x"] := "y"', "`deny` always passes"),
        ('deny.foo contains "x"', "`deny` is never evaluated here"),
    ],
)
def test_a_rule_that_can_never_fire_is_told_with_its_line(
    where: Path, monkeypatch: pytest.MonkeyPatch, rule: str, told: str
) -> None:
    (where / "policy/p.rego").write_text(f'package main\n\nwarn contains "w"\n\n{rule}\n')
    ran = run(["test", "a.yaml"], monkeypatch)
    assert [line.partition(":")[0] for line in warnings(ran)] == ["policy/p.rego"]
    assert f"policy/p.rego:5: {told}" in ran.stderr
    assert ran.code == 0


def test_a_rule_that_another_hides_is_told(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (where / "policy/p.rego").write_text(
        'package main\n\ndeny_foo contains "x" if input.b\n\ndeny_Foo contains "y"\n'
    )
    ran = run(["test", "a.yaml"], monkeypatch)
    assert "`data.main.deny_Foo` is never evaluated" in ran.stderr
    assert ran.code == 0


def test_a_namespace_that_another_hides_is_told(
    where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (where / "policy/q.rego").write_text('package Main\n\ndeny contains "y"\n')
    ran = run(["test", "a.yaml", "--all-namespaces"], monkeypatch)
    assert "the namespace `Main` is not tested" in ran.stderr


def test_results_that_are_neither_text_nor_object_are_told_once(
    where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (where / "policy/p.rego").write_text(
        "package main\n\ndeny contains m if some m in [[1], [2], true]\n"
    )
    ran = run(["test", "a.yaml"], monkeypatch)
    assert warnings(ran) == [
        f"`data.main.deny` holds {kind}, which is neither a text nor an object, and so passes"
        for kind in ("true", "a list")
    ]
    assert ran.code == 0


def test_files_that_are_passed_over_are_counted(
    where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (where / "in").mkdir()
    (where / "in/a.yaml").write_text("b: 1\n")
    for name in ("w.txt", "x.md", "y.sh", "z"):
        (where / "in" / name).write_text("")
    ran = run(["test", "in"], monkeypatch)
    assert warnings(ran) == [
        "4 files in directories not tested, because no parser is for them:"
        " in/w.txt, in/x.md, in/y.sh, …"
    ]


@pytest.mark.usefixtures("where")
def test_a_format_that_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(["test", "a.yaml", "-o", "yaml"], monkeypatch)
    assert warnings(ran) == ["there is no format `yaml`; conftest prints `stdout` then"]
    assert "FAIL" in ran.stdout


def test_a_key_that_no_flag_has_is_told(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (where / "conftest.toml").write_text("namespaces = ['x']\nengine = 'conftest'\n")
    ran = run(["test", "a.yaml"], monkeypatch)
    assert warnings(ran) == [
        f"conftest.toml: no flag is called `{key}`; conftest ignores it"
        for key in ("namespaces", "engine")
    ]


@pytest.mark.usefixtures("where")
def test_verifying_without_tests_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(["verify"], monkeypatch)
    assert warnings(ran) == ["no rule is called `test_…`"]
    assert ran.code == 0


@pytest.mark.usefixtures("where")
def test_notes_do_not_steer_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(["test", "a.yaml", "-n", "\x1b[31mabsent"], monkeypatch)
    assert "\x1b" not in ran.stderr
