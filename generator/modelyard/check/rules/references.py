"""Secrets and ConfigMaps that pods refer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelyard.check.links import together
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route

_EVERYWHERE = frozenset(
    ("kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert", "istio-ca-crl")
)
"""ConfigMaps that controllers put into every namespace."""


@dataclass(frozen=True, slots=True)
class _Reference:
    """A place that refers to an object by name, and perhaps to a key of it."""

    kind: str
    name: str
    route: Route
    """To the name."""
    key: str | None = None
    key_route: Route = ()


def _references(pod: Pod) -> Iterator[_Reference]:
    """What a pod cannot start without: optional references are none."""
    for number, volume in enumerate(sequence(pod.spec.get("volumes"))):
        route = (*pod.route, "volumes", number)
        volume = mapping(volume)
        yield from _volume(
            "ConfigMap", mapping(volume.get("configMap")), "name", (*route, "configMap")
        )
        yield from _volume(
            "Secret", mapping(volume.get("secret")), "secretName", (*route, "secret")
        )
        for place, source in enumerate(sequence(mapping(volume.get("projected")).get("sources"))):
            inner = (*route, "projected", "sources", place)
            for kind, key in (("ConfigMap", "configMap"), ("Secret", "secret")):
                yield from _volume(kind, mapping(mapping(source).get(key)), "name", (*inner, key))
    for container in pod.containers:
        for number, item in enumerate(sequence(container.value.get("env"))):
            source = mapping(mapping(item).get("valueFrom"))
            for kind, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
                ref = mapping(source.get(key))
                route = (*container.route, "env", number, "valueFrom", key)
                name, asked = ref.get("name"), ref.get("key")
                if isinstance(name, str) and not ref.get("optional"):
                    known = asked if isinstance(asked, str) else None
                    yield _Reference(kind, name, (*route, "name"), known, (*route, "key"))
        for number, item in enumerate(sequence(container.value.get("envFrom"))):
            for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                ref = mapping(mapping(item).get(key))
                name = ref.get("name")
                if isinstance(name, str) and not ref.get("optional"):
                    yield _Reference(kind, name, (*container.route, "envFrom", number, key, "name"))


def _volume(kind: str, source: dict[str, Any], key: str, route: Route) -> Iterator[_Reference]:
    name = source.get(key)
    if not isinstance(name, str) or source.get("optional"):
        return
    items = sequence(source.get("items"))
    if not items:
        yield _Reference(kind, name, (*route, key))
    for number, item in enumerate(items):
        asked = mapping(item).get("key")
        known = asked if isinstance(asked, str) else None
        yield _Reference(kind, name, (*route, key), known, (*route, "items", number, "key"))


def _makes(manifest: Manifest) -> Iterator[tuple[str, str, set[str] | None]]:
    """What an object is or becomes: kind, name, and keys where they are known."""
    spec = manifest.spec
    match manifest.kind:
        case "ConfigMap":
            found = {
                **mapping(manifest.value.get("data")),
                **mapping(manifest.value.get("binaryData")),
            }
            yield "ConfigMap", manifest.name, {str(key) for key in found}
        case "Secret":
            found = {
                **mapping(manifest.value.get("data")),
                **mapping(manifest.value.get("stringData")),
            }
            yield "Secret", manifest.name, {str(key) for key in found}
        case "ExternalSecret" | "ClusterExternalSecret":
            inner = mapping(spec.get("externalSecretSpec")) or spec
            target = mapping(inner.get("target"))
            yield "Secret", str(target.get("name") or manifest.name), _external_keys(inner, target)
        case "SealedSecret":
            template = mapping(spec.get("template"))
            name = mapping(template.get("metadata")).get("name") or manifest.name
            keys = {str(key) for key in mapping(spec.get("encryptedData"))}
            keys |= {str(key) for key in mapping(template.get("data"))}
            yield "Secret", str(name), keys
        case "Certificate":
            yield "Secret", str(spec.get("secretName")), {"tls.crt", "tls.key", "ca.crt"}
        case "VaultStaticSecret" | "VaultDynamicSecret" | "VaultPKISecret":
            yield "Secret", str(mapping(spec.get("destination")).get("name")), None
        case "SecretProviderClass":
            for item in sequence(spec.get("secretObjects")):
                yield "Secret", str(mapping(item).get("secretName")), None
        case "Bundle":
            yield "ConfigMap", manifest.name, None
        case "Kustomization":
            for kind, key in (("ConfigMap", "configMapGenerator"), ("Secret", "secretGenerator")):
                for item in sequence(manifest.value.get(key)):
                    yield kind, str(mapping(item).get("name")), None


def _external_keys(spec: dict[str, Any], target: dict[str, Any]) -> set[str] | None:
    """The keys of the Secret that an ExternalSecret makes; nothing where the store decides."""
    if target.get("creationPolicy") in ("Merge", "None"):  # Because another one makes the Secret.
        return None
    template = mapping(target.get("template"))
    made = {str(key) for key in mapping(template.get("data"))}
    if made and template.get("mergePolicy") != "Merge":
        return made
    if spec.get("dataFrom") or template.get("templateFrom"):
        return None
    return made | {str(mapping(item).get("secretKey")) for item in sequence(spec.get("data"))}


def _made(objects: Objects, namespace: str, kind: str) -> dict[str, set[str] | None]:
    """The objects of a kind that a namespace has or gets, with their keys."""
    return {
        name: keys
        for manifest in objects.manifests
        if manifest.kind in ("Kustomization", "Bundle", "ClusterExternalSecret")
        or together(manifest.namespace, namespace)
        for found, name, keys in _makes(manifest)
        if found == kind
    }


@rule(
    "references/unknown-config",
    "error",
    scope="release",
    rows=("X07", "X09"),
    aliases=("kube-linter/env-value-from",),
)
def unknown_config(objects: Objects, context: Context) -> Iterator[Hit]:
    """A pod refers to a ConfigMap or a Secret that does not exist, so it never starts.

    Secrets are asked about where some of the namespace are among the objects, or the environment
    says which store they come from.
    """
    keeps = context.environment is not None and context.environment.secrets is not None
    told: set[tuple[int, str, str]] = set()
    for pod in objects.pods:
        for found in _references(pod):
            made = _made(objects, pod.manifest.namespace, found.kind)
            if found.name in made or found.name in _EVERYWHERE or not found.name:
                continue
            if found.kind == "Secret" and not made and not keeps:
                continue
            if "$" in found.name or "{{" in found.name:
                continue
            key = (id(pod.manifest), found.kind, found.name)
            if key in told:
                continue
            told.add(key)
            have = ", ".join(f"`{shown(name)}`" for name in sorted(made)[:4])
            make = "an ExternalSecret for it" if found.kind == "Secret" else "it"
            yield Hit(
                found.route,
                f"there is no {found.kind} `{shown(found.name)}` here, and nothing makes one",
                f"write one that there is: {have}" if have else f"add {make}, or `optional: true`",
                pod.manifest,
            )


@rule("references/unknown-key", "error", scope="release", rows=("X07", "X09"))
def unknown_key(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A pod refers to a key that its ConfigMap or Secret does not have, so it never starts."""
    for pod in objects.pods:
        for found in _references(pod):
            if found.key is None:
                continue
            keys = _made(objects, pod.manifest.namespace, found.kind).get(found.name)
            if keys is None or found.key in keys:
                continue
            have = ", ".join(f"`{shown(key)}`" for key in sorted(keys)[:6])
            yield Hit(
                found.key_route,
                f"{found.kind} {shown(found.name)} has no key `{shown(found.key)}`",
                f"write one that it has: {have}" if have else "add the key",
                pod.manifest,
            )


