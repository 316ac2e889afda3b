"""Probes: whether they ask what the server answers, and wait until it can.

Facts: kubernetes.io, Configure Liveness, Readiness and Startup Probes; those of each server in
`modelyard.check.runtimes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.links import declared
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.check.runtimes import ASKED, SERVERS, recognised, words_of
from modelyard.check.timing import patience, whole
from modelyard.findings import Fix
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container, Manifest, Pod
    from modelyard.check.rule import Context
    from modelyard.check.runtimes import Server
    from modelyard.findings import Route

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_KINDS = (
    "Deployment", "StatefulSet", "DaemonSet", "Rollout", "ReplicaSet", "LeaderWorkerSet",
    "InferenceService", "ServingRuntime", "ClusterServingRuntime",
)  # fmt: skip
_QUICKEST = 60
"""Seconds that no server of language models needs less than, to load and compile its model."""


def _served(pod: Pod, container: Container, context: Context) -> Server | None:
    """The server that a container runs, by the spec or by what it says itself."""
    serving = context.plan.spec.serving if context.plan is not None else None
    if serving is not None and container.name == "server" and not pod.ends:
        for server in SERVERS:
            if server.name.lower() == serving.runtime:
                return server
    return recognised(container)


def _probes(container: Container) -> Iterator[tuple[str, Route, dict[str, Any]]]:
    for name in _PROBES:
        probe = container.value.get(name)
        if isinstance(probe, dict):
            yield name, (*container.route, name), probe


@rule("reliability/wrong-probe-path", "error", rows=("R05",), kinds=_KINDS, can_fix=True)
def wrong_probe_path(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A probe asks what the server does not answer, so that the pod never becomes ready.

    Asked of servers that are known, and of paths that are asked for health by habit.
    """
    for pod in manifest.pods:
        for container in pod.containers:
            server = _served(pod, container, context)
            if server is None or container.is_init:
                continue
            for name, route, probe in _probes(container):
                hit = _answered(server, pod, container, name, route, probe)
                if hit is not None:
                    yield hit


def _answered(
    server: Server,
    pod: Pod,
    container: Container,
    name: str,
    route: Route,
    probe: dict[str, Any],
) -> Hit | None:
    """What a server has against a probe."""
    told = words_of(container)
    locked = server.name == "vLLM" and _is_locked(container)
    wanted = server.alive if name == "livenessProbe" or locked else server.ready
    if server.grpc_port is None and "grpc" in probe and "grpc" not in told:
        return Hit(
            (*route, "grpc"),
            f"{server.name} has no health service for gRPC: the probe never succeeds",
            f"write `httpGet: {{path: {wanted}, port: …}}`",
        )
    get = probe.get("httpGet")
    path = mapping(get).get("path")
    if not isinstance(get, dict) or not isinstance(path, str):
        return None
    port = _own_port(pod, container, get.get("port"))
    if port is None:
        return None
    if port == server.grpc_port and "port" not in told:
        return Hit(
            (*route, "httpGet", "port"),
            f"{server.name} speaks gRPC on the port {port}: the probe never succeeds",
            "write the port of HTTP",
        )
    if locked and path.startswith("/v1") and not _brings_key(get):
        return Hit(
            (*route, "httpGet", "path"),
            f"{server.name} asks for its API key at `{shown(path)}`: the probe gets 401",
            f"write `path: {wanted}`",
        )
    bare = path.partition("?")[0].rstrip("/") or "/"
    if server.answers.fullmatch(bare) or not ASKED.fullmatch(bare) or "sagemaker" in told:
        return None
    # Because liveness and readiness should not ask the same, one path for both is no certain mend.
    certain = server.alive != server.ready and not locked
    return Hit(
        (*route, "httpGet", "path"),
        f"{server.name} does not answer `{shown(path)}`: the probe never succeeds",
        f"write `path: {wanted}`" + (", with the model's name" if "NAME" in wanted else ""),
        fix=Fix(put=(((*route, "httpGet", "path"), wanted),)) if certain else None,
    )


def _own_port(pod: Pod, container: Container, port: Any) -> int | None:
    """The number of the port that a probe asks; nothing where it may be another container's."""
    listed = [mapping(each) for each in sequence(container.value.get("ports"))]
    if isinstance(port, str) and not port.isdecimal():
        named = [each.get("name") for each in listed]
        return declared(pod).get(port) if port in named else None
    number = int(port) if isinstance(port, str) else whole(port)
    numbers = [each.get("containerPort") for each in listed]
    return number if number in numbers or not numbers else None


def _is_locked(container: Container) -> bool:
    """Whether vLLM wants a key for all paths that begin with `/v1`."""
    names = [mapping(item).get("name") for item in sequence(container.value.get("env"))]
    return "VLLM_API_KEY" in names or "--api-key" in words_of(container)


def _brings_key(get: dict[str, Any]) -> bool:
    headers = sequence(get.get("httpHeaders"))
    return "authorization" in [str(mapping(item).get("name")).lower() for item in headers]


@rule("reliability/killed-while-loading", "error", rows=("R02",), kinds=_KINDS)
def killed_while_loading(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A server is killed before its model is loaded, again and again.

    How long loading takes is what the spec says; or what the readiness probe of the same path waits
    for; or a minute, for a server of language models.
    """
    for pod in manifest.pods:
        for container in pod.containers:
            if container.is_init or container.role == "ephemeralContainers":
                continue
            name = "startupProbe" if _is_probe(container, "startupProbe") else "livenessProbe"
            probe = mapping(container.value.get(name))
            limit = patience(probe) if "exec" not in probe else None
            need, why = _loading(pod, container, probe, context)
            if _is_probe(container, name) and limit is not None and limit < need:
                yield Hit(
                    (*container.route, name),
                    f"container {shown(container.name)} is killed after {limit} s without an answer, "
                    f"and {why} {need} s",
                    f"add a `startupProbe` that waits {need} s: `periodSeconds: 10, "
                    f"failureThreshold: {-(-need // 10)}`"
                    if name == "livenessProbe"
                    else f"write `failureThreshold: {_failures(probe, need)}`",
                )


def _is_probe(container: Container, name: str) -> bool:
    return isinstance(container.value.get(name), dict)


def _failures(probe: dict[str, Any], need: int) -> int:
    """The failures that a probe must allow, to wait so long."""
    period = whole(probe.get("periodSeconds") or None, 10) or 10
    return -(-(need - (whole(probe.get("initialDelaySeconds"), 0) or 0)) // period)


def _loading(
    pod: Pod, container: Container, probe: dict[str, Any], context: Context
) -> tuple[int, str]:
    """The seconds that a container certainly needs, and who says so."""
    serving = context.plan.spec.serving if context.plan is not None else None
    if serving is not None and container.name == "server":
        return serving.load_time.whole_seconds, "by its spec the model takes"
    found = [(0, "")]
    readiness = mapping(container.value.get("readinessProbe"))
    if "httpGet" in probe and probe["httpGet"] == readiness.get("httpGet"):
        delay = whole(readiness.get("initialDelaySeconds"), 0) or 0
        found.append((delay, "for readiness the same path is asked only after"))
    server = _served(pod, container, context)
    if server is not None and server.is_slow and "httpGet" in probe:
        told = f"{server.name} answers only once its model is loaded, after more than"
        found.append((_QUICKEST, told))
    return max(found)
