"""Objects as rules see them: their pods wherever a kind keeps them, and who refers to whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from modelyard.findings import Route, at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TEMPLATES: dict[str, tuple[Route, ...]] = {
    "Pod": ((),),
    "Deployment": (("spec", "template"),),
    "StatefulSet": (("spec", "template"),),
    "DaemonSet": (("spec", "template"),),
    "ReplicaSet": (("spec", "template"),),
    "ReplicationController": (("spec", "template"),),
    "Job": (("spec", "template"),),
    "CronJob": (("spec", "jobTemplate", "spec", "template"),),
    "PodTemplate": (("template",),),
    "Rollout": (("spec", "template"),),
    "ScaledJob": (("spec", "jobTargetRef", "template"),),
    "LeaderWorkerSet": (
        ("spec", "leaderWorkerTemplate", "leaderTemplate"),
        ("spec", "leaderWorkerTemplate", "workerTemplate"),
    ),
    "RayCluster": (
        ("spec", "headGroupSpec", "template"),
        ("spec", "workerGroupSpecs", "*", "template"),
    ),
    "RayJob": (
        ("spec", "rayClusterSpec", "headGroupSpec", "template"),
        ("spec", "rayClusterSpec", "workerGroupSpecs", "*", "template"),
    ),
    "RayService": (
        ("spec", "rayClusterConfig", "headGroupSpec", "template"),
        ("spec", "rayClusterConfig", "workerGroupSpecs", "*", "template"),
    ),
    "PyTorchJob": (("spec", "pytorchReplicaSpecs", "*", "template"),),
    "TFJob": (("spec", "tfReplicaSpecs", "*", "template"),),
    "MPIJob": (("spec", "mpiReplicaSpecs", "*", "template"),),
    "XGBoostJob": (("spec", "xgbReplicaSpecs", "*", "template"),),
    "JAXJob": (("spec", "jaxReplicaSpecs", "*", "template"),),
    "PaddleJob": (("spec", "paddleReplicaSpecs", "*", "template"),),
    "JobSet": (("spec", "replicatedJobs", "*", "template", "spec", "template"),),
    "Notebook": (("spec", "template"),),
    "Experiment": (("spec", "templates", "*", "template"),),
    "SeldonDeployment": (("spec", "predictors", "*", "componentSpecs", "*"),),
}
"""Where a kind keeps pods with metadata and spec; `*` is every element or value."""

_INLINE: dict[str, tuple[Route, ...]] = {
    "InferenceService": (
        ("spec", "predictor"),
        ("spec", "transformer"),
        ("spec", "explainer"),
    ),
    "LLMInferenceService": (
        ("spec", "template"),
        ("spec", "worker"),
        ("spec", "prefill", "template"),
    ),
    "ServingRuntime": (("spec",),),
    "ClusterServingRuntime": (("spec",),),
    "Workflow": (("spec",), ("spec", "templates", "*")),
    "WorkflowTemplate": (("spec",), ("spec", "templates", "*")),
    "ClusterWorkflowTemplate": (("spec",), ("spec", "templates", "*")),
    "CronWorkflow": (("spec", "workflowSpec"), ("spec", "workflowSpec", "templates", "*")),
}
"""Where a kind has the fields of a pod's spec among its own."""

BATCH = frozenset(
    (
        "Job", "CronJob", "ScaledJob", "Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate",
        "CronWorkflow", "RayJob", "PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "JAXJob",
        "PaddleJob", "JobSet",
    )
)  # fmt: skip
"""Kinds whose pods end."""

WORKLOADS = frozenset((*_TEMPLATES, *_INLINE))
"""Kinds that have pods."""

_LISTS = ("containers", "initContainers", "ephemeralContainers", "sidecars")
_SINGLE = ("container", "script", "model")


def routes(value: Any, pattern: Route, route: Route = ()) -> Iterator[Route]:
    """Every route that a pattern leads to."""
    if not pattern:
        yield route
        return
    step, rest = pattern[0], pattern[1:]
    if step == "*":
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from routes(item, rest, (*route, index))
        elif isinstance(value, dict):
            for name, item in value.items():
                yield from routes(item, rest, (*route, name))
    elif isinstance(value, dict) and step in value:
        yield from routes(value[step], rest, (*route, step))


