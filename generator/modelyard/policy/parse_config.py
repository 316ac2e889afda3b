"""The builtins that conftest adds to Rego: configuration files as documents.

Fact: conftest's `builtins/parse_config.go`; a path is relative to the policy that names it. Unlike
there, a file must lie below the folder of the policy.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from modelyard.rego.builtins import BuiltinError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.rego.values import Value


def find(name: str, policy: str) -> tuple[int, Callable[..., Value]] | None:
    """A builtin for the policy in a file, with the number of its arguments."""
    if name == "parse_config":
        return 2, parse_config
    if name == "parse_config_file":
        return 1, partial(parse_config_file, policy)
    if name == "parse_combined_config_files":
        return 1, partial(parse_combined_config_files, policy)
    return None


def parse_config(parser: Value, text: Value) -> Value:
    """A text as a document, read by the parser of a name."""
    if not isinstance(parser, str) or not isinstance(text, str):
        raise BuiltinError("decode args: argument is not expected type")
    return _parsed(parser, text.encode(), "")


def parse_config_file(policy: str, path: Value) -> Value:
    """A file as a document."""
    from pathlib import Path

    from modelyard.conftest.parsers import name_of

    if not isinstance(path, str):
        raise BuiltinError("decode args: argument is not expected type")
    place = os.path.normpath(Path(policy).parent / path)
    if "\0" in place:
        raise BuiltinError("read config file: no path has a NUL")
    real = Path(place).resolve()
    if not real.is_relative_to(Path(policy).parent.resolve()):
        raise BuiltinError(f"{place}: a policy reads only files below its own folder")
    parser = name_of(place)
    if parser is None:
        raise BuiltinError(f"create config parser: unknown parser: {real.suffix}")
    try:
        content = real.read_bytes()
    except OSError as error:
        raise BuiltinError(f"read config file {place}: {error.strerror}") from None
    return _parsed(parser, content, f"{place}: ")


def parse_combined_config_files(policy: str, paths: Value) -> Value:
    """Files as one document, in the shape that `--combine` gives them."""
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise BuiltinError("decode args: argument is not expected type")
    found: list[dict[str, Any]] = []
    for path in dict.fromkeys(paths):
        value = parse_config_file(policy, path)
        place = os.path.normpath(os.path.join(_folder(policy), path))  # noqa: PTH118
        contents = value if isinstance(value, list) else [value]
        found += [{"path": place, "contents": item} for item in contents]
    return sorted(found, key=lambda item: str(item["path"]))


def _folder(policy: str) -> str:
    from pathlib import Path

    return str(Path(policy).parent)


def _parsed(parser: str, content: bytes, place: str) -> Value:
    from modelyard.conftest.errors import Stopped
    from modelyard.conftest.parsers import by_name

    try:
        return by_name(parser)(content).value
    except Stopped as error:
        raise BuiltinError(f"{place}{error}") from None
