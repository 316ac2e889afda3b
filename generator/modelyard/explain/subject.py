"""One file that was built from values with known origins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from modelyard.build.tree import build_one
from modelyard.findings import Cause, Route, dotted
from modelyard.plan import Place, Plan, Platform
from modelyard.resolve.resolve import model_part, spec_digest
from modelyard.spec.environment import Environment
from modelyard.spec.resolved import Resolved

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelyard.build.manifest import Manifest
    from modelyard.load.repository import Repository
    from modelyard.pipeline import Output

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """The values that an object is built from, how, and where each of them was written."""

    builder: str
    manifest: Manifest
    raw: Raw
    plan: Callable[[Raw], Plan | Platform]
    """Raises `ValidationError` or `LookupError` for values that make no sense."""
    cause: Callable[[Route], Cause]
    section: Callable[[Route], Cause]
    """Where a person would take a whole section out."""

    def rebuilt(self, raw: Raw) -> Manifest | ValidationError | None:
        """The object from other values (empty where there is none), an error, or nothing."""
        try:
            return build_one(self.builder, self.plan(raw)) or {}
        except ValidationError as error:
            return error
        except (LookupError, AssertionError, ArithmeticError, ValueError):
            return None


def subject(repository: Repository, output: Output, file: str) -> Subject:
    """What a file was built from; raises `LookupError` where the output has no such file."""
    built = {one.file: one for one in output.tree.files}[file]
    if output.resolution is None:
        return _of_environment(repository, output, built.builder, built.manifest)
    resolution = output.resolution
    source, base = resolution.model.document.file, resolution.raw
    known = _place(base)

    def plan(raw: Raw) -> Plan:
        model = model_part(raw)
        same = all(raw[key] is base[key] for key in ("environment", "repository"))
        place = known if same else _place(raw)
        return Plan(Resolved.model_validate(model), place, source, spec_digest(model))

    return Subject(
        built.builder, built.manifest, resolution.raw, plan, resolution.cause, resolution.section
    )


def _place(raw: Raw) -> Place:
    environment = Environment.model_validate(raw["environment"])
    url = raw["repository"]["spec"]["repository"]
    return Place(environment.metadata.name, environment.spec, url)


def _of_environment(
    repository: Repository, output: Output, builder: str, manifest: Manifest
) -> Subject:
    loaded, settings = repository.environment(output.tree.environment), repository.settings
    kinds = _kinds(manifest["spec"]) if manifest["kind"] == "AppProject" else ()

    def plan(raw: Raw) -> Platform:
        return Platform(_place(raw), kinds, loaded.document.file, spec_digest(raw["environment"]))

    def cause(route: Route) -> Cause:
        document = loaded.document if route[0] == "environment" else settings.document
        return Cause(document.locate(route[1:]), dotted(route[1:]))

    raw = {"environment": loaded.document.value, "repository": settings.document.value}
    return Subject(builder, manifest, raw, plan, cause, cause)


def _kinds(spec: dict[str, Any]) -> tuple[tuple[str, str, bool], ...]:
    """The kinds that a project allows are those that it was built from."""
    lists = (("clusterResourceWhitelist", True), ("namespaceResourceWhitelist", False))
    return tuple(
        (item["group"], item["kind"], scoped) for key, scoped in lists for item in spec.get(key, ())
    )
