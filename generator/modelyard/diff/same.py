"""What is only written differently: amounts, durations, queries, and defaults written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.diff.comparison import ABSENT
from modelyard.quantity import amount, seconds

if TYPE_CHECKING:
    from modelyard.findings import Route

AMOUNTS = frozenset(("requests", "limits", "hard", "capacity", "default", "defaultRequest"))
"""Mappings whose values are quantities."""
AMOUNT_KEYS = frozenset(("sizeLimit", "storage", "averageValue", "divisor", "maxLimitRequestRatio"))
DURATIONS = frozenset(
    (
        "for", "keep_firing_for", "interval", "timeout", "scrapeTimeout", "baseEjectionTime", "perTryTimeout",
        "refreshInterval", "duration", "maxDuration", "connectTimeout", "idleTimeout", "maxAge",
    )
)  # fmt: skip

DEFAULTS: dict[tuple[str, ...], Any] = {
    ("ports", "protocol"): "TCP",
    ("spec", "restartPolicy"): "Always",
    ("spec", "dnsPolicy"): "ClusterFirst",
    ("spec", "schedulerName"): "default-scheduler",
    ("spec", "terminationGracePeriodSeconds"): 30,
    ("spec", "securityContext"): {},
    ("spec", "sessionAffinity"): "None",
    ("spec", "revisionHistoryLimit"): 10,
    ("spec", "progressDeadlineSeconds"): 600,
    ("spec", "enableServiceLinks"): True,
    ("containers", "terminationMessagePath"): "/dev/termination-log",
    ("containers", "terminationMessagePolicy"): "File",
    ("livenessProbe", "successThreshold"): 1,
    ("readinessProbe", "successThreshold"): 1,
    ("startupProbe", "successThreshold"): 1,
    ("livenessProbe", "failureThreshold"): 3,
    ("readinessProbe", "failureThreshold"): 3,
    ("startupProbe", "failureThreshold"): 3,
    ("livenessProbe", "periodSeconds"): 10,
    ("readinessProbe", "periodSeconds"): 10,
    ("startupProbe", "periodSeconds"): 10,
    ("livenessProbe", "timeoutSeconds"): 1,
    ("readinessProbe", "timeoutSeconds"): 1,
    ("startupProbe", "timeoutSeconds"): 1,
    ("httpGet", "scheme"): "HTTP",
    ("configMap", "defaultMode"): 420,
    ("secret", "defaultMode"): 420,
}
"""What the API server writes where nothing stands, by the two names that lead to it."""

NATIVE = frozenset(
    ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod", "Service")
)


def means_the_same(kind: str, route: Route, before: Any, after: Any) -> bool:
    """Whether two values that are written differently mean the same in this place."""
    if before is ABSENT or after is ABSENT:
        return kind in NATIVE and _is_default(route, after if before is ABSENT else before)
    names = [step for step in route if isinstance(step, str)]
    last, above = names[-1] if names else "", names[-2] if len(names) > 1 else ""
    if above in AMOUNTS or last in AMOUNT_KEYS:
        return _equal(amount(before), amount(after))
    if last in DURATIONS:
        return _equal(seconds(before), seconds(after))
    if last == "expr" and isinstance(before, str) and isinstance(after, str):
        return _same_query(before, after)
    return False


def _is_default(route: Route, value: Any) -> bool:
    names = tuple(step for step in route if isinstance(step, str))[-2:]
    if names not in DEFAULTS or isinstance(value, bool) != isinstance(DEFAULTS[names], bool):
        return False
    return bool(DEFAULTS[names] == value)


def _equal(before: object, after: object) -> bool:
    return before is not None and before == after


def _same_query(before: str, after: str) -> bool:
    """Whether two queries are one, but for spaces, line ends and brackets."""
    from modelyard.check.promql import PromqlError, read_templated

    try:
        then, now = read_templated(before), read_templated(after)
    except PromqlError:
        return False
    return then is not None and then == now
