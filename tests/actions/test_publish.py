"""What publishes the gate's comment, against a server that answers as GitHub's does."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).parents[2] / ".github" / "actions" / "publish" / "publish.py"
MARKER = "<!-- modelyard:gate -->"
HEAD = "a" * 40


@dataclass
class GitHub:
    """One pull request, its comments, and what was asked."""

    pulls: list[dict[str, Any]]
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    scanned: list[dict[str, Any]] = field(default_factory=list)
    scanning: int = 202
    address: str = ""
    files: list[str] = field(default_factory=lambda: ["models/churn.yaml"])
    redirected: str = ""
    """A path that is answered with the address of another."""

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        self.asked.append((method, path))
        place, _, query = path.partition("?")
        if place == self.redirected:
            return 302, {}
        if place == "/repos/team/models/pulls/7/files":
            page = int(dict(part.split("=") for part in query.split("&"))["page"])
            return 200, [{"filename": one} for one in self.files[(page - 1) * 100 : page * 100]]
        if place == "/repos/team/models/pulls":
            wanted = dict(part.split("=") for part in query.split("&"))["head"].replace("%3A", ":")
            return 200, [one for one in self.pulls if one["head"]["label"] == wanted]
        if place == "/repos/team/models/issues/7/comments" and method == "GET":
            page = int(dict(part.split("=") for part in query.split("&"))["page"])
            return 200, self.comments[(page - 1) * 100 : page * 100]
        if place == "/repos/team/models/issues/7/comments":
            self.comments.append(said(len(self.comments), body["body"], "Bot"))
            return 201, self.comments[-1]
        if place.startswith("/repos/team/models/issues/comments/") and method == "PATCH":
            self.comments[int(place.rpartition("/")[2])]["body"] = body["body"]
            return 200, {}
        if place == "/repos/team/models/code-scanning/sarifs":
            self.scanned.append(body)
            return self.scanning, {}
        return 404, {}


def said(number: int, body: str, kind: str) -> dict[str, Any]:
    return {"id": number, "body": body, "user": {"type": kind}}


@pytest.fixture
def github() -> Iterator[GitHub]:
    found = GitHub([{"number": 7, "head": {"sha": HEAD, "label": "fork:change"}}])

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            assert self.headers["Authorization"] == "Bearer secret"
            code, answer = found.answer(self.command, self.path, body)
            data = json.dumps(answer).encode()
            self.send_response(code)
            if code == 302:
                self.send_header("Location", f"{found.address}/elsewhere")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _do  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def publish(github: GitHub, folder: Path, text: str | None, sha: str = HEAD, code: int = 0) -> str:
    reports = folder / "reports"
    reports.mkdir(exist_ok=True)
    if text is not None:
        (reports / "comment.md").write_text(text)
    event = {
        "repository": {"full_name": "team/models"},
        "workflow_run": {
            "head_branch": "change",
            "head_sha": sha,
            "head_repository": {"owner": {"login": "fork"}},
        },
    }
    (folder / "event.json").write_text(json.dumps(event))
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(reports)],
        env={
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_API_URL": github.address,
            "GITHUB_TOKEN": "secret",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "secret" not in done.stdout + done.stderr
    return done.stdout


def test_a_comment_is_written_once_and_then_updated_in_place(
    github: GitHub, tmp_path: Path
) -> None:
    for text in ("first", "second", "second"):
        publish(github, tmp_path, f"{MARKER}\n{text}")
    assert [one["body"] for one in github.comments] == [f"{MARKER}\nsecond"]
    assert [method for method, _ in github.asked if method != "GET"] == ["POST", "PATCH"]


def test_the_comment_of_a_person_who_quotes_the_mark_is_left_alone(
    github: GitHub, tmp_path: Path
) -> None:
    github.comments += [
        said(0, f"> {MARKER}", "User"),
        *(said(n, "hello", "Bot") for n in range(1, 130)),
    ]
    publish(github, tmp_path, f"{MARKER}\nfirst")
    assert len(github.comments) == 131
    publish(github, tmp_path, f"{MARKER}\nsecond")
    assert (len(github.comments), github.comments[130]["body"]) == (131, f"{MARKER}\nsecond")
    assert github.comments[0]["body"] == f"> {MARKER}"


def test_a_commit_that_is_no_pull_requests_head_any_more_is_not_published(
    github: GitHub, tmp_path: Path
) -> None:
    assert "nothing to publish" in publish(github, tmp_path, f"{MARKER}\nold", sha="b" * 40)
    assert github.comments == []


@pytest.mark.parametrize("text", [None, "no mark", f"{MARKER}{'x' * 70_000}"])
def test_what_is_no_comment_of_the_gate_is_not_published(
    github: GitHub, tmp_path: Path, text: str | None
) -> None:
    publish(github, tmp_path, text, code=1)
    assert github.comments == []


def test_a_link_in_the_reports_is_not_followed(github: GitHub, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "elsewhere.md").write_text(f"{MARKER}\nof another file")
    (tmp_path / "reports" / "comment.md").symlink_to(tmp_path / "elsewhere.md")
    publish(github, tmp_path, None, code=1)
    assert github.comments == []


@pytest.mark.parametrize("scanning", [202, 403, 404])
def test_findings_go_into_code_scanning_where_there_is_one(
    github: GitHub, tmp_path: Path, scanning: int
) -> None:
    github.scanning = scanning
    (tmp_path / "reports").mkdir()
    results = json.dumps({"runs": [{"tool": {"driver": {"name": "modelyard"}}}]})
    (tmp_path / "reports" / "results.sarif").write_text(results)
    out = publish(github, tmp_path, f"{MARKER}\nfirst")
    assert ("not turned on" in out) == (scanning != 202)
    sent = github.scanned[0]
    assert (sent["commit_sha"], sent["ref"]) == (HEAD, "refs/pull/7/head")
    assert gzip.decompress(base64.b64decode(sent["sarif"])).decode() == results


@pytest.mark.parametrize(
    "results",
    [
        "{",
        "[]",
        "[" * 100_000,
        '{"runs": 1}',
        '{"runs": [{"tool": {"driver": {"name": "CodeQL"}}}]}',
    ],
)
def test_results_of_another_tool_are_not_passed_on(
    github: GitHub, tmp_path: Path, results: str
) -> None:
    """They would close that tool's alerts."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "results.sarif").write_text(results)
    assert "not of modelyard" in publish(github, tmp_path, f"{MARKER}\nfirst")
    assert github.scanned == []


