"""Autoscalers: what they go by, and whether their pods can keep up.

Facts: kubernetes.io, Horizontal Pod Autoscaling; keda.sh, Scaling Deployments; kserve.github.io, Autoscaling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.amounts import gpus_of
from modelyard.check.labelled import Labelled
from modelyard.check.links import services, together, written
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.check.scaling import RESOURCES, SERVERS, autoscalers, target_of
from modelyard.check.timing import patience, timeouts, whole
from modelyard.load.suggest import did_you_mean
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container, Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route


@rule(
    "autoscaling/nothing-requested",
    "error",
    scope="release",
    rows=("A06",),
    follows=("resources/not-set",),
)
def nothing_requested(objects: Objects, context: Context) -> Iterator[Hit]:
    """An autoscaler goes by a share of what is requested, and a container requests nothing.

    Sidecars count; a limit stands for a request. Where the namespace gives containers a default,
    there is one.
    """
    told: set[tuple[int, Route, str]] = set()
    for scaler in autoscalers(objects):
        workload = target_of(objects, scaler)
        for _, resource, only in scaler.utilisations() if workload is not None else ():
            for container in _without(objects, workload, resource, context):
                key = (id(workload), container.route, resource)
                if (only and container.name != only) or key in told:
                    continue
                told.add(key)
                yield Hit(
                    (*container.route, "resources"),
                    f"container {shown(container.name)} requests no {resource}, of which "
                    f"{scaler.manifest.kind} {shown(scaler.manifest.name)} takes a share: "
                    "it never scales",
                    f"write `requests: {{{resource}: …}}` for every container of the pod",
                    workload,
                )


def _without(
    objects: Objects, workload: Manifest | None, resource: str, context: Context
) -> Iterator[Container]:
    """The containers of an object that neither request a resource nor get a default."""
    for pod in workload.pods if workload is not None else ():
        if _has(pod.spec, resource) or _gets_default(objects, pod, resource, context):
            continue
        for container in pod.containers:
            if container.is_init or container.role == "ephemeralContainers":
                continue
            if not _has(container.value, resource):
                yield container


def _has(value: dict[str, Any], resource: str) -> bool:
    resources = mapping(value.get("resources"))
    return any(resource in mapping(resources.get(key)) for key in ("requests", "limits"))


def _gets_default(objects: Objects, pod: Pod, resource: str, context: Context) -> bool:
    """Whether containers that request nothing get something of a resource."""
    namespace, place = pod.manifest.namespace, context.environment
    if place is not None and together(namespace, str(place.namespace)) and resource in RESOURCES:
        return True
    return any(
        resource in mapping(mapping(item).get(key))
        for limits in objects.of("LimitRange")
        if together(limits.namespace, namespace)
        for item in sequence(limits.spec.get("limits"))
        if mapping(item).get("type") == "Container"
        for key in ("defaultRequest", "default")
    )


@rule(
    "autoscaling/unknown-metric",
    "error",
    rows=("A07",),
    kinds=("HorizontalPodAutoscaler",),
    needs=("environment",),
)
def unknown_metric(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """An autoscaler goes by a metric of pods that nothing in the cluster serves to it."""
    place = context.environment
    if place is None or place.monitoring.pod_metrics is None:
        return
    known = [str(name) for name in place.monitoring.pod_metrics]
    for number, item in enumerate(sequence(manifest.spec.get("metrics"))):
        if mapping(item).get("type") != "Pods":
            continue
        name = mapping(mapping(mapping(item).get("pods")).get("metric")).get("name")
        if isinstance(name, str) and name not in known:
            yield Hit(
                ("spec", "metrics", number, "pods", "metric", "name"),
                f"the cluster's metrics adapter has no metric `{shown(name)}`: it never scales",
                did_you_mean(name, known, what="metrics"),
            )


@rule("autoscaling/gpu-by-cpu", "warning", scope="release", rows=("A09",))
def gpu_by_cpu(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A server on GPUs is scaled by its CPU or memory alone, which say nothing of its load."""
    for scaler in autoscalers(objects):
        kinds = [_resource_of(metric) for _, metric in scaler.metrics]
        workload = target_of(objects, scaler)
        if workload is not None and kinds and all(kinds) and any(map(_on_gpu, workload.pods)):
            yield _blind(workload, kinds, scaler.metrics[0][0], scaler.manifest)
    for service in objects.of("InferenceService"):
        for pod in service.pods:
            if pod.spec.get("scaleMetric") in RESOURCES and _on_gpu(pod):
                route = (*pod.route, "scaleMetric")
                yield _blind(service, [pod.spec["scaleMetric"]], route, service)


def _on_gpu(pod: Pod) -> bool:
    return any(gpus_of(container) for container in pod.containers)


def _blind(workload: Manifest, kinds: list[str], route: Route, manifest: Manifest) -> Hit:
    return Hit(
        route,
        f"{workload.kind} {shown(workload.name)} computes on GPUs, of whose load "
        f"{' and '.join(dict.fromkeys(kinds))} alone say nothing",
        "scale by what waits, as `vllm:num_requests_waiting` or the length of the queue",
        manifest,
    )


def _resource_of(metric: dict[str, Any]) -> str:
    """The CPU or memory that a metric is; empty for any other."""
    inner = mapping(metric.get("resource")) or mapping(metric.get("containerResource"))
    name = inner.get("name") if inner else metric.get("type")
    return str(name) if name in RESOURCES else ""


