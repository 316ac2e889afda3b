"""Pods that serve: who owns them, how they are replaced, where they are, and how they end.

Facts: kubernetes.io, Deployments (selector, rolling update), StatefulSet Basics, Pod Topology Spread
Constraints, Termination of Pods; argoproj.github.io/argo-rollouts, Canary.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.labelled import Labelled
from modelyard.check.links import is_opaque, services, together, written
from modelyard.check.objects import mapping
from modelyard.check.rule import Hit, rule
from modelyard.check.scaling import SERVERS, Scaling, in_production, is_trial, same_namespace
from modelyard.check.timing import grace, pre_stop, timeouts
from modelyard.words import plural, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.check.timing import Timeout

_OWNERS = (*SERVERS, "DaemonSet", "ReplicaSet")


@rule("reliability/overlapping-selectors", "error", scope="release", rows=("R12",))
def overlapping_selectors(objects: Objects, _context: Context) -> Iterator[Hit]:
    """The selector of a workload selects the pods of another too.

    Controllers then fight over them, and autoscalers and budgets count the pods of both: the canary
    passes for the stable release.
    """
    workloads = objects.of(*_OWNERS)
    pods = Labelled(pod for workload in workloads for pod in workload.pods)
    told: set[frozenset[int]] = set()
    for workload in workloads:
        selector = workload.spec.get("selector")
        if not isinstance(selector, dict) or not selector:
            continue
        for pod in pods.selected(workload.namespace, selector):
            other = pod.manifest
            pair = frozenset((id(workload), id(other)))
            alike = (other.kind, other.name) == (workload.kind, workload.name)
            if alike or pair in told or not same_namespace(workload, other):
                continue
            told.add(pair)
            yield Hit(
                ("spec", "selector"),
                f"it selects the pods of {other.kind} {shown(other.name)} too",
                "add the label that tells them apart, as `modelyard.dev/track: stable`, to the selector "
                "and the template; a selector cannot be changed, so make the workload anew",
                workload,
            )
            break


_UPDATES: dict[str, tuple[str, ...]] = {
    "Deployment": ("spec", "strategy", "rollingUpdate", "maxUnavailable"),
    "StatefulSet": ("spec", "updateStrategy", "rollingUpdate", "maxUnavailable"),
    "Rollout": ("spec", "strategy", "canary", "maxUnavailable"),
}


@rule("reliability/all-at-once", "error", scope="release", rows=("R15",))
def all_at_once(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A rollout may take all pods away before a new one is ready.

    Where an autoscaler decides, it is asked with the fewest pods that it leaves.
    """
    scaling = Scaling(objects)
    for workload in objects.of(*SERVERS):
        value: Any = workload.value
        for step in _UPDATES[workload.kind]:
            value = mapping(value).get(step)
        count = scaling.fewest(workload)
        if count == 1 or not isinstance(value, int | str) or isinstance(value, bool):
            continue
        everything = isinstance(value, str) and re.fullmatch(r"0*[1-9]\d{2,}%", value) is not None
        many = isinstance(value, int) and count is not None and value >= count > 1
        if everything or many:
            there = f" {plural(count, 'pod')}" if count else " pods"
            yield Hit(
                _UPDATES[workload.kind],
                f"{value} of{there} may be missing while a new release comes: nobody answers",
                "write `maxUnavailable: 0` with `maxSurge: 1`, or `maxUnavailable: 1`",
                workload,
            )


