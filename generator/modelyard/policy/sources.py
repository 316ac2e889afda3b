"""Which files are policies: those that conftest would load, in the order of their paths."""

from __future__ import annotations

import os

from modelyard.policy.engine import PolicyError


def read_policies(paths: list[str]) -> dict[str, str]:
    """The text of every policy, by file; raises `PolicyError` where there is none."""
    found: dict[str, str] = {}
    for path in paths:
        for file in _files(path, ()):
            try:
                with open(file, encoding="utf-8", newline="") as stream:  # noqa: PTH123
                    found[file] = stream.read()
            except UnicodeDecodeError as error:
                raise PolicyError(f"load: {file}: not UTF-8") from error
            except OSError as error:
                raise PolicyError(f"load: {file}: {error.strerror}") from error
    if not found:
        raise PolicyError(f"no policies found in [{' '.join(paths)}]")
    return dict(sorted(found.items()))


def _files(path: str, above: tuple[str, ...]) -> list[str]:
    """Policies below a path; links are followed, but never in a circle."""
    place = os.path.normpath(path)
    if not os.path.exists(place):  # noqa: PTH110
        raise PolicyError(f"load: {path}: no such file or directory")
    if not os.path.isdir(place):  # noqa: PTH112
        return [place] if place.endswith(".rego") else []
    real = os.path.realpath(place)
    if real in above:
        raise PolicyError(f"load: {path}: a link leads back to `{real}`")
    inside = [os.path.join(place, name) for name in sorted(os.listdir(place))]  # noqa: PTH118, PTH208
    return [
        file
        for entry in inside
        if os.path.exists(entry)  # noqa: PTH110
        for file in _files(entry, (*above, real))
    ]