@rule("autoscaling/cold-start", "warning", scope="release", rows=("A11",))
def cold_start(objects: Objects, context: Context) -> Iterator[Hit]:
    """A server that is scaled to nothing cannot be called, or drained, when it comes back.

    Callers give up before the first pod is ready, or a budget keeps the only pod on its node.
    """
    pods = Labelled(objects.pods)
    sleeping = {id(pod): pod for pod in _sleeping(objects)}
    for budget in objects.of("PodDisruptionBudget"):
        least = budget.spec.get("minAvailable")
        if least in (None, 0, "0", "0%"):
            continue
        for pod in pods.selected(budget.namespace, budget.spec.get("selector")):
            if id(pod) in sleeping:
                yield Hit(
                    ("spec", "minAvailable"),
                    f"{pod.manifest.kind} {shown(pod.manifest.name)} is scaled down to nothing, and "
                    "its last pod may never be evicted",
                    "write `maxUnavailable: 1` instead",
                    budget,
                )
                break
    yield from _given_up(objects, pods, sleeping, context)


def _sleeping(objects: Objects) -> Iterator[Pod]:
    """The pods of what is scaled down to nothing."""
    for scaler in autoscalers(objects):
        workload = target_of(objects, scaler) if scaler.least == 0 else None
        yield from workload.pods if workload is not None else ()
    for service in objects.of("InferenceService"):
        for pod in service.pods:
            if whole(pod.spec.get("minReplicas")) == 0:
                yield pod


def _given_up(
    objects: Objects, pods: Labelled, sleeping: dict[int, Pod], context: Context
) -> Iterator[Hit]:
    """Timeouts that are over before a first pod can be ready."""
    behind: dict[tuple[str, str], list[Pod]] = {}
    for service in services(objects) if sleeping else ():
        labels = written(service.spec.get("selector"))
        chosen = pods.selected(service.namespace, {"matchLabels": labels}) if labels else []
        behind[service.namespace, service.name] = chosen
    for timeout in timeouts(objects) if sleeping else ():
        for pod in behind.get((timeout.namespace, timeout.service), ()):
            need = _loading(pod, context)
            if id(pod) in sleeping and timeout.seconds < need:
                yield Hit(
                    timeout.route,
                    f"callers give up after {timeout.seconds:g} s, and the first pod of "
                    f"{shown(pod.manifest.name)} needs {need:g} s: every first request fails",
                    "keep one pod, or wait longer than the model takes to load",
                    timeout.manifest,
                )
    for pod in sleeping.values():
        limit = whole(pod.spec.get("timeout"))
        if pod.manifest.kind == "InferenceService" and limit and limit < _loading(pod, context):
            yield Hit(
                (*pod.route, "timeout"),
                f"a request is given up after {limit} s, and the first pod needs "
                f"{_loading(pod, context):g} s: every first request fails",
                "keep one pod, or wait longer than the model takes to load",
                pod.manifest,
            )


def _loading(pod: Pod, context: Context) -> float:
    """The seconds that a pod needs at the least, or by its spec, before it is ready."""
    serving = context.plan.spec.serving if context.plan is not None else None
    if serving is not None and pod.manifest.kind in SERVERS:
        return serving.load_time.milliseconds / 1000
    delays = [
        whole(mapping(container.value.get(probe)).get("initialDelaySeconds"), 0) or 0
        for container in pod.containers
        for probe in ("startupProbe", "readinessProbe")
    ]
    return float(max(delays, default=0))


_STABLE = 300
"""Seconds of low load after which pods are taken away, where nothing is said (kubernetes.io)."""
_SLOW = 120


@rule("autoscaling/flapping", "warning", scope="release", rows=("A12",))
def flapping(objects: Objects, context: Context) -> Iterator[Hit]:
    """Pods are taken away sooner than new ones can load their model.

    Asked of models that take two minutes and more, as their spec or their startup probe says.
    """
    serving = context.plan.spec.serving if context.plan is not None else None
    for scaler in autoscalers(objects):
        workload = target_of(objects, scaler)
        if workload is None or scaler.least == scaler.most:
            continue
        declared = serving.load_time.whole_seconds if serving is not None else None
        loading = declared or max(map(_startup, workload.pods), default=0)
        route, behavior = scaler.behavior
        down = mapping(behavior.get("scaleDown"))
        window = whole(down.get("stabilizationWindowSeconds"), _STABLE)
        if loading < _SLOW or window is None or window >= loading:
            continue
        if down.get("selectPolicy") != "Disabled":
            unsaid = "" if "stabilizationWindowSeconds" in down else ", the default"
            yield Hit(
                (*route, "scaleDown", "stabilizationWindowSeconds"),
                f"pods are taken away after {window} s of low load{unsaid}, and "
                f"{shown(workload.name)} takes up to {loading} s to load its model",
                f"write `scaleDown: {{stabilizationWindowSeconds: {loading}}}` under `behavior`",
                scaler.manifest,
            )


def _startup(pod: Pod) -> int:
    """The longest that a pod may take to start, by its startup probes."""
    times = [patience(container.value.get("startupProbe")) or 0 for container in pod.containers]
    return max(times, default=0)
