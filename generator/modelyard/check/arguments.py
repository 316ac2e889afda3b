"""Arguments: the words that a container runs, those of its shell scripts among them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container
    from modelyard.findings import Route

_VARIABLE = re.compile(r"\$\((\w+)\)|\$\{(\w+)\}|\$(\w+)")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a command, and where it stands."""

    text: str
    route: Route


def words(container: Container) -> list[Word]:
    """Command and arguments as words; a script is split as a shell would."""
    return [
        Word(part, (*container.route, field, index))
        for field in ("command", "args")
        for index, text in enumerate(sequence(container.value.get(field)))
        if isinstance(text, str)
        for part in _split(text)
    ]


_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)


def _split(text: str) -> list[str]:
    if not any(character.isspace() for character in text):
        return [text]
    plain = _COMMENT.sub("", text.replace("\\\n", " "))
    shell = shlex.shlex(plain, posix=True, punctuation_chars=";&|")
    shell.whitespace_split, shell.commenters = True, ""
    try:
        return list(shell)
    except ValueError:
        return plain.split()


def mentions(container: Container, part: str) -> bool:
    """Whether a container's command has some text in it."""
    return any(
        isinstance(text, str) and part in text
        for field in ("command", "args")
        for text in sequence(container.value.get(field))
    )


def flags(found: list[Word]) -> Iterator[tuple[str, str, Route]]:
    """Each flag with its value, from `--flag=value` and `--flag value`, and where the value stands."""
    for number, word in enumerate(found):
        if word.text.startswith("-"):
            name, equals, value = word.text.partition("=")
            name = name.replace("_", "-")
            if equals:
                yield name, value, word.route
            elif number + 1 < len(found):
                yield name, found[number + 1].text, found[number + 1].route


def known(container: Container) -> dict[str, str]:
    """The environment variables that are written out."""
    found: dict[str, str] = {}
    for item in sequence(container.value.get("env")):
        name, value = mapping(item).get("name"), mapping(item).get("value")
        if isinstance(name, str) and isinstance(value, str):
            found[name] = value
    return found


def filled(text: str, variables: dict[str, str]) -> str:
    """A text with the variables that are known."""

    def value(match: re.Match[str]) -> str:
        name: Any = match[1] or match[2] or match[3]
        return variables.get(name, match[0])

    return _VARIABLE.sub(value, text) if "$" in text else text
