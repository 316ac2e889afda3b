"""Argo CD: hooks and waves, and what must be there before what."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from modelyard.check.links import together
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_WAVE = "argocd.argoproj.io/sync-wave"
_HOOK = "argocd.argoproj.io/hook"


def _wave(manifest: Manifest) -> int:
    try:
        return int(str(manifest.annotations.get(_WAVE, "0")))
    except ValueError:
        return 0


def _phase(manifest: Manifest) -> int:
    """When an object is synced: before all others, with them, or after them."""
    hook = str(manifest.annotations.get(_HOOK, ""))
    if "PreSync" in hook:
        return 0
    if "PostSync" in hook or "SyncFail" in hook or "PostDelete" in hook:
        return 2
    return 1


def _needed(manifest: Manifest) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the pods of an object cannot start without: kinds, and a name."""
    secret = ("Secret", "ExternalSecret", "SealedSecret")
    for pod in manifest.pods:
        account = pod.spec.get("serviceAccountName")
        if isinstance(account, str):
            yield ("ServiceAccount",), account
        for volume in sequence(pod.spec.get("volumes")):
            volume = mapping(volume)
            yield ("ConfigMap",), str(mapping(volume.get("configMap")).get("name") or "")
            yield secret, str(mapping(volume.get("secret")).get("secretName") or "")
            claim = mapping(volume.get("persistentVolumeClaim")).get("claimName")
            yield ("PersistentVolumeClaim",), str(claim or "")
        for container in pod.containers:
            for item in sequence(container.value.get("env")):
                source = mapping(mapping(item).get("valueFrom"))
                yield ("ConfigMap",), str(mapping(source.get("configMapKeyRef")).get("name") or "")
                yield secret, str(mapping(source.get("secretKeyRef")).get("name") or "")
            for item in sequence(container.value.get("envFrom")):
                yield (
                    ("ConfigMap",),
                    str(mapping(mapping(item).get("configMapRef")).get("name") or ""),
                )
                yield secret, str(mapping(mapping(item).get("secretRef")).get("name") or "")


def _made(objects: Objects) -> dict[tuple[str, str], list[Manifest]]:
    """What each kind and name stands for: the object, and the Secret that another one makes."""
    found: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for manifest in objects.manifests:
        target = mapping(manifest.spec.get("target")).get("name")
        for name in {manifest.name, target} if isinstance(target, str) else {manifest.name}:
            found[manifest.kind, name].append(manifest)
    return found


def _defined(objects: Objects) -> dict[tuple[str, str], list[Manifest]]:
    """The definitions of groups and kinds."""
    found: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for definition in objects.of("CustomResourceDefinition"):
        kind = mapping(definition.spec.get("names")).get("kind")
        found[str(definition.spec.get("group")), str(kind)].append(definition)
    return found


@rule("argo/wave-order", "warning", scope="release", rows=("C07",))
def wave_order(objects: Objects, _context: Context) -> Iterator[Hit]:
    """An object is synced before what it needs, and the sync waits for it.

    A wave ends when its objects are healthy; hooks of PreSync go before all waves (Argo CD, Sync
    Phases and Waves).
    """
    made, defined = _made(objects), _defined(objects)
    for manifest in objects.manifests:
        needs = [
            found
            for kinds, name in (_needed(manifest) if manifest.pods else ())
            if name
            for kind in kinds
            for found in made.get((kind, name), ())
            if together(found.namespace, manifest.namespace)
        ]
        needs += objects.named("Namespace", manifest.namespace) if manifest.namespace else []
        needs += defined.get((manifest.group, manifest.kind), ())
        mine = (_phase(manifest), _wave(manifest))
        late = next((f for f in needs if (_phase(f), _wave(f)) > mine and f is not manifest), None)
        if late is None:
            continue
        what = f"{late.kind} {shown(late.name)}"
        if _phase(late) > mine[0]:
            yield Hit(
                ("metadata", "annotations", _HOOK),
                f"the hook runs before {what} is there, which it needs",
                f"make {what} a PreSync hook of an earlier wave, or this one a Sync hook",
                manifest,
            )
        else:
            key = _WAVE if _WAVE in manifest.annotations else None
            where: Route = ("metadata", "annotations", key) if key else ("metadata", "annotations")
            holder = manifest
            if key is None:
                holder, where = late, ("metadata", "annotations", _WAVE)
            yield Hit(
                where,
                f"{manifest.kind} {shown(manifest.name)} is of wave {mine[1]}, and {what}, which it "
                f"needs, of wave {_wave(late)}",
                f'write `{_WAVE}: "{_wave(late) + 1}"` for the {manifest.kind}'
                if key
                else f'write `{_WAVE}: "{mine[1] - 1}"`',
                holder,
            )
