"""Engines that ask the real Open Policy Agent: a server that others use, and a program of our own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.policy.engine import Options, PolicyError
from modelyard.policy.engines import choose
from modelyard.policy.http import Service
from tests.conftest import peer
from tests.peers import go

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.policy.server import Server

MAIN = """package main

import data.lib

deny contains msg if {
	lib.big(input.replicas)
	msg := sprintf("%v is too many", [input.replicas])
}

deny contains "no name" if not input.name

warn_place contains data.conftest.file.name

violation_shape contains {"msg": "shaped", "tags": {"b", "a"}} if input.shaped

exception contains ["shape", "shape"] if input.excused

warn_ref.ignored contains "a ref" if true

default allow := false
"""
LIB = """package lib

big(x) if x > to_number("3")
"""
TESTS = """package main_test

import data.main

test_big if {
	print("asking", 9)
	count(main.deny) == 2 with input as {"replicas": 9}
}

test_wrong if count(main.deny) == 7 with input as {}

todo_test_later if true
"""


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    for name, text in (("a/main.rego", MAIN), ("b/lib.rego", LIB), ("b/main_test.rego", TESTS)):
        (tmp_path / "policy" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "policy" / name).write_text(text)
    return ["policy"]


@contextmanager
def served(*words: str) -> Iterator[str]:
    opa = peer(go.find("opa"), "opa")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [str(opa), "run", "--server", "--addr", address, "--skip-version-check", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as opa_run:
        try:
            for _ in range(500):
                try:
                    socket.create_connection(("127.0.0.1", int(address.split(":")[1]))).close()
                    break
                except OSError:
                    time.sleep(0.02)
            yield f"http://{address}"
        finally:
            opa_run.kill()


@pytest.fixture(params=["server", "opa"])
def engine(
    request: pytest.FixtureRequest, policies: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    if request.param == "server":
        with served() as url:
            found: Any = choose(None, url, policies, Options())
            yield found
            found.close()
    else:
        on_path(monkeypatch)
        found = choose("opa", None, policies, Options())
        yield found
        found.close()


def on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    opa = peer(go.find("opa"), "opa")
    monkeypatch.setenv("PATH", f"{opa.parent}:/usr/bin:/bin")


def kept(url: str, place: str) -> Any:
    with urllib.request.urlopen(f"{url}/v1/{place}") as answer:
        return json.load(answer).get("result")


def test_it_knows_packages_and_how_often_each_rule_is_defined(engine: Server) -> None:
    assert engine.namespaces() == ["main", "lib", "main_test"]
    assert engine.rules("main") == {
        "deny": 2,
        "warn_place": 1,
        "violation_shape": 1,
        "exception": 1,
        "allow": 1,
    }
    assert engine.rules("nowhere") == {}


def test_documents_made_in_a_row_are_each_answered_by_themselves(engine: Server) -> None:
    documents = [
        engine.document({"replicas": 9, "name": "x", "shaped": True}, "here/one.yaml"),
        engine.document({"excused": True}, "two.yaml"),
        engine.document(None, "three.yaml"),
    ]
    denied = [list(one.rule("main", "deny").values) for one in documents]
    assert denied == [["9 is too many"], ["no name"], ["no name"]]
    places = [list(one.rule("main", "warn_place").values) for one in documents]
    assert places == [["one.yaml"], ["two.yaml"], ["three.yaml"]]
    shaped = documents[0].rule("main", "violation_shape")
    assert shaped.values == [{"msg": "shaped", "tags": ["a", "b"]}]
    assert [len(one.exceptions("main", "shape").values) for one in documents] == [0, 2, 0]
    assert not documents[0].rule("main", "nothing").defined
    assert documents[0].rule("main", "allow").defined
    assert documents[0].rule("main", "allow").values == ()


def test_one_request_answers_every_document_that_waits(
    engine: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    ask = Service.ask

    def counted(self: Service, method: str, path: str, body: object = None) -> Any:
        asked.append(path)
        return ask(self, method, path, body)

    documents = [engine.document({"name": str(i)}, f"{i}.yaml") for i in range(150)]
    monkeypatch.setattr(Service, "ask", counted)
    assert [list(one.rule("main", "warn_place").values) for one in documents] == [
        [f"{i}.yaml"] for i in range(150)
    ]
    assert not any(one.exceptions("main", "place").defined for one in documents)
    # What `print` says is gathered document by document, where it can be gathered at all.
    assert len(asked) == (len(documents) * 4 if engine._own else 1)


def test_tests_pass_fail_and_wait(engine: Server) -> None:
    found = {test.name: test for test in engine.tests()}
    assert [found["test_big"].passed, found["test_wrong"].passed] == [True, False]
    assert found["todo_test_later"].skipped
    assert found["test_wrong"].package == "main_test"
    assert found["test_wrong"].file == "policy/b/main_test.rego"
    assert found["test_wrong"].line == 10
    if engine._own:
        assert found["test_big"].prints == ("policy/b/main_test.rego:6: asking 9",)


def test_a_test_with_two_definitions_is_refused_rather_than_guessed(
    policies: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path(monkeypatch)
    (tmp_path / "policy/b/twice_test.rego").write_text(
        "package twice_test\n\ntest_x if true\n\ntest_x if false\n"
    )
    found: Any = choose("opa", None, policies, Options())
    with pytest.raises(
        PolicyError, match=r"twice_test\.rego:3: `test_x` is defined more than once"
    ):
        found.tests()
    found.close()


def test_a_shared_server_is_left_as_it_was_found(policies: list[str]) -> None:
    with served() as url:
        found: Any = choose("server", url, policies, Options())
        assert len(kept(url, "policies")) == 3
        found.close()
        assert kept(url, "policies") == []


def test_data_goes_to_a_shared_server_only_where_nothing_else_is(
    policies: list[str], tmp_path: Path
) -> None:
    (tmp_path / "limits.yaml").write_text("limits: {replicas: 3}\n")
    (tmp_path / "policy/a/limits.rego").write_text("package limited\n\nwarn contains data.limits\n")
    options = Options(data=("limits.yaml",))
    with served() as url:
        found: Any = choose("server", url, policies, options)
        assert found.document({}, "x").rule("limited", "warn").values == [{"replicas": 3}]
        found.close()
        assert kept(url, "data/limits") is None
        put = urllib.request.Request(f"{url}/v1/data/limits", b'{"replicas": 4}', method="PUT")
        urllib.request.urlopen(put).close()
        with pytest.raises(PolicyError, match=r"`data\.limits` is on .* already, and differs"):
            choose("server", url, policies, options)
        assert kept(url, "data/limits") == {"replicas": 4}
        assert kept(url, "policies") == []


def test_policies_that_would_mix_with_those_of_others_are_refused(
    policies: list[str], tmp_path: Path
) -> None:
    other = tmp_path / "other.rego"
    other.write_text('package main\n\ndeny contains "mine"\n')
    with served(str(other)) as url:
        with pytest.raises(PolicyError, match="package `main` would mix with `main` of the policy"):
            choose(None, url, policies, Options())
        assert len(kept(url, "policies")) == 1


def test_a_mistake_is_told_at_its_file_and_line_and_nothing_stays(
    policies: list[str], tmp_path: Path
) -> None:
    (tmp_path / "policy/b/broken.rego").write_text("package broken\n\ndeny if nope(1)\n")
    with served() as url:
        with pytest.raises(PolicyError, match=r"^policy/b/broken.rego:3: rego_type_error: und"):
            choose(None, url, policies, Options())
        assert kept(url, "policies") == []


def test_an_error_of_a_builtin_is_undefined_unless_it_is_to_be_shown(
    policies: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_path(monkeypatch)
    (tmp_path / "policy/b/lib.rego").write_text("package lib\n\nbig(x) if to_number(x) > 3\n")
    for show in (False, True):
        found: Any = choose("opa", None, policies, Options(show_builtin_errors=show))
        asked = found.document({"name": "x", "replicas": "A"}, "one.yaml")
        if show:
            with pytest.raises(PolicyError, match=r"^built-in error: .*lib\.rego:3"):
                asked.rule("main", "deny")
        else:
            assert list(asked.rule("main", "deny").values) == []
        found.close()


@pytest.mark.parametrize(
    ("options", "text", "message"),
    [
        (Options(strict=True), "package p\n\nimport data.x\n", "import data.x unused"),
        (Options(), "package p\n\ndeny contains opa.runtime().env if nope\n", "nope is unsafe"),
        (Options(), 'package p\n\nx := http.send({"url": "x"})\n', "undefined function http.send"),
        (Options(), "package p\n\ndeny[msg] if msg := 1\n", "'if' keyword without 'contains'"),
        (Options(rego_version="v0"), "package p\n\ndeny if true\n", "var cannot be used for rule"),
    ],
)
def test_what_cannot_be_loaded_is_said(
    options: Options, text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path(monkeypatch)
    (tmp_path / "p.rego").write_text(text)
    with pytest.raises(PolicyError) as raised:
        choose("opa", None, [str(tmp_path / "p.rego")], options)
    assert message in str(raised.value)
    assert "p.rego" in str(raised.value)


def test_the_program_is_told_nothing_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path(monkeypatch)
    monkeypatch.setenv("A_PASSWORD", "hunter2")
    (tmp_path / "p.rego").write_text(
        "package p\n\nwarn contains k if some k, _ in opa.runtime().env\n"
    )
    found: Any = choose("opa", None, [str(tmp_path / "p.rego")], Options())
    told = found.document({}, "x").rule("p", "warn").values
    found.close()
    assert "PATH" in told
    assert "A_PASSWORD" not in told
    assert not Path(found._folder.name).exists()


def test_data_is_where_its_folder_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(monkeypatch)
    (tmp_path / "data/a").mkdir(parents=True)
    (tmp_path / "data/a/x.yaml").write_text("limit: 3\n")
    (tmp_path / "data/a/x.rego").write_text("package wrong\n")
    (tmp_path / "p.rego").write_text("package p\n\nwarn contains data.a.limit\n")
    options = Options(data=(str(tmp_path / "data"),))
    found: Any = choose("opa", None, [str(tmp_path / "p.rego")], options)
    assert found.document({}, "x").rule("p", "warn").values == [3]
    assert found.namespaces() == ["p"]
    found.close()


def test_trace_lines_are_those_of_open_policy_agent(
    policies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path(monkeypatch)
    found: Any = choose("opa", None, policies, Options(trace=True))
    lines = found.document({"name": "x"}, "one.yaml").rule("main", "deny").trace
    found.close()
    assert lines[0].split() == ["query:1", "Enter", "data.main.deny", "=", "_"]
    assert any(line.startswith("policy/a/main.rego:10") for line in lines), lines


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    with pytest.raises(PolicyError, match="no engine is called `embeded`: did you mean `embedded`"):
        choose("embeded", None, [], Options())


def test_no_password_of_an_address_is_ever_told(policies: list[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(PolicyError) as raised:
        choose(None, f"http://me:hunter2@127.0.0.1:{port}/opa", policies, Options())
    assert str(raised.value) == f"http://127.0.0.1:{port}/opa: [Errno 111] Connection refused"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://x", "must be http://"),
        ("http://", "must name a host"),
        ("http://x:99999", "port"),
        ("http://x?a=b", "must be http://"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, message: str, policies: list[str]) -> None:
    with pytest.raises(PolicyError, match=message):
        choose(None, url, policies, Options())


class _Odd(BaseHTTPRequestHandler):
    """A server that is none of Open Policy Agent's."""

    def do_PUT(self) -> None:
        if self.server.odd == "slow":  # type: ignore[attr-defined]
            time.sleep(2)
        bodies = {"large": b"x" * 5000, "text": b"<html>", "list": b"[]", "slow": b"{}"}
        body = bodies[self.server.odd]  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        ("slow", "no answer within 0.5 seconds"),
        ("large", "an answer of more than"),
        ("text", "not JSON"),
        ("list", "no object"),
    ],
)
def test_a_server_that_answers_oddly_is_named(
    odd: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelyard.policy.http.LARGEST", 1000)
    server = HTTPServer(("127.0.0.1", 0), _Odd)
    server.odd = odd  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    service = Service(url, seconds=0.5)
    with pytest.raises(PolicyError, match=f"^{url}: .*{message}"):
        service.ask("PUT", "/v1/policies/x", "package x")
    service.close()
    server.shutdown()
    server.server_close()


def test_the_real_conftest_gets_the_command_line_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from modelyard.policy.program import run_conftest

    conftest = peer(go.find("conftest"), "conftest")
    monkeypatch.setenv("PATH", str(conftest.parent))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.rego").write_text('package main\n\ndeny contains "no"\n')
    (tmp_path / "x.yaml").write_text("a: 1\n")
    assert run_conftest(["test", "-p", "p.rego", "--no-color", "x.yaml"]) == 1
    assert capfd.readouterr().out.startswith("FAIL - x.yaml - main - no\n")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PolicyError, match="no program `conftest` is on the path"):
        run_conftest([])
    assert shutil.which("conftest") is None
