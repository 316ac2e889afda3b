"""Monitors of Prometheus: do they find what they are to scrape, and does Prometheus find them?

Facts: prometheus-operator.dev/docs/api-reference/api (ServiceMonitor, PodMonitor, Endpoint),
istio.io/latest/docs/ops/integrations/prometheus, keda.sh/docs/latest/scalers/prometheus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.links import (
    NOT_PROXIED,
    declared,
    in_mesh,
    is_opaque,
    pods_of,
    ports_of,
    services,
    together,
)
from modelyard.check.objects import mapping, selects, sequence
from modelyard.check.promql import Aggregate, Selector, labels_of, selectors
from modelyard.check.queries import queries
from modelyard.check.rule import Hit, rule
from modelyard.findings import Fix
from modelyard.load.suggest import did_you_mean
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_FOUND_BY_LABEL = ("PrometheusRule", "ServiceMonitor", "PodMonitor", "Probe", "ScrapeConfig")


@rule(
    "prometheus/not-selected",
    "error",
    rows=("P21",),
    kinds=_FOUND_BY_LABEL,
    needs=("environment",),
    can_fix=True,
)
def not_selected(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """A rule or monitor lacks the labels that Prometheus looks for, and is never read."""
    if context.environment is None or manifest.group != "monitoring.coreos.com":
        return
    wanted = {str(key): str(value) for key, value in context.environment.monitoring.labels.items()}
    lacking = {key: value for key, value in wanted.items() if manifest.labels.get(key) != value}
    if not lacking:
        return
    name, value = next(iter(lacking.items()))
    written = ", ".join(f"`{key}: {lacking[key]}`" for key in lacking)
    route: Route = ("metadata", "labels") if manifest.labels else ("metadata",)
    yield Hit(
        (*route, name) if name in manifest.labels else route,
        f"Prometheus reads objects with the label `{name}: {value}` only",
        f"write {written} under `metadata.labels`",
        of_key=name not in manifest.labels,
        fix=None if lacking.keys() & manifest.labels.keys() else _labelled(lacking),
    )


def _labelled(labels: dict[str, str]) -> Fix:
    """Labels for an object that has none of their names; others were given to it on purpose."""
    return Fix(put=tuple((("metadata", "labels", key), value) for key, value in labels.items()))


def _in_reach(monitor: Manifest, namespace: str) -> bool:
    """Whether a monitor looks into a namespace."""
    where = mapping(monitor.spec.get("namespaceSelector"))
    if where.get("any") is True:
        return True
    names = sequence(where.get("matchNames"))
    if names:
        return any(together(str(name), namespace) for name in names)
    return together(monitor.namespace, namespace)


@rule(
    "prometheus/monitor-selects-nothing",
    "error",
    scope="release",
    rows=("P19", "P21"),
    aliases=("kube-linter/dangling-servicemonitor",),
)
def monitor_selects_nothing(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A monitor selects nothing that is there, so that nothing is scraped."""
    for monitor in objects.of("ServiceMonitor", "PodMonitor"):
        selector = monitor.spec.get("selector")
        if not isinstance(selector, dict) or not selector:
            continue
        everywhere = _targets(monitor, objects)
        near = [each for each in everywhere if _in_reach(monitor, each[0])]
        if any(selects(selector, labels) for _, labels, _ in near):
            continue
        if elsewhere := [each for each in everywhere if selects(selector, each[1])]:
            where = mapping(monitor.spec.get("namespaceSelector"))
            yield Hit(
                ("spec", "namespaceSelector" if where else "selector"),
                f"what is selected is in the namespace {shown(elsewhere[0][0])},"
                " into which the monitor does not look",
                f"write `namespaceSelector: {{matchNames: [{shown(elsewhere[0][0])}]}}`",
                monitor,
                of_key=True,
            )
        elif near and not any(is_opaque(objects, namespace) for namespace, _, _ in near):
            yield _nothing(monitor, selector, near)


