"""A git repository, asked through plumbing that runs nothing of what the repository says.

Because the repository is what a pull request makes of it, no hook, filter, pager, monitor, external
diff or text conversion may run, nothing is written, nothing is fetched, and no word that looks like
an option reaches git as one.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from modelyard.load.reader import refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

FIXED = (
    "--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotePath=false", "-c", "core.untrackedCache=keep", "-c", "protocol.allow=never",
)  # fmt: skip
"""What every call of git begins with."""
LOCAL = frozenset(
    (
        "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_EXTERNAL_DIFF", "GIT_PAGER",
    )
)  # fmt: skip
"""What a hook tells of another repository than the one that was asked for."""
INDEX = "GIT_INDEX_FILE"
"""Where git keeps what a commit with `-a`, or of some files only, will hold."""
SET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
MAX_BYTES = 8 << 20
"""No manifest needs more; what is larger is not read."""
MAX_BYTES_IN_ALL = 1 << 30
"""What is read of one revision at most."""
REGULAR = frozenset((b"100644", b"100755"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a tree in git."""

    path: str
    """Relative to the repository of models."""
    blob: str
    """The object's name, in hexadecimal."""


class Git:
    """The git repository that a directory lies in."""

    def __init__(self, root: Path, *, staged: bool = False) -> None:
        """With `staged`, what a hook asks is answered from the index of the commit being made."""
        self.root = root
        self._environment = _environment(staged=staged)

    def run(self, *words: str, given: bytes | None = None) -> bytes:
        """What git prints; raises `Refused` with its own words where it fails."""
        code, out, error = self.ask(*words, given=given)
        if code:
            raise self.failed(error)
        return out

    def ask(self, *words: str, given: bytes | None = None) -> tuple[int, bytes, str]:
        """The exit code, what git prints, and its complaint."""
        try:
            found = subprocess.run(  # noqa: S603 - the words are ours, and revisions are resolved first
                ["git", *FIXED, *words],  # noqa: S607 - the user's own git
                cwd=self.root,
                env=self._environment,
                input=given,
                stdin=subprocess.DEVNULL if given is None else None,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise self.failed("git is not installed") from None
        return found.returncode, found.stdout, found.stderr.decode("utf-8", "replace").strip()

    def start(self, *words: str) -> Callable[[], bytes]:
        """Ask git in the background; what is returned waits for what it prints, or raises `Refused`."""
        process = self._started(*words, given=subprocess.DEVNULL, complaint=subprocess.PIPE)

        def answer() -> bytes:
            out, error = process.communicate()
            if process.returncode:
                raise self.failed(error.decode("utf-8", "replace").strip())
            return out

        return answer

    def failed(self, error: str) -> Exception:
        """A refusal with git's own words."""
        text = error.splitlines()[-1] if error else "git failed"
        for word in ("fatal: ", "error: "):
            text = text.removeprefix(word)
        help_ = ""
        if "dubious ownership" in error:
            help_ = f"trust it: `git config --global --add safe.directory {self.root}`"
        elif "not a git repository" in text:
            text = "this is not in a git repository"
            help_ = "run `git init`, and commit what is deployed"
        return refused("repository/git", text, str(self.root), help_)

    @cached_property
    def prefix(self) -> str:
        """Where the repository of models lies in that of git; empty or with a slash at its end."""
        return self.run("rev-parse", "--show-prefix").decode().rstrip("\n")

    def commit(self, revision: str) -> str | None:
        """The name of the commit that a revision means, if it means one."""
        if revision.startswith("-") or "\0" in revision or not revision.strip():
            return None
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        code, out, _ = self.ask(*words)
        return out.decode().strip() if code == 0 else None

    def rows(self, commit: str | None, folders: Iterable[str]) -> list[bytes]:
        """What lies below folders at a commit, as `git ls-tree` tells it."""
        if commit is None:
            return []
        places = [f"{self.prefix}{folder}" for folder in folders]
        return self.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *places).split(b"\0")[
            :-1
        ]

    def files(self, commit: str | None, folders: Iterable[str]) -> list[Entry]:
        """The regular files below folders at a commit; symbolic links and submodules are none."""
        start = len(self.prefix.encode())
        found = []
        for row in self.rows(commit, folders):
            told, _, path = row.partition(b"\t")
            mode, _, blob = told.split(b" ")
            if mode in REGULAR:
                found.append(Entry(os.fsdecode(path[start:]), blob.decode()))
        return found

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The bytes of objects; those that are too large, or not there, are left out."""
        wanted = list(dict.fromkeys(blobs))
        found: dict[str, bytes] = {}
        if not wanted:
            return found
        with TemporaryFile() as asked:
            asked.write("".join(f"{blob}\n" for blob in wanted).encode())
            asked.seek(0)
            with self._started("cat-file", "--batch", "--buffer", given=asked) as process:
                assert process.stdout is not None
                budget = MAX_BYTES_IN_ALL
                for blob in wanted:
                    told = process.stdout.readline().split()
                    if len(told) != 3:
                        continue
                    size = int(told[2])
                    if size > min(MAX_BYTES, budget):
                        _skip(process.stdout, size + 1)
                        continue
                    budget -= size
                    found[blob] = process.stdout.read(size + 1)[:size]
        return found

    def _started(
        self, *words: str, given: IO[bytes] | int, complaint: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - the words are ours
                ["git", *FIXED, *words],  # noqa: S607 - the user's own git
                cwd=self.root,
                env=self._environment,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=complaint,
            )
        except FileNotFoundError:
            raise self.failed("git is not installed") from None


def names(output: bytes) -> Iterator[str]:
    """The names in what git prints with a NUL after each."""
    return (os.fsdecode(name) for name in output.split(b"\0") if name)


def _environment(*, staged: bool) -> dict[str, str]:
    kept = {INDEX} if staged else set()
    left = {name: text for name, text in os.environ.items() if name in kept or name not in LOCAL}
    return left | SET


def _skip(stream: IO[bytes], size: int) -> None:
    while size > 0:
        size -= len(stream.read(min(size, 1 << 20))) or size
