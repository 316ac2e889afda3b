"""A model in one environment: the merged values, and where each of them was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.bundle import PREFIX
from modelyard.errors import Refused
from modelyard.findings import Cause, Finding, at, dotted, leads
from modelyard.load.files import layer_keys, unknown_environments, unknown_releases
from modelyard.load.reader import refused
from modelyard.load.suggest import did_you_mean
from modelyard.resolve.layers import Layer, merge, origin
from modelyard.spec.values import Name
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelyard.findings import Route
    from modelyard.load.document import Document, Loaded
    from modelyard.load.repository import Repository
    from modelyard.spec.blueprint import Blueprint, Runtime
    from modelyard.spec.environment import Environment
    from modelyard.spec.model import Model
    from modelyard.spec.settings import Settings

    Place = tuple[Document, Route]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Merged values by their place in the plan, each with its origin."""

    model: Loaded[Model]
    environment: Loaded[Environment]
    settings: Loaded[Settings]
    layers: tuple[Layer, ...]
    """Of `spec`, lowest first: blueprint, environment, model, the model's block for it."""
    runtimes: Mapping[str, Runtime]
    raw: dict[str, Any]
    """What `Resolved` is made of, with the environment under `environment`."""

    def origin(self, route: Route) -> tuple[Document, Route] | None:
        """Where the value at a route of `raw` was written; `None` if nowhere."""
        head, rest = route[0], route[1:]
        block: Route = ("environments", self.environment.value.metadata.name)
        document = self.model.document
        if head == "spec":
            return origin(self.layers, rest) if rest else (document, ("spec",))
        if head in ("metadata", "exceptions"):
            return document, route
        if head == "release":
            return self._released((*block, "release"), self.raw["release"]["name"], rest)
        if head == "canary":
            if rest[:1] == ("built",):
                return self._released(
                    (*block, "canary", "release"), self.raw["canary"]["release"], rest[1:]
                )
            return document, (*block, "canary", *rest)
        if head == "patches":
            return self._patch(block, rest)
        if head == "environment":
            return self.environment.document, rest
        return self.settings.document, rest

    def place(self, route: Route) -> Place:
        """Where a person would write the value at a route: its origin, or its nearest parent's."""
        for length in range(len(route), 0, -1):
            found = self.origin(route[:length])
            if found is not None and leads(found[0].value, found[1]):
                return found[0], found[1] + route[length:]
        return self.model.document, route

    def cause(self, route: Route) -> Cause:
        """The line behind the value at a route, for a finding about something made from it."""
        document, path = self.place(route)
        return Cause(document.locate(path), dotted(path))

    def section(self, route: Route) -> Cause:
        """Where a person would take a section out: in the model's `spec`, if it is written there."""
        document, path = self.whole(route)
        return Cause(document.locate(path), dotted(path))

    def whole(self, route: Route) -> Place:
        """Where a person would complete a section: in the model's `spec`, if it is written there."""
        own = next((layer for layer in self.layers if layer.base == ("spec",)), None)
        if own is not None and route[:1] == ("spec",) and leads(own.value, route[1:]):
            return own.document, route
        return self.place(route)

    def open(self, route: Route) -> Place:
        """Where a person can complete a section: never in a shipped file."""
        return self._editable(self.whole(route), route)

    def problem(
        self, rule: str, route: Route, message: str, help: str = "", *, key: bool = False
    ) -> Finding:
        """A finding about the value at a route, at the line where a person would change it."""
        document, path = self._editable(self.place(route), route)
        message = f"`{dotted(path)}`: {message}{self._whose(document)}"
        return Finding(
            f"spec/{rule}", message, document.locate(path, key=key), route=path, help=help
        )

    def missing(self, route: Route, why: str, help: str) -> Finding:
        """A finding about a key that nobody wrote, where a person would; or that somebody emptied."""
        found = self.origin(route)
        if found is not None and not found[0].file.startswith(PREFIX):
            what = "`null`" if at(self.raw, route) is None else "empty"
            return self.problem("missing-key", route, f"must not be {what}: {why}", help)
        document, section = self.open(route[:-1])
        path = (*section, route[-1])
        message = f"key `{dotted(path)}` is missing: {why}{self._whose(document)}"
        location = document.locate(section, key=True)
        return Finding("spec/missing-key", message, location, route=path, help=help)

    def _editable(self, place: Place, route: Route) -> Place:
        """A place in a file that a person can change; instead of a shipped one, the model's own."""
        document, _ = place
        return (self.model.document, route) if document.file.startswith(PREFIX) else place

    def _whose(self, document: Document) -> str:
        """Which model a finding is about, where its file does not say so."""
        if document is self.model.document:
            return ""
        return f" (model `{self.model.value.metadata.name}`)"

    def _released(self, naming: Route, name: str, rest: Route) -> tuple[Document, Route]:
        if rest in ((), ("name",)):
            return self.model.document, naming
        return self.model.document, ("releases", name, *rest)

    def _patch(self, block: Route, rest: Route) -> tuple[Document, Route] | None:
        document = self.model.document
        if not rest:
            return document, ("patches",)
        index, shared = int(rest[0]), len(self.model.value.patches)
        if index < shared:
            return document, ("patches", *rest)
        return document, (*block, "patches", index - shared, *rest[1:])


