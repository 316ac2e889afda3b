"""What no single value of an environment or a blueprint can say: how its facts fit each other.

Each rule is a function from a loaded file to findings; `RULES` and `BLUEPRINT_RULES` list them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check.definitions import versions
from modelyard.findings import Finding, dotted
from modelyard.load.suggest import did_you_mean
from modelyard.spec import shapes
from modelyard.spec.kinds import SPEC
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Route
    from modelyard.load.document import Loaded
    from modelyard.spec.blueprint import Blueprint
    from modelyard.spec.environment import Endpoint, Environment, Price

    Environments = Loaded[Environment]
    Blueprints = Loaded[Blueprint]

OLDEST_MINOR = 30
"""Because pods wait with `preStop.sleep` while routes to them are taken away, which 1.30 brought."""


def check(loaded: Environments) -> list[Finding]:
    """Everything that is wrong with an environment as a whole."""
    return [finding for rule in RULES for finding in rule(loaded)]


def check_blueprint(loaded: Blueprints) -> list[Finding]:
    """Everything that is wrong with a blueprint as a whole."""
    return [finding for rule in BLUEPRINT_RULES for finding in rule(loaded)]


def one_address(loaded: Environments) -> Iterator[Finding]:
    """Argo CD knows a cluster by its address or by its name, and takes only one."""
    cluster = loaded.value.spec.cluster
    if (cluster.server is None) == (cluster.name is None):
        yield _problem(
            loaded,
            "range",
            ("spec", "cluster"),
            f"must have one of `server` and `name`, got {'both' if cluster.name else 'neither'}",
            "write the one by which Argo CD knows the cluster",
        )


def known_version(loaded: Environments) -> Iterator[Finding]:
    """Manifests are checked against the schemas of this version."""
    version = loaded.value.spec.cluster.kubernetes
    supported = [known for known in versions() if int(known[2:]) >= OLDEST_MINOR]
    if version not in supported:
        yield _problem(
            loaded,
            "value",
            ("spec", "cluster", "kubernetes"),
            f"must be a version from `{supported[0]}` to `{supported[-1]}`, got `{version}`",
            f'write for example "{supported[-1]}"',
        )


def scrapable(loaded: Environments) -> Iterator[Finding]:
    """Under mutual TLS, Prometheus can scrape only with a certificate of the mesh."""
    spec = loaded.value.spec
    if spec.mesh is not None and spec.monitoring.certificates is None:
        yield _problem(
            loaded,
            "missing-key",
            ("spec", "monitoring"),
            "key `certificates` is missing: the mesh would refuse Prometheus",
            "add `certificates`: the directory in which Prometheus has its mesh certificate mounted",
        )


def products_unique(loaded: Environments) -> Iterator[Finding]:
    """Models choose a pool by its product."""
    seen: dict[str, str] = {}
    for name, pool in (loaded.value.spec.pools or {}).items():
        if pool.product in seen:
            yield _problem(
                loaded,
                "value",
                ("spec", "pools", name, "product"),
                f"pool `{seen[pool.product]}` has the product `{pool.product}` too",
                "give each pool its own, as models choose a pool by it",
            )
        seen[pool.product] = name


def endpoints_complete(loaded: Environments) -> Iterator[Finding]:
    """An endpoint is pods of the cluster or addresses outside."""
    for name, endpoint in (loaded.value.spec.endpoints or {}).items():
        pods, route = (endpoint.namespace, endpoint.pod_labels), ("spec", "endpoints", name)
        if endpoint.cidrs is not None and any(pods):
            yield _problem(
                loaded,
                "range",
                route,
                "must be pods or addresses, got both",
                "leave out either `cidrs`, or `namespace` and `podLabels`; or make two endpoints of it",
            )
        elif endpoint.cidrs is None and not all(pods):
            yield _problem(
                loaded,
                "missing-key",
                route,
                "must have `namespace` with `podLabels`, or `cidrs`",
                f"add {_missing_of(endpoint)}",
            )


def _missing_of(endpoint: Endpoint) -> str:
    """What an endpoint lacks."""
    if endpoint.namespace is not None:
        return "`podLabels`"
    return "`cidrs`" if endpoint.pod_labels is None else "`namespace`"


def stores_reachable(loaded: Environments) -> Iterator[Finding]:
    """Weights come from an endpoint, so that the network lets them through."""
    spec = loaded.value.spec
    known = spec.endpoints or {}
    for scheme, store in (spec.artifacts.stores if spec.artifacts else {}).items():
        if store.endpoint not in known:
            yield _problem(
                loaded,
                "value",
                ("spec", "artifacts", "stores", scheme, "endpoint"),
                f"there is no endpoint `{shown(store.endpoint)}`",
                did_you_mean(store.endpoint, known, what="endpoints"),
            )


def folder_with_annotation(loaded: Environments) -> Iterator[Finding]:
    """Grafana's sidecar takes the folder from an annotation."""
    dashboards = loaded.value.spec.monitoring.dashboards
    if (dashboards.folder is None) != (dashboards.folder_annotation is None):
        yield _problem(
            loaded,
            "range",
            ("spec", "monitoring", "dashboards"),
            "must have both of `folder` and `folderAnnotation`, or neither",
            f"add `{'folderAnnotation' if dashboards.folder else 'folder'}`, or leave both out",
        )


