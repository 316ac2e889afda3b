"""Load: what the workloads of a model take of pools and quotas, at least and at most."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from modelyard.check.amounts import amount_of, is_device, of_pod, thousandths
from modelyard.check.objects import inside, mapping
from modelyard.check.placement import gpus, offering, open_to
from modelyard.check.rule import Claim
from modelyard.check.scale import copies, extra
from modelyard.quantity import written
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Container, Manifest, Objects, Pod
    from modelyard.check.placement import Pools
    from modelyard.findings import Route
    from modelyard.spec.environment import EnvironmentSpec, Pool

LEAST, MOST = 0, 1
"""Which of two numbers holds at the least, and which at full scale."""
SAID = ("at the least", "at full scale")
LOWER = ("lower `minReplicas` of one of them", "lower `maxReplicas` of one of them")

QUEUE = "kueue.x-k8s.io/queue-name"
"""The label of what waits until there is room."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the pods of one template take."""

    model: str
    pods: tuple[int, int]
    """How many there are at the least, and at full scale."""
    extra: tuple[int, int]
    """How many more a rollout needs then, before it removes any."""
    amounts: dict[str, int]
    """What one pod takes, in thousandths, by the names that a quota has for it."""
    routes: tuple[Route, Route]
    """Where these numbers are decided."""
    manifest: Manifest | None = field(default=None, compare=False)
    """The object that decides them: the workload, or its autoscaler; nothing where a lock tells."""

    def claimed(self, key: str, value: Any = None) -> Claim:
        """The load, or what it stands for, as what is gathered of a model."""
        assert self.manifest is not None
        packed = (self.model, self.pods, self.extra, self.amounts, self.routes)
        return Claim(key, value or packed, self.routes[MOST], self.manifest)

    @classmethod
    def of(cls, claim: Claim) -> Load:
        """The load of a claim."""
        model, pods, more, amounts, routes = claim.value
        return cls(model, pods, more, amounts, routes, claim.manifest)

    def total(self, name: str, when: int) -> int:
        """What all its pods take of a resource."""
        return self.pods[when] * self.amounts.get(name, 0)

    def more(self, name: str, when: int) -> int:
        """What a rollout takes beside it."""
        return self.extra[when] * self.amounts.get(name, 0)


def loads(objects: Objects, place: EnvironmentSpec) -> list[tuple[Pod, Load]]:
    """What the pods of each template take.

    Left out are those of which nobody knows how many there are, and those that wait for room.
    """
    known = objects.learnt.get(loads)
    if known is None or known[0] is not place:
        known = objects.learnt[loads] = (place, list(_loads(objects, place)))
    found: list[tuple[Pod, Load]] = known[1]
    return found


def _loads(objects: Objects, place: EnvironmentSpec) -> Iterator[tuple[Pod, Load]]:
    for pod in objects.pods:
        found = None if _waits(pod) else copies(pod, objects)
        if found is not None and found.most:
            load = Load(
                _model(pod),
                (found.least, found.most),
                (extra(pod, found.least), extra(pod, found.most)),
                {"pods": 1000, **_amounts(pod, place)},
                (found.least_route, found.most_route),
                found.manifest,
            )
            yield pod, load


@dataclass(frozen=True, slots=True)
class Share:
    """What one workload takes, and of which pool."""

    pool: str | None
    """The one pool that its pods can land on; nothing for nodes without GPUs."""
    load: Load

    def document(self) -> dict[str, Any]:
        """As a lock has it."""
        amounts = {name: written(Fraction(n, 1000)) for name, n in self.load.amounts.items()}
        return {
            "model": self.load.model,
            "pool": self.pool,
            "pods": self.load.pods,
            "extra": self.load.extra,
            "takes": amounts,
        }

    @classmethod
    def read(cls, document: Any) -> Share | None:
        """What a lock says, if it says it so."""
        found = mapping(document)
        pods, more = _pair(found.get("pods")), _pair(found.get("extra"))
        amounts = {
            str(name): thousandths(value) for name, value in mapping(found.get("takes")).items()
        }
        if pods is None or more is None or None in amounts.values():
            return None
        pool = found.get("pool")
        known = {name: value for name, value in amounts.items() if value is not None}
        load = Load(str(found.get("model")), pods, more, known, ((), ()))
        return cls(pool if isinstance(pool, str) else None, load)