def blueprints(repository: Repository, name: str) -> list[Loaded[Blueprint]]:
    """A blueprint and those that it extends, the most general first. Raises `KeyError`, `Refused`."""
    chain = [repository.blueprint(name)]
    while (wanted := chain[-1].value.spec.extends) is not None:
        if any(wanted == known.value.metadata.name for known in chain):
            message = f"blueprint `{wanted}` extends itself"
            raise _refused(chain[-1], message, "extend another one, as `realtime`, or none")
        try:
            chain.append(repository.blueprint(wanted))
        except KeyError:
            others = [other for other in repository.blueprint_names if other != name]
            help_ = did_you_mean(wanted, others, what="blueprints")
            raise _refused(chain[-1], f"there is no blueprint `{wanted}`", help_) from None
    return chain[::-1]


def _refused(blueprint: Loaded[Blueprint], message: str, help: str) -> Refused:
    there = blueprint.document.locate(("spec", "extends"))
    text = f"`spec.extends`: {message}"
    return refused("spec/value", text, there.file, help, there.line, there.column)


def combine(
    repository: Repository, model: Loaded[Model], environment: Loaded[Environment]
) -> tuple[Resolution | None, list[Finding]]:
    """All layers of a model in an environment; `None` where a finding says what is missing."""
    document, name = model.document, environment.value.metadata.name
    block = model.value.environments[Name(name)]
    findings = unknown_releases(document, ("environments", name))
    wanted = model.value.spec["blueprint"]
    try:
        chain = blueprints(repository, wanted)
    except Refused as refusal:
        findings += refusal.findings
    except KeyError:
        findings.append(
            Finding(
                "spec/value",
                f"`spec.blueprint`: there is no blueprint `{shown(wanted)}`",
                document.locate(("spec", "blueprint")),
                route=("spec", "blueprint"),
                help=did_you_mean(wanted, repository.blueprint_names, what="blueprints"),
            )
        )
    if findings:
        return None, findings
    layers = _layers(chain, environment, model, name)
    raw = {
        "metadata": document.value["metadata"],
        "spec": merge(layers),
        "release": _built(document, block["release"]),
        "patches": [*document.value.get("patches", ()), *block.get("patches", ())],
        "environment": environment.document.value,
        "repository": repository.settings.document.value,
    }
    if block.get("canary"):
        canary = block["canary"]
        raw["canary"] = {**canary, "built": _built(document, canary["release"])}
    runtimes = {
        str(key): value for link in chain for key, value in link.value.spec.runtimes.items()
    }
    return Resolution(model, environment, repository.settings, layers, runtimes, raw), []


def builders(repository: Repository, name: str) -> tuple[str, ...]:
    """The names of the builders of a blueprint, or of the nearest that it extends."""
    lists = [link.value.spec.builders for link in blueprints(repository, name)]
    return next((found for found in reversed(lists) if found), ())


def _layers(
    chain: list[Loaded[Blueprint]],
    environment: Loaded[Environment],
    model: Loaded[Model],
    name: str,
) -> tuple[Layer, ...]:
    base = [Layer(link.document, ("spec", "defaults"), link.value.spec.defaults) for link in chain]
    block, keys = model.value.environments[Name(name)], layer_keys()
    own = [
        Layer(environment.document, ("spec", "defaults"), environment.value.spec.defaults or {}),
        Layer(model.document, ("spec",), model.value.spec),
        Layer(
            model.document,
            ("environments", name),
            {key: value for key, value in block.items() if key in keys},
        ),
    ]
    merged = merge([*base, *own])
    variants = [
        Layer(link.document, ("spec", "variants", index, "defaults"), variant.defaults)
        for link in chain
        for index, variant in enumerate(link.value.spec.variants)
        if all(_holds(merged, path, wanted) for path, wanted in variant.when.items())
    ]
    return (*base, *variants, *own)


def _holds(merged: Mapping[str, Any], path: str, wanted: str | bool) -> bool:
    value: Any = merged
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return (value is not None) == wanted if isinstance(wanted, bool) else value == wanted


def _built(document: Document, name: str) -> dict[str, Any]:
    return {"name": name, **document.value["releases"][name]}


def environments(
    repository: Repository, model: Loaded[Model]
) -> tuple[tuple[str, ...], list[Finding]]:
    """The environments that a model is deployed in, and a finding for each that does not exist."""
    known = repository.environment_names
    findings = unknown_environments(model.document, known)
    return tuple(name for name in known if name in model.value.environments), findings
