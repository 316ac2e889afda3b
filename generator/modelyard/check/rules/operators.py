"""Objects that an operator makes pods of: Kafka Connect by Strimzi, servers by Seldon, runs by Argo."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import WORKLOADS, mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_CLIENTS = ("KafkaConnect", "KafkaMirrorMaker2", "KafkaBridge")
"""Kinds of Strimzi whose pods are clients of Kafka."""
_WANTED = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
_BUILT_IN = frozenset(
    (
        "",
        "UNKNOWN_IMPLEMENTATION",
        "SIMPLE_MODEL",
        "SIMPLE_ROUTER",
        "RANDOM_ABTEST",
        "AVERAGE_COMBINER",
    )
)
"""Nodes of a Seldon graph for which no server is started."""


@rule(
    "resources/operator-not-set",
    "error",
    kinds=(*_CLIENTS, "SeldonDeployment"),
    rows=("G01", "S19"),
)
def operator_not_set(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """The pods that an operator makes of an object ask for nothing, and may use everything."""
    for route, name, resources in _made(manifest):
        requests, limits = mapping(resources.get("requests")), mapping(resources.get("limits"))
        missing = [
            f"`{field}.{what}`"
            for field, what in _WANTED
            if what not in limits and (field == "limits" or what not in requests)
        ]
        if missing:
            place = "`spec.resources`"
            if manifest.kind == "SeldonDeployment":
                place = f"the `resources` of a container `{shown(name)}` in `componentSpecs`"
            yield Hit(
                route,
                f"the pods of {shown(name)} do not say {', '.join(missing)}",
                f"write {', '.join(missing)} under {place}",
                of_key=True,
            )


def _made(manifest: Manifest) -> Iterator[tuple[Route, str, dict[str, Any]]]:
    """The containers that are made: place, name, and what they ask for."""
    if manifest.kind != "SeldonDeployment":
        yield ("spec", "resources"), manifest.name, mapping(manifest.spec.get("resources"))
        return
    for number, predictor in enumerate(sequence(manifest.spec.get("predictors"))):
        predictor = mapping(predictor)
        written = {
            str(mapping(container).get("name")): mapping(mapping(container).get("resources"))
            for component in sequence(predictor.get("componentSpecs"))
            for container in sequence(mapping(mapping(component).get("spec")).get("containers"))
        }
        todo: list[tuple[Route, Any]] = [
            (("spec", "predictors", number, "graph"), predictor.get("graph"))
        ]
        while todo:
            route, node = todo.pop()
            node = mapping(node)
            name = str(node.get("name"))
            if str(node.get("implementation") or "") not in _BUILT_IN and not written.get(name):
                yield route, name, {}
            for index, child in enumerate(sequence(node.get("children"))):
                todo.append(((*route, "children", index), child))


@rule("kafka/plain-text", "warning", kinds=_CLIENTS, rows=())
def plain_text(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A client of Kafka neither encrypts nor says who it is.

    Everybody on the network reads what it sends, and may send in its place.
    """
    places: list[tuple[Route, dict[str, Any]]] = [(("spec",), manifest.spec)]
    if manifest.kind == "KafkaMirrorMaker2":
        places = [
            (("spec", "clusters", index), mapping(cluster))
            for index, cluster in enumerate(sequence(manifest.spec.get("clusters")))
        ]
    for route, spec in places:
        servers = spec.get("bootstrapServers")
        if isinstance(servers, str) and "tls" not in spec and "authentication" not in spec:
            yield Hit(
                (*route, "bootstrapServers"),
                f"`{shown(servers)}` is called in plain text, by nobody in particular",
                "write `tls` with the certificate of the cluster and `authentication` with a KafkaUser, and "
                "call the listener that asks for both, as `…-kafka-bootstrap:9093`",
            )