def _targets(monitor: Manifest, objects: Objects) -> list[tuple[str, dict[str, Any], str]]:
    """Namespace, labels and name of everything that a monitor could select."""
    if monitor.kind == "ServiceMonitor":
        return [(one.namespace, one.labels, f"Service {one.name}") for one in services(objects)]
    return [
        (pod.manifest.namespace, pod.labels, f"{pod.manifest.kind} {pod.manifest.name}")
        for pod in objects.pods
    ]


def _nothing(
    monitor: Manifest, selector: dict[str, Any], near: list[tuple[str, dict[str, Any], str]]
) -> Hit:
    """The selector, at the label that is wrong on what it nearly selects."""
    wanted = mapping(selector.get("matchLabels"))
    what = "Service" if monitor.kind == "ServiceMonitor" else "pod"
    _, labels, owner = max(
        near, key=lambda each: sum(each[1].get(key) == wanted[key] for key in wanted)
    )
    wrong = [key for key in wanted if labels.get(key) != wanted[key]]
    if not wrong or len(wrong) > 1:
        message = f"no {what} here has the labels that the monitor selects"
        return Hit(
            ("spec", "selector"), message, f"select labels of {shown(owner)}", monitor, of_key=True
        )
    name = wrong[0]
    have = labels.get(name)
    instead = (
        f"write `{shown(name)}: {shown(have)}`, as on {shown(owner)}"
        if isinstance(have, str)
        else f"leave it out, or add it to the labels of {shown(owner)}"
    )
    return Hit(
        ("spec", "selector", "matchLabels", name),
        f"no {what} here has the label `{shown(name)}: {shown(str(wanted[name]))}`",
        instead,
        monitor,
    )


