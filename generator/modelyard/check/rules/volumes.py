"""Volumes that one node mounts at a time, and the pods that want them on several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.links import together
from modelyard.check.objects import inside, mapping, sequence
from modelyard.check.placement import setting, volumes
from modelyard.check.rule import Hit, rule
from modelyard.check.scale import copies, extra
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context

_ONE = frozenset(("ReadWriteOnce", "ReadWriteOncePod"))
"""Modes in which one node, or one pod, mounts a volume."""


@rule(
    "resources/one-node-volume",
    "error",
    scope="release",
    rows=("G18",),
    aliases=("kyverno/enforce-readwriteonce-pod",),
)
def one_node_volume(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A volume for one node is not wanted by pods on several.

    The second pod waits for the volume until the first is gone; a rollout that first adds a pod waits
    for ever (kubernetes.io/docs/concepts/storage/persistent-volumes, Access Modes). Asked of claims
    that are among the objects.
    """
    claims = [claim for claim in objects.of("PersistentVolumeClaim") if _is_for_one(claim)]
    for pod in objects.pods if claims else ():
        if _stays_together(pod):
            continue
        for route, volume in volumes(pod):
            name = mapping(volume.get("persistentVolumeClaim")).get("claimName")
            claim = next((one for one in claims if _is_meant(one, name, pod)), None)
            why = _wanted_by_several(pod, objects) if claim is not None else None
            if claim is not None and why is not None:
                mode = claim.spec["accessModes"][0]
                yield Hit(
                    (*route, "persistentVolumeClaim", "claimName"),
                    f"`{shown(str(name))}` is {mode}, for one {'pod' if mode == 'ReadWriteOncePod' else 'node'} "
                    f"at a time, and {why[0]}",
                    why[1],
                    pod.manifest,
                )


def _is_for_one(claim: Manifest) -> bool:
    modes = sequence(claim.spec.get("accessModes"))
    kind = str(claim.spec.get("storageClassName", "")).lower()
    # Because a volume of a node's own disk brings its pods to that node.
    local = any(word in kind for word in ("local", "hostpath", "host-path"))
    return (
        bool(modes) and all(isinstance(mode, str) and mode in _ONE for mode in modes) and not local
    )


def _is_meant(claim: Manifest, name: Any, pod: Pod) -> bool:
    return claim.name == name and together(claim.namespace, pod.manifest.namespace)


def _wanted_by_several(pod: Pod, objects: Objects) -> tuple[str, str] | None:
    """Why pods on several nodes want a volume, and what to do about it."""
    share = "use a `ReadWriteMany` volume, or a StatefulSet with `volumeClaimTemplates`"
    if pod.manifest.kind == "DaemonSet":
        return "a pod on each node mounts it", share
    found = copies(pod, objects)
    if found is None:
        return None
    if found.most > 1:
        return f"up to {found.most} pods mount it: all but those of one node stay pending", share
    if extra(pod, found.most):
        return (
            "a rollout starts the new pod before it stops the old one: it waits for ever",
            "write `strategy: {type: Recreate}`, or `maxSurge: 0` with `maxUnavailable: 1`",
        )
    return None


def _stays_together(pod: Pod) -> bool:
    """Whether all pods of a template land on one node."""
    _, selector = setting(pod, "nodeSelector")
    _, affinity = setting(pod, "affinity")
    near = inside(mapping(affinity), ("podAffinity",))
    terms = sequence(near.get("requiredDuringSchedulingIgnoredDuringExecution"))
    return (
        bool(pod.spec.get("nodeName"))
        or "kubernetes.io/hostname" in mapping(selector)
        or any(mapping(term).get("topologyKey") == "kubernetes.io/hostname" for term in terms)
    )
