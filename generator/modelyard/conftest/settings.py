"""What a run is told to do: by flags, by the environment, by a file, by default, in this order.

Facts: `internal/commands/default.go` of conftest 0.71.1 and viper 1.21: the file is `conftest.EXT` of
the working directory, or what `--config-file` (`CONFTEST_CONFIG_FILE`) names; its keys are the names
of flags in any case; a variable is `CONFTEST_` and the name in capitals with `_` for `-`, and
counts for nothing when it is empty.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from modelyard.conftest.errors import Stopped
from modelyard.conftest.flags import Flag, truth
from modelyard.conftest.results import Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelyard.conftest.flags import Given

EXTENSIONS = ("json", "toml", "yaml", "yml", "properties", "props", "prop", "hcl", "tfvars")
"""In the order in which the working directory is searched."""
MORE_EXTENSIONS = ("dotenv", "env", "ini")
OF_OTHERS = frozenset(("absolute-paths", "annotations", "check"))
"""Keys that only other commands of conftest know."""
READ = frozenset(("json", "toml", "yaml", "yml", "dotenv", "env"))

Value = bool | str | tuple[str, ...]


class Settings:
    """The value of every flag; `notes` are what the file says that conftest does not know."""

    def __init__(self, values: Mapping[str, Value], files: Sequence[str], notes: Sequence[Note]):
        self._values = dict(values)
        self.files = list(files)
        self.notes = list(notes)

    def on(self, name: str) -> bool:
        """A truth value."""
        found = self._values.get(name, False)
        assert isinstance(found, bool)
        return found

    def text(self, name: str) -> str:
        """A text; empty where nobody gave one."""
        found = self._values.get(name, "")
        assert isinstance(found, str)
        return found

    def list(self, name: str) -> tuple[str, ...]:
        """A list."""
        found = self._values.get(name, ())
        assert isinstance(found, tuple)
        return found


def read(
    flags: Sequence[Flag], given: Given, environment: Mapping[str, str], known: Sequence[Flag]
) -> Settings:
    """The settings; raises `Stopped` for a file or a value that cannot be taken.

    `known` are the flags of all commands, because a file may serve more than one. Flags of our own
    can only be given as flags: a repository does not choose what evaluates it.
    """
    path, written = _file(given, environment)
    names = {flag.name for flag in known if not flag.ours} | OF_OTHERS
    notes = [
        Note("settings/unknown-key", f"no flag is called `{key}`; conftest ignores it", str(path))
        for key in written
        if key not in names
    ]
    values = {flag.name: _value(flag, given, environment, written, path) for flag in flags}
    return Settings(values, given.files, notes)


def _value(
    flag: Flag,
    given: Given,
    environment: Mapping[str, str],
    written: Mapping[str, Any],
    path: str | None,
) -> Value:
    if flag.name in given.values:
        return given.values[flag.name]
    if flag.ours:
        return flag.default
    variable = f"CONFTEST_{flag.name.upper().replace('-', '_')}"
    text = environment.get(variable, "")
    if text:
        return _converted(flag, text, variable)
    if flag.name in written and written[flag.name] is not None:
        return _converted(flag, written[flag.name], f"{path}: {flag.name}")
    return flag.default


def _converted(flag: Flag, value: Any, name: str) -> Value:
    """A value of a file or a variable, as the decoder of conftest converts it weakly."""
    if flag.kind == "bool":
        if isinstance(value, bool | int | float):
            return bool(value)
        text = _text(value, name)
        try:
            return truth(text, name) if text else False
        except Stopped:
            raise Stopped(f"unmarshal parameters: `{name}` must be true or false") from None
    if flag.kind == "text":
        return _text(value, name)
    if isinstance(value, list):
        return tuple(_text(item, name) for item in value)
    text = _text(value, name)
    return tuple(text.split(",")) if text else ()


def _text(value: Any, name: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    raise Stopped(f"unmarshal parameters: `{name}` must be text")


def _file(given: Given, environment: Mapping[str, str]) -> tuple[str | None, dict[str, Any]]:
    named = given.values.get("config-file") or environment.get("CONFTEST_CONFIG_FILE", "")
    path = _cleaned(str(named)) if named else _found()
    if path is None:
        return None, {}
    try:
        return path, _parsed(path)
    except (OSError, ValueError) as error:
        what = f"{path}: {error.strerror}" if isinstance(error, OSError) else f"{path}: {error}"
        raise Stopped(f"read in config: error reading config: {what}") from None


def _cleaned(path: str) -> str:
    from pathlib import Path

    return str(Path(path))


def _found() -> str | None:
    for extension in (*EXTENSIONS, *MORE_EXTENSIONS):
        path = f"conftest.{extension}"
        if os.path.isfile(path):  # noqa: PTH113 - `pathlib` takes its time to load
            return path
    return None


def _parsed(named: str) -> dict[str, Any]:
    from pathlib import Path

    path = Path(named)
    extension = path.suffix[1:]
    if extension not in READ:
        raise ValueError(f"settings cannot be written as `{extension}`; write TOML, YAML or JSON")
    content = path.read_bytes()
    if extension == "toml":
        import tomllib

        found: Any = tomllib.loads(content.decode())
    elif extension == "json":
        import json

        found = json.loads(content)
    else:
        from modelyard.conftest.parsers import by_name

        found = by_name("dotenv" if extension in ("dotenv", "env") else "yaml")(content).value
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ValueError("settings must be a mapping")
    return {key.lower(): value for key, value in found.items()}
