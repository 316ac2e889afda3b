"""Who talks to whom: Services with their pods and ports, hosts, and network policies."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, selects, sequence
from modelyard.check.rule import Hit
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

NAME = "kubernetes.io/metadata.name"
"""The label that every namespace has: its name."""

_OPAQUE = frozenset(
    (
        "InferenceService", "InferenceGraph", "LLMInferenceService", "SeldonDeployment", "Model",
        "RayCluster", "RayJob", "RayService", "PyTorchJob", "TFJob", "MPIJob", "XGBoostJob",
        "TrainJob", "LeaderWorkerSet", "ServingRuntime", "ClusterServingRuntime", "HelmRelease",
        "HelmChart", "NIMService", "Kafka", "KafkaConnect",
    )
)  # fmt: skip
"""Kinds whose controllers make pods and Services with names and labels of their own."""

_GENERATED = (
    "statefulset.kubernetes.io/", "apps.kubernetes.io/", "batch.kubernetes.io/", "ray.io/",
    "leaderworkerset.sigs.k8s.io/", "training.kubeflow.org/", "serving.kserve.io/",
    "serving.knative.dev/", "pod-template-hash", "rollouts-pod-template-hash", "job-name",
    "controller-uid", "gateway.networking.k8s.io/",
)  # fmt: skip
"""Labels that controllers put on pods; no manifest has them."""

SIDECAR_PORTS = frozenset((15006, 15008, 15020, 15021, 15053, 15090))
"""Ports of Istio's sidecar that others may ask (istio.io, Application Requirements)."""

NOT_PROXIED = frozenset((15020, 15021, 15090))
"""Those of them that authorization does not guard."""


def together(one: str, other: str) -> bool:
    """Whether two namespaces may be the same; a missing one is told when it is applied."""
    return one == other or not one or not other


def is_opaque(objects: Objects, namespace: str) -> bool:
    """Whether controllers make pods there of which the objects say nothing."""
    if "serving.knative.dev" in objects.groups("Service"):
        return True
    where = objects.namespaces(*_OPAQUE)
    return bool(where) and (not namespace or "" in where or namespace in where)


def written(selector: Any) -> dict[str, Any]:
    """The labels of a selector that a manifest can have."""
    return {
        name: value
        for name, value in mapping(selector).items()
        if isinstance(name, str) and not name.startswith(_GENERATED)
    }


def pods_in(objects: Objects, namespace: str) -> list[Pod]:
    """The pods of a namespace."""
    if not namespace:
        return objects.pods
    here, anywhere = objects.pods_by_namespace.get(namespace, []), objects.pods_by_namespace.get("")
    return [*here, *anywhere] if anywhere else here


def services(objects: Objects) -> list[Manifest]:
    """The Services of Kubernetes; Knative has a kind of the same name."""
    return [found for found in objects.of("Service") if not found.group]


def pods_of(objects: Objects, service: Manifest) -> list[Pod]:
    """The pods that a Service sends requests to."""
    selector = written(service.spec.get("selector"))
    if not selector:
        return []
    pods = objects.labelled(selector)
    return [pod for pod in pods if together(pod.manifest.namespace, service.namespace)]


def service_named(objects: Objects, namespace: str, name: str) -> Manifest | None:
    """A Service by its name."""
    for found in objects.named("Service", name):
        if not found.group and together(found.namespace, namespace):
            return found
    return None


def nearest(selector: Mapping[str, Any], pods: Iterable[Pod]) -> tuple[Pod | None, list[str]]:
    """The pod with most of these labels, and which of them it lacks; none where it has none."""
    best, missing = None, list(selector)
    for pod in pods:
        lacks = [name for name, value in selector.items() if pod.labels.get(name) != value]
        if best is None or len(lacks) < len(missing):
            best, missing = pod, lacks
    return best, missing


