"""What the commands of conftest share: its flags, its exit codes, its words for errors."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from modelyard.cli import FINDINGS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from modelyard.conftest.flags import Flag
    from modelyard.conftest.formats import Style
    from modelyard.conftest.results import Note
    from modelyard.conftest.settings import Settings
    from modelyard.policy.engine import Engine, Options


def declare(parser: argparse.ArgumentParser, flags: Iterable[Flag]) -> None:
    """Declare flags, for help and completion; `words` reads them."""
    for flag in flags:
        names = (f"-{flag.short}", f"--{flag.name}") if flag.short else (f"--{flag.name}",)
        if flag.kind == "bool":
            parser.add_argument(*names, action="store_true", help=flag.help)
        else:
            metavar = flag.metavar or ("LIST" if flag.kind == "list" else "TEXT")
            parser.add_argument(*names, metavar=metavar, help=flag.help)


def words(command: str, flags: Sequence[Flag], given: list[str]) -> argparse.Namespace | None:
    """The command line as conftest reads it; nothing where it asks for help."""
    from modelyard.conftest.errors import Stopped
    from modelyard.conftest.flags import read

    try:
        found = read(flags, given)
    except Stopped as error:
        raise SystemExit(fail(error)) from None
    made = SimpleNamespace(command=command, given=found, words=given)
    return None if found.help else cast("argparse.Namespace", made)


def settings(flags: Sequence[Flag], arguments: argparse.Namespace) -> Settings:
    """What the run is told to do; raises `Stopped`."""
    import os

    from modelyard.conftest.flags import TEST, VERIFY
    from modelyard.conftest.settings import read

    found = read(flags, arguments.given, os.environ, (*TEST, *VERIFY))
    warn(found.notes)
    return found


def style(told: Settings, *, show_skipped: bool = False) -> Style:
    """How results are printed."""
    from modelyard.conftest.formats import Style

    return Style(
        colour=not told.on("no-color"),
        trace=told.on("trace"),
        suppress_exceptions=told.on("suppress-exceptions"),
        show_skipped=show_skipped,
        hide_message=told.on("junit-hide-message"),
        hide_passed=told.on("github-hide-passed"),
    )


class Loader:
    """Loads policies into the engine that was chosen."""

    def __init__(self, told: Settings) -> None:
        self.name = told.text("engine") or None
        self.url = told.text("opa-url") or None
        self.engine: Engine | None = None

    @property
    def embedded(self) -> bool:
        """Whether policies go into this process, and nothing else is started or asked."""
        return self.url is None and self.name in (None, "embedded")

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of what the engine holds: a connection, a program of its own."""
        close = getattr(self.engine, "close", None)
        if close is not None:
            close()

    def __call__(self, policies: list[str], options: Options) -> Engine:
        """The engine; raises `PolicyError`."""
        from modelyard.policy.engines import choose

        self.engine = choose(self.name, self.url, policies, options)
        return self.engine


def handed_over(command: str, told: Settings, given: list[str]) -> int | None:
    """The exit code of the real conftest, where it is the engine; else nothing."""
    if told.text("engine") != "conftest":
        return None
    from modelyard.policy.program import run_conftest

    return run_conftest([command, *_without_ours(given)])


def _without_ours(given: list[str]) -> list[str]:
    """A command line without the flags that conftest does not have."""
    kept: list[str] = []
    rest = iter(given)
    for word in rest:
        name, assigned, _ = word.partition("=")
        if word == "--":
            return [*kept, word, *rest]
        if name == "--hook":
            continue
        if name not in ("--engine", "--opa-url"):
            kept.append(word)
        elif not assigned:
            next(rest, None)
    return kept


def show(output: str, checks: Sequence[object], look: Style) -> None:
    """Print results, and the trace on standard error where one was asked for."""
    from typing import cast

    from modelyard.conftest.formats import NAMES, render
    from modelyard.conftest.results import Check, Note

    found = cast("Sequence[Check]", checks)
    if output not in NAMES:
        text = f"there is no format `{output}`; conftest prints `stdout` then"
        warn([Note("settings/unknown-format", text)])
    if look.trace:
        from modelyard.conftest.formats.stdout import trace

        _write(sys.stderr, "".join(f"{line}\n" for line in trace(found, look)))
    _write(sys.stdout, render(output, found, look))


def warn(notes: Iterable[Note]) -> None:
    """One line on standard error for each note."""
    for note in dict.fromkeys(notes):
        _write(sys.stderr, f"warning: {note}\n")


def fail(error: Exception, step: str = "") -> int:
    """Say what stopped the command, as conftest does, and exit as it does."""
    from modelyard.words import clean

    text = "\n".join(clean(line) for line in str(error).split("\n"))
    _write(sys.stderr, f"Error: {f'{step}: ' if step else ''}{text}\n")
    return FINDINGS


def standard_input() -> bytes:
    """All of it."""
    return sys.stdin.buffer.read()


def _write(stream: object, text: str) -> None:
    """Write bytes as they came, because names of files need not be UTF-8."""
    from typing import TextIO, cast

    out = cast("TextIO", stream)
    out.flush()
    out.buffer.write(text.encode("utf-8", "surrogateescape"))
    out.buffer.flush()
