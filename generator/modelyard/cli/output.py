"""Printing a report in the formats that were asked for, each to its place."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.cli import REFUSED

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping

    from modelyard.findings import Report
    from modelyard.report import Look


def add_output(parser: argparse.ArgumentParser) -> None:
    """The option that chooses between people and machines, for commands that find nothing."""
    parser.add_argument(
        "-o",
        "--output",
        choices=("text", "json"),
        default="text",
        metavar="FORMAT",
        help="text for people, json for machines",
    )


def add_reports(parser: argparse.ArgumentParser) -> None:
    """The option that chooses formats, and where each goes."""
    from modelyard.report import FORMATS

    parser.add_argument(
        "-o",
        "--output",
        action="append",
        type=_taking_turns(),
        choices=_Formats(FORMATS),
        metavar="FORMAT[=FILE]",
        help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}; may be repeated, with a file for each but one",
    )


class _Formats(tuple[str, ...]):
    """Names of formats, each of which may be followed by a file."""

    def __contains__(self, word: object) -> bool:
        return super().__contains__(str(word).partition("=")[0])


def _taking_turns() -> Callable[[str], str]:
    """A check of one word after the other: no two reports go to one place."""
    taken: set[str] = set()

    def check(word: str) -> str:
        from argparse import ArgumentTypeError

        name, wants_file, file = word.partition("=")
        if wants_file and not file:
            raise ArgumentTypeError(f"a file is missing after `{word}`")
        if file in taken:
            where = f"`{file}`" if file else "standard output"
            raise ArgumentTypeError(f"two reports cannot share {where}; write `{name}=FILE`")
        taken.add(file)
        return word

    return check


def printed(arguments: argparse.Namespace) -> str:
    """The format that goes to standard output; empty where none does."""
    return next((name for name, file in _targets(arguments) if not file), "")


def _targets(arguments: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Formats, and their files; an empty one for standard output."""
    words = getattr(arguments, "output", None) or ["text"]
    for word in [words] if isinstance(words, str) else words:
        name, _, file = word.partition("=")
        yield name, file


def report(
    found: Report,
    arguments: argparse.Namespace,
    *,
    closing: str = "",
    refused: bool = False,
    baseline: bool = False,
    own: Mapping[str, Callable[[Report, Look], str]] | None = None,
    **more: Any,
) -> None:
    """Write a report in every format that was asked for.

    `closing` are lines for people after the findings, `more` keys for machines, `own` writes formats in
    the command's own way. Where a file cannot be written, the others are, and the command ends with 2.
    """
    from modelyard.report import render

    known = {"closing": closing, "refused": refused, "baseline": baseline, "more": more}
    look = _look(arguments, **known, own=own or {})
    whole = True
    for name, file in sorted(_targets(arguments), key=lambda target: not target[1]):
        if file:
            whole &= _written(arguments.directory / file, file, render(name, found, look))
        else:
            sys.stdout.write(render(name, found, _on_terminal(look)))
        if name == "github":
            _summarise(found, look)
    if not whole:
        raise SystemExit(REFUSED)


def _look(arguments: argparse.Namespace, **known: Any) -> Look:
    from modelyard.bundle import shipped
    from modelyard.report import Look

    base = _base(arguments)
    policies = (base / "policies", shipped() / "policies")
    return Look(prefix=_prefix(base), policies=policies, **known)


def _base(arguments: argparse.Namespace) -> Path:
    """What the files of findings are relative to: the repository, or where a folder was named."""
    from modelyard.errors import Refused
    from modelyard.load.repository import find_root

    start: Path = getattr(arguments, "directory", Path()).resolve()
    if getattr(arguments, "folder", False):
        return start
    try:
        return find_root(start)
    except Refused:
        return start


def _prefix(base: Path) -> str:
    """Where a folder lies in its git repository, because that is what platforms count from."""
    top = next((folder for folder in (base, *base.parents) if (folder / ".git").exists()), base)
    inside = base.relative_to(top).as_posix()
    return "" if inside == "." else f"{inside}/"


def _on_terminal(look: Look) -> Look:
    from dataclasses import replace

    from modelyard.report.text import is_coloured

    return replace(look, colour=is_coloured(sys.stdout))


def _summarise(found: Report, look: Look) -> None:
    """Annotations have little room; GitHub shows this file below the run."""
    from modelyard.report import render

    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        try:
            with Path(file).open("a", encoding="utf-8") as stream:
                stream.write(f"{render('markdown', found, look)}\n")
        except OSError as error:
            _complain(f"the summary of the step cannot be written: {error.strerror}")


def _written(path: Path, file: str, text: str) -> bool:
    from modelyard.write.whole import write_whole

    try:
        write_whole(path, text.encode("utf-8", "replace"))
    except OSError as error:
        _complain(f"`{file}` cannot be written: {error.strerror}")
        return False
    return True


def _complain(text: str) -> None:
    from modelyard.words import clean

    sys.stderr.write(f"modelyard: {clean(text)}\n")


def say(line: str) -> None:
    """A line for people."""
    sys.stdout.write(f"{line}\n")
