"""The schema of every kind: Kubernetes' own, ours for custom resources, and the team's definitions.

Native kinds come from the strict schemas that kubernetes-validate ships, read here directly
because its own API reads 1.5 MB for every object. Facts: each file there is one type; references
lead into `_definitions.json`.
"""

from __future__ import annotations

import json
import re
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema = dict[str, Any]

OWN = Path(__file__).parent / "schemas"


@cache
def _native_root() -> Path:
    spec = find_spec("kubernetes_validate")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations))) / "kubernetes-json-schema"


@cache
def versions() -> tuple[str, ...]:
    """The minor versions of Kubernetes that have schemas, oldest first: `1.30`, …"""
    found = {re.match(r"v(1\.\d+)\.", path.name) for path in _native_root().iterdir()}
    return tuple(sorted({match[1] for match in found if match}, key=_minor))


GONE = {
    "1.16": ("extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"),
    "1.22": (
        "admissionregistration.k8s.io/v1beta1", "apiextensions.k8s.io/v1beta1", "apiregistration.k8s.io/v1beta1",
        "authentication.k8s.io/v1beta1", "authorization.k8s.io/v1beta1", "certificates.k8s.io/v1beta1",
        "coordination.k8s.io/v1beta1", "networking.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1beta1",
        "scheduling.k8s.io/v1beta1", "storage.k8s.io/v1beta1",
    ),
    "1.25": (
        "batch/v1beta1", "discovery.k8s.io/v1beta1", "events.k8s.io/v1beta1", "autoscaling/v2beta1",
        "policy/v1beta1", "node.k8s.io/v1beta1", "PodSecurityPolicy",
    ),
}  # fmt: skip
"""Versions and kinds that are gone for longer than schemas tell, by the Kubernetes that first did
without them.

Fact: kubernetes.io/docs/reference/using-api/deprecation-guide.
"""


_KIND = re.compile(r"[A-Za-z0-9]{1,100}")
_GROUP = re.compile(r"[a-z0-9.-]{0,100}")
"""Because these become names of files, they are no longer than such a name may be."""


@cache
def _before(version: str) -> Definitions:
    """The schemas of a version, for the one question whether it had a kind."""
    return Definitions(version)


def _minor(version: str) -> int:
    return int(version[2:])


