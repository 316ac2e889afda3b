"""Access: who may call what, computed from the policies of both sides, and what pods may do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import Objects, mapping, sequence
from modelyard.diff.callers import beyond, denied, incoming, outgoing
from modelyard.diff.comparison import ABSENT
from modelyard.diff.risks.case import below, listed, risk, told, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from modelyard.check.objects import Pod
    from modelyard.diff.callers import Call
    from modelyard.diff.comparison import Change, Field, Risk
    from modelyard.diff.risks.case import Case
    from modelyard.spec.environment import EnvironmentSpec

POLICIES = ("NetworkPolicy", "AuthorizationPolicy")
NOBODY = Objects([])


def find(case: Case) -> Iterator[Risk]:
    """What becomes more or less for callers, for pods, and for roles."""
    policies = [change for change in case.of(*POLICIES) if not _is_light(change)]
    if policies:
        found = list(_calls(case, policies))
        yield from found
        yield from _other_policies(policies, found)
    for change in case.changes:
        yield from _pods(change)
        yield from _others(change)


def _is_light(change: Change) -> bool:
    """Whether nothing but metadata changed."""
    return change.operation == "changed" and not below(change, ("spec",))


def _calls(case: Case, policies: list[Change]) -> Iterator[Risk]:
    """Of every workload on both sides: calls that go through now, and those that no longer do."""
    after = {_who(pod): pod for pod in case.after.pods}
    told: set[str] = set()
    for pod in case.before.pods:
        now = after.pop(_who(pod), None)
        if now is None:
            continue
        for calls, verb in _answers(case, pod, now):
            for message in _told(calls, verb):
                if message not in told:
                    told.add(message)
                    yield _risk(policies, message, "Egress" if "reach" in verb else "Ingress")
    if case.sides.is_new:
        yield from _new(case, policies, after.values())


def _new(case: Case, policies: list[Change], pods: Iterable[Pod]) -> Iterator[Risk]:
    """Who may call a workload that was not there."""
    mesh = _in_mesh(case.environment)
    calls = [call for pod in pods for call in incoming(pod, case.after, case.around, mesh=mesh)]
    for message in _told(beyond(calls, ()), "may call"):
        yield replace(_risk(policies, message, "Ingress"), level="note", fields=())


def _who(pod: Pod) -> tuple[str, str]:
    return pod.manifest.kind, pod.manifest.name


def _in_mesh(place: EnvironmentSpec | None) -> bool:
    """Whether AuthorizationPolicies decide anything."""
    return place is not None and place.mesh is not None


def _answers(case: Case, then: Pod, now: Pod) -> Iterator[tuple[list[Call], str]]:
    """Calls that are new, and calls that are gone, each with the words for it."""
    around, was, will = case.around, _in_mesh(case.was), _in_mesh(case.environment)
    before = incoming(then, case.before, around, mesh=was)
    after = incoming(now, case.after, around, mesh=will)
    yield beyond(after, before), "may now call"
    yield beyond(before, after), "may no longer call"
    before, after = outgoing(then, case.before, around), outgoing(now, case.after, around)
    yield beyond(after, before), "may now reach"
    yield beyond(before, after), "may no longer reach"
    before = denied(then, case.before, around) if was else []
    after = denied(now, case.after, around) if will else []
    yield beyond(before, after), "is no longer denied to call"
    yield beyond(after, before), "is now denied to call"


def _told(calls: Iterable[Call], verb: str) -> Iterator[str]:
    """A sentence for each caller."""
    by_caller: dict[str, list[str]] = {}
    for call in calls:
        by_caller.setdefault(str(call.caller), []).append(call.what)
    for caller, what in by_caller.items():
        if "reach" in verb:
            where = listed(each.removeprefix("anything").strip() or "on any port" for each in what)
            yield f"the model {verb} {caller} {where}"
        else:
            yield f"{caller} {verb} {listed(what)}"


def _risk(policies: list[Change], message: str, direction: str) -> Risk:
    """The risk, at the policy that says it: the one of the mesh where both do."""
    change = policies[0]
    for other in policies:
        if direction == "Egress" and other.kind == "NetworkPolicy":
            change = other
        if direction == "Ingress" and other.kind == "AuthorizationPolicy":
            change = other
    spec = below(change, ("spec",))
    key = ("spec", direction.lower())
    fields = (below(change, key) if change.kind == "NetworkPolicy" else spec) or spec
    return risk("access", "warning", change, message, fields)


def _other_policies(policies: list[Change], found: list[Risk]) -> Iterator[Risk]:
    """Policies that changed although no caller of the model gains or loses anything."""
    told = {path for each in found for path in each.fields}
    for change in policies:
        left = [field for field in below(change, ("spec",)) if field.path not in told]
        if change.operation in ("added", "removed") and not found:
            verb = "is new" if change.operation == "added" else "is removed"
            message = (
                f"the policy {verb}, and no workload of this directory can be called otherwise"
            )
            yield risk(
                "access", "note" if change.operation == "added" else "warning", change, message
            )
        elif left and not found:
            message = f"the policy says it otherwise, and lets the same through: {_paths(left)}"
            yield risk("access", "note", change, message, left)
        elif left:
            yield risk(
                "access", "note", change, f"the policy beside it changed too: {_paths(left)}", left
            )


def _paths(fields: list[Field]) -> str:
    return listed(f"`{field.path}`" for field in fields)


RIGHTS = frozenset(
    (
        "securityContext", "hostNetwork", "hostPID", "hostIPC", "hostUsers", "serviceAccountName",
        "automountServiceAccountToken", "shareProcessNamespace", "hostPath", "hostPort",
    )
)  # fmt: skip
"""Keys of pods that say what they may do."""


def _pods(change: Change) -> Iterator[Risk]:
    """What pods may do on their node, and as whom."""
    fields = [field for field in change.fields if not RIGHTS.isdisjoint(map(str, field.route))]
    fields = [field for field in fields if not field.same and not field.moved]
    for field in fields:
        words = f"`{field.path.rpartition('spec.')[2]}` {told(field.before)} → {told(field.after)}"
        yield risk("access", "warning", change, f"its pods have other rights: {words}", [field])


def _others(change: Change) -> Iterator[Risk]:
    reader = _READERS.get(change.kind)
    if reader is not None:
        yield from reader(change)


def _mutual(change: Change) -> Iterator[Risk]:
    """Whether callers must prove who they are."""
    then, now = (value(m, "spec", "mtls", "mode") for m in (change.before, change.after))
    if then == now:
        return
    if now != "STRICT":
        message = "callers need no identity any more: mutual TLS is no longer asked for"
    else:
        message = "callers without an identity of the mesh are turned away: mutual TLS is asked for"
    yield risk(
        "access", "warning", change, f"{message} ({told(then)} → {told(now)})", change.fields
    )


def _tokens(change: Change) -> Iterator[Risk]:
    verb = {"added": "are now", "removed": "are no longer"}.get(change.operation, "are otherwise")
    yield risk("access", "warning", change, f"tokens of callers {verb} looked at", change.fields)


def _exposed(change: Change) -> Iterator[Risk]:
    """A Service that can be reached from outside the cluster."""
    then, now = (
        value(m, "spec", "type", default="ClusterIP") for m in (change.before, change.after)
    )
    outside = ("LoadBalancer", "NodePort")
    fields = below(change, ("spec", "type"))
    if change.after is not None and now in outside and then != now:
        message = f"it can now be reached from outside the cluster: type {told(now)}"
        yield risk("access", "warning", change, message, fields)
    elif change.before is not None and then in outside and then != now:
        message = f"it can no longer be reached from outside the cluster: type {told(then)}"
        yield risk("access", "warning", change, message, fields)


def _role(change: Change) -> Iterator[Risk]:
    """What a role may do, verb by verb."""
    then, now = _permissions(change.before), _permissions(change.after)
    for found, verb in ((now - then, "may now"), (then - now, "may no longer")):
        if found:
            what = listed((f"`{each}`" for each in sorted(found)), most=6)
            yield risk(
                "access", "warning", change, f"its holders {verb} {what}", below(change, ("rules",))
            )


def _permissions(manifest: dict[str, Any] | None) -> set[str]:
    found = set()
    for rule in map(mapping, sequence(mapping(manifest).get("rules"))):
        names = sequence(rule.get("resourceNames")) or [""]
        for group in sequence(rule.get("apiGroups")) or [""]:
            for resource in sequence(rule.get("resources")) or sequence(
                rule.get("nonResourceURLs")
            ):
                for verb in sequence(rule.get("verbs")):
                    for name in names:
                        where = f"{resource}.{group}" if group else str(resource)
                        found.add(f"{verb} {where}{f' {name}' if name else ''}")
    return found


def _binding(change: Change) -> Iterator[Risk]:
    """Who holds a role."""
    then, now = _subjects(change.before), _subjects(change.after)
    role = value(change.after or change.before, "roleRef", "name")
    for found, verb in ((now - then, "now holds"), (then - now, "no longer holds")):
        if found:
            who = listed(f"`{each}`" for each in sorted(found))
            message = f"{who} {verb} the role {told(role)}"
            yield risk("access", "warning", change, message, below(change, ("subjects",)))


def _subjects(manifest: dict[str, Any] | None) -> set[str]:
    subjects = map(mapping, sequence(mapping(manifest).get("subjects")))
    return {
        "/".join(str(each[key]) for key in ("kind", "namespace", "name") if each.get(key))
        for each in subjects
    }


def _account(change: Change) -> Iterator[Risk]:
    """An identity of the cloud that a ServiceAccount stands for."""
    for field in below(
        change, ("metadata", "annotations"), ("secrets",), ("automountServiceAccountToken",)
    ):
        key = field.path.lower()
        if any(
            word in key
            for word in ("role-arn", "gcp-service-account", "azure.workload", "automount")
        ):
            words = f"{told(field.before)} → {told(field.after)}"
            yield risk("access", "warning", change, f"its pods have other rights: {words}", [field])


def _namespace(change: Change) -> Iterator[Risk]:
    """What the namespace allows pods to be."""
    for field in below(change, ("metadata", "labels")):
        if "pod-security.kubernetes.io" in field.path:
            words = f"{told(field.before)} → {told(field.after)}"
            message = f"pods of the namespace are held to another standard: {words}"
            yield risk("access", "warning", change, message, [field])


def _project(change: Change) -> Iterator[Risk]:
    """What Argo CD may apply, from where, and to where."""
    spec = [field for field in below(change, ("spec",)) if not field.same]
    came = [field for field in spec if field.before is ABSENT]
    gone = [field for field in spec if field.after is ABSENT]
    other = [field for field in spec if field not in came and field not in gone]
    for found, verb in (
        (came, "may now sync"),
        (gone, "may no longer sync"),
        (other, "syncs under other terms"),
    ):
        if found:
            what = listed(told(_item(field)) for field in found)
            yield risk("access", "note", change, f"Argo CD {verb}: {what}", found)


def _item(field: Field) -> Any:
    item = field.before if field.after is ABSENT else field.after
    if isinstance(item, dict) and item.keys() <= {"group", "kind"}:
        return "/".join(str(item[key]) for key in ("group", "kind") if item.get(key))
    return item


_READERS: dict[str, Callable[[Change], Iterator[Risk]]] = {
    "PeerAuthentication": _mutual,
    "RequestAuthentication": _tokens,
    "Service": _exposed,
    "Role": _role,
    "ClusterRole": _role,
    "RoleBinding": _binding,
    "ClusterRoleBinding": _binding,
    "ServiceAccount": _account,
    "Namespace": _namespace,
    "AppProject": _project,
}