def _pair(value: Any) -> tuple[int, int] | None:
    if isinstance(value, list) and len(value) == 2 and all(type(n) is int for n in value):
        return value[0], value[1]
    return None


def shares(objects: Objects, place: EnvironmentSpec) -> list[Share]:
    """What each template takes, and of which pool; for sums, which do not ask where it is decided."""
    pools = {str(name): pool for name, pool in (place.pools or {}).items()}
    return [
        Share(on_pool(pod, pools) if pools else None, replace(load, routes=((), ()), manifest=None))
        for pod, load in loads(objects, place)
    ]


def _waits(pod: Pod) -> bool:
    around = inside(pod.manifest.value, ("spec", "jobTemplate", "metadata", "labels"))
    return any(QUEUE in labels for labels in (pod.manifest.labels, around))


def _model(pod: Pod) -> str:
    name = "app.kubernetes.io/name"
    return str(pod.labels.get(name) or pod.manifest.labels.get(name) or pod.manifest.name)


def on_pool(pod: Pod, pools: Pools) -> str | None:
    """The one pool that a GPU pod can land on."""
    for _, resource, _ in gpus(pod, pools):
        found = open_to(pod, offering(pools, resource))
        if len(found) == 1:
            return next(iter(found))
    return None


def named(shares: dict[str, int], unit: int = 1) -> str:
    """Who asks for most, and how many others ask."""
    ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    asking = [f"`{name}` {-(-share // unit):,}" for name, share in ordered if share]
    said = ", ".join(asking[:5])
    return f"{said} and {plural(len(asking) - 5, 'other')}" if len(asking) > 5 else said


def _amounts(pod: Pod, place: EnvironmentSpec) -> dict[str, int]:
    """What a pod takes, by the names that a quota has for it."""
    names = {("requests", name) for name in ("cpu", "memory", "ephemeral-storage")}
    names |= {("limits", name) for _, name in names}
    for container in pod.containers:
        limits = mapping(mapping(container.value.get("resources")).get("limits"))
        names |= {("requests", str(name)) for name in limits if is_device(name)}
    found = {}
    for section, name in sorted(names):
        parts = [(one, _amount(one, section, name, place)) for one in pod.containers]
        found[f"{section}.{name}"] = of_pod(parts)
    return {name: amount for name, amount in found.items() if amount}


def _amount(container: Container, field: str, name: str, place: EnvironmentSpec) -> int:
    """What a container has of a resource, the namespace's defaults among them."""
    resources = mapping(container.value.get("resources"))
    if field == "requests":
        written = name in mapping(resources.get("requests")) or name in mapping(
            resources.get("limits")
        )
        usual = getattr(place.container_defaults.requests, name, None)
        return amount_of(container, name) if written else thousandths(usual) or 0
    usual = getattr(place.container_defaults.limits, name, None)
    return thousandths(mapping(resources.get("limits")).get(name, usual)) or 0


def nodes(wanted: list[tuple[int, dict[str, int]]], pool: Pool) -> int:
    """How many nodes of a pool some pods need, or more: counts, and what each pod takes."""
    node = {
        f"requests.{pool.resource}": pool.node.gpus * 1000,
        "requests.cpu": pool.node.cpu.thousandths,
        "requests.memory": pool.node.memory.thousandths,
    }
    found = [0]
    for name, offer in node.items():
        asked = [(count, amounts.get(name, 0)) for count, amounts in wanted]
        found.append(-(-sum(count * amount for count, amount in asked) // offer))
        # Because no two of these share a node.
        found.append(sum(count for count, amount in asked if 2 * amount > offer))
    return max(*found, *(-(-count // _on_a_node(amounts, node)) for count, amounts in wanted))


def _on_a_node(amounts: dict[str, int], node: dict[str, int]) -> int:
    """How many pods of a kind a node takes; 1 where it takes none, which another rule tells."""
    found = [offer // amounts[name] for name, offer in node.items() if amounts.get(name)]
    return max(1, min(found, default=1))