def mapping(value: Any) -> dict[str, Any]:
    """A mapping, or an empty one where there is something else."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """A list, or an empty one where there is something else."""
    return value if isinstance(value, list) else []


def inside(value: Any, route: Route) -> dict[str, Any]:
    """The mapping that a route leads to, or an empty one where it leads to something else."""
    for step in route:
        value = mapping(value).get(str(step))
    return mapping(value)


@dataclass(frozen=True, slots=True)
class Container:
    """A container of any sort. `role` is the list or key that it stands in."""

    route: Route
    value: dict[str, Any]
    role: str

    @property
    def name(self) -> str:
        """Its name, or the role where it has none."""
        return str(self.value.get("name", self.role))

    @property
    def is_init(self) -> bool:
        """Whether it runs to its end before the others start."""
        return self.role == "initContainers" and self.value.get("restartPolicy") != "Always"


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod, or the template of pods, in an object."""

    manifest: Manifest
    route: Route
    """To the pod's spec."""
    spec: dict[str, Any]
    labels: dict[str, Any]
    annotations: dict[str, Any]
    labels_route: Route
    """To the pod's metadata."""

    @property
    def ends(self) -> bool:
        """Whether the pod is meant to run to its end."""
        return self.manifest.kind in BATCH

    @property
    def containers(self) -> list[Container]:
        """Every container: those of the pod, init, ephemeral and sidecar ones."""
        found = [
            Container((*self.route, name, index), item, name)
            for name in _LISTS
            for index, item in enumerate(sequence(self.spec.get(name)))
            if isinstance(item, dict)
        ]
        if self.manifest.kind in _INLINE:
            found += [
                Container((*self.route, name), item, name)
                for name in _SINGLE
                if isinstance(item := self.spec.get(name), dict)
            ]
        return found

    def ports(self) -> Iterator[tuple[Container, dict[str, Any]]]:
        """Every port that a container declares."""
        for container in self.containers:
            for port in sequence(container.value.get("ports")):
                if isinstance(port, dict):
                    yield container, port


@dataclass(slots=True)
class Manifest:
    """One object, and where it stands."""

    value: dict[str, Any]
    file: str
    index: int = 0
    """Which document of its file it is, from 0."""
    _pods: list[Pod] | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """What it says that it is."""
        return str(self.value.get("kind", ""))

    @property
    def group(self) -> str:
        """The API group; empty for the core."""
        return str(self.value.get("apiVersion", "")).rpartition("/")[0]

    @property
    def metadata(self) -> dict[str, Any]:
        """Its metadata; empty where there is none."""
        return mapping(self.value.get("metadata"))

    @property
    def name(self) -> str:
        """Its name; empty where it has none."""
        return str(self.metadata.get("name") or "")

    @property
    def namespace(self) -> str:
        """Its namespace; empty where none is written."""
        return str(self.metadata.get("namespace") or "")

    @property
    def labels(self) -> dict[str, Any]:
        """Its labels."""
        return mapping(self.metadata.get("labels"))

    @property
    def annotations(self) -> dict[str, Any]:
        """Its annotations."""
        return mapping(self.metadata.get("annotations"))

    @property
    def spec(self) -> dict[str, Any]:
        """Its spec; empty where there is none."""
        return mapping(self.value.get("spec"))

    @property
    def pods(self) -> list[Pod]:
        """The pods that it makes."""
        if self._pods is None:
            self._pods = list(self._find_pods())
        return self._pods

    def _find_pods(self) -> Iterator[Pod]:
        for pattern in _TEMPLATES.get(self.kind, ()):
            for route in routes(self.value, pattern):
                template = mapping(at(self.value, route))
                metadata = mapping(template.get("metadata"))
                if isinstance(template.get("spec"), dict):
                    yield Pod(
                        self,
                        (*route, "spec"),
                        template["spec"],
                        mapping(metadata.get("labels")),
                        mapping(metadata.get("annotations")),
                        (*route, "metadata"),
                    )
        for pattern in _INLINE.get(self.kind, ()):
            for route in routes(self.value, pattern):
                spec = at(self.value, route)
                if isinstance(spec, dict) and any(key in spec for key in (*_LISTS, *_SINGLE)):
                    metadata = mapping(spec.get("metadata")) or self.metadata
                    yield Pod(
                        self,
                        route,
                        spec,
                        mapping(metadata.get("labels")),
                        mapping(metadata.get("annotations")),
                        (*route, "metadata") if "metadata" in spec else ("metadata",),
                    )


