"""What is known of a rule beside its findings: the title and the README under `policies/`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.bundle import shipped
from modelyard.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NAME = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")

CATEGORIES = {
    "baseline": "A baseline can be read, and holds nothing that is mended already.",
    "check": "What the check itself has to say.",
    "cli": "The words of the command fit together.",
    "exceptions": "An exception has a reason, an owner and an end, and is needed.",
    "file": "Files are regular ones, of a size that somebody reads, in UTF-8.",
    "policy": "Policies can be read and evaluated.",
    "repository": "There is a repository to work on.",
    "schema": "Objects are what the schema of their kind allows.",
    "spec": "Specs, environments and blueprints are what their schemas and each other allow.",
    "tree": "The rendered files are what the specs say, and nothing else lies beside them.",
    "yaml": "YAML is read the same way by everyone.",
}
"""What rules without a folder of their own are about."""

SECURITY = frozenset(("identity", "mesh", "models", "secrets", "security", "tenancy"))
"""Categories whose rules are about who may do what, and who learns what."""


HOME = "https://github.com/modelyard/modelyard/blob/v0"
"""Where the documentation of our rules is for everyone: the release that workflows name too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule as its documentation has it."""

    title: str
    about: str
    """A sentence or a few: why there is such a rule."""
    text: str
    """All of it, in Markdown."""


def address(rule: str) -> str | None:
    """Where a rule of ours is documented; nothing for a team's own."""
    if _NAME.fullmatch(rule) and (shipped() / "policies" / rule / "README.md").is_file():
        return f"{HOME}/policies/{rule}/README.md"
    return f"{HOME}/README.md#check" if rule.partition("/")[0] in CATEGORIES else None


def entry(rule: str, folders: Iterable[Path]) -> Entry:
    """The documentation of a rule; made from its name where nobody wrote any."""
    if _NAME.fullmatch(rule):
        for folder in folders:
            file = folder / rule / "README.md"
            if file.is_file():
                return _read(file.read_text("utf-8", "replace"))
    category, _, name = rule.partition("/")
    title = f"{name[:1].upper()}{name[1:].replace('-', ' ')}"
    about = CATEGORIES.get(category, title)
    return Entry(title, about, f"# {title}\n\n{about}\n")


def pretty(text: str) -> str:
    """Markdown for a terminal: headings in bold, code set in."""
    lines, in_code = [], False
    for line in map(clean, text.splitlines()):
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            lines.append(f"    {line}".rstrip())
        elif line.startswith("#"):
            lines.append(f"\x1b[1m{line.lstrip('#').strip()}\x1b[0m")
        else:
            lines.append(line)
    return "\n".join(lines)


def _read(text: str) -> Entry:
    title = text.partition("\n")[0].removeprefix("#").strip()
    found = re.search(r"^## Why\s+(.+?)(?:\n\s*\n|\n#|\Z)", text, re.MULTILINE | re.DOTALL)
    return Entry(title, " ".join(found[1].split()) if found else title, text.strip() + "\n")
