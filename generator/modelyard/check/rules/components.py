"""The parts of one model: its server, its jobs, its shadow, and what they are given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import BATCH, mapping, sequence
from modelyard.check.queries import rules_of
from modelyard.check.rule import BESIDE_PODS, Claim, Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container, Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_VERSION = "app.kubernetes.io/version"
_TRACKS = ("track", "role", "variant", "traffic")
_SHADOWS = ("shadow", "mirror")


def _model(pod: Pod) -> tuple[str, str]:
    """The namespace and the name of the model that a pod belongs to; an empty name for none."""
    labels = {**pod.manifest.labels, **pod.labels}
    name = labels.get("app.kubernetes.io/name") or labels.get("model") or labels.get("app")
    return pod.manifest.namespace, name if isinstance(name, str) else ""


def _track(pod: Pod) -> str:
    for key, value in pod.labels.items():
        if str(key).rpartition("/")[2] in _TRACKS:
            return str(value)
    return ""


def _settings(container: Container) -> Iterator[tuple[Route, str, str]]:
    """What a container is told by name: environment, and arguments as `--name=value`."""
    for index, item in enumerate(sequence(container.value.get("env"))):
        name, value = mapping(item).get("name"), mapping(item).get("value")
        if isinstance(name, str) and isinstance(value, str) and value:
            yield (*container.route, "env", index, "value"), name, value
    for key in ("args", "command"):
        for index, text in enumerate(sequence(container.value.get(key))):
            if isinstance(text, str) and (found := re.fullmatch(r"--?([\w-]+)=(.+)", text)):
                name = found[1].upper().replace("-", "_")
                yield (*container.route, key, index), name, found[2]


@dataclass(frozen=True, slots=True)
class _Image:
    """An image in a pod, taken apart."""

    route: Route
    pod: Pod
    repository: str
    tag: str
    digest: str


def _images(pod: Pod) -> Iterator[_Image]:
    for container in pod.containers:
        text = container.value.get("image")
        if isinstance(text, str) and "{{" not in text and "$" not in text:
            name, _, digest = text.partition("@")
            repository, colon, tag = name.rpartition(":")
            if not colon or "/" in tag:
                repository, tag = name, ""
            yield _Image((*container.route, "image"), pod, repository, tag, digest)


@rule("consistency/component-versions", "warning", scope="release", rows=("I08",))
def component_versions(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A job of a model runs another version of the image that its server runs.

    Servers beside each other may: that is what a canary is, or a subset of a route.
    """
    served: dict[tuple[str, str, str], _Image] = {}
    images = [one for pod in objects.pods if _model(pod)[1] for one in _images(pod) if one.tag]
    for image in images:
        if image.pod.manifest.kind not in BATCH and _track(image.pod) in ("", "stable"):
            served.setdefault((*_model(image.pod), image.repository), image)
    for image in images:
        server = served.get((*_model(image.pod), image.repository))
        if server is None or image.pod.manifest.kind not in BATCH or image.tag == server.tag:
            continue
        owner = server.pod.manifest
        yield Hit(
            image.route,
            f"{owner.kind} {shown(owner.name)} runs {shown(server.tag)} of this image, and the "
            f"{image.pod.manifest.kind} {shown(image.tag)}",
            f"write `{shown(server.tag)}`, or give the job an image of its own",
            image.pod.manifest,
        )


def _tagged(objects: Objects, _context: Context) -> Iterator[Claim]:
    seen = set()
    for pod in objects.pods:
        for image in _images(pod):
            key = f"{image.repository}:{image.tag}"
            if image.tag and image.digest and (key, image.digest) not in seen:
                seen.add((key, image.digest))
                yield Claim(key, image.digest, image.route, pod.manifest)