def test_a_report_notifies_nobody_and_has_no_other_mark(github: GitHub, tmp_path: Path) -> None:
    publish(github, tmp_path, f"{MARKER}\n@everyone <!-- other-tool -->")
    body = github.comments[0]["body"]
    assert "@everyone" not in body
    assert body.count("<!--") == 1


def test_the_comment_of_another_bot_that_quotes_the_mark_is_left_alone(
    github: GitHub, tmp_path: Path
) -> None:
    github.comments.append(said(0, f"> {MARKER}", "Bot"))
    publish(github, tmp_path, f"{MARKER}\nfirst")
    assert [one["body"] for one in github.comments] == [f"> {MARKER}", f"{MARKER}\nfirst"]


def test_a_change_of_workflows_is_told_by_what_no_change_can_edit(
    github: GitHub, tmp_path: Path
) -> None:
    github.files = [*(f"models/{n}.yaml" for n in range(150)), ".github/workflows/modelyard.yaml"]
    publish(github, tmp_path, f"{MARKER}\nThe gate is open.")
    assert "only its own word" in github.comments[0]["body"]


def test_where_nothing_changes_nobody_is_told_and_an_old_comment_shrinks(
    github: GitHub, tmp_path: Path
) -> None:
    nothing = f"{MARKER}\nThe gate is open: nothing that modelyard renders has changed.\n"
    publish(github, tmp_path, nothing)
    assert github.comments == []
    publish(github, tmp_path, f"{MARKER}\n## The gate is shut")
    publish(github, tmp_path, nothing)
    assert [one["body"] for one in github.comments] == [nothing]


def test_no_redirection_takes_the_token_with_it(github: GitHub, tmp_path: Path) -> None:
    github.redirected = "/repos/team/models/issues/7/comments"
    publish(github, tmp_path, f"{MARKER}\nfirst", code=1)
    assert not any("elsewhere" in path for _, path in github.asked)
