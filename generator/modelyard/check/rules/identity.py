"""Who pods run as, and what they are given to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.links import together
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context

_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_SHIPPED = frozenset(("cluster-admin", "admin", "edit", "view"))
"""Roles that every cluster has (kubernetes.io, User-facing roles); others begin with `system:`."""


def _names(found: Iterable[Manifest]) -> str:
    return ", ".join(sorted({f"`{shown(one.name)}`" for one in found})[:4])


@rule(
    "identity/unknown-service-account",
    "error",
    scope="release",
    rows=("S12",),
    aliases=("kube-linter/non-existent-service-account",),
)
def unknown_service_account(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A pod runs as a ServiceAccount that does not exist, so it is never made.

    Asked where ServiceAccounts of the namespace are among the objects.
    """
    for pod in objects.pods:
        near = [
            account
            for account in objects.of("ServiceAccount")
            if together(account.namespace, pod.manifest.namespace)
        ]
        for key in ("serviceAccountName", "serviceAccount"):
            name = pod.spec.get(key)
            if not isinstance(name, str) or name in ("", "default") or "{{" in name or not near:
                continue
            if name not in [account.name for account in near]:
                yield Hit(
                    (*pod.route, key),
                    f"there is no ServiceAccount `{shown(name)}` in this namespace",
                    f"write one that there is: {_names(near)}",
                    pod.manifest,
                )
                break


@rule("identity/unknown-role", "error", scope="release", rows=("S16",))
def unknown_role(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A binding gives a role that does not exist, which is nothing.

    A Role is of the binding's namespace. Asked where roles of that kind are among the objects.
    """
    for binding in objects.of(*_BINDINGS):
        ref = mapping(binding.value.get("roleRef"))
        kind, name = ref.get("kind"), ref.get("name")
        if not isinstance(name, str) or kind not in ("Role", "ClusterRole"):
            continue
        if kind == "ClusterRole" and (name in _SHIPPED or name.startswith("system:")):
            continue
        other = "ClusterRole" if kind == "Role" else "Role"
        near = [
            role
            for role in objects.of(str(kind))
            if kind == "ClusterRole" or together(role.namespace, binding.namespace)
        ]
        if name in [role.name for role in near]:
            continue
        if any(role.name == name for role in objects.of(other)) and (
            other == "ClusterRole" or binding.kind == "RoleBinding"
        ):
            yield Hit(
                ("roleRef", "kind"),
                f"`{shown(name)}` is a {other}, and no {kind}",
                f"write `kind: {other}`",
                binding,
            )
        elif near:
            yield Hit(
                ("roleRef", "name"),
                f"there is no {kind} `{shown(name)}`",
                f"write one that there is: {_names(near)}",
                binding,
            )


@rule("identity/unknown-subject", "error", scope="release", rows=("S16",))
def unknown_subject(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A binding gives a role to a ServiceAccount that does not exist there.

    Asked of names that are among the objects in another namespace, and of namespaces of which
    ServiceAccounts are among them.
    """
    accounts = objects.of("ServiceAccount")
    for binding in objects.of(*_BINDINGS):
        for number, subject in enumerate(sequence(binding.value.get("subjects"))):
            subject = mapping(subject)
            name, namespace = subject.get("name"), subject.get("namespace")
            if subject.get("kind") != "ServiceAccount" or not isinstance(name, str):
                continue
            if namespace is None:
                yield Hit(
                    ("subjects", number),
                    f"ServiceAccount {shown(name)} is of no namespace: the server refuses it",
                    f"add `namespace: {shown(binding.namespace or '…')}`",
                    binding,
                )
                continue
            hit = _misplaced(name, namespace, accounts)
            if hit is not None:
                yield Hit(("subjects", number, hit[0]), hit[1], hit[2], binding)


def _misplaced(name: str, namespace: Any, accounts: list[Manifest]) -> tuple[str, str, str] | None:
    """The key that is wrong of a subject, what is wrong, and what to write."""
    there = [account for account in accounts if together(account.namespace, str(namespace))]
    if name == "default" or name in [account.name for account in there]:
        return None
    elsewhere = [account.namespace for account in accounts if account.name == name]
    if elsewhere:
        return (
            "namespace",
            f"{shown(name)} is in {shown(elsewhere[0])}, and not in {shown(str(namespace))}",
            f"write `namespace: {shown(elsewhere[0])}`",
        )
    if there:
        return (
            "name",
            f"there is no ServiceAccount `{shown(name)}` in {shown(str(namespace))}",
            f"write one that there is: {_names(there)}",
        )
    return None
