"""What an object tells Argo CD about how to sync it."""

from __future__ import annotations

from typing import Any

from modelyard.check.objects import mapping

OPTIONS = "argocd.argoproj.io/sync-options"


def options(manifest: dict[str, Any] | None) -> frozenset[str]:
    """Its sync options, as `Prune=false`."""
    annotations = mapping(mapping(mapping(manifest).get("metadata")).get("annotations"))
    return frozenset(word.strip() for word in str(annotations.get(OPTIONS) or "").split(","))


def is_hook(manifest: dict[str, Any] | None) -> bool:
    """Whether Argo CD makes it anew with each sync, instead of keeping it."""
    annotations = mapping(mapping(mapping(manifest).get("metadata")).get("annotations"))
    policies = str(annotations.get("argocd.argoproj.io/hook-delete-policy") or "BeforeHookCreation")
    return "argocd.argoproj.io/hook" in annotations and "BeforeHookCreation" in policies