def selects_none(
    manifest: Manifest, route: Route, selector: dict[str, Any], pods: list[Pod]
) -> Hit | None:
    """A selector that matches none of the pods, at the label that is wrong."""
    pod, missing = nearest(selector, pods)
    if pod is None or not missing:
        return None
    name = missing[0]
    wrong = f"`{shown(name)}: {shown(str(selector[name]))}`"
    have = pod.labels.get(name)
    owner = f"{pod.manifest.kind} {shown(pod.manifest.name)}"
    meant = (pod.manifest.kind, pod.manifest.namespace, pod.manifest.name)
    if len(missing) < len(selector) or len(missing) == 1:
        instead = (
            f"write `{shown(name)}: {shown(str(have))}`, as on the pods of {owner}"
            if isinstance(have, str)
            else f"leave it out, or add it to the labels of the pods of {owner}"
        )
        what = f"no pod here has the label {wrong}"
        return Hit((*route, name), what, instead, manifest, because_of=meant)
    labels = ", ".join(f"`{shown(key)}: {shown(str(value))}`" for key, value in selector.items())
    return Hit(
        route,
        f"no pod here has the labels {labels}",
        f"write labels of the pods that are meant, as those of {owner}",
        manifest,
        because_of=meant,
    )


def declared(pod: Pod) -> dict[str, int]:
    """The ports that a pod declares, by name; one without a name by its number."""
    found = {}
    for container, port in pod.ports():
        number = port.get("containerPort")
        if not container.is_init and isinstance(number, int) and not isinstance(number, bool):
            found[str(port.get("name") or number)] = number
    return found


def target(port: Mapping[str, Any]) -> Any:
    """Where a port of a Service leads: its `targetPort`, or the same number."""
    found = port.get("targetPort")
    return port.get("port") if found is None or found == "" else found


def ports_of(service: Manifest) -> Iterator[tuple[int, dict[str, Any]]]:
    """The ports of a Service, with their places."""
    for index, port in enumerate(sequence(service.spec.get("ports"))):
        if isinstance(port, dict):
            yield index, port


def in_cluster(host: Any, namespace: str, domain: str = "cluster.local") -> tuple[str, str] | None:
    """The Service and namespace that a host names; nothing for a host that is not a Service's."""
    if not isinstance(host, str) or not host or "*" in host or ":" in host:
        return None
    parts = host.removesuffix(".").removesuffix(f".{domain}").split(".")
    if len(parts) == 1:
        return parts[0], namespace
    if len(parts) == 3 and parts[2] == "svc":
        return parts[0], parts[1]
    return None


def destinations(manifest: Manifest) -> Iterator[tuple[Route, dict[str, Any]]]:
    """The destinations of a VirtualService, mirrors too."""
    for protocol in ("http", "tcp", "tls"):
        for number, item in enumerate(sequence(manifest.spec.get(protocol))):
            item = mapping(item)
            for place, found in enumerate(sequence(item.get("route"))):
                destination = mapping(mapping(found).get("destination"))
                yield ("spec", protocol, number, "route", place, "destination"), destination
            if isinstance(item.get("mirror"), dict):
                yield ("spec", protocol, number, "mirror"), item["mirror"]
            for place, found in enumerate(sequence(item.get("mirrors"))):
                destination = mapping(mapping(found).get("destination"))
                yield ("spec", protocol, number, "mirrors", place, "destination"), destination


def scraped(objects: Objects) -> Iterator[tuple[Pod, int, str, str]]:
    """The pods that monitors scrape, with the number and name of the port, and the path."""
    for monitor in objects.of("ServiceMonitor", "PodMonitor"):
        selector = monitor.spec.get("selector")
        names = sequence(mapping(monitor.spec.get("namespaceSelector")).get("matchNames"))
        spaces = {str(name) for name in names} or {monitor.namespace}
        direct = monitor.kind == "PodMonitor"
        for item in sequence(monitor.spec.get("podMetricsEndpoints" if direct else "endpoints")):
            asked, path = mapping(item).get("port"), str(mapping(item).get("path") or "/metrics")
            if not isinstance(asked, str):
                continue
            if direct:
                for pod in objects.pods:
                    if pod.manifest.namespace in spaces and selects(selector, pod.labels):
                        for name, number in declared(pod).items():
                            if name == asked:
                                yield pod, number, name, path
                continue
            for service in services(objects):
                if service.namespace in spaces and selects(selector, service.labels):
                    for pod, number, name in behind(objects, service, asked):
                        yield pod, number, name, path


