"""Which files are policies: those that conftest would load, in the order of their paths."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from modelyard.policy.engine import Place, PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterator


def read_policies(paths: list[str]) -> dict[str, str]:
    """The text of every policy, by file; raises `PolicyError` where there is none."""
    found: dict[str, str] = {}
    for file in policy_files(paths):
        try:
            with open(file, encoding="utf-8", newline="") as stream:  # noqa: PTH123
                found[file] = stream.read()
        except UnicodeDecodeError as error:
            raise _unread(file, "not UTF-8") from error
        except OSError as error:
            raise _unread(file, str(error.strerror)) from error
    return found


def _unread(file: str, why: str) -> PolicyError:
    return PolicyError(f"load: {file}: {why}", [Place(file, 1, 1, why)])


def policy_files(paths: list[str]) -> list[str]:
    """Every policy, in the order of their paths; raises `PolicyError` where there is none."""
    found = sorted({file for path in paths for file in _files(path)})
    if not found:
        raise PolicyError(f"no policies found in [{' '.join(paths)}]")
    return found


def _files(path: str) -> Iterator[str]:
    """Policies at or below a path; links are followed, but never in a circle."""
    place = os.path.normpath(path)
    if not os.path.exists(place):  # noqa: PTH110
        raise PolicyError(f"load: {path}: no such file or directory")
    if os.path.isdir(place):  # noqa: PTH112
        yield from _below(place, (os.path.realpath(place),))
    elif place.endswith(".rego"):
        yield place


def _below(folder: str, above: tuple[str, ...]) -> Iterator[str]:
    """`above` are the real paths of the folder and of those that it lies in."""
    with os.scandir(folder) as entries:
        inside = sorted(entries, key=lambda entry: entry.name)
    for entry in inside:
        if entry.is_dir():
            real = f"{above[-1]}/{entry.name}"
            if entry.is_symlink():
                real = os.path.realpath(entry.path)
                if real in above:
                    raise PolicyError(f"load: {entry.path}: a link leads back to `{real}`")
            yield from _below(entry.path, (*above, real))
        elif entry.name.endswith(".rego") and _is_there(entry):
            yield entry.path


def _is_there(entry: os.DirEntry[str]) -> bool:
    """Whether something can be read; a link may lead to nothing."""
    return not entry.is_symlink() or os.path.exists(entry.path)  # noqa: PTH110
