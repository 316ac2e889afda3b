"""The same manifests as modelyard's, made by kustomize: a base and overlays for each model.

The base holds what one environment has, as plain resources. An overlay sets the namespace, the
environment's label and the images by kustomize's own means; whatever still differs is patched, one
JSON patch for each object, so that what comes out is what modelyard renders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

BASE = "staging"
SET_BY_LABELS = ("modelyard.dev/environment", "app.kubernetes.io/instance")
Manifest = dict[str, Any]
Objects = dict[tuple[str, str], Manifest]
"""By kind and name."""


@dataclass(frozen=True)
class Overlay:
    """What turns the base into the objects of one environment."""

    namespace: str
    labels: Mapping[str, str]
    images: Mapping[str, str]
    """The image that each of the base becomes, where it is another release."""
    patches: Mapping[tuple[str, str], list[Manifest]]
    added: Objects
    removed: tuple[tuple[str, str], ...]


def prepare(tree: Path, target: Path) -> None:
    """A base and `MODEL/ENVIRONMENT` for every model below `deploy/`, and `all` with all of them."""
    places = []
    for directory in sorted((tree / BASE).iterdir()):
        if directory.name in ("platform", "argocd"):
            continue
        base = read(directory)
        _write_base(target / directory.name / "base", base)
        for environment in sorted(path.name for path in tree.iterdir()):
            wanted = read(tree / environment / directory.name)
            place = f"{directory.name}/{environment}"
            _write_overlay(target / place, overlay(base, wanted))
            places.append(place)
    _dump(target / "all" / "kustomization.yaml", {"resources": [f"../{each}" for each in places]})


def read(directory: Path, patterns: Sequence[str] = ("*.yaml",)) -> Objects:
    """The objects in a directory."""
    import yaml

    files = (path for pattern in patterns for path in directory.glob(pattern))
    found = (yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in files)
    return {(each["kind"], each["metadata"]["name"]): each for each in found}


def overlay(base: Objects, wanted: Objects) -> Overlay:
    """What turns the base into the objects of an environment."""
    both = sorted(base.keys() & wanted.keys())
    added = {key: wanted[key] for key in wanted.keys() - base.keys()}
    images = _common_images(base, wanted, added)
    patches = {}
    for key in both:
        found = list(differences("", base[key], wanted[key]))
        patches[key] = [each for each in found if not _is_done_otherwise(each, images)]
    metadata = next(iter(wanted.values()))["metadata"]
    return Overlay(
        metadata["namespace"],
        {label: metadata["labels"][label] for label in SET_BY_LABELS},
        images,
        {key: found for key, found in patches.items() if found},
        added,
        tuple(sorted(base.keys() - wanted.keys())),
    )


def _common_images(base: Objects, wanted: Objects, added: Objects) -> dict[str, str]:
    """Images that are another release everywhere; a canary's has to be patched."""
    found = {
        old: new
        for key in base.keys() & wanted.keys()
        for old, new in _images(base[key], wanted[key])
        if old != new
    }
    others = {image for each in added.values() for image, _ in _images(each, each)}
    taken = {image.partition("@")[0].rpartition(":")[0] for image in others}
    return {old: new for old, new in found.items() if _image(new)["name"] not in taken}


def _is_done_otherwise(change: Manifest, images: Mapping[str, str]) -> bool:
    """What the namespace, the labels and the images of the overlay set."""
    path: str = change["path"]
    labels = tuple(f"/labels/{label.replace('/', '~1')}" for label in SET_BY_LABELS)
    image = path.endswith("/image") and change.get("value") in images.values()
    return path == "/metadata/namespace" or path.endswith(labels) or image


def differences(path: str, old: Any, new: Any) -> Iterator[Manifest]:
    """The operations of a JSON patch that turns one value into another one."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            inner = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in new:
                yield from differences(inner, old[key], new[key])
            else:
                yield {"op": "remove", "path": inner}
        for key in new:
            if key not in old:
                inner = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
                yield {"op": "add", "path": inner, "value": new[key]}
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(f"{path}/{index}", one, other)
    elif old != new:
        yield {"op": "replace", "path": path, "value": new}


def _images(old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """Pairs of the images of the same containers."""
    if isinstance(old, dict) and isinstance(new, dict):
        if isinstance(old.get("image"), str) and isinstance(new.get("image"), str):
            yield old["image"], new["image"]
        for key in old.keys() & new.keys():
            yield from _images(old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list):
        for one, other in zip(old, new, strict=False):
            yield from _images(one, other)


def _write_base(target: Path, base: Objects) -> None:
    _write_resources(target, base)
    _dump(target / "kustomization.yaml", {"resources": sorted(map(_file, base))})


def _write_overlay(target: Path, found: Overlay) -> None:
    _write_resources(target, found.added)
    kustomization = {
        "resources": ["../base", *sorted(map(_file, found.added))],
        "namespace": found.namespace,
        "labels": [{"pairs": dict(found.labels), "includeTemplates": True}],
        "images": [_image(new) for _, new in sorted(found.images.items())],
        "patches": [*_patches(target, found), *map(_removal, found.removed)],
    }
    _dump(target / "kustomization.yaml", {key: each for key, each in kustomization.items() if each})


def _patches(target: Path, found: Overlay) -> Iterator[Manifest]:
    for (kind, name), operations in found.patches.items():
        path = f"patch-{_file((kind, name))}"
        _dump(target / path, operations)
        yield {"path": path, "target": {"kind": kind, "name": name}}


def _removal(key: tuple[str, str]) -> Manifest:
    kind, name = key
    patch = f"$patch: delete\napiVersion: any\nkind: {kind}\nmetadata: {{name: {name}}}\n"
    return {"patch": patch, "target": {"kind": kind, "name": name}}


def _image(image: str) -> Manifest:
    """An entry of `images`: the name, and the tag and digest that it gets."""
    name, _, digest = image.partition("@")
    name, _, tag = name.rpartition(":")
    return {"name": name, "newTag": tag, "digest": digest}


def _write_resources(target: Path, resources: Objects) -> None:
    for key, manifest in resources.items():
        _dump(target / _file(key), manifest)


def _file(key: tuple[str, str]) -> str:
    kind, name = key
    return f"{kind.lower()}-{name}.yaml"


def _dump(path: Path, value: Any) -> None:
    import yaml

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False))