@rule(
    "references/unknown-pull-secret",
    "error",
    scope="release",
    rows=("X07",),
    needs=("environment",),
)
def unknown_pull_secret(objects: Objects, context: Context) -> Iterator[Hit]:
    """Images are pulled with a Secret that the namespace does not have."""
    if context.environment is None or context.environment.images.pull_secrets is None:
        return
    known = [str(name) for name in context.environment.images.pull_secrets]
    for pod in objects.pods:
        made = _made(objects, pod.manifest.namespace, "Secret")
        if not together(pod.manifest.namespace, str(context.environment.namespace)):
            continue
        for number, item in enumerate(sequence(pod.spec.get("imagePullSecrets"))):
            name = mapping(item).get("name")
            if isinstance(name, str) and name not in known and name not in made:
                have = ", ".join(f"`{found}`" for found in known)
                yield Hit(
                    (*pod.route, "imagePullSecrets", number, "name"),
                    f"the namespace has no Secret `{shown(name)}` for registries",
                    f"write one that it has: {have}",
                    pod.manifest,
                )


@rule("references/unknown-secret-store", "error", scope="release", rows=("X09",))
def unknown_secret_store(objects: Objects, context: Context) -> Iterator[Hit]:
    """An ExternalSecret reads from a store that does not exist.

    Stores are those of the objects and the one that the environment names; where there are none,
    nothing is said.
    """
    stores = {
        (store.kind, store.name): store.namespace
        for store in objects.of("SecretStore", "ClusterSecretStore")
    }
    secrets = context.environment.secrets if context.environment is not None else None
    for manifest in objects.of("ExternalSecret"):
        known = {
            key
            for key, namespace in stores.items()
            if key[0] == "ClusterSecretStore" or together(namespace, manifest.namespace)
        }
        if secrets is not None:
            known.add((str(secrets.kind), str(secrets.name)))
        for route, ref in _stores(manifest):
            kind, name = str(ref.get("kind") or "SecretStore"), ref.get("name")
            if not known or not isinstance(name, str) or (kind, name) in known:
                continue
            same = sorted(store for store in known if store[1] == name)
            have = ", ".join(f"{store[0]} `{shown(store[1])}`" for store in sorted(known)[:3])
            where = ("kind",) if same and "kind" in ref else ("name",)
            yield Hit(
                (*route, *where),
                f"there is no {shown(kind)} `{shown(name)}`",
                f"write one that there is: {have}",
                manifest,
            )


def _stores(manifest: Manifest) -> Iterator[tuple[Route, dict[str, Any]]]:
    """The stores that an ExternalSecret reads from."""
    yield ("spec", "secretStoreRef"), mapping(manifest.spec.get("secretStoreRef"))
    for key in ("data", "dataFrom"):
        for number, item in enumerate(sequence(manifest.spec.get(key))):
            ref = mapping(mapping(mapping(item).get("sourceRef")).get("storeRef"))
            if ref:
                yield ("spec", key, number, "sourceRef", "storeRef"), ref
