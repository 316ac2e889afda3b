"""The flags of the commands, as conftest declares them, and how it reads them.

Facts: `internal/commands/test.go` and `verify.go` of conftest 0.71.1, and pflag 1.0.10: a truth value
takes its value only after `=`; a list takes commas and repetition; flags and files mix; `--` ends
the flags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from modelyard.conftest.errors import Stopped
from modelyard.conftest.gotext import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Kind = Literal["bool", "text", "list"]


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag with its default and one line for people. `ours` are not conftest's."""

    name: str
    kind: Kind
    help: str
    short: str = ""
    default: bool | str | tuple[str, ...] = ""
    ours: bool = False
    metavar: str = ""


def _switch(name: str, help: str, *, default: bool = False) -> Flag:
    return Flag(name, "bool", help, default=default)


_CONFIG = Flag("config-file", "text", "read settings from FILE", "c", metavar="FILE")
_OUTPUT = Flag(
    "output",
    "text",
    "stdout, json, tap, table, junit, github, azuredevops or sarif",
    "o",
    "stdout",
    metavar="FORMAT",
)
_POLICY = Flag(
    "policy", "list", "policies: files and directories (default: policy)", "p", ("policy",)
)
_DATA = Flag("data", "list", "data for the policies: YAML and JSON", "d", ())
_PROTO = Flag("proto-file-dirs", "list", "directories of .proto files", default=())
_CAPABILITIES = Flag(
    "capabilities", "text", "a JSON file with what policies may use", metavar="FILE"
)
_VERSION = Flag(
    "rego-version",
    "text",
    "the version of Rego: v0 or v1 (default: v1)",
    default="v1",
    metavar="V",
)
_ENGINE = Flag(
    "engine",
    "text",
    "embedded, opa, server or conftest: what evaluates (default: embedded)",
    ours=True,
    metavar="NAME",
)
_URL = Flag("opa-url", "text", "the server that the engine `server` asks", ours=True, metavar="URL")
_HOOK = Flag(
    "hook", "bool", "for hooks: stop unless a PATH is of the policies", default=False, ours=True
)
_SHARED = (
    _switch("no-color", "print without colours"),
    _switch("quiet", "print nothing where nothing failed"),
    _switch("trace", "print how each query went"),
    _switch("strict", "refuse what is unused in policies"),
    _switch("show-builtin-errors", "stop where a built-in function fails"),
    _switch("junit-hide-message", "name JUnit's cases after files alone"),
    _switch("github-hide-passed", "leave out GitHub's groups where all passed"),
)

TEST = (
    _POLICY,
    Flag("namespace", "list", "packages to test, or globs (default: main)", "n", ("main",)),
    _switch("all-namespaces", "test the packages of all policies"),
    _DATA,
    _switch("combine", "evaluate all files together"),
    Flag("parser", "text", "read every file as this format", metavar="FORMAT"),
    Flag("ignore", "text", "leave out files whose path matches", metavar="REGEX"),
    Flag("stdin-filename", "text", "what to call standard input", metavar="NAME"),
    _OUTPUT,
    _switch("fail-on-warn", "exit with 1 on warnings, with 2 on failures"),
    _switch("no-fail", "exit with 0 even if policies fail"),
    _switch("suppress-exceptions", "do not list exceptions"),
    *_SHARED,
    _VERSION,
    _CAPABILITIES,
    _PROTO,
    Flag("update", "list", "not offered: nothing is downloaded here", "u", ()),
    _switch("tls", "for --update alone", default=True),
    _CONFIG,
    _ENGINE,
    _URL,
)
VERIFY = (
    _POLICY,
    Flag("namespace", "list", "report tests of these packages, or globs", "n", ()),
    _DATA,
    _OUTPUT,
    Flag("report", "text", "full, notes or fails: print a report", metavar="WHAT"),
    _switch("var-values", "show values of failing expressions in a report"),
    *_SHARED,
    _VERSION,
    _CAPABILITIES,
    _PROTO,
    _CONFIG,
    _ENGINE,
    _URL,
    _HOOK,
)


@dataclass(slots=True)
class Given:
    """What was on the command line: flags by name, and everything else in order."""

    values: dict[str, bool | str | tuple[str, ...]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    help: bool = False


def read(flags: Sequence[Flag], words: Sequence[str]) -> Given:
    """The command line; raises `Stopped` in the words of conftest."""
    by_name = {flag.name: flag for flag in flags}
    by_short = {flag.short: flag for flag in flags if flag.short}
    given = Given()
    rest = iter(words)
    for word in rest:
        if word == "--":
            given.files += rest
        elif word.startswith("--"):
            _long(word, by_name, given, rest)
        elif word.startswith("-") and word != "-":
            _short(word, by_short, given, rest)
        else:
            given.files.append(word)
    return given


def _long(word: str, flags: Mapping[str, Flag], given: Given, rest: Iterator[str]) -> None:
    name, assigned, text = word[2:].partition("=")
    if not name or name.startswith("-"):
        raise Stopped(f"bad flag syntax: {word}")
    flag = flags.get(name)
    if flag is None:
        if name == "help":
            given.help = True
            return
        raise Stopped(f"unknown flag: --{name}{_meant(name, flags)}")
    if not assigned:
        text = "true" if flag.kind == "bool" else _next(rest, f"--{name}")
    _take(flag, text, given)


def _short(word: str, flags: Mapping[str, Flag], given: Given, rest: Iterator[str]) -> None:
    """One flag and its value in one word: no flag of conftest with a letter is a truth value."""
    letter, text = word[1], word[2:]
    flag = flags.get(letter)
    if flag is None:
        if letter == "h":
            given.help = True
            return
        raise Stopped(f"unknown shorthand flag: '{letter}' in {word}")
    text = text.removeprefix("=") if text else _next(rest, f"'{letter}' in {word}")
    _take(flag, text, given)


def _next(rest: Iterator[str], name: str) -> str:
    found = next(rest, None)
    if found is None:
        raise Stopped(f"flag needs an argument: {name}")
    return found


def _take(flag: Flag, text: str, given: Given) -> None:
    if flag.kind == "bool":
        given.values[flag.name] = truth(text, f"--{flag.name}")
    elif flag.kind == "text":
        given.values[flag.name] = text
    else:
        before = given.values.get(flag.name, ())
        assert isinstance(before, tuple)
        given.values[flag.name] = (*before, *_columns(text, flag))


_COLUMN = re.compile(r'"((?:[^"]|"")*)"(?=,|$)|([^",]*)(?=,|$)', re.DOTALL)


def _columns(text: str, flag: Flag) -> list[str]:
    """The values of one flag: a line of comma-separated values, with quotes where needed."""
    found: list[str] = []
    at = 0
    while text and at <= len(text):
        match = _COLUMN.match(text, at)
        if not match:
            name = f"-{flag.short}, --{flag.name}" if flag.short else f"--{flag.name}"
            raise Stopped(
                f"invalid argument {quoted(text)} for {quoted(name)} flag: a quote out of place"
            )
        found.append(match[2] if match[1] is None else match[1].replace('""', '"'))
        at = match.end() + 1
    return found


_TRUE = frozenset(("1", "t", "T", "true", "TRUE", "True"))
_FALSE = frozenset(("0", "f", "F", "false", "FALSE", "False"))


def truth(text: str, name: str) -> bool:
    """A truth value as `strconv.ParseBool` takes it."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise Stopped(f'invalid argument "{text}" for "{name}" flag: it must be true or false')


def _meant(name: str, flags: Mapping[str, Flag]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, flags, 1, 0.7)
    return f"; did you mean --{near[0]}?" if near else ""
