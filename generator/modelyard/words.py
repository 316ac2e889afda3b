"""Words that messages share. Imported everywhere, so it imports nothing."""

from __future__ import annotations


def said(value: object) -> str:
    """What a value is, in the words of YAML."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number `{plain_number(value)}`"
    if isinstance(value, str):
        return f"the text `{shown(value)}`"
    return "a list" if isinstance(value, list | tuple) else "a mapping"


def shown(text: str) -> str:
    """A text as it may stand in a message: short, without control characters and passwords."""
    found = clean(text) or '""'
    if "://" in found and "@" in found:
        import re

        found = re.sub(r"://[^/\s:@]*:[^/\s@]+@", "://…@", found)
    return found if len(found) <= 60 else f"{found[:57]}…"


def plain_number(value: float) -> str:
    """A number as people write it: `2`, not `2.0`."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def plural(count: int, noun: str) -> str:
    """A number with its noun."""
    ending = "ies" if noun.endswith("y") else "s"
    stem = noun.removesuffix("y") if noun.endswith("y") else noun
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {stem}{ending}"


def clean(text: str) -> str:
    """A text without characters that would move the cursor or hide other text."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def harmless(line: str) -> str:
    """A line that no build takes for a command to it: `::error`, `##[error]`, `##vso[`."""
    line = line.replace("##[", "## [").replace("##vso[", "##vso [")
    return f"./{line}" if line.lstrip().startswith("::") else line
