"""A new model: its spec, from the scaffold of its blueprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelyard.bundle import shipped
from modelyard.load.reader import refused
from modelyard.load.repository import BLUEPRINTS, MODELS
from modelyard.load.suggest import did_you_mean
from modelyard.resolve.resolution import blueprints
from modelyard.scaffold.template import fill
from modelyard.spec.values import LabelValue, Name, Text, Wrong

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.load.repository import Repository


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for."""

    name: str
    team: str
    blueprint: str
    runtime: str
    description: str


def new(repository: Repository, wanted: Wanted) -> list[str]:
    """Write the scaffold of a model; returns its files. Raises `Refused`, having written nothing."""
    _valid(Name, "MODEL", wanted.name)
    _valid(LabelValue, "--team", wanted.team)
    scaffold = _scaffold(repository, wanted)
    environment = _first_environment(repository)
    registry = repository.environment(environment).value.spec.images.registries[0]
    return fill(
        scaffold,
        {
            "name": wanted.name,
            "team": wanted.team,
            "blueprint": wanted.blueprint,
            "runtime": wanted.runtime,
            "description": (wanted.description or f"Describe what {wanted.name} does.").replace(
                '"', "'"
            ),
            "environment": environment,
            "registry": registry,
            "gpu": _gpu(repository, environment),
        },
        repository.root,
    )


def _scaffold(repository: Repository, wanted: Wanted) -> Path:
    """The template of a blueprint, or of the nearest that it extends."""
    try:
        chain = blueprints(repository, wanted.blueprint)
    except KeyError:
        known = repository.blueprint_names
        raise refused(
            "scaffold/blueprint",
            f"there is no blueprint `{wanted.blueprint}`",
            "--blueprint",
            did_you_mean(wanted.blueprint, known, what="blueprints"),
        ) from None
    runtimes = {name for link in chain for name in link.value.spec.runtimes}
    if wanted.runtime not in runtimes:
        raise refused(
            "scaffold/runtime",
            f"blueprint `{wanted.blueprint}` has no runtime `{wanted.runtime}`",
            "--runtime",
            did_you_mean(wanted.runtime, runtimes, what="runtimes"),
        )
    names = [link.value.metadata.name for link in reversed(chain)]
    found = [
        base / BLUEPRINTS / name / "scaffold"
        for name in names
        for base in (repository.root, shipped())
    ]
    for path in found:
        if (path / "cookiecutter.json").is_file():
            return path
    raise refused(
        "scaffold/blueprint", f"blueprint `{wanted.blueprint}` has no scaffold", "--blueprint"
    )


def _first_environment(repository: Repository) -> str:
    """Where a new model goes first: an environment that takes images by tag, if there is one."""
    names = repository.environment_names
    if not names:
        raise refused(
            "repository/layout",
            "there is no environment",
            "environments",
            "add one: `environments/NAME.yaml`",
        )
    tagged = [name for name in names if repository.environment(name).value.spec.images.pin == "tag"]
    return (tagged or list(names))[0]


def _gpu(repository: Repository, environment: str) -> str:
    pools = repository.environment(environment).value.spec.pools or {}
    return next((str(pool.product) for pool in pools.values()), "nvidia-l4")


def _valid(kind: type[Text], what: str, value: str) -> None:
    try:
        kind.read(value)
    except Wrong as error:
        help_ = error.help
        raise refused("scaffold/name", f"{what} {error}", f"{MODELS}/{value}.yaml", help_) from None
