"""Where Argo CD takes objects from and puts them, and whether they can be there."""

from __future__ import annotations

import re
from collections import defaultdict
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from modelyard.check.applications import applications, sources, sync_options
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Claim, Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context

Place = tuple[str, str, str]
"""Server, cluster's name and namespace; patterns of a project, or where an Application goes."""


def _place(value: Any) -> Place:
    found = mapping(value)
    server, name, namespace = (found.get(key) or "" for key in ("server", "name", "namespace"))
    return str(server), str(name), str(namespace)


def _placed(objects: Objects, _context: Context) -> Iterator[Claim]:
    for project in objects.of("AppProject"):
        places = [_place(found) for found in sequence(project.spec.get("destinations"))]
        yield Claim("project", (project.name, places), (), project)
    for manifest, route, spec in applications(objects):
        to, name = _place(spec.get("destination")), str(spec.get("project") or "")
        if "{{" not in f"{to} {name}":
            paths = list(_paths(manifest, spec))
            yield Claim("application", (name, to, paths), (*route, "destination"), manifest)
    seen = set()
    for manifest in objects.manifests:
        if manifest.kind in ("Application", "ApplicationSet", "AppProject"):
            continue  # because these are applied before anything is synced
        place = (manifest.file.rpartition("/")[0], manifest.namespace)
        if manifest.namespace and place not in seen:
            seen.add(place)
            yield Claim("objects", place, ("metadata", "namespace"), manifest)


def _paths(manifest: Manifest, spec: dict[str, Any]) -> Iterator[str]:
    """Patterns of the directories that an Application syncs, or several of an ApplicationSet."""
    for _, source in sources(spec):
        path = source.get("path")
        if isinstance(path, str) and "{{" not in path:
            yield "" if path in (".", "./") else path.strip("/").removeprefix("./")
        elif isinstance(path, str) and manifest.kind == "ApplicationSet":
            for generator in sequence(manifest.spec.get("generators")):
                yield from _generated(mapping(mapping(generator).get("git")))


def _generated(git: dict[str, Any]) -> Iterator[str]:
    for item in sequence(git.get("directories")):
        if not mapping(item).get("exclude"):
            yield str(mapping(item).get("path")).strip("/")
    for item in sequence(git.get("files")):
        yield str(mapping(item).get("path")).strip("/").rpartition("/")[0]