@rule("reliability/short-grace-period", "warning", scope="release", rows=("R16",))
def short_grace_period(objects: Objects, context: Context) -> Iterator[Hit]:
    """A pod is killed before its requests are answered.

    It has to sleep before it is told to end, and then to finish what its callers still wait for.
    """
    waiting = _waiting(objects)
    for workload in objects.of(*SERVERS):
        for pod in workload.pods:
            limit = grace(pod)
            sleep = max((pre_stop(container) for container in pod.containers), default=0.0)
            timeout = waiting.get(id(pod))
            request = timeout.seconds if timeout is not None else 0.0
            serving = context.plan.spec.serving if context.plan is not None else None
            if serving is not None:
                request = max(request, serving.request_timeout.milliseconds / 1000)
            short = sleep + request > (limit or 0) if request else sleep >= (limit or 0) > 0
            if limit is None or not short:
                continue
            told = [f"it sleeps {sleep:g} s before it ends"] if sleep else []
            told += [f"requests may take {request:g} s"] if request else []
            yield Hit(
                (*pod.route, "terminationGracePeriodSeconds"),
                f"the pod is killed after {limit} s, and {' and '.join(told)}",
                f"write `terminationGracePeriodSeconds: {int(sleep + request) + 5}`",
                workload,
            )


def _waiting(objects: Objects) -> dict[int, Timeout]:
    """The longest that callers wait for an answer of a pod."""
    pods, found = Labelled(objects.pods), dict[int, "Timeout"]()
    known = {(service.namespace, service.name): service for service in services(objects)}
    for timeout in timeouts(objects):
        service = known.get((timeout.namespace, timeout.service))
        labels = written(service.spec.get("selector")) if service is not None else {}
        for pod in pods.selected(timeout.namespace, {"matchLabels": labels}) if labels else ():
            longest = found.get(id(pod))
            if longest is None or timeout.seconds > longest.seconds:
                found[id(pod)] = timeout
    return found


@rule(
    "reliability/no-spread",
    "warning",
    scope="release",
    rows=("R17",),
    aliases=(
        "kube-linter/no-anti-affinity",
        "kube-score/deployment-has-host-podantiaffinity",
        "kube-score/statefulset-has-host-podantiaffinity",
        "polaris/topologySpreadConstraint",
        "kyverno/require-pod-topology-spread",
    ),
)
def no_spread(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Servers in production do not say that their pods belong on different nodes."""
    scaling = Scaling(objects)
    for workload in objects.of(*SERVERS):
        fewest = scaling.fewest(workload)
        if not fewest or fewest < 2 or not in_production(workload) or is_trial(workload):
            continue
        for pod in workload.pods:
            if not _is_spread(workload, pod):
                yield Hit(
                    (*pod.route, "topologySpreadConstraints"),
                    f"all {plural(fewest, 'pod')} may land on one node, and are gone with it",
                    "add `topologySpreadConstraints` over `kubernetes.io/hostname`, with the labels of "
                    "the pods",
                    workload,
                )


def _is_spread(workload: Manifest, pod: Pod) -> bool:
    strategy = mapping(workload.spec.get("strategy"))
    return bool(
        pod.spec.get("topologySpreadConstraints")
        or mapping(pod.spec.get("affinity")).get("podAntiAffinity")
        or any(mapping(way).get("antiAffinity") for way in strategy.values())
    )


@rule(
    "reliability/stateful-service",
    "warning",
    scope="release",
    rows=("R26",),
    aliases=("kube-score/statefulset-has-servicename",),
)
def stateful_service(objects: Objects, _context: Context) -> Iterator[Hit]:
    """The pods of a StatefulSet get no names in the DNS: it has no headless Service."""
    for workload in objects.of("StatefulSet"):
        name = workload.spec.get("serviceName")
        near = [one for one in services(objects) if together(one.namespace, workload.namespace)]
        if name in (None, ""):
            if workload.spec:
                yield _without_names(workload, "it says no `serviceName`")
        elif isinstance(name, str):
            found = [service for service in near if service.name == name]
            if found and found[0].spec.get("clusterIP") != "None":
                told = f"Service {shown(name)} is not headless"
                yield _without_names(workload, told, "write `clusterIP: None` in the Service")
            elif not found and near and not is_opaque(objects, workload.namespace):
                yield _without_names(workload, f"there is no Service `{shown(name)}` here")


def _without_names(workload: Manifest, what: str, instead: str = "") -> Hit:
    return Hit(
        ("spec", "serviceName"),
        f"{what}, so that no pod has a name in the DNS",
        instead or "name a Service with `clusterIP: None` that selects the pods",
        workload,
    )