class Definitions:
    """The schemas that hold in one environment."""

    def __init__(
        self, kubernetes: str, custom: Mapping[tuple[str, str], Schema] | None = None
    ) -> None:
        """`custom` maps API version and kind to the schemas of the team's definitions."""
        self.kubernetes = kubernetes
        self._custom = custom or {}
        self._native = next(_native_root().glob(f"v{kubernetes}.*-local-strict"))

    def schema(self, api_version: str, kind: str) -> Schema | None:
        """The schema of a kind; the team's first, then ours, then Kubernetes'."""
        return (
            self._custom.get((api_version, kind))
            or own(api_version, kind)
            or self.of_kubernetes(api_version, kind)
        )

    def is_ours(self, api_version: str, kind: str) -> bool:
        """Whether our own schema of a kind holds, because the team has given none."""
        return (api_version, kind) not in self._custom and _own_path(api_version, kind) is not None

    @cached_property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """API version and kind of everything that has a schema, for suggestions."""
        return tuple(self._kinds())

    def _kinds(self) -> Iterator[tuple[str, str]]:
        yield from self._custom
        yield from own_kinds()
        for path in sorted(self._native.glob("*.json")):
            if not path.name.startswith("_"):
                properties = json.loads(path.read_bytes()).get("properties", {})
                for version in properties.get("apiVersion", {}).get("enum", ()):
                    yield version, properties["kind"]["enum"][0]

    @cached_property
    def _living(self) -> tuple[frozenset[str], frozenset[str]]:
        """Every version and every name among the kinds."""
        return frozenset(version for version, _ in self.kinds), frozenset(k for _, k in self.kinds)

    @cached_property
    def native_groups(self) -> frozenset[str]:
        """The groups of Kubernetes' own kinds."""
        ours = {*self._custom, *own_kinds()}
        return frozenset(
            version.rpartition("/")[0]
            for version, kind in self.kinds
            if (version, kind) not in ours
        )

    def gone_since(self, api_version: str, kind: str) -> str | None:
        """The version of Kubernetes that first did without a kind that it once had, if one did."""
        known = [version for version in versions() if _minor(version) < _minor(self.kubernetes)]
        for version in reversed(known):
            if _before(version).of_kubernetes(api_version, kind) is not None:
                return f"1.{_minor(version) + 1}"
        since = next((v for v, gone in GONE.items() if {api_version, kind} & {*gone}), None)
        versions_now, names_now = self._living
        came_back = api_version in versions_now
        moved = kind in names_now or kind in GONE.get(since or "", ())
        return since if moved or not came_back else None

    def of_kubernetes(self, api_version: str, kind: str) -> Schema | None:
        """The schema of a kind of Kubernetes' own."""
        group, _, version = api_version.rpartition("/")
        if not (_KIND.fullmatch(kind) and _KIND.fullmatch(version) and _GROUP.fullmatch(group)):
            return None
        name = "-".join(filter(None, (kind.lower(), group.partition(".")[0], version)))
        path = self._native / f"{name}.json"
        if not path.is_file():
            return None
        found: Schema = json.loads(
            path.read_bytes().replace(b"/api/_definitions.json#/$defs/", b"#/$defs/")
        )
        properties = found.get("properties", {})
        named = (
            properties.get("apiVersion", {}).get("enum", ()),
            properties.get("kind", {}).get("enum", ()),
        )
        if api_version not in named[0] or kind not in named[1]:
            return None
        return {**found, "$defs": self._closure(found)}

    def _closure(self, schema: Schema) -> Schema:
        """The definitions that a schema needs, and those that these need."""
        found: Schema = {}
        todo = list(_references(schema))
        while todo:
            name = todo.pop()
            if name not in found:
                found[name] = self._definitions[name]
                todo += _references(found[name])
        return found

    @cached_property
    def _definitions(self) -> Schema:
        text = (self._native / "_definitions.json").read_bytes()
        definitions: Schema = json.loads(
            text.replace(b"/api/_definitions.json#/$defs/", b"#/$defs/")
        )["$defs"]
        for name, field in _DEFAULTED:
            if field in (required := definitions.get(name, {}).get("required", [])):
                required.remove(field)
        return definitions


_DEFAULTED = (("io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern", "status"),)
"""Fields that are called required, and that the server fills in (kubernetes.io, Pod failure policy)."""

SAME = {
    ("networking.istio.io", "v1beta1"): "v1",
    ("networking.istio.io", "v1alpha3"): "v1",
    ("security.istio.io", "v1beta1"): "v1",
}
"""Versions of a group that say the same as the one that has schemas here."""


def own(api_version: str, kind: str) -> Schema | None:
    """Our own strict schema of a custom resource."""
    path = _own_path(api_version, kind)
    if path is None:
        return None
    schema: Schema = json.loads(path.read_bytes())
    named = {**schema["properties"]["apiVersion"], "const": api_version}
    return {**schema, "properties": {**schema["properties"], "apiVersion": named}}


def _own_path(api_version: str, kind: str) -> Path | None:
    group, _, version = api_version.rpartition("/")
    if not (group and _GROUP.fullmatch(group) and _KIND.fullmatch(kind + version)):
        return None
    path = OWN / group / f"{kind.lower()}_{SAME.get((group, version), version)}.json"
    return path if path.is_file() else None


def own_kinds() -> Iterator[tuple[str, str]]:
    """API version and kind of every custom resource that we have a schema of."""
    for path in sorted(OWN.glob("*/*.json")):
        properties = json.loads(path.read_bytes())["properties"]
        yield properties["apiVersion"]["const"], properties["kind"]["const"]


def _references(schema: Any) -> list[str]:
    return re.findall(r'"\$ref": "#/\$defs/([^"]+)"', json.dumps(schema))
