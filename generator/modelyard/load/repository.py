"""The repository that modelyard works on: where its files are, each read at most once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from modelyard.bundle import PREFIX, shipped
from modelyard.errors import Refused
from modelyard.findings import Finding, Location
from modelyard.load.reader import read_text, refused
from modelyard.load.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from modelyard.load.document import Loaded
    from modelyard.spec.blueprint import Blueprint
    from modelyard.spec.environment import Environment
    from modelyard.spec.model import Model
    from modelyard.spec.settings import Settings

SETTINGS = "modelyard.yaml"
MODELS = "models"
ENVIRONMENTS = "environments"
BLUEPRINTS = "blueprints"
POLICIES = "policies"
OWN = ("platform", "argocd")
"""Directories of the tree that belong to an environment itself, and to no model."""
TREE = "deploy"


def find_root(start: Path) -> Path:
    """The nearest directory above `start` that holds `modelyard.yaml`."""
    start = start.resolve()
    for directory in (start, *start.parents):
        if (directory / SETTINGS).is_file():
            return directory
    raise refused(
        "repository/none",
        f"no `{SETTINGS}` here or in a directory above",
        str(start),
        "run `modelyard init DIR` to make a repository, or name one with `-C DIR`",
    )


class Repository:
    """A directory with `modelyard.yaml`. Files are loaded when they are first asked for."""

    def __init__(self, root: Path, texts: Mapping[str, str] | None = None) -> None:
        """`texts` stand in the place of files, by their paths from `root`."""
        self.root = root.resolve()
        self.texts = texts or {}
        self._environments: dict[str, Loaded[Environment]] = {}
        self._blueprints: dict[str, Loaded[Blueprint]] = {}
        self._models: dict[str, Loaded[Model]] = {}

    @property
    def policies(self) -> Path:
        """Where the team's own policies are, if it has any."""
        return self.root / POLICIES

    @property
    def definitions(self) -> Path:
        """What `spec.schemas` of the settings is relative to."""
        return self.root

    @cached_property
    def settings(self) -> Loaded[Settings]:
        """`modelyard.yaml`; raises `Refused`."""
        from modelyard.load.files import load
        from modelyard.spec.kinds import SETTINGS as KIND

        loaded, findings = load(SETTINGS, self.text(SETTINGS), KIND)
        if loaded is None:
            raise Refused(findings)
        return loaded

    @cached_property
    def model_names(self) -> tuple[str, ...]:
        """The names of all models, sorted."""
        return self._names(MODELS)

    @cached_property
    def environment_names(self) -> tuple[str, ...]:
        """The names of all environments, sorted."""
        return self._names(ENVIRONMENTS)

    @cached_property
    def blueprint_names(self) -> tuple[str, ...]:
        """The names of all blueprints, the shipped ones included, sorted."""
        found = {path.parent.name for path in (shipped() / BLUEPRINTS).glob("*/blueprint.yaml")}
        return tuple(sorted(found.union(self.own_blueprints)))

    @cached_property
    def own_blueprints(self) -> tuple[str, ...]:
        """The names of the team's own blueprints, sorted."""
        found = (self.root / BLUEPRINTS).glob("*/blueprint.yaml")
        return tuple(sorted(path.parent.name for path in found))

    def model(self, name: str) -> Loaded[Model]:
        """The spec of a model; raises `Refused` with everything that is wrong with it."""
        from modelyard.load.files import load_model

        if name not in self._models:
            file = f"{MODELS}/{name}.yaml"
            loaded, findings = load_model(file, self.text(file), name, self.environment_names)
            if loaded is None:
                raise Refused(findings)
            self._models[name] = loaded
        return self._models[name]

    def environment(self, name: str) -> Loaded[Environment]:
        """An environment; raises `Refused` with everything that is wrong with it."""
        from modelyard.load.files import load_environment, unknown_levels
        from modelyard.spec.kinds import ENVIRONMENT

        if name not in self._environments:
            file = f"{ENVIRONMENTS}/{name}.yaml"
            loaded, findings = load_environment(file, self.text(file), name, ENVIRONMENT)
            if loaded is not None and loaded.value.spec.levels:
                findings += unknown_levels(loaded.document, self.rule_names)
            if loaded is None or findings:
                raise Refused(findings)
            self._environments[name] = loaded
        return self._environments[name]

    def blueprint(self, name: str) -> Loaded[Blueprint]:
        """A blueprint, the team's own before the shipped one; raises `Refused`, or `KeyError`."""
        from modelyard.load.files import load_blueprint
        from modelyard.spec.kinds import BLUEPRINT

        if name not in self._blueprints:
            if name not in self.blueprint_names:
                raise KeyError(name)
            file = f"{BLUEPRINTS}/{name}/blueprint.yaml"
            if name in self.own_blueprints:
                text = self.text(file)
            else:
                text = read_text(shipped() / file, f"{PREFIX}{file}", root=shipped())
                file = f"{PREFIX}{file}"
            loaded, findings = load_blueprint(file, text, name, BLUEPRINT)
            if loaded is None:
                raise Refused(findings)
            self._blueprints[name] = loaded
        return self._blueprints[name]

    @cached_property
    def rule_names(self) -> frozenset[str]:
        """Every rule that `check` may ask, by its folder, and every category of rules."""
        own, ours = self.root / POLICIES, shipped() / POLICIES
        paths = [*own.glob("*/*/policy.rego"), *ours.glob("*/*/README.md")]
        rules = {path.parent.relative_to(path.parents[2]).as_posix() for path in paths}
        return frozenset(rules | {rule.partition("/")[0] for rule in rules})

    def text(self, file: str) -> str:
        """The text of a file of the repository."""
        if file in self.texts:
            return self.texts[file]
        return read_text(self.root / file, file, root=self.root)

    def _names(self, folder: str) -> tuple[str, ...]:
        directory = self.root / folder
        if not directory.is_dir():
            raise refused(
                "repository/layout",
                f"there is no directory `{folder}/`",
                folder,
                f"make one: `mkdir {folder}`",
            )
        found, wrong = [], []
        for path in sorted(directory.iterdir()):
            if path.suffix == ".yaml":
                found.append(path.stem)
            elif path.suffix == ".yml":
                at = Location(f"{folder}/{path.name}", 1, 1)
                wrong.append(
                    Finding(
                        "repository/layout",
                        "the name must end in `.yaml`",
                        at,
                        help=f"rename it to `{path.stem}.yaml`",
                    )
                )
        if wrong:
            raise Refused(wrong)
        return tuple(found)


def select(names: Iterable[str], known: tuple[str, ...], *, what: str) -> tuple[str, ...]:
    """The chosen ones of the known names, in their order; raises `Refused` for an unknown one."""
    chosen = set(names)
    unknown = sorted(chosen.difference(known))
    if unknown:
        raise Refused(
            Finding(
                "repository/selection",
                f"there is no {what} `{name}`",
                Location(f"{what}s/{name}.yaml", 1, 1),
                help=did_you_mean(name, known, what=f"{what}s"),
            )
            for name in unknown
        )
    return tuple(name for name in known if name in chosen)
