"""What a rule is: an identity, and a function that finds where it is broken."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from modelyard.check.objects import Manifest, Objects
    from modelyard.findings import Fix, Route, Severity
    from modelyard.plan import Plan
    from modelyard.spec.environment import EnvironmentSpec

Scope = Literal["object", "release", "environment", "file"]
"""What a rule looks at: one object; all objects of a model in an environment, or of a folder; what
it has gathered of each of them in an environment; or files, in which others find what it names."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a rule is broken. `manifest` is not needed where the rule sees one object."""

    route: Route
    message: str
    help: str = ""
    manifest: Manifest | None = None
    of_key: bool = False
    """Whether the key is wrong, and not its value."""
    within: int = 0
    """The line of the text at `route`, counted from 1, where that text has lines; 0 for all of it."""
    fix: Fix | None = None
    """What certainly mends it."""
    because_of: tuple[str, str, str] | None = None
    """Kind, namespace and name of another object that may be the one to mend; see `Rule.follows`."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an environment rule gathers of a model: a key, what belongs to it, and where it stands."""

    key: str
    value: Any
    route: Route
    manifest: Manifest
    """Only its identity and its file are kept."""

    def packed(self) -> tuple[Any, ...]:
        """The claim as it is kept between runs."""
        manifest = self.manifest
        identity = (manifest.value.get("apiVersion"), manifest.kind, manifest.namespace)
        place = (manifest.file, manifest.index)
        return (self.key, self.value, self.route, *identity, manifest.name, *place)

    @classmethod
    def unpacked(cls, packed: tuple[Any, ...]) -> Claim:
        """The claim that was kept."""
        from modelyard.check.objects import Manifest

        key, value, route, version, kind, namespace, name, file, index = packed
        metadata = {"namespace": namespace, "name": name}
        value_of = {"apiVersion": version, "kind": kind, "metadata": metadata}
        return cls(key, value, tuple(route), Manifest(value_of, file, index))


@dataclass(frozen=True, slots=True)
class Checkout:
    """The working tree of a git repository."""

    url: str
    root: Path

    def is_of(self, url: object) -> bool:
        """Whether an address is that of the repository, by whichever protocol."""
        return isinstance(url, str) and _bare(url) == _bare(self.url)

    def has(self, path: str) -> bool:
        """Whether there is something at a path; of what leads out of the tree nothing is said."""
        return ".." in path.split("/") or os.path.lexists(self.root / path.strip("/"))


def _bare(url: str) -> str:
    """An address without protocol, user and ending: `git.example.com/ml/models`."""
    bare = re.sub(r"^[a-z+]+://", "", url.strip().lower())
    bare = re.sub(r"^[^@/]*@", "", bare).removesuffix("/").removesuffix(".git")
    return re.sub(r"^([^/:]+):(?:\d+/)?", r"\1/", bare)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the objects.

    A rule that needs what is not known is not asked, and the report says so.
    """

    environment: EnvironmentSpec | None = None
    """What is true of the place; nothing for a folder of which nothing was told."""
    written: dict[str, Any] | None = None
    """The environment's spec as its file has it: what policies find at `data.environment`."""
    plan: Plan | None = None
    """What the objects were made from; nothing for objects that others wrote."""
    checkout: Checkout | None = None
    """The repository that the objects lie in, where it is one of ours."""


Check = Callable[..., Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `name` is `<category>/<rule>`, the folder of its documentation under `policies/`."""

    name: str
    title: str
    severity: Severity
    scope: Scope
    rows: tuple[str, ...]
    check: Check
    kinds: frozenset[str] = frozenset()
    """The kinds that an object rule is asked about; empty for all."""
    aliases: tuple[str, ...] = ()
    needs: tuple[Literal["environment", "plan"], ...] = ()
    gather: Callable[[Objects, Context], Iterator[Claim]] | None = field(default=None)
    unread: frozenset[str] = frozenset()
    """Kinds of which `gather` wants to know nothing."""
    follows: tuple[str, ...] = ()
    """Rules of which this one is a consequence: where one of them is broken by the same object, or by
    the object that the hit names, the hit is folded under it."""
    can_fix: bool = False
    """Whether its hits may say how they are mended."""
    language: Literal["python", "rego"] = "python"


BESIDE_PODS = (
    "ConfigMap", "DestinationRule", "ExternalSecret", "PodDisruptionBudget", "PrometheusRule", "Service",
    "ServiceAccount", "ServiceMonitor", "VirtualService",
)  # fmt: skip
"""Kinds of which rules want to know nothing that are about pods, their number and who may call them."""

RULES: dict[str, Rule] = {}
"""The rules that are written in Python and were read so far, by name."""


def rule(
    name: str,
    severity: Severity,
    *,
    rows: tuple[str, ...],
    scope: Scope = "object",
    kinds: Iterable[str] = (),
    aliases: tuple[str, ...] = (),
    needs: tuple[Literal["environment", "plan"], ...] = (),
    gather: Callable[[Objects, Context], Iterator[Claim]] | None = None,
    unread: Iterable[str] = (),
    follows: tuple[str, ...] = (),
    can_fix: bool = False,
) -> Callable[[Check], Check]:
    """Make a function a rule. The first line of its docstring is the title.

    An object rule is `(manifest, context)`, a release rule `(objects, context)`. An environment
    rule is `(claims, context)`, the claims of all its models being what `gather` found.
    """

    def register(check: Check) -> Check:
        title = (check.__doc__ or "").strip().splitlines()[0].rstrip(".")
        RULES[name] = Rule(
            name,
            title,
            severity,
            scope,
            rows,
            check,
            frozenset(kinds),
            aliases,
            needs,
            gather,
            frozenset(unread),
            follows,
            can_fix,
        )
        return check

    return register
