"""Runs a case: by the real conftest, and by ours in this process."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.peers import go

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.differential.cases import Case

HERE = "<here>"


class Outcome(NamedTuple):
    """What a command came to. The folder that it ran in is `<here>`."""

    code: int
    out: str
    err: str


def theirs(case: Case, program: Path) -> Outcome:
    """What conftest makes of a case."""
    with _folder(case) as folder:
        done = subprocess.run(
            [program, *case.words],
            cwd=folder,
            input=case.stdin.encode(),
            capture_output=True,
            env={"PATH": "/nowhere", "HOME": "/nowhere", **case.environment},
            timeout=60,
            check=False,
        )
        return Outcome(
            done.returncode, *(_placed(s.decode(), folder) for s in (done.stdout, done.stderr))
        )


def ours(case: Case) -> Outcome:
    """What modelyard makes of a case."""
    from modelyard.cli import main

    with _folder(case) as folder, _process(case, folder):
        out, err = _stream(), _stream()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(list(case.words))
        return Outcome(code, *(_placed(_text(s), folder) for s in (out, err)))


def version(program: Path) -> dict[str, str]:
    """Which conftest it is that is compared with."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return {"conftest": go.PROGRAMS["conftest"][1], "opa": said.split("OPA: ")[1].split()[0]}


@contextmanager
def _folder(case: Case) -> Iterator[Path]:
    place = tempfile.mkdtemp(prefix="differential-")
    try:
        case.write(Path(place))
        yield Path(place).resolve()
    finally:
        shutil.rmtree(place)


@contextmanager
def _process(case: Case, folder: Path) -> Iterator[None]:
    """The folder, the environment and the input of a case, for as long as it runs."""
    before, stdin = dict(os.environ), sys.stdin
    place = Path.cwd()
    sys.stdin = io.TextIOWrapper(io.BytesIO(case.stdin.encode()))
    try:
        os.chdir(folder)
        os.environ.update(case.environment)
        yield
    finally:
        os.chdir(place)
        sys.stdin = stdin
        os.environ.clear()
        os.environ.update(before)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def _placed(text: str, folder: Path) -> str:
    return text.replace(str(folder), HERE)
