"""The whole tool on one screen: specs to plans, plans to trees, trees to files, files to findings.

Everything here is pure but for reading. Writing and reporting are the last steps, and others'.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from modelyard.build.tree import Tree, build_argocd, build_model, build_platform
from modelyard.check.load import shares
from modelyard.check.objects import Manifest, Objects
from modelyard.emit import Rendered, render
from modelyard.errors import Refused
from modelyard.load.suggest import did_you_mean
from modelyard.plan import Place, Platform
from modelyard.resolve.resolution import Resolution, builders, combine, environments
from modelyard.resolve.resolve import resolve, spec_digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from modelyard.findings import Finding
    from modelyard.load.repository import Repository
    from modelyard.plan import Plan

Kind = tuple[str, str, bool]


@dataclass(frozen=True)
class Output:
    """A directory as it should be, and what it was made of."""

    tree: Tree
    kubernetes: str
    """The version of the environment's cluster."""
    resolution: Resolution | None
    """Of a model; an environment's own directories have none."""
    plan: Plan | None = None
    """Of a model, too."""

    @cached_property
    def rendered(self) -> Rendered:
        """The tree as files. Its lock says what it takes of the environment.

        Because what all models take together is asked for where only one has changed, nobody has to
        read the manifests of the others for it.
        """
        if self.plan is None:
            return render(self.tree, self.kubernetes)
        manifests = [Manifest(built.manifest, built.file) for built in self.tree.files]
        found = shares(Objects(manifests), self.plan.environment.spec)
        return render(self.tree, self.kubernetes, [share.document() for share in found])

    def text(self, file: str) -> str:
        """A file of the tree, by its path or its name."""
        return self.rendered.files[file.rpartition("/")[2]].decode()


def model_outputs(
    repository: Repository,
    name: str,
    wanted: Collection[str],
    without: frozenset[str] = frozenset(),
) -> tuple[list[Output], list[Finding]]:
    """What one model becomes in each of the wanted environments, and what is wrong with it.

    Objects of the kinds in `without` may be left out.
    """
    try:
        return _model_outputs(repository, name, wanted, without)
    except Refused as refusal:
        return [], list(refusal.findings)


def _model_outputs(
    repository: Repository, name: str, wanted: Collection[str], without: frozenset[str]
) -> tuple[list[Output], list[Finding]]:
    model = repository.model(name)
    deployed, findings = environments(repository, model)
    outputs = []
    by_environment: dict[str, list[Finding]] = {}
    for environment in deployed:
        if environment not in wanted:
            continue
        resolution, wrong = combine(repository, model, repository.environment(environment))
        output, more = _output(repository, resolution, without) if resolution else (None, wrong)
        by_environment[environment] = more
        if output is not None:
            outputs.append(output)
    return outputs, findings + said_once(by_environment)


def said_once(by_environment: Mapping[str, Iterable[Finding]]) -> list[Finding]:
    """Findings of several environments, one for each mistake: it names the others at its end."""
    found: dict[tuple[object, ...], tuple[Finding, list[str]]] = {}
    for environment, findings in by_environment.items():
        for finding in findings:
            what = finding.message.replace(f"`{environment}`", "`*`").replace(
                f"/{environment}/", "/*/"
            )
            key = (finding.rule, finding.location, what, what == finding.message)
            found.setdefault(key, (finding, []))[1].append(environment)
    return [
        replace(finding, message=f"{finding.message} (and in {', '.join(others[1:])})")
        if others[1:] and not key[3]
        else finding
        for key, (finding, others) in found.items()
    ]


def _output(
    repository: Repository, resolution: Resolution, without: frozenset[str]
) -> tuple[Output | None, list[Finding]]:
    plan, findings = resolve(repository, resolution)
    if plan is None:
        return None, findings
    tree, missed = build_model(plan, builders(repository, plan.spec.blueprint), without)
    if missed:
        return None, [_missed(resolution, tree, index) for index in missed]
    return Output(tree, plan.environment.spec.cluster.kubernetes, resolution, plan), []


def _missed(resolution: Resolution, tree: Tree, index: int) -> Finding:
    """A patch that changes nothing was meant to change something."""
    target = resolution.raw["patches"][index]["target"]
    kind = target["kind"]
    kinds = sorted({built.manifest["kind"] for built in tree.files})
    known = [b.manifest["metadata"]["name"] for b in tree.files if b.manifest["kind"] == kind]
    key, wanted, there = ("name", target.get("name", ""), known) if known else ("kind", kind, kinds)
    return resolution.problem(
        "patch",
        ("patches", index, "target", key),
        f"the patch finds no {kind if known else 'object'} `{wanted}` in {tree.directory}",
        did_you_mean(wanted, there, what=f"{key}s there"),
    )


def platform(repository: Repository, environment: str, kinds: Iterable[Kind]) -> list[Output]:
    """The directories of an environment itself; `kinds` are those of its models."""
    loaded = repository.environment(environment)
    place = Place(environment, loaded.value.spec, repository.settings.value.spec.repository)
    kubernetes = place.spec.cluster.kubernetes
    source, own = loaded.document.file, spec_digest(loaded.document.value)
    first = build_platform(Platform(place, (), source, own))
    everything = tuple(sorted({*kinds, *first.kinds()}))
    second = build_argocd(Platform(place, everything, source, own))
    return [Output(tree, kubernetes, None) for tree in (first, second)]


def deployed(repository: Repository, name: str) -> tuple[str, ...]:
    """The environments of a sound model."""
    return environments(repository, repository.model(name))[0]


def refers_to(output: Output) -> tuple[str, ...]:
    """Other models whose specs decide whether this one is sound."""
    if output.resolution is None:
        return ()
    spec = output.resolution.raw["spec"]
    parts = [
        *spec["access"]["callers"],
        *spec["access"]["egress"],
        *(spec.get("training") or {}).get("egress", ()),
    ]
    return tuple(sorted({part["model"] for part in parts if part.get("model")}))