@rule("argo/not-allowed-there", "error", scope="environment", rows=("T06",), gather=_placed)
def not_allowed_there(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """An Application, or an object that it syncs, goes where its project does not allow it.

    Argo CD then syncs nothing of it (Argo CD, Projects). Asked where the project is among the objects.
    """
    projects = {claim.value[0]: claim.value[1] for claim in claims if claim.key == "project"}
    of_directory = defaultdict(list)
    for claim in claims:
        if claim.key == "objects":
            of_directory[claim.value[0]].append(claim)
    for claim in claims:
        if claim.key != "application" or claim.value[0] not in projects:
            continue
        name, to, paths = claim.value
        allowed = projects[name]
        if not _allows(allowed, to):
            yield Hit(
                claim.route,
                f"the project {shown(name)} does not allow {_said(to)}",
                f"add it to `destinations` of {shown(name)}, or write one of: {_listed(allowed)}",
                claim.manifest,
            )
            continue
        for one in _synced(of_directory, paths):
            if not _allows(allowed, (to[0], to[1], one.value[1])):
                yield Hit(
                    one.route,
                    f"{shown(claim.manifest.name)} syncs this, and its project {shown(name)} does not "
                    f"allow the namespace {shown(one.value[1])}",
                    f"write one of: {_listed(allowed)}",
                    one.manifest,
                )


def _synced(of_directory: dict[str, list[Claim]], paths: Iterable[str]) -> Iterator[Claim]:
    """What lies in the directories that patterns name; the names of files may begin further up."""
    for path in paths:
        for directory, found in of_directory.items():
            tail = "/".join(directory.split("/")[-len(path.split("/")) :])
            if directory == path or (path and fnmatchcase(tail, path)):
                yield from found


def _allows(allowed: Iterable[Place], to: Place) -> bool:
    """Whether a destination is among those that a project has; exceptions begin with `!`."""
    fits = False
    for place in allowed:
        wanted = [pattern.removeprefix("!") for pattern in place]
        cluster = _fits(wanted[0], to[0]) and _fits(wanted[1], to[1])
        matched = cluster and (not to[2] or fnmatchcase(to[2], wanted[2] or "*"))
        if matched and any(pattern.startswith("!") for pattern in place):
            return False
        fits = fits or matched
    return fits


def _fits(pattern: str, value: str) -> bool:
    """Whether a cluster fits; where one is told by its address and one by its name, nobody knows."""
    return not pattern or not value or fnmatchcase(value, pattern)


def _said(to: Place) -> str:
    return f"the namespace {shown(to[2] or 'of the objects')} on {shown(to[0] or to[1] or '…')}"


def _listed(allowed: list[Place]) -> str:
    return ", ".join(sorted({f"`{shown(place[2])}`" for place in allowed}))


_MAIN = re.compile(r"|HEAD|(refs/heads/)?(main|master|trunk)")


@rule("argo/unknown-path", "error", scope="release", rows=("C05",))
def unknown_path(objects: Objects, context: Context) -> Iterator[Hit]:
    """An Application syncs a directory of this repository that is not there.

    Asked in a repository with `modelyard.yaml`, of Applications with its address and main branch.
    """
    checkout = context.checkout
    for manifest, route, spec in applications(objects) if checkout is not None else ():
        for at_source, source in sources(spec):
            path, revision = source.get("path"), str(source.get("targetRevision") or "")
            ours = checkout is not None and checkout.is_of(source.get("repoURL"))
            if (
                not ours
                or not isinstance(path, str)
                or "{{" in path
                or not _MAIN.fullmatch(revision)
            ):
                continue
            assert checkout is not None
            if not checkout.has(path):
                yield Hit(
                    (*route, *at_source, "path"),
                    f"there is no directory `{shown(path)}` in this repository",
                    "write one that there is",
                    manifest,
                )
                continue
            helm = mapping(source.get("helm"))
            for number, file in enumerate(sequence(helm.get("valueFiles"))):
                if _is_missing(file, path, helm) and not checkout.has(_below(path, file)):
                    yield Hit(
                        (*route, *at_source, "helm", "valueFiles", number),
                        f"there is no file `{shown(_below(path, file))}` in this repository",
                        "write one that there is, below the chart or from the top with `/`",
                        manifest,
                    )


def _is_missing(file: Any, path: str, helm: dict[str, Any]) -> bool:
    """Whether a file of values is one of the repository, and has to be there."""
    return (
        isinstance(file, str)
        and not file.startswith(("$", "http:", "https:"))
        and not any(mark in file for mark in ("{{", "*", ".."))
        and ".." not in path
        and helm.get("ignoreMissingValueFiles") is not True
    )


def _below(path: str, file: str) -> str:
    return file.strip("/") if file.startswith("/") else f"{path.strip('/')}/{file}"


_NATIVE = re.compile(
    r"|[a-z]+|(admissionregistration|apiextensions|certificates|coordination|discovery|events"
    r"|flowcontrol\.apiserver|networking|node|rbac\.authorization|resource|scheduling|storage"
    r"|storagemigration|authentication|authorization|internal\.apiserver)\.k8s\.io"
    r"|apiregistration\.k8s\.io|kustomize\.config\.k8s\.io"
)
"""Groups of the API server itself, and of what never gets there."""
_SKIP = "SkipDryRunOnMissingResource=true"


@rule("argo/unknown-definition", "error", scope="release", rows=("C08",), needs=("environment",))
def unknown_definition(objects: Objects, context: Context) -> Iterator[Hit]:
    """A custom resource has no definition on the cluster, so that the dry run of a sync fails.

    Asked where the environment lists the groups that are installed, under `cluster.definitions`.
    """
    known = context.environment.cluster.definitions if context.environment else None
    if known is None:
        return
    brought = {
        (str(crd.spec.get("group")), str(mapping(crd.spec.get("names")).get("kind")))
        for crd in objects.of("CustomResourceDefinition")
    }
    if any(_SKIP in sync_options(spec) for _, _, spec in applications(objects)):
        return
    for manifest in objects.manifests:
        group = manifest.group
        if _NATIVE.fullmatch(group) or group in known or (group, manifest.kind) in brought:
            continue
        asked = str(manifest.annotations.get("argocd.argoproj.io/sync-options"))
        if _SKIP not in asked.replace(" ", ""):
            yield Hit(
                ("apiVersion",),
                f"nobody has installed `{shown(group)}` on this cluster: the sync of all objects beside "
                "it stops",
                "let its definition be installed first, and add the group to `cluster.definitions`; "
                f"where it comes with the same sync, annotate `{_SKIP}`",
                manifest,
            )
