"""Patches: the spec's escape hatch, merged into what was built.

Mappings merge key by key and `null` removes a key, as in RFC 7386. Because the lists of a pod are
lists of named things, lists whose items all have the same naming key merge by it, as in
Kubernetes' strategic merge; other lists are replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelyard.build.tree import Built
    from modelyard.spec.model import Patch, PatchTarget

_NAMING = ("name", "mountPath", "containerPort", "key", "port")


def apply(files: Sequence[Built], patches: Sequence[Patch]) -> tuple[list[Built], list[int]]:
    """The files with all patches applied in order, and the indexes of patches without a target."""
    found = list(files)
    missed = []
    for index, patch in enumerate(patches):
        hits = [at for at, built in enumerate(found) if _targets(patch.target, built.manifest)]
        if not hits:
            missed.append(index)
        for at in hits:
            built = found[at]
            found[at] = built.with_manifest(merge(built.manifest, patch.merge))
    return found, missed


def merge(value: Any, patch: Any) -> Any:
    """A value with a patch merged in; neither is changed."""
    if isinstance(patch, dict):
        base = value if isinstance(value, dict) else {}
        merged = {
            key: merge(item, patch[key]) if key in patch else item
            for key, item in base.items()
            if key not in patch or patch[key] is not None
        }
        added = {
            key: merge(None, item)
            for key, item in patch.items()
            if key not in base and item is not None
        }
        return merged | added
    if isinstance(patch, list) and isinstance(value, list):
        naming = _naming(value, patch)
        return _merge_named(value, patch, naming) if naming else patch
    return patch


def _targets(target: PatchTarget, manifest: dict[str, Any]) -> bool:
    if manifest["kind"] != target.kind:
        return False
    return target.name is None or manifest["metadata"]["name"] == target.name


def _naming(value: list[Any], patch: list[Any]) -> str | None:
    """The key that names the items of both lists, each once."""
    for key in _NAMING:
        if all(
            isinstance(item, dict) and isinstance(item.get(key), str | int)
            for item in (*value, *patch)
        ) and all(len({item[key] for item in items}) == len(items) for items in (value, patch)):
            return key if value and patch else None
    return None


def _merge_named(value: list[Any], patch: list[Any], naming: str) -> list[Any]:
    changes = {item[naming]: item for item in patch}
    merged = [
        merge(item, changes[item[naming]]) if item[naming] in changes else item for item in value
    ]
    known = {item[naming] for item in value}
    return merged + [item for item in patch if item[naming] not in known]
