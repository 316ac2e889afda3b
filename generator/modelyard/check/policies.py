"""Policies in Rego as rules: those that we ship under `policies/`, and a team's own.

A policy is `<category>/<rule>/policy.rego` with the package `<category>.<rule>`, hyphens being
underscores. It yields strings, or objects with `msg` and, at will, `route`, `help` and `fix`. Its
METADATA says the rest: title, `custom.severity`, `custom.scope`, `custom.kinds`, `custom.rows`,
`custom.aliases`, `custom.needs`, `custom.follows`, `custom.fix`. `pods` among the kinds stands for every
kind that has pods. What is true of the environment is `data.environment`: its file's `spec`, where it is
known. Ours ask `data.lib.environment`, which finds it under conftest too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import WORKLOADS
from modelyard.check.rule import Context, Hit, Rule
from modelyard.findings import Fix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.findings import Route, Severity
    from modelyard.policy.embedded import Embedded, EmbeddedDocument
    from modelyard.rego.syntax import Module


def load(folders: Iterable[Path]) -> tuple[dict[str, Rule], Embedded | None]:
    """The rules of some folders, by name; raises `PolicyError` where one cannot be evaluated."""
    from modelyard.policy.embedded import load as load_policies
    from modelyard.policy.engine import Options

    paths = [str(folder) for folder in folders if next(folder.rglob("*.rego"), None) is not None]
    if not paths:
        return {}, None
    engine = load_policies(paths, Options())
    rules = {}
    documents = _Documents(engine)
    for module in engine.library.modules:
        found = _rule(engine, module, documents)
        if found is not None:
            rules[found.name] = found
    return rules, engine


class _Documents:
    """What was asked about last. Rules are asked by turns, and share what they learnt of it."""

    def __init__(self, engine: Embedded) -> None:
        self.engine = engine
        self.environment: object = None
        self.subject: object = None
        self.last: EmbeddedDocument | None = None

    def one(self, manifest: Manifest, context: Context) -> EmbeddedDocument:
        """One object."""
        if self._is_new(manifest, context) or self.last is None:
            self.last = self.engine.document(manifest.value, manifest.file)
        return self.last

    def together(self, objects: Objects, context: Context) -> EmbeddedDocument:
        """Objects that belong together, in the shape that `conftest test --combine` gives them."""
        if self._is_new(objects, context) or self.last is None:
            contents = [
                {"path": manifest.file, "contents": manifest.value}
                for manifest in objects.manifests
            ]
            self.last = self.engine.document(contents, "Combined")
        return self.last

    def _is_new(self, subject: object, context: Context) -> bool:
        if context.environment is not self.environment:
            self.environment, self.subject = context.environment, None
            self.engine.data.pop("environment", None)
            if context.written is not None:
                self.engine.data["environment"] = context.written
        is_new = subject is not self.subject
        self.subject = subject
        return is_new


def _rule(engine: Embedded, module: Module, documents: _Documents) -> Rule | None:
    """The rule that a module is; helpers and tests are none."""
    verdicts = [
        name
        for name in engine.rules(".".join(module.package))
        if name.startswith(("deny", "violation", "warn"))
    ]
    if not verdicts or Path(module.file).stem.endswith("_test"):
        return None
    about = module.annotations or {}
    custom: dict[str, Any] = about.get("custom") or {}
    name = name_of(module.package)
    warns = all(verdict.startswith("warn") for verdict in verdicts)
    severity: Severity = "warning" if custom.get("severity") == "warning" or warns else "error"
    scope = custom.get("scope", "object")
    package = ".".join(module.package)

    def check_object(manifest: Manifest, context: Context) -> Iterator[Hit]:
        document = documents.one(manifest, context)
        for verdict in verdicts:
            for found in document.rule(package, verdict).values:
                hit = _hit(found)
                if hit is not None:
                    yield hit

    def check_release(objects: Objects, context: Context) -> Iterator[Hit]:
        document = documents.together(objects, context)
        for verdict in verdicts:
            for found in document.rule(package, verdict).values:
                hit = _hit(found)
                if hit is None:
                    continue
                number = hit.route[0] if hit.route and isinstance(hit.route[0], int) else 0
                manifest = objects.manifests[number]
                yield replace(hit, route=_inside(hit.route), manifest=manifest, fix=_of_one(hit))

    return Rule(
        name,
        str(about.get("title", "")) or name,
        severity,
        scope,
        tuple(custom.get("rows") or ()),
        check_release if scope == "release" else check_object,
        _kinds(custom.get("kinds") or ()),
        tuple(custom.get("aliases") or ()),
        tuple(custom.get("needs") or ()),
        follows=tuple(custom.get("follows") or ()),
        can_fix=bool(custom.get("fix")),
        language="rego",
    )


def name_of(package: Iterable[str]) -> str:
    """The rule that a package is."""
    return "/".join(part.replace("_", "-") for part in package)


def _kinds(named: Iterable[str]) -> frozenset[str]:
    kinds = frozenset(named)
    return kinds - {"pods"} | WORKLOADS if "pods" in kinds else kinds


def _hit(found: Any) -> Hit | None:
    if isinstance(found, str):
        return Hit((), found)
    if not isinstance(found, dict) or not isinstance(found.get("msg"), str):
        return None
    steps = _route(found.get("route"))
    help_, of_key = str(found.get("help", "")), bool(found.get("of_key"))
    return Hit(steps, found["msg"], help_, of_key=of_key, fix=_fix(found.get("fix")))


def _route(said: Any) -> Route:
    """A route, or the whole object where a policy says something else."""
    if isinstance(said, list) and all(type(step) in (str, int) for step in said):
        return tuple(said)
    return ()


def _fix(said: Any) -> Fix | None:
    """`{"put": [[route, value], …], "drop": [route, …]}`."""
    if not isinstance(said, dict):
        return None
    put = tuple((tuple(route), value) for route, value in said.get("put") or ())
    drop = tuple(tuple(route) for route in said.get("drop") or ())
    return Fix(put, drop) if put or drop else None


def _inside(route: Route) -> Route:
    """A route into objects that were asked about together, as one into its object."""
    return route[2:] if route[1:2] == ("contents",) else route[1:]


def _of_one(hit: Hit) -> Fix | None:
    """A fix of an object among others; none where another one than the hit's would change."""
    if hit.fix is None:
        return None
    routes = [route for route, _ in hit.fix.put] + list(hit.fix.drop)
    if any(route[:1] != hit.route[:1] for route in routes):
        return None
    put = tuple((_inside(route), value) for route, value in hit.fix.put)
    return Fix(put, tuple(map(_inside, hit.fix.drop)))