@rule("prometheus/monitor-port", "error", scope="release", rows=("P20", "L05"))
def monitor_port(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A monitor names a port that what it selects does not have."""
    for monitor, route, endpoint in _endpoints(objects):
        if monitor.kind == "ServiceMonitor":
            selected = _services(monitor, objects)
            names = {
                port["name"]
                for service in selected
                for _, port in ports_of(service)
                if isinstance(port.get("name"), str)
            }
            numbers = {str(port.get("port")) for one in selected for _, port in ports_of(one)}
            pods = [pod for service in selected for pod in pods_of(objects, service)]
            what = "Service"
        else:
            pods = selected_pods = _pods(monitor, objects)
            selected = [pod.manifest for pod in selected_pods]
            names = {name for pod in pods for name in declared(pod) if not name.isdigit()}
            numbers = {str(number) for pod in pods for number in declared(pod).values()}
            what = "pod"
        port, number = endpoint.get("port"), endpoint.get("targetPort")
        if selected and isinstance(port, str | int) and not isinstance(port, bool):
            if str(port) not in names:
                told = "; a port is named here, not numbered" if str(port) in numbers else ""
                yield Hit(
                    (*route, "port"),
                    f"the {what} has no port called `{shown(str(port))}`{told}",
                    did_you_mean(str(port), names, what="port"),
                    monitor,
                )
        elif pods and isinstance(number, str | int) and not isinstance(number, bool):
            known = {each for pod in pods for each in declared(pod)} | {
                str(each) for pod in pods for each in declared(pod).values()
            }
            if known and str(number) not in known and not str(number).isdigit():
                yield Hit(
                    (*route, "targetPort"),
                    f"the pods have no port called `{shown(str(number))}`",
                    did_you_mean(str(number), known, what="port"),
                    monitor,
                )


@rule(
    "prometheus/monitor-without-tls",
    "error",
    scope="release",
    rows=("P20",),
    needs=("environment",),
)
def monitor_without_tls(objects: Objects, context: Context) -> Iterator[Hit]:
    """A monitor scrapes in plain text what answers over mutual TLS only."""
    environment = context.environment
    if environment is None or environment.monitoring.certificates is None:
        return
    certificates = environment.monitoring.certificates
    for monitor, route, endpoint in _endpoints(objects):
        if str(endpoint.get("scheme", "http")).lower() == "https":
            continue
        for pod, port in _scraped(monitor, endpoint, objects):
            if in_mesh(pod, context) and port not in NOT_PROXIED and _is_strict(pod, port, objects):
                yield Hit(
                    (*route, "scheme") if "scheme" in endpoint else route,
                    f"the sidecar of {shown(pod.manifest.name)} refuses what is not mutual TLS",
                    f"write `scheme: https` and `tlsConfig` with the files of {certificates}",
                    monitor,
                    of_key="scheme" not in endpoint,
                )
                break


def _is_strict(pod: Pod, port: int, objects: Objects) -> bool:
    """Whether nothing says that a port of a pod may be called in plain text."""
    excluded = str(pod.annotations.get("traffic.sidecar.istio.io/excludeInboundPorts", ""))
    if str(port) in [each.strip() for each in excluded.split(",")]:
        return False
    for peer in objects.of("PeerAuthentication"):
        if together(peer.namespace, pod.manifest.namespace) and selects(
            peer.spec.get("selector"), pod.labels
        ):
            ports = mapping(peer.spec.get("portLevelMtls"))
            mode = mapping(ports.get(str(port), peer.spec.get("mtls"))).get("mode", "STRICT")
            if mode != "STRICT":
                return False
    return True


def _endpoints(objects: Objects) -> Iterator[tuple[Manifest, Route, dict[str, Any]]]:
    for monitor in objects.of("ServiceMonitor", "PodMonitor"):
        name = "endpoints" if monitor.kind == "ServiceMonitor" else "podMetricsEndpoints"
        for index, endpoint in enumerate(sequence(monitor.spec.get(name))):
            if isinstance(endpoint, dict):
                yield monitor, ("spec", name, index), endpoint


def _services(monitor: Manifest, objects: Objects) -> list[Manifest]:
    return [
        service
        for service in services(objects)
        if _in_reach(monitor, service.namespace)
        and selects(monitor.spec.get("selector"), service.labels)
    ]


def _pods(monitor: Manifest, objects: Objects) -> list[Pod]:
    return [
        pod
        for pod in objects.pods
        if _in_reach(monitor, pod.manifest.namespace)
        and selects(monitor.spec.get("selector"), pod.labels)
    ]


def _scraped(
    monitor: Manifest, endpoint: dict[str, Any], objects: Objects
) -> Iterator[tuple[Pod, int]]:
    """The pods, and their ports, that an endpoint of a monitor leads to."""
    if monitor.kind == "PodMonitor":
        for pod in _pods(monitor, objects):
            number = declared(pod).get(str(endpoint.get("port")))
            if number is not None:
                yield pod, number
        return
    for service in _services(monitor, objects):
        for _, port in ports_of(service):
            if port.get("name") == endpoint.get("port"):
                goal = port.get("targetPort", port.get("port"))
                for pod in pods_of(objects, service):
                    for name, number in declared(pod).items():
                        if goal in (name, number):
                            yield pod, number


@rule(
    "prometheus/scaler-with-many-values",
    "error",
    rows=("A08",),
    kinds=("ScaledObject", "ScaledJob"),
)
def scaler_with_many_values(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """The query of a scaler gives many values, and KEDA takes exactly one."""
    for query in queries(manifest):
        tree = query.tree()
        if tree is None:
            continue
        labels = labels_of(tree)
        several = bool(labels) if labels is not None else _unaggregated(query.tree())
        if several:
            yield query.hit(
                "the query gives a value for each series, and KEDA takes exactly one",
                "put `sum(…)` or `max(…)` around it, without `by`",
            )


def _unaggregated(tree: Any) -> bool:
    from modelyard.check.promql import walk

    return not any(isinstance(part, Aggregate) for part, _ in walk(tree)) and any(
        isinstance(each, Selector) for each in selectors(tree)
    )