class Objects:
    """Objects that belong together: those of a model in an environment, or of a folder."""

    def __init__(self, manifests: list[Manifest]) -> None:
        self.manifests = manifests
        self._known: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        self.learnt: dict[object, Any] = {}
        """What was found out about all of them, for whoever asks next."""

    @cached_property
    def _by_kind(self) -> dict[str, list[Manifest]]:
        found: dict[str, list[Manifest]] = defaultdict(list)
        for manifest in self.manifests:
            found[manifest.kind].append(manifest)
        return found

    def of(self, *kinds: str) -> list[Manifest]:
        """The objects of some kinds, as they stand."""
        return [manifest for kind in kinds for manifest in self._by_kind.get(kind, ())]

    def groups(self, kind: str) -> frozenset[str]:
        """The API groups of the objects of a kind."""
        return self._told(kind)[0]

    def namespaces(self, *kinds: str) -> frozenset[str]:
        """The namespaces of the objects of some kinds."""
        return frozenset[str]().union(*(self._told(kind)[1] for kind in kinds))

    def _told(self, kind: str) -> tuple[frozenset[str], frozenset[str]]:
        if kind not in self._known:
            these = self._by_kind.get(kind, ())
            groups, namespaces = ({m.group for m in these}, {m.namespace for m in these})
            self._known[kind] = (frozenset(groups), frozenset(namespaces))
        return self._known[kind]

    def find(self, kind: str, namespace: str, name: str) -> Manifest | None:
        """An object by its name; of several the first."""
        return self._by_name.get((kind, namespace, name))

    def named(self, kind: str, name: str) -> list[Manifest]:
        """The objects of a kind that have a name, in whatever namespace."""
        return self._with_name.get((kind, name), [])

    @cached_property
    def _with_name(self) -> dict[tuple[str, str], list[Manifest]]:
        found: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
        for manifest in self.manifests:
            found[manifest.kind, manifest.name].append(manifest)
        return found

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], Manifest]:
        found: dict[tuple[str, str, str], Manifest] = {}
        for manifest in self.manifests:
            found.setdefault((manifest.kind, manifest.namespace, manifest.name), manifest)
        return found

    @cached_property
    def pods(self) -> list[Pod]:
        """Every pod of every object."""
        return [pod for manifest in self.manifests for pod in manifest.pods]

    @cached_property
    def pods_by_namespace(self) -> dict[str, list[Pod]]:
        """The pods of each namespace; those of which none is told under the empty name."""
        found: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.pods:
            found[pod.manifest.namespace].append(pod)
        return found

    def selected(self, namespace: str, selector: Mapping[str, Any]) -> list[Pod]:
        """The pods of a namespace that plain labels select; an empty selector selects all."""
        pods = self.labelled(selector)
        return [pod for pod in pods if pod.manifest.namespace == namespace]

    def labelled(self, selector: Mapping[str, Any]) -> list[Pod]:
        """The pods of all namespaces that plain labels select."""
        label = next((item for item in selector.items() if isinstance(item[1], str)), None)
        near = self.pods if label is None else self._by_label[label]
        return [pod for pod in near if matches(selector, pod.labels)]

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], list[Pod]]:
        found: dict[tuple[str, str], list[Pod]] = defaultdict(list)
        for pod in self.pods:
            for name, value in pod.labels.items():
                if isinstance(value, str):
                    found[name, value].append(pod)
        return found


def matches(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """Whether plain labels (`app: x`) select something with these labels."""
    return all(labels.get(name) == value for name, value in selector.items())


def selects(selector: Any, labels: Mapping[str, Any]) -> bool:
    """Whether a label selector (`matchLabels`, `matchExpressions`) selects these labels."""
    selector = mapping(selector)
    if not matches(mapping(selector.get("matchLabels")), labels):
        return False
    for item in sequence(selector.get("matchExpressions")):
        name, values = str(mapping(item).get("key")), sequence(mapping(item).get("values"))
        holds = {
            "In": labels.get(name) in values,
            "NotIn": labels.get(name) not in values,
            "Exists": name in labels,
            "DoesNotExist": name not in labels,
        }
        if not holds.get(str(mapping(item).get("operator")), False):
            return False
    return True
