"""By what the items of a list are told apart, and whether their order means anything.

Facts: `x-kubernetes-list-map-keys` of the API for native kinds; for the others their operators'
documentation. Where a list is in none of these tables, its items' own `name`, `id` or `key` tells them
apart if every item has one of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Key = tuple[Any, ...]
"""What tells an item apart, as far as it is there."""

FREE = frozenset(
    (
        "from", "to", "ingress", "egress", "rules", "groups", "methods", "notMethods", "paths", "notPaths",
        "hosts", "notHosts", "principals", "notPrincipals", "namespaces", "notNamespaces", "values",
        "policyTypes", "subjects", "verbs", "resources", "apiGroups", "resourceNames", "metrics", "triggers",
        "matchNames", "endpoints", "podMetricsEndpoints", "ports", "subsets", "exportTo", "gateways", "matchLabelKeys",
        "finalizers", "accessModes", "imagePullSecrets", "secrets", "namespaceResourceWhitelist",
        "clusterResourceWhitelist", "sourceRepos", "destinations", "tags", "scopes", "panels", "targets",
        "links", "overrides", "syncOptions", "goTemplateOptions", "ignoreDifferences", "jsonPointers", "data",
        "conditions", "requestPrincipals", "ipBlocks", "except", "topologyKeys",
    )
)  # fmt: skip
"""Lists whose order means nothing, outside pods: a pod's template counts as another one when the order of
anything in it changes."""


def by_key(name: str, before: Sequence[Any], after: Sequence[Any]) -> Callable[[Any], Key] | None:
    """What tells the items of a list apart on both sides, if anything does."""
    if not all(isinstance(item, dict) for item in (*before, *after)):
        return None
    for key in (*BY_LIST.get(name, ()), *GENERAL):
        if _tells(key, before) and _tells(key, after):
            return key
    return None


def named(key: Key) -> str:
    """A key as people read it."""
    return ",".join(str(part) for part in key if part is not None)


def _tells(key: Callable[[Any], Key], items: Sequence[Any]) -> bool:
    found = [key(item) for item in items]
    return len(set(found)) == len(found) and all(any(part is not None for part in k) for k in found)


def _plain(value: Any) -> Any:
    """A scalar, told apart from others of its type; nothing for what is none."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str | int | float) else None


def _by(*names: str) -> Callable[[Any], Key]:
    """The values of some keys."""

    def key(item: Any) -> Key:
        return tuple(_plain(item.get(name)) for name in names)

    return key


def _port(item: Any) -> Key:
    """A port by its number and protocol, which is TCP where nothing else is said."""
    number = next(
        (item[name] for name in ("containerPort", "port", "number") if name in item), None
    )
    if number is None:
        return (None,)
    protocol = item.get("protocol")
    return (_plain(number), protocol if protocol not in (None, "TCP") else None)


def _alert(item: Any) -> Key:
    """An alert, or a recording rule, by its name."""
    return (_plain(item.get("alert")) or _plain(item.get("record")),)


def _alert_of_severity(item: Any) -> Key:
    """Where several alerts have one name, they differ in severity."""
    labels = item.get("labels")
    severity = labels.get("severity") if isinstance(labels, dict) else None
    return (*_alert(item), _plain(severity))


def _metric(item: Any) -> Key:
    """A metric of an autoscaler by its type and what it counts; a trigger by its type and name."""
    kind = str(item.get("type"))
    inner = item.get(kind[:1].lower() + kind[1:])
    inner = inner if isinstance(inner, dict) else {}
    metric = inner.get("metric")
    counted = inner.get("name") or (metric.get("name") if isinstance(metric, dict) else None)
    return (kind, _plain(inner.get("container")), _plain(counted or item.get("name")))


def _destination(item: Any) -> Key:
    """A destination by its host, subset and port."""
    found = item.get("destination")
    found = found if isinstance(found, dict) else item
    port = found.get("port")
    number = port.get("number") if isinstance(port, dict) else port
    return (
        _plain(found.get("host") or found.get("name")),
        _plain(found.get("subset")),
        _plain(number),
    )


_MONITORED = _by("port", "targetPort", "path")

BY_LIST: dict[str, tuple[Callable[[Any], Key], ...]] = {
    "volumeMounts": (_by("mountPath", "subPath"),),
    "volumeDevices": (_by("devicePath"),),
    "ports": (_by("name"), _port),
    "topologySpreadConstraints": (_by("topologyKey", "whenUnsatisfiable"),),
    "tolerations": (_by("key", "operator", "value", "effect"),),
    "taints": (_by("key", "effect"),),
    "hostAliases": (_by("ip"),),
    "subjects": (_by("kind", "namespace", "name"),),
    "rules": (_alert, _alert_of_severity),
    "metrics": (_metric,),
    "triggers": (_metric,),
    "route": (_destination,),
    "backendRefs": (_destination,),
    "panels": (_by("title"),),
    "targets": (_by("refId"),),
    "links": (_by("title"),),
    "endpoints": (_MONITORED,),
    "podMetricsEndpoints": (_MONITORED,),
    "data": (_by("secretKey"),),
    "matchExpressions": (_by("key", "operator"),),
    "ignoreDifferences": (_by("group", "kind", "name"),),
    "namespaceResourceWhitelist": (_by("group", "kind"),),
    "clusterResourceWhitelist": (_by("group", "kind"),),
}
"""What tells items apart, by the name of their list; what is tried first stands first."""

GENERAL = (_by("name"), _by("id"), _by("key"), _by("type"), _by("title"), _by("host"))
"""What is tried for any other list."""