def fetcher_allowed(loaded: Environments) -> Iterator[Finding]:
    """The image that fetches weights keeps to what the environment asks of every image."""
    spec = loaded.value.spec
    if spec.artifacts is None:
        return
    route, image = ("spec", "artifacts", "image"), spec.artifacts.image
    if not any(image.is_from(registry) for registry in spec.images.registries):
        allowed = ", ".join(f"`{registry}`" for registry in spec.images.registries)
        message = f"must come from a registry of `spec.images.registries`, got `{image.repository}`"
        yield _problem(loaded, "registry", route, message, f"push it to one of: {allowed}")
    if image.can_move or (image.digest is None and spec.images.pin == "digest"):
        message = f"must be pinned by digest, got `{image}`"
        yield _problem(loaded, "unpinned", route, message, "write `…@sha256:…`")


def prices_make_sense(loaded: Environments) -> Iterator[Finding]:
    """A range is the right way round, and a pool that is not there costs nothing."""
    prices = loaded.value.spec.prices
    if prices is None:
        return
    route: Route = ("spec", "prices")
    known = [str(name) for name in loaded.value.spec.pools or {}]
    found: list[tuple[Route, Price]] = [
        ((*route, "cpuHour"), prices.cpu_hour),
        ((*route, "memoryHour"), prices.memory_hour),
    ]
    for name, price in (prices.gpu_hour or {}).items():
        place = (*route, "gpuHour", str(name))
        found.append((place, price))
        if name not in known:
            near = did_you_mean(name, known, what="pools")
            yield _problem(loaded, "value", place, f"there is no pool `{name}`", near, key=True)
    for place, price in found:
        if price.low.thousandths > price.high.thousandths:
            message = f"must be at least `low` (`{price.low}`), got `{price.high}`"
            yield _problem(loaded, "range", (*place, "high"), message, "swap the two")


RULES = (
    one_address,
    known_version,
    scrapable,
    products_unique,
    endpoints_complete,
    stores_reachable,
    folder_with_annotation,
    fetcher_allowed,
    prices_make_sense,
)


def builders_known(loaded: Blueprints) -> Iterator[Finding]:
    """Builders are modules of ours."""
    from pkgutil import iter_modules

    import modelyard.build.model

    known = [module.name for module in iter_modules(modelyard.build.model.__path__)]
    for index, name in enumerate(loaded.value.spec.builders):
        if name not in known:
            yield _problem(
                loaded,
                "value",
                ("spec", "builders", index),
                f"there is no builder `{shown(name)}`",
                did_you_mean(name, known, what="builders"),
            )


def something_built(loaded: Blueprints) -> Iterator[Finding]:
    """A blueprint of its own without builders would make nothing of a model."""
    if not loaded.value.spec.builders and loaded.value.spec.extends is None:
        yield _problem(
            loaded,
            "missing-key",
            ("spec",),
            "must have `builders`, or `extends`",
            "add for example `extends: realtime`",
            key=True,
        )


def keys_exist(loaded: Blueprints) -> Iterator[Finding]:
    """A condition on a key that is misspelt would never hold, and a prohibition always."""
    known = shapes.every()
    for route, path, at_key in _paths(loaded):
        steps = tuple(path.split("."))
        for end in range(1, len(steps) + 1):
            above = known.at(SPEC.shape, steps[: end - 1])
            if above is not None and known.at(SPEC.shape, steps[:end]) is None:
                keys = known.keys(above[1]) if above[0] == "model" else ()
                within = ".".join(("spec", *steps[: end - 1]))
                yield _problem(
                    loaded,
                    "unknown-key",
                    route,
                    f"there is no key `{shown(steps[end - 1])}` in `{within}` of a model",
                    did_you_mean(steps[end - 1], keys, what="keys there")
                    if keys
                    else "shorten the path",
                    key=at_key,
                )


def conditions_can_hold(loaded: Blueprints) -> Iterator[Finding]:
    """A value that a key can never have, as `no` for a mapping, makes a variant that never applies."""
    known = shapes.every()
    for index, variant in enumerate(loaded.value.spec.variants):
        for path, wanted in variant.when.items():
            shape = known.at(SPEC.shape, tuple(path.split(".")))
            if shape is None or isinstance(wanted, bool) or known.takes(shape, wanted):
                continue
            yield _problem(
                loaded,
                "value",
                ("spec", "variants", index, "when", path),
                f"`spec.{path}` of a model is never the text `{shown(wanted)}`",
                "write `true` where it must be set, and `false` where it must not",
            )


BLUEPRINT_RULES = (builders_known, something_built, keys_exist, conditions_can_hold)


def _paths(loaded: Blueprints) -> Iterator[tuple[Route, str, bool]]:
    """Every path into a model's `spec` that a blueprint names, and whether it stands as a key."""
    spec = loaded.value.spec
    for name, runtime in spec.runtimes.items():
        for key, paths in (("ignores", runtime.ignores), ("requires", runtime.requires)):
            for index, path in enumerate(paths):
                yield ("spec", "runtimes", name, key, index), path, False
    for index, variant in enumerate(spec.variants):
        for path in variant.when:
            yield ("spec", "variants", index, "when", path), path, True


def _problem(
    loaded: Loaded[Any], rule: str, route: Route, message: str, help: str, *, key: bool = False
) -> Finding:
    at = loaded.document.locate(route, key=key)
    return Finding(f"spec/{rule}", f"`{dotted(route)}`: {message}", at, route=route, help=help)
