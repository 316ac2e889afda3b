"""Which instructions of a Dockerfile buildkit takes.

Facts: `frontend/dockerfile/instructions/parse.go` of buildkit 0.33.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.conftest.errors import Stopped
from modelyard.words import shown

if TYPE_CHECKING:
    from modelyard.conftest.parsers.dockerfile import Instruction

_TEXT_FLAGS = {
    "add": ("chown", "chmod", "checksum"),
    "copy": ("chown", "chmod", "from"),
    "from": ("platform",),
    "run": ("network", "security"),
    "healthcheck": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
_SWITCHES = {"add": ("link", "keep-git-dir", "unpack"), "copy": ("link", "parents")}
_REPEATED = {"add": ("exclude",), "copy": ("exclude",), "run": ("mount", "device")}
_UNCHECKED = frozenset(("stopsignal", "arg"))
"""Instructions whose flags buildkit does not look at."""
_ONE = frozenset(("maintainer", "workdir", "user", "stopsignal"))
_SOME = frozenset(("env", "label", "expose", "volume", "arg"))
_ANY = frozenset(("run", "cmd", "entrypoint"))
_STAGE = re.compile(r"[a-z][a-z0-9-_.]*")
_DURATION = re.compile(r"0|[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)(.*)")


def check(instruction: Instruction) -> None:
    """Refuse what buildkit refuses."""
    command, values = instruction.command, instruction.values
    if command in _ONE and len(values) != 1:
        raise Stopped(f"{command.upper()} requires exactly one argument")
    if command in _SOME and not values:
        raise Stopped(f"{command.upper()} requires at least one argument")
    _CHECKS.get(command, _others)(instruction)
    if command not in _UNCHECKED and not (command == "healthcheck" and values[0].upper() == "NONE"):
        _flags(instruction)


def _others(instruction: Instruction) -> None:
    if instruction.command not in _ONE | _SOME | _ANY:
        raise Stopped(f"unknown instruction: {shown(instruction.name)}")


def _pairs(instruction: Instruction) -> None:
    if "" in instruction.values[::3]:
        raise Stopped(f"{instruction.command.upper()} names can not be blank")


def _arg(instruction: Instruction) -> None:
    if any(value.startswith("=") for value in instruction.values):
        raise Stopped("ARG names can not be blank")


def _files(instruction: Instruction) -> None:
    if len(instruction.values) < 2:
        raise Stopped(f"{instruction.command.upper()} requires at least two arguments")
    if re.fullmatch(r"[0-9]*<<-?\s*[^<\s]+", instruction.values[-1]):
        raise Stopped(f"{instruction.command.upper()} cannot accept a heredoc as a destination")


def _from(instruction: Instruction) -> None:
    values = instruction.values
    if len(values) == 3 and values[1].lower() == "as":
        if not _STAGE.fullmatch(values[2].lower()):
            raise Stopped(f"invalid name for build stage: {shown(values[2])}")
    elif len(values) != 1:
        raise Stopped("FROM requires either one or three arguments")


def _onbuild(instruction: Instruction) -> None:
    if instruction.inner is None:
        raise Stopped("ONBUILD requires at least one argument")
    if instruction.inner.command in ("onbuild", "maintainer", "from"):
        raise Stopped(f"{instruction.inner.name.upper()} isn't allowed as an ONBUILD trigger")


def _shell(instruction: Instruction) -> None:
    if not instruction.values:
        raise Stopped("SHELL requires at least one argument")
    if not instruction.json:
        raise Stopped("SHELL requires the arguments to be in JSON form")


def _volume(instruction: Instruction) -> None:
    if any(not value.strip() for value in instruction.values):
        raise Stopped("VOLUME specified can not be an empty string")


def _health(instruction: Instruction) -> None:
    if not instruction.values:
        raise Stopped("HEALTHCHECK requires at least one argument")
    kind, *rest = instruction.values
    if kind.upper() == "NONE":
        if rest:
            raise Stopped("HEALTHCHECK NONE takes no arguments")
    elif kind.upper() != "CMD":
        raise Stopped(f"Unknown type {shown(kind)} in HEALTHCHECK (try CMD)")
    elif not rest:
        raise Stopped("Missing command after HEALTHCHECK CMD")


_CHECKS = {
    "add": _files,
    "arg": _arg,
    "copy": _files,
    "env": _pairs,
    "from": _from,
    "healthcheck": _health,
    "label": _pairs,
    "onbuild": _onbuild,
    "shell": _shell,
    "volume": _volume,
}


def _flags(instruction: Instruction) -> None:
    command = instruction.command
    switches = _SWITCHES.get(command, ())
    repeated = _REPEATED.get(command, ())
    known = {*_TEXT_FLAGS.get(command, ()), *switches, *repeated}
    used: set[str] = set()
    for flag in instruction.flags or ():
        name, mark, value = flag[2:].partition("=")
        if name not in known:
            raise Stopped(f"unknown flag: --{shown(name)}")
        if name in used and name not in repeated:
            raise Stopped(f"duplicate flag specified: --{name}")
        used.add(name)
        if (mark and not value and name in switches) or (not mark and name not in switches):
            raise Stopped(f"missing a value on flag: --{name}")
        if name in switches and value.lower() not in ("", "true", "false"):
            raise Stopped(f"expecting boolean value for flag --{name}")
        if command == "healthcheck":
            _health_flag(name, value)


def _health_flag(name: str, value: str) -> None:
    form = re.compile("[0-9]+") if name == "retries" else _DURATION
    if value and not form.fullmatch(value):
        raise Stopped(f"--{name} cannot be {shown(value)}")