@rule("kafka/shared-group", "error", kinds=("KafkaConnect",), rows=("M05",))
def shared_group(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A Connect cluster has no group of its own, and shares one with every other that has none.

    Strimzi calls it `connect-cluster`. Workers of one group divide their connectors among them, and
    keep offsets in the same topics.
    """
    config = mapping(manifest.spec.get("config"))
    if manifest.spec and "groupId" not in manifest.spec and "group.id" not in config:
        name = shown(manifest.name or "…")
        yield Hit(
            ("spec", "config") if config else ("spec",),
            "it joins the group `connect-cluster`, with every other cluster that names none",
            f"write `group.id: {name}` under `config`, and `config.storage.topic`, `offset.storage.topic` "
            "and `status.storage.topic` of its own; with `v1` they are `groupId`, `configStorageTopic` …",
            of_key=True,
        )


_PROVIDER = re.compile(r"config\.providers\.([\w-]+)\.class")
_FILES = re.compile(r"\.(File|Directory)ConfigProvider$")


@rule("kafka/open-config-provider", "warning", kinds=("KafkaConnect", "KafkaMirrorMaker2"), rows=())
def open_config_provider(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """Whoever may make a connector may read every file of its workers.

    A reference such as `${file:/path:key}` is filled in from any file, the credentials of the workers
    among them, unless `allowed.paths` says which (Kafka 3.7, KIP-993).
    """
    config = mapping(manifest.spec.get("config"))
    for key, value in config.items():
        found = _PROVIDER.fullmatch(str(key))
        allowed = f"config.providers.{found[1]}.param.allowed.paths" if found else ""
        if found and isinstance(value, str) and _FILES.search(value) and not config.get(allowed):
            yield Hit(
                ("spec", "config", key),
                "a connector may have any file of the workers filled in, credentials among them",
                f"write `{shown(allowed)}: /opt/kafka/external-configuration`, or the directory that is meant",
            )


_RUNS = ("Workflow", "CronWorkflow")


@rule(
    "argo/default-service-account", "warning", kinds=_RUNS, rows=("C16",), aliases=("CKV_ARGO_1",)
)
def default_service_account(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A Workflow runs as the account `default`, which is everybody's.

    Its executor reports results by it, so either that fails, or every pod of the namespace may do it
    (argo-workflows.readthedocs.io, Service Accounts).
    """
    route: Route = ("spec", "workflowSpec") if manifest.kind == "CronWorkflow" else ("spec",)
    spec = mapping(manifest.spec.get("workflowSpec")) if len(route) == 2 else manifest.spec
    account = spec.get("serviceAccountName")
    if spec and "workflowTemplateRef" not in spec and (account or "default") == "default":
        yield Hit(
            (*route, "serviceAccountName") if account else route,
            "it runs as the account `default`, which is everybody's",
            "write `serviceAccountName` of an account that may make `workflowtaskresults`, and no more",
            of_key=True,
        )


_SHELLS = re.compile(
    r"(?:(?:docker\.io|mirror\.gcr\.io)/)?(?:library/)?"
    r"(?:python|ubuntu|debian|alpine|busybox|fedora|rockylinux|amazonlinux|tensorflow/tensorflow"
    r"|pytorch/pytorch|nvidia/cuda|rapidsai/base|continuumio/(?:mini|ana)conda3)"
    r"|nvcr\.io/nvidia/(?:cuda|pytorch|tensorflow|jax)|ghcr\.io/pytorch/pytorch"
)
"""Images that start a shell or an interpreter, which ends when nobody types (their own pages)."""


@rule("reliability/does-nothing", "error", kinds=WORKLOADS, rows=())
def does_nothing(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A container runs an image that does nothing by itself, and is not told what to run.

    A job is done in a second and green, and a server is started again for ever.
    """
    for pod in manifest.pods:
        for container in pod.containers:
            image, value = container.value.get("image"), container.value
            if not isinstance(image, str) or container.role == "script":
                continue
            name, _, tag = image.partition("@")[0].rpartition(":")
            told = any(value.get(key) for key in ("command", "args", "source", "stdin", "tty"))
            if not told and _SHELLS.fullmatch(name or tag) and "jupyter" not in tag:
                yield Hit(
                    (*container.route, "image"),
                    f"`{shown(image)}` starts a shell, which ends at once when nobody types",
                    "write `command`, or an image that holds what is to be run",
                )
