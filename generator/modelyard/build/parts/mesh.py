"""Identities in the mesh. Fact: istio.io/latest/docs/concepts/security (SPIFFE)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelyard.plan import Plan
    from modelyard.spec.environment import Mesh
    from modelyard.spec.model import Caller


def principal(mesh: Mesh, namespace: str, service_account: str) -> str:
    """The identity of pods that run as a ServiceAccount."""
    return f"{mesh.trust_domain}/ns/{namespace}/sa/{service_account}"


def caller(plan: Plan, mesh: Mesh, found: Caller) -> str:
    """The identity of a caller."""
    if found.model is not None:
        return principal(mesh, plan.environment.spec.namespace, found.model)
    if found.gateway:
        assert mesh.gateway is not None
        return principal(mesh, mesh.gateway.namespace, mesh.gateway.service_account)
    return principal(mesh, str(found.namespace), str(found.service_account))
