"""Each kind of file that people write: text to a checked, typed value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from modelyard.bundle import PREFIX
from modelyard.findings import Finding, Location, dotted
from modelyard.load import facts
from modelyard.load.document import MAX_MISTAKES, Document, Loaded, parse
from modelyard.load.suggest import did_you_mean, nearest
from modelyard.load.validate import check, keys, validate
from modelyard.spec.kinds import DEPLOYMENT, MODEL, SPEC, Kind
from modelyard.spec.values import Name, ReleaseName, RuleName

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pydantic import BaseModel

    from modelyard.findings import Route
    from modelyard.spec.blueprint import Blueprint
    from modelyard.spec.environment import Environment
    from modelyard.spec.model import Model

Typed = TypeVar("Typed", bound="BaseModel")


def layer_keys() -> tuple[str, ...]:
    """The keys of `spec` that an environment's block may have too."""
    return tuple(key for key in keys(SPEC) if key != "blueprint")


def load(file: str, text: str, kind: Kind[Typed]) -> tuple[Loaded[Typed] | None, list[Finding]]:
    """One document as a `kind`; `None` where a finding says that it is not one."""
    document, value, findings = _read(file, text, kind)
    return _loaded(document, value, findings), findings


def load_model(
    file: str, text: str, name: str, environments: Collection[str]
) -> tuple[Loaded[Model] | None, list[Finding]]:
    """The spec of a model. Layers are checked one by one, so that no mistake hides behind another."""
    document, value, findings = _read(file, text, MODEL)
    if document is None:
        return None, findings
    for route in _layers(document):
        findings += _block(document, route) if len(route) > 1 else layer(document, route)
    findings += _blueprint(document)
    findings += _named(document, name)
    if findings:  # Because a sound model is asked when it is resolved, only others are asked here.
        findings += unknown_environments(document, environments)
        for route in _layers(document):
            findings += unknown_releases(document, route) if len(route) > 1 else ()
    return _loaded(document, value, findings), findings


def load_environment(
    file: str, text: str, name: str, kind: Kind[Environment]
) -> tuple[Loaded[Environment] | None, list[Finding]]:
    """An environment, its defaults included."""
    document, value, findings = _read(file, text, kind)
    if document is None:
        return None, findings
    findings += _defaults(document, ("spec", "defaults"))
    findings += _named(document, name)
    if value is not None:
        findings += facts.check(Loaded(document, value))
    return _loaded(document, value, findings), findings


def load_blueprint(
    file: str, text: str, name: str, kind: Kind[Blueprint]
) -> tuple[Loaded[Blueprint] | None, list[Finding]]:
    """A blueprint, its defaults and variants included."""
    document, value, findings = _read(file, text, kind)
    if document is None:
        return None, findings
    findings += _defaults(document, ("spec", "defaults"))
    for index in range(len(value.spec.variants) if value is not None else 0):
        findings += _defaults(document, ("spec", "variants", index, "defaults"))
    findings += _named(document, name, what="directory")
    if value is not None and not file.startswith(PREFIX):
        findings += facts.check_blueprint(Loaded(document, value))
    return _loaded(document, value, findings), findings


def _read(
    file: str, text: str, kind: Kind[Typed]
) -> tuple[Document | None, Typed | None, list[Finding]]:
    """The only document of a file, if it is a mapping, and its value, if it is a `kind`."""
    documents, findings = parse(file, text)
    if findings:
        return None, None, findings
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        what = "is empty" if not documents or documents[0].value is None else "must be one mapping"
        if len(documents) > 1:
            what = f"holds {len(documents)} documents"
        at = Location(file, 1, 1)
        return (
            None,
            None,
            [Finding("spec/document", f"the file {what}", at, help="write one document a file")],
        )
    return documents[0], *validate(documents[0], kind)


def _loaded(
    document: Document | None, value: Typed | None, findings: list[Finding]
) -> Loaded[Typed] | None:
    if document is None or value is None or findings:
        return None
    return Loaded(document, value)


def layer(document: Document, route: Route) -> list[Finding]:
    """What is wrong with a part of a `spec` that other layers complete."""
    found = validate(document, SPEC, route, partial=True)[1]
    return found + _exclusive(document, route)


def _layers(document: Document) -> Iterator[Route]:
    value = document.value
    if isinstance(value.get("spec"), dict):
        yield ("spec",)
    environments = value.get("environments")
    if isinstance(environments, dict):
        yield from (
            ("environments", name)
            for name, block in environments.items()
            if isinstance(block, dict)
        )


def _block(document: Document, route: Route) -> list[Finding]:
    """What is wrong with the block of one environment: a deployment and a layer in one."""
    value = document.at(route)
    own, layer = keys(DEPLOYMENT), layer_keys()
    findings = _unknown(document, route, (*own, *layer))
    meant = [(*route, str(nearest(str(finding.route[-1]), own))) for finding in findings]
    findings += [
        finding
        for finding in _part(
            document, route, DEPLOYMENT, {k: v for k, v in value.items() if k in own}
        )
        if not (finding.rule == "spec/missing-key" and finding.route in meant)
    ]
    findings += _part(
        document, route, SPEC, {k: v for k, v in value.items() if k in layer}, partial=True
    )
    return findings + _exclusive(document, route)


