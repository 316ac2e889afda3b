"""Put the gate's comment on its pull request, in place, and its findings into code scanning.

It runs with a token that may write, beside reports of a change that nobody trusts. So the reports are
text and nothing more: which pull request is meant comes from the event, and is asked of GitHub again;
the comment must carry the gate's mark, and is no longer than a comment may be. Only the standard library
is used, because nothing is installed where the token is.

Facts: docs.github.com/rest, "Pulls" and "Issues" and "Code scanning"; docs.github.com/actions, `workflow_run`.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

MARKER = "<!-- modelyard:gate -->"
LONGEST = 65_536
"""Characters of a comment."""
LARGEST = 100 << 20
"""Bytes of findings; GitHub takes 10 MB of them compressed."""
ROOM = 400
"""Characters of a comment that are kept for what is said here."""
NOTHING = "The gate is open: nothing "
"""How the one line begins that is left where nothing has changed."""
TOOL = "modelyard"
PAGE, PAGES = 100, 30


def main(folder: str) -> int:
    """Publish what is in a folder; returns the exit code."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text("utf-8"))
    run, repository = event["workflow_run"], event["repository"]["full_name"]
    number = pull_request(repository, run)
    if number is None:
        print("no open pull request has the commit that was judged: nothing to publish")
        return 0
    text = comment(Path(folder))
    if text is None:
        print("::error::the reports hold no comment of the gate")
        return 1
    publish(repository, number, text + warning(repository, number))
    scan(repository, number, run["head_sha"], Path(folder) / "results.sarif")
    return 0


def pull_request(repository: str, run: dict[str, Any]) -> int | None:
    """The open pull request whose head is the commit that was judged.

    An event of a fork does not say which, so GitHub is asked by the fork's branch.
    """
    owner = (run.get("head_repository") or {}).get("owner", {}).get("login", "")
    query = urllib.parse.urlencode({"head": f"{owner}:{run['head_branch']}", "state": "open"})
    for found in call("GET", f"/repos/{repository}/pulls?{query}"):
        if found["head"]["sha"] == run["head_sha"]:
            return int(found["number"])
    return None


def comment(folder: Path) -> str | None:
    """The comment, if the folder holds one that is the gate's and that GitHub takes."""
    path = folder / "comment.md"
    if path.is_symlink() or not path.is_file() or path.stat().st_size > 4 * LONGEST:
        return None
    text = path.read_text("utf-8", "replace")
    if not text.startswith(MARKER):
        return None
    safe = MARKER + harmless(text.removeprefix(MARKER))
    return safe if len(safe) <= LONGEST - ROOM else None


def harmless(text: str) -> str:
    """Text that notifies nobody, and in which no other mark is found than ours."""
    return text.replace("<!--", "&lt;!--").replace("@", "@\N{ZERO WIDTH NON-JOINER}")


def warning(repository: str, number: int) -> str:
    """What only this job can say: nobody can change it from a pull request."""
    for page in range(1, PAGES + 1):
        query = f"per_page={PAGE}&page={page}"
        found = call("GET", f"/repos/{repository}/pulls/{number}/files?{query}")
        names = (str(one.get(key)) for one in found for key in ("filename", "previous_filename"))
        if any(name.startswith(".github/") for name in names):
            return "\n> **It changes workflows, so this report is only its own word.**\n"
        if len(found) < PAGE:
            break
    return ""


def publish(repository: str, number: int, text: str) -> None:
    """Update the comment that is there, or write one."""
    known = ours(repository, number)
    is_nothing = text.removeprefix(MARKER).lstrip().startswith(NOTHING)
    if known is None and is_nothing:
        print("nothing has changed, and nothing was said before: there is no comment")
    elif known is None:
        call("POST", f"/repos/{repository}/issues/{number}/comments", {"body": text})
    elif known["body"] != text:
        call("PATCH", f"/repos/{repository}/issues/comments/{known['id']}", {"body": text})


def ours(repository: str, number: int) -> dict[str, Any] | None:
    """The gate's comment on a pull request: a bot's that begins with the mark; others may quote it."""
    for page in range(1, PAGES + 1):
        query = f"per_page={PAGE}&page={page}"
        found = call("GET", f"/repos/{repository}/issues/{number}/comments?{query}")
        for one in found:
            if one["user"]["type"] == "Bot" and (one["body"] or "").startswith(MARKER):
                return dict(one)
        if len(found) < PAGE:
            return None
    return None


def scan(repository: str, number: int, commit: str, path: Path) -> None:
    """Hand the findings to code scanning, where a repository has it."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
        return
    findings = path.read_bytes()
    if not is_ours(findings):
        print("::error::the reports hold results that are not of modelyard")
        return
    body = {
        "commit_sha": commit,
        "ref": f"refs/pull/{number}/head",
        "sarif": base64.b64encode(gzip.compress(findings, mtime=0)).decode(),
        "tool_name": TOOL,
    }
    try:
        call("POST", f"/repos/{repository}/code-scanning/sarifs", body)
    except urllib.error.HTTPError as error:
        if error.code not in (403, 404):  # code scanning is not turned on
            raise
        print("code scanning is not turned on: the findings are in the comment alone")


def is_ours(findings: bytes) -> bool:
    """Whether all results are of modelyard: those of another tool would close that tool's alerts."""
    try:
        runs = json.loads(findings)["runs"]
        return all(run["tool"]["driver"]["name"] == TOOL for run in runs)
    except (ValueError, LookupError, TypeError, RecursionError):
        return False


class NoRedirection(urllib.request.HTTPRedirectHandler):
    """Because the token would go with it, an answer that leads elsewhere is a failure."""

    def redirect_request(self, *_: Any) -> None:
        """Never."""


def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """What GitHub answers."""
    api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
    request = urllib.request.Request(  # noqa: S310 - the address is the runner's own
        f"{api}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
        },
    )
    opener = urllib.request.build_opener(NoRedirection)
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
