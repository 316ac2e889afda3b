"""Command lines with the files that they are about."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Case:
    name: str
    words: list[str]
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    environment: tuple[tuple[str, str], ...] = ()


def write(case: Case, where: Path) -> None:
    where.mkdir(parents=True)
    for name, text in case.files.items():
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    for name, target in case.links.items():
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)


CASES: list[Case] = []