def _unknown(document: Document, route: Route, known: tuple[str, ...]) -> list[Finding]:
    wrong = [key for key in document.at(route) if key not in known]
    if not wrong:
        return []
    from modelyard.load import mistakes

    found = [mistakes.unknown(document, (*route, key), known) for key in wrong[:MAX_MISTAKES]]
    if len(wrong) > MAX_MISTAKES:
        rest = (*route, wrong[MAX_MISTAKES])
        found.append(mistakes.more(document, rest, len(wrong) - MAX_MISTAKES))
    return found


def _part(
    document: Document,
    route: Route,
    kind: Kind[Any],
    value: dict[str, Any],
    *,
    partial: bool = False,
) -> list[Finding]:
    return check(kind, value, lambda loc: (document, route + loc), partial=partial)[1]


def _blueprint(document: Document) -> list[Finding]:
    """No layer can say for a model what kind of model it is."""
    spec = document.value.get("spec")
    meant = isinstance(spec, dict) and any(nearest(key, keys(SPEC)) == "blueprint" for key in spec)
    if not isinstance(spec, dict) or meant:
        return []
    return [
        Finding(
            "spec/missing-key",
            "key `spec.blueprint` is missing",
            document.locate(("spec",), key=True),
            route=("spec", "blueprint"),
            help="add `blueprint`: the kind of model that this is, for example `realtime`",
        )
    ]


def _defaults(document: Document, route: Route) -> list[Finding]:
    """What is wrong with a layer that is not a model's own."""
    if not isinstance(_at(document, route), dict):
        return []
    findings = layer(document, route)
    if "blueprint" in document.at(route):
        route = (*route, "blueprint")
        findings.append(
            Finding(
                "spec/ignored-key",
                f"`{dotted(route)}` would be ignored: each model names its own blueprint",
                document.locate(route, key=True),
                route=route,
                help="leave it out",
            )
        )
    return findings


def _exclusive(document: Document, route: Route) -> list[Finding]:
    """An autoscaler decides the number of pods; beside it, `replicas` would be ignored."""
    serving = document.at(route).get("serving")
    if (
        not isinstance(serving, dict)
        or serving.get("replicas") is None
        or not serving.get("autoscaling")
    ):
        return []
    route = (*route, "serving", "replicas")
    return [
        Finding(
            "spec/ignored-key",
            f"`{dotted(route)}` would be ignored: `autoscaling` decides the number of pods",
            document.locate(route, key=True),
            route=route,
            help="leave out one of the two",
        )
    ]


def _named(document: Document, wanted: str, *, what: str = "file") -> list[Finding]:
    """A file is found by its name; two names for one thing would part one day."""
    name = _at(document, ("metadata", "name"))
    if name == wanted or not Name.takes(name):
        return []
    near = f"write `{wanted}`, or rename the {what}"
    return [
        Finding(
            "spec/name",
            f"`metadata.name` must be `{wanted}`, the name of the {what}, got `{name}`",
            document.locate(("metadata", "name")),
            route=("metadata", "name"),
            help=near if Name.takes(wanted) else f"rename the {what} to `{name}`",
        )
    ]


def unknown_environments(document: Document, known: Collection[str]) -> list[Finding]:
    """Environments that a model names and that do not exist."""
    return [
        Finding(
            "spec/unknown-environment",
            f"there is no environment `{name}`",
            document.locate(("environments", name), key=True),
            route=("environments", name),
            help=did_you_mean(name, known, what="environments"),
        )
        for name in _mapping(document, ("environments",))
        if Name.takes(name) and name not in known
    ]


def unknown_levels(document: Document, known: Collection[str]) -> list[Finding]:
    """Rules and categories that an environment gives a level, and that do not exist."""
    return [
        Finding(
            "spec/unknown-rule",
            f"there is no rule and no category `{name}`",
            document.locate(("spec", "levels", name), key=True),
            route=("spec", "levels", name),
            help=did_you_mean(name, known, what="rules"),
        )
        for name in _mapping(document, ("spec", "levels"))
        if RuleName.takes(name) and name not in known
    ]


def unknown_releases(document: Document, block: Route) -> list[Finding]:
    """Releases that the block of an environment names and nobody declared."""
    known = _mapping(document, ("releases",))
    routes = ((*block, "release"), (*block, "canary", "release"))
    return [
        Finding(
            "spec/unknown-release",
            f"`{dotted(route)}`: nobody declared a release `{name}`",
            document.locate(route),
            route=route,
            help=did_you_mean(name, known, what="releases"),
        )
        for route, name in ((route, _at(document, route)) for route in routes)
        if known and ReleaseName.takes(name) and name not in known
    ]


def _mapping(document: Document, route: Route) -> dict[str, Any]:
    """The mapping at a route, or an empty one where something else stands."""
    found = _at(document, route)
    return found if isinstance(found, dict) else {}


def _at(document: Document, route: Route) -> Any:
    """The value at a route of a document that may have anything there, or nothing."""
    try:
        return document.at(route)
    except LookupError:
        return None