def behind(
    objects: Objects, service: Manifest, asked: Any = None
) -> Iterator[tuple[Pod, int, str]]:
    """The pods and ports that a Service leads to, from one of its ports or from all."""
    pods = pods_of(objects, service)
    for _, port in ports_of(service):
        if asked is None or asked in (port.get("name"), port.get("port")):
            for pod in pods:
                for name, number in declared(pod).items():
                    if target(port) in (name, number):
                        yield pod, number, name


def in_mesh(pod: Pod, context: Context) -> bool:
    """Whether a pod gets a sidecar."""
    environment = context.environment
    if environment is None or environment.mesh is None or pod.spec.get("hostNetwork"):
        return False
    if pod.manifest.namespace not in ("", str(environment.namespace)):
        return False
    told = {**pod.annotations, **pod.labels}.get("sidecar.istio.io/inject")
    if told is not None:
        return str(told).lower() == "true"
    return environment.mesh.native_sidecars or not pod.ends


def isolates(policy: Manifest, direction: str) -> bool:
    """Whether a NetworkPolicy closes what it does not open, for `Ingress` or `Egress`."""
    types = policy.spec.get("policyTypes")
    if isinstance(types, list) and types:
        return direction in types
    return direction == "Ingress" or bool(policy.spec.get("egress"))


def policies_on(objects: Objects, pod: Pod, direction: str) -> list[Manifest]:
    """The NetworkPolicies that close a direction of a pod."""
    return [
        policy
        for policy in objects.of("NetworkPolicy")
        if together(policy.namespace, pod.manifest.namespace)
        and isolates(policy, direction)
        and selects(policy.spec.get("podSelector"), pod.labels)
    ]


def may_select(selector: Any, known: Mapping[str, str]) -> bool:
    """Whether a label selector may select what has at least these labels."""
    selector = mapping(selector)
    for name, value in mapping(selector.get("matchLabels")).items():
        if name in known and known[name] != value:
            return False
    for item in sequence(selector.get("matchExpressions")):
        asked = mapping(item).get("key")
        if isinstance(asked, str) and asked in known:
            only = {"matchExpressions": [item]}
            if not selects(only, known):
                return False
    return True


def reaches(peers: Any, own: str, namespace: str, labels: Mapping[str, str]) -> bool:
    """Whether the peers of a rule in `own` may be pods of a namespace with these labels.

    Labels of namespaces other than their name are not known; they may fit.
    """
    if not sequence(peers):
        return True
    for peer in sequence(peers):
        peer = mapping(peer)
        if "ipBlock" in peer:
            if _is_wide(mapping(peer["ipBlock"]).get("cidr")):
                return True
            continue
        if "namespaceSelector" in peer:
            there = may_select(peer["namespaceSelector"], {NAME: namespace})
        else:
            there = together(own, namespace)
        if there and may_select(peer.get("podSelector"), labels):
            return True
    return False


def opens(
    rule: Mapping[str, Any], port: int, names: Iterable[str] = (), protocol: str = "TCP"
) -> bool:
    """Whether a rule of a NetworkPolicy opens a port, which has these names."""
    ports = sequence(rule.get("ports"))
    if not ports:
        return True
    for item in ports:
        item = mapping(item)
        if item.get("protocol", "TCP") != protocol:
            continue
        found, end = item.get("port"), item.get("endPort")
        if found is None or found in (port, str(port)) or found in names:
            return True
        if isinstance(found, int) and isinstance(end, int) and found <= port <= end:
            return True
    return False


def rules_of(policy: Manifest, direction: str) -> list[dict[str, Any]]:
    """The rules of a NetworkPolicy for `ingress` or `egress`."""
    return [mapping(found) for found in sequence(policy.spec.get(direction.lower()))]


def _is_wide(cidr: Any) -> bool:
    """Whether addresses may be those of pods: whole networks, not single services."""
    try:
        found = ip_network(str(cidr), strict=False)
    except ValueError:
        return False
    return found.prefixlen <= (16 if found.version == 4 else 64)
