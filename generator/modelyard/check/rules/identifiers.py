"""Names, labels, annotations and versions of objects, and objects that are there twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
_LABELS = frozenset(("Namespace", "Service", "StatefulSet"))
"""Kinds whose names are one label of DNS; those of most others are subdomains."""
_OTHERWISE = frozenset(
    ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "APIService", "IPAddress")
)
"""Kinds whose names follow rules of their own."""
_DIGITS_SINCE = 36
"""The minor version of Kubernetes that may let the name of a Service begin with a digit."""
_TEMPLATED = re.compile(r"\{\{|\$\{|\$\(|<")


@rule("objects/invalid-name", "error", rows=("T07",))
def invalid_name(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """The API server does not take the name of an object, a container or a volume.

    Facts: kubernetes.io, Object Names and IDs; pkg/apis/*/validation of Kubernetes.
    """
    name = manifest.metadata.get("name")
    if isinstance(name, str) and manifest.kind not in _OTHERWISE:
        label = manifest.kind in _LABELS and (manifest.kind != "Service" or not manifest.group)
        wrong = _wrong(name, label=label, begins=_letter_first(manifest, context))
        if wrong:
            yield Hit(("metadata", "name"), f"`{shown(name)}` is no name of a {shown(manifest.kind)}: "
                      f"{wrong}", _plain(name))  # fmt: skip
    for pod in manifest.pods:
        named = [(container.route, container.value) for container in pod.containers]
        for index, volume in enumerate(sequence(pod.spec.get("volumes"))):
            named.append(((*pod.route, "volumes", index), mapping(volume)))
        for route, value in named:
            name = value.get("name")
            wrong = _wrong(name, label=True) if isinstance(name, str) else ""
            if wrong:
                what = "a volume" if route[-2:-1] == ("volumes",) else "a container"
                told = f"`{shown(str(name))}` is no name of {what}: {wrong}"
                yield Hit((*route, "name"), told, _plain(str(name)))


def _letter_first(manifest: Manifest, context: Context) -> bool:
    """Whether a name must begin with a letter there, as those of Services long had to."""
    known = context.environment
    return (
        manifest.kind == "Service"
        and known is not None
        and int(str(known.cluster.kubernetes).partition(".")[2]) < _DIGITS_SINCE
    )


def _wrong(name: str, *, label: bool, begins: bool = False) -> str:
    """Why a name is none; nothing where it is one, or is filled in on the way."""
    if _TEMPLATED.search(name) or not name:
        return ""
    most, pattern = (63, _LABEL) if label else (253, _SUBDOMAIN)
    if len(name) > most:
        return f"it has {len(name)} characters, and at most {most} are allowed"
    if not pattern.fullmatch(name):
        more = "" if label else " and `.`"
        return f"it has small letters, digits, `-`{more}, and a letter or digit at both ends"
    return "it begins with a letter" if begins and name[0].isdigit() else ""


def _plain(name: str) -> str:
    """What to write instead, where that can be told."""
    plain = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")
    if plain and plain != name and _SUBDOMAIN.fullmatch(plain):
        return f"write `{shown(plain[:63].rstrip('-.'))}`, and change what refers to it"
    return "choose another one, and change what refers to it"


_NAME = r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)"
_VALUE = re.compile(rf"{_NAME}?")
_KEY = re.compile(rf"(?:(?P<prefix>[^/]*)/)?(?P<name>{_NAME})")


@rule(
    "objects/invalid-label",
    "error",
    rows=("T08",),
    aliases=("kube-score/label-values",),
)
def invalid_label(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """The API server does not take a label, or the key of an annotation.

    Facts: kubernetes.io, Labels and Selectors: 63 characters, a prefix of 253 before a slash.
    """
    places: list[tuple[Route, Any, bool]] = [
        (("metadata", "labels"), manifest.metadata.get("labels"), True),
        (("metadata", "annotations"), manifest.metadata.get("annotations"), False),
    ]
    selector = manifest.spec.get("selector")
    if manifest.kind == "Service":
        places.append((("spec", "selector"), selector, True))
    else:
        labels = mapping(selector).get("matchLabels")
        places.append((("spec", "selector", "matchLabels"), labels, True))
    for pod in manifest.pods:
        places += _of_pod(pod)
    for route, labels, valued in places:
        for key, value in mapping(labels).items():
            yield from _wrong_label(route, key, value if valued else None)


def _of_pod(pod: Pod) -> Iterator[tuple[Route, Any, bool]]:
    yield (*pod.route, "nodeSelector"), pod.spec.get("nodeSelector"), True
    if pod.labels_route != ("metadata",):
        yield (*pod.labels_route, "labels"), pod.labels, True
        yield (*pod.labels_route, "annotations"), pod.annotations, False


def _wrong_label(route: Route, key: Any, value: Any) -> Iterator[Hit]:
    key = str(key)
    found = _KEY.fullmatch(key)
    prefix = found["prefix"] if found else None
    fits = found is not None and len(found["name"]) <= 63
    if prefix is not None and not (_SUBDOMAIN.fullmatch(prefix) and len(prefix) <= 253):
        fits = False
    if not fits and not _TEMPLATED.search(key):
        yield Hit(
            (*route, key),
            f"`{shown(key)}` is no key: it has at most 63 letters, digits, `-`, `_` and `.`, "
            "behind a domain and a slash or without",
            "write for example `example.com/cost-center`",
            of_key=True,
        )
    if not isinstance(value, str) or _TEMPLATED.search(value):
        return
    if len(value) > 63 or not _VALUE.fullmatch(value):
        why = f"it has {len(value)} characters, and at most 63 are allowed" if len(value) > 63 else (
            "it has letters, digits, `-`, `_` and `.`, and a letter or digit at both ends"
        )  # fmt: skip
        yield Hit(
            (*route, key),
            f"`{shown(value)}` is no value of a label: {why}",
            "shorten it, or put it into an annotation, which takes any text",
        )


_LONGEST = {
    "CronJob": (52, "its Jobs are called by it and eleven characters more"),
    "CronWorkflow": (52, "its Workflows are called by it and eleven characters more"),
    "Job": (63, "its pods carry it as a label"),
    "Workflow": (63, "its pods carry it as a label"),
    "WorkflowTemplate": (63, "its Workflows carry it as a label"),
    "StatefulSet": (52, "its pods carry it with a digest as a label"),
}


@rule("objects/name-too-long", "error", kinds=_LONGEST, rows=("T09",))
def name_too_long(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A name leaves no room for what a controller adds to it.

    A StatefulSet with a longer name is taken, and none of its pods is
    (github.com/kubernetes/kubernetes, issue 64023).
    """
    most, why = _LONGEST[manifest.kind]
    if most < len(manifest.name) <= 253 and not _TEMPLATED.search(manifest.name):
        yield Hit(
            ("metadata", "name"),
            f"the name has {len(manifest.name)} characters, and of a {manifest.kind} at most {most}: "
            f"{why}",
            f"shorten it by {len(manifest.name) - most}",
        )


@rule("objects/repeated", "error", scope="release", rows=("T04",))
def repeated(objects: Objects, _context: Context) -> Iterator[Hit]:
    """An object is there twice, and the last one that is applied wins.

    Argo CD warns of it when it syncs (RepeatedResourceWarning). Asked of the files of one directory,
    because others may go to other clusters; and not where Kustomize puts files together.
    """
    first: dict[tuple[str, ...], Manifest] = {}
    patched = {_folder(manifest) for manifest in objects.of("Kustomization")}
    for manifest in objects.manifests:
        if not manifest.name or not manifest.kind or _folder(manifest) in patched:
            continue
        key = (
            _folder(manifest), manifest.group, manifest.kind, manifest.namespace, manifest.name
        )  # fmt: skip
        other = first.setdefault(key, manifest)
        if other is not manifest:
            where = "in this file" if other.file == manifest.file else f"in {shown(other.file)}"
            yield Hit(
                ("metadata", "name"),
                f"{manifest.kind} `{shown(manifest.name)}` is there already, {where}",
                "take one of them away, or give it another name or namespace",
                manifest,
            )


def _folder(manifest: Manifest) -> str:
    return manifest.file.rpartition("/")[0]


_GIVEN_UP = {
    "kafka.strimzi.io/v1beta2": ("Strimzi 1.0", "kafka.strimzi.io/v1"),
    "kafka.strimzi.io/v1beta1": ("Strimzi 0.23", "kafka.strimzi.io/v1"),
    "kafka.strimzi.io/v1alpha1": ("Strimzi 0.23", "kafka.strimzi.io/v1"),
    "external-secrets.io/v1beta1": ("External Secrets 0.17", "external-secrets.io/v1"),
    "external-secrets.io/v1alpha1": ("External Secrets 0.17", "external-secrets.io/v1"),
    "keda.k8s.io/v1alpha1": ("KEDA 2.0", "keda.sh/v1alpha1"),
    "serving.kserve.io/v1alpha2": ("KServe 0.7", "serving.kserve.io/v1beta1"),
    "serving.kubeflow.org/v1beta1": ("KServe 0.7", "serving.kserve.io/v1beta1"),
    "rbac.istio.io/v1alpha1": ("Istio 1.6", "security.istio.io/v1"),
    "authentication.istio.io/v1alpha1": ("Istio 1.6", "security.istio.io/v1"),
    "certmanager.k8s.io/v1alpha1": ("cert-manager 1.6", "cert-manager.io/v1"),
    "cert-manager.io/v1alpha2": ("cert-manager 1.6", "cert-manager.io/v1"),
    "cert-manager.io/v1alpha3": ("cert-manager 1.6", "cert-manager.io/v1"),
    "cert-manager.io/v1beta1": ("cert-manager 1.6", "cert-manager.io/v1"),
}
"""Versions of custom resources that their makers serve no more: since when, and what to write."""
_STILL_SERVED = frozenset(("PushSecret", "ClusterPushSecret"))
"""Kinds of these groups that have no other version (external-secrets.io, API specification)."""


@rule("objects/old-version", "warning", rows=("T13",))
def old_version(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """The makers of a custom resource serve this version no more.

    After the next upgrade of the operator it cannot be applied. Which one runs is not known here.
    """
    given_up = _GIVEN_UP.get(str(manifest.value.get("apiVersion")))
    if given_up is not None and manifest.kind not in _STILL_SERVED:
        since, instead = given_up
        yield Hit(
            ("apiVersion",),
            f"`{manifest.value['apiVersion']}` is not served since {since}",
            f"write `{instead}`, and look for fields that changed with it",
        )


@rule(
    "objects/required-annotation",
    "warning",
    rows=("L10", "I10"),
    needs=("environment",),
    aliases=(
        "gatekeeper/requiredannotations",
        "kube-linter/required-annotation-email",
    ),
)
def required_annotation(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A workload lacks an annotation that the environment asks for.

    Which model card, class of data or approval belongs to it, or which commit it comes from. Asked
    where the environment lists them, under `annotations`.
    """
    wanted = (context.environment.annotations if context.environment else None) or ()
    lacks = [name for name in wanted if manifest.annotations.get(str(name)) in (None, "")]
    if lacks and manifest.pods and "ownerReferences" not in manifest.metadata:
        route: Route = ("metadata", "annotations")
        listed = ", ".join(f"`{name}`" for name in lacks)
        told = f"the {manifest.kind} has no {listed}, which this environment asks of every workload"
        yield Hit(route, told, f"add {listed}", of_key=True)