@rule(
    "images/digest-differs",
    "error",
    scope="environment",
    rows=("I09",),
    gather=_tagged,
    unread=BESIDE_PODS,
)
def digest_differs(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """One tag stands with two digests: one of them is not what it is called.

    The digest decides what runs, and people read the tag.
    """
    first: dict[str, Claim] = {}
    for claim in claims:
        before = first.setdefault(claim.key, claim)
        if before.value != claim.value:
            other = before.manifest
            yield Hit(
                claim.route,
                f"`{shown(claim.key)}` is `{shown(before.value[:19])}…` in {other.kind} "
                f"{shown(other.name)}, and `{shown(claim.value[:19])}…` here",
                "write the digest that the tag was pushed with, in both",
                claim.manifest,
            )


_INPUTS = re.compile(r"FEATURE_(SET|VIEW|SERVICE|GROUP|VERSION|REPO|BUCKET)(_NAME|_VERSION|_URI)?")
_MODELS = re.compile(r"MODEL_(VERSION|URI|PATH|RELEASE|BUCKET|STAGE|ALIAS)|STORAGE_URI")
_FOLLOWS = re.compile(r"drift|eval|monitor|score|scoring|batch|predict|explain|quality")


@rule("consistency/component-inputs", "warning", scope="release", rows=("L06",))
def component_inputs(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A job of a model reads other features, or another version of the model, than its server.

    What watches or scores must look at what serves; what trains makes the next version, and is held
    to the features only.
    """
    served: dict[tuple[str, str, str], tuple[str, Pod]] = {}
    for pod in objects.pods:
        if pod.manifest.kind not in BATCH and _track(pod) in ("", "stable") and _model(pod)[1]:
            for container in pod.containers:
                for _, name, value in _settings(container):
                    served.setdefault((*_model(pod), name), (value, pod))
    for pod in objects.pods:
        if pod.manifest.kind not in BATCH:
            continue
        follows = _FOLLOWS.search(
            f"{pod.manifest.name} {pod.labels.get('app.kubernetes.io/component')}"
        )
        for container in pod.containers:
            for route, name, value in _settings(container):
                compared = _INPUTS.fullmatch(name) or (follows and _MODELS.fullmatch(name))
                known = served.get((*_model(pod), name))
                if compared and known is not None and known[0] != value and "{{" not in value:
                    server = known[1].manifest
                    yield Hit(
                        route,
                        f"{server.kind} {shown(server.name)} has `{shown(known[0])}` as {name}, and "
                        f"this {pod.manifest.kind} `{shown(value)}`",
                        f"write `{shown(known[0])}`",
                        pod.manifest,
                    )


_SINK = re.compile(
    r"(\w+_)?(OUTPUT|SINK|RESULTS?|PREDICTIONS?|WRITE|PUBLISH)_(\w+_)?"
    r"(TOPIC|TABLE|BUCKET|URI|URL|PATH|PREFIX|DSN|DATABASE|QUEUE|STREAM)"
    r"|(\w+_)?(TOPIC|TABLE|BUCKET|QUEUE|STREAM)_(OUT|OUTPUT|SINK)"
)


@rule("consistency/shadow-writes", "error", scope="release", rows=("L11",))
def shadow_writes(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A shadow writes where the model writes that answers.

    Its answers are to be thrown away; there they count twice, or in place of the right ones.
    """
    written: dict[tuple[str, str, str], tuple[str, Pod]] = {}
    shadows = []
    for pod in objects.pods:
        if _is_shadow(pod):
            shadows.append(pod)
            continue
        for container in pod.containers:
            for _, name, value in _settings(container):
                if _SINK.fullmatch(name):
                    written.setdefault((*_model(pod), value), (name, pod))
    for pod in shadows:
        for container in pod.containers:
            for route, name, value in _settings(container):
                known = written.get((*_model(pod), value)) if _SINK.fullmatch(name) else None
                if known is not None:
                    other = known[1].manifest
                    yield Hit(
                        route,
                        f"{other.kind} {shown(other.name)} writes to `{shown(value)}` too, and counts",
                        f"write one of the shadow's own, as `{shown(value)}-shadow`",
                        pod.manifest,
                    )


def _is_shadow(pod: Pod) -> bool:
    return _track(pod) in _SHADOWS or any(word in pod.manifest.name for word in _SHADOWS)


_CONTROLLED = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")
_CHECKSUM = re.compile(r"checksum|(^|[/._-])(hash|digest|sha256)($|[._-])", re.IGNORECASE)
_RELOADER = re.compile(r"reloader|wave\.pusher\.com")


@rule("reliability/stale-configuration", "warning", scope="release", rows=("X11",))
def stale_configuration(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Pods keep what a ConfigMap said when they started, and nothing starts them again.

    Environment variables and files that are mounted by `subPath` are read once; a file in a volume
    is brought up to date (kubernetes.io, ConfigMaps). A name of its own for each version, or a
    checksum among the pods' annotations, starts them again.
    """
    known = {(one.namespace, one.name): one for one in objects.of("ConfigMap")}
    for pod in objects.pods:
        owner = pod.manifest
        marked = any(_CHECKSUM.search(str(key)) for key in pod.annotations)
        watched = any(_RELOADER.search(str(key)) for key in (*owner.annotations, *pod.annotations))
        if owner.kind not in _CONTROLLED or marked or watched:
            continue
        told = set()
        for route, name in _read_once(pod):
            config = known.get((owner.namespace, name))
            if config is None or name in told or _never_changes(config):
                continue
            told.add(name)
            yield Hit(
                route,
                f"a change of ConfigMap {shown(name)} does not reach pods that run: they read it once",
                "add an annotation to the pods with its checksum, as `checksum/config`, or give each "
                "version a name of its own",
                owner,
            )


def _never_changes(config: Manifest) -> bool:
    """Whether each version has a name of its own; its last part then has a digit."""
    last = config.name.rpartition("-")[2]
    return config.value.get("immutable") is True or any(letter.isdigit() for letter in last)


def _read_once(pod: Pod) -> Iterator[tuple[Route, str]]:
    """The ConfigMaps that containers read when they start."""
    volumes: dict[Any, tuple[Route, str]] = {}
    for index, volume in enumerate(sequence(pod.spec.get("volumes"))):
        name = mapping(mapping(volume).get("configMap")).get("name")
        if isinstance(name, str):
            route = (*pod.route, "volumes", index, "configMap", "name")
            volumes[str(mapping(volume).get("name"))] = (route, name)
    for container in pod.containers:
        for index, item in enumerate(sequence(container.value.get("env"))):
            name = mapping(mapping(mapping(item).get("valueFrom")).get("configMapKeyRef")).get(
                "name"
            )
            if isinstance(name, str):
                yield (*container.route, "env", index, "valueFrom", "configMapKeyRef", "name"), name
        for index, item in enumerate(sequence(container.value.get("envFrom"))):
            name = mapping(mapping(item).get("configMapRef")).get("name")
            if isinstance(name, str):
                yield (*container.route, "envFrom", index, "configMapRef", "name"), name
        for index, mount in enumerate(sequence(container.value.get("volumeMounts"))):
            name = str(mapping(mount).get("name"))
            if mapping(mount).get("subPath") and name in volumes:
                yield (*container.route, "volumeMounts", index, "subPath"), volumes[name][1]


_LINKS = re.compile(r"runbook|dashboard|playbook")


def _linked(objects: Objects, _context: Context) -> Iterator[Claim]:
    models: dict[str, Manifest] = {}
    for pod in objects.pods:
        models.setdefault(_model(pod)[1], pod.manifest)
    for name in sorted(models.keys() - {""}):
        yield Claim("model", name, (), models[name])
    for manifest in objects.of("PrometheusRule"):
        labels = manifest.labels
        whole = {str(labels.get(key)) for key in ("app.kubernetes.io/name", "model", "app")}
        for route, alert in rules_of(manifest):
            own = whole | {str(value) for value in mapping(alert.get("labels")).values()}
            for key, value in mapping(alert.get("annotations")).items():
                if isinstance(value, str) and "://" in value and _LINKS.search(str(key)):
                    link = (sorted(own), value, manifest.name)
                    yield Claim("link", link, (*route, "annotations", key), manifest)


@rule("prometheus/foreign-link", "warning", scope="environment", rows=("L12",), gather=_linked)
def foreign_link(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """An alert links to the runbook or the dashboard of another model.

    Whoever is called at night follows it. Asked where the address has the name of another model, and
    not the alert's own.
    """
    models = {claim.value for claim in claims if claim.key == "model"}
    for claim in claims:
        if claim.key != "link":
            continue
        own, url, of = claim.value
        ours = models & {*own, of}
        parts = set(re.split(r"[/#?&=:]+", url))
        named = sorted(models & parts)
        if ours and named and not ours & parts and not any(one in of for one in named):
            yield Hit(
                claim.route,
                f"this is about {shown(named[0])}, and the alert is of {shown(min(ours))}",
                f"link to what is written about {shown(min(ours))}",
                claim.manifest,
            )
