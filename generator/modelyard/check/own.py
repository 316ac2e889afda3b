"""A team's own policies: which of them are refused, and where that is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.bundle import PREFIX, shipped
from modelyard.check.policies import name_of
from modelyard.errors import Refused
from modelyard.findings import Finding, Location
from modelyard.policy.engine import Place

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from modelyard.policy.engine import PolicyError
    from modelyard.rego.syntax import Module


def refuse_links(own: Path) -> None:
    """Because what a link leads to is not in the repository, nobody would review it."""
    found = [path for path in (own, *sorted(own.rglob("*"))) if path.is_symlink()]
    if found:
        raise Refused(
            Finding(
                "policy/link",
                f"`{path.name}` is a symbolic link",
                Location(_file(path, own), 1, 1),
                help="put the file itself here",
            )
            for path in found
        )


def refuse_taken(modules: Iterable[Module], own: Path, ours: Container[str]) -> None:
    """Because two policies of one package are one rule, ours would no more say what it is known for.

    `ours` are the names of rules in Python; those in Rego are among the modules.
    """
    theirs: list[Module] = []
    rego: set[str] = set()
    for module in modules:
        if Path(module.file).is_relative_to(own):
            theirs.append(module)
        else:
            rego.add(name_of(module.package))
    names = [(module, name_of(module.package)) for module in theirs]
    taken = [_taken(module, name, own) for module, name in names if name in ours or name in rego]
    if taken:
        raise Refused(taken)


def _taken(module: Module, name: str, own: Path) -> Finding:
    return Finding(
        "policy/name-taken",
        f"the package `{'.'.join(module.package)}` is that of `{name}`, which is one of ours",
        Location(_file(Path(module.file), own), *module.at),
        help="call the package otherwise; `levels` of an environment and exceptions change ours",
    )


def unreadable(error: PolicyError, own: Path | None) -> Refused:
    """What cannot be read or compiled, each where it stands."""
    places = error.places or (Place("", 1, 1, str(error)),)
    return Refused(
        Finding(
            "policy/unreadable",
            place.text,
            Location(_file(Path(place.file), own) if place.file else "policies", *place[1:3]),
        )
        for place in places
    )


def _file(path: Path, own: Path | None) -> str:
    """A policy's place as the repository has it, or as one of those that we ship."""
    if own is not None and path.is_relative_to(own.parent):
        return path.relative_to(own.parent).as_posix()
    if path.is_relative_to(shipped()):
        return f"{PREFIX}{path.relative_to(shipped()).as_posix()}"
    return path.as_posix()
