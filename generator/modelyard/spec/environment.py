"""The environment: what is true of the place where models run, and what it allows."""

from typing import Annotated, Any, Literal

from pydantic import Field

from modelyard.spec.base import Strict
from modelyard.spec.values import (
    Cidr,
    Cpu,
    DnsName,
    Duration,
    EnvName,
    GitRevision,
    HttpPath,
    Image,
    KubernetesVersion,
    LabelKey,
    LabelName,
    LabelValue,
    Memory,
    MetricName,
    Name,
    Quantity,
    Registry,
    RuleName,
    Url,
)

Labels = dict[LabelKey, LabelValue]


class Metadata(Strict):
    """Which environment this is."""

    name: Name
    """The environment's name: of its file and its directory in the tree."""
    description: Annotated[str, Field(min_length=1, max_length=500)]
    """What it is for, in one sentence."""


class Cluster(Strict):
    """The cluster that models run on."""

    server: Url | None = None
    """The address of its API server, as Argo CD knows it."""
    name: Name | None = None
    """Its name, as Argo CD knows it; instead of the address."""
    kubernetes: KubernetesVersion
    """Its version of Kubernetes; manifests are checked against that version's schemas."""
    domain: DnsName
    """The DNS domain of its Services."""
    definitions: tuple[DnsName, ...] | None = Field(default=None, strict=False)
    """The API groups of the custom resources that are installed, as `monitoring.coreos.com`. Without it,
    nobody asks whether a kind is."""


class Images(Strict):
    """Where images come from."""

    registries: Annotated[tuple[Registry, ...], Field(strict=False, min_length=1)]
    """The registries, or the paths in them, that images may come from."""
    pin: Literal["digest", "tag"]
    """`digest` refuses images and weights that are not pinned by digest."""
    pull_secrets: tuple[Name, ...] | None = Field(default=None, strict=False)
    """Secrets of the namespace that hold credentials for the registries."""


class Workload(Strict):
    """Pods of the platform that models meet."""

    namespace: Name
    """The namespace that they run in."""
    pod_labels: Labels
    """Labels that select them."""


class Identity(Workload):
    """Pods of the platform that requests to models come from."""

    service_account: Name
    """The ServiceAccount that they run as: their identity in the mesh."""


class ControlPlane(Workload):
    """The mesh's control plane."""

    ports: Annotated[tuple[int, ...], Field(strict=False, min_length=1)]
    """The ports that sidecars call."""


class Mesh(Strict):
    """Istio, in sidecar mode with its CNI plugin."""

    trust_domain: DnsName
    """The trust domain of workload identities."""
    revision: LabelValue | None = None
    """The control plane's revision, where it is not the default."""
    control_plane: ControlPlane
    """Where sidecars get their configuration and certificates."""
    gateway: Identity | None = None
    """The gateway through which callers from outside come."""
    native_sidecars: bool
    """Whether sidecars are native, so that Jobs can finish; if not, Jobs stay outside the mesh."""


class Dashboards(Strict):
    """How Grafana's sidecar finds dashboards."""

    labels: Labels
    """The labels that it looks for."""
    folder_annotation: LabelKey | None = None
    """The annotation that names the folder."""
    folder: str | None = None
    """The folder."""


class Monitoring(Strict):
    """Prometheus (by its operator) and Grafana."""

    prometheus: Identity
    """The Prometheus that scrapes."""
    labels: Labels
    """Labels that its selectors for rules and monitors ask for."""
    interval: Duration
    """How often it scrapes."""
    certificates: HttpPath | None = None
    """Where Prometheus has its mesh certificate mounted; needed to scrape over mutual TLS."""
    alert_labels: dict[LabelName, str] | None = None
    """Labels for every alert, for routing."""
    runbooks: Url
    """The page of runbooks; each alert links to its own section."""
    dashboards: Dashboards
    """How Grafana finds dashboards."""
    pod_metrics: tuple[MetricName, ...] | None = Field(default=None, strict=False)
    """Metrics that autoscalers can ask the cluster's metrics adapter for."""


class Taint(Strict):
    """A taint of a pool's nodes."""

    key: LabelKey
    """Its key."""
    value: LabelValue | None = None
    """Its value."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    """What it does to pods that do not tolerate it."""


class Node(Strict):
    """What one node of a pool can give to pods."""

    cpu: Cpu
    """CPU."""
    memory: Memory
    """Memory."""
    gpus: Annotated[int, Field(ge=1, le=64)]
    """GPUs."""


class Pool(Strict):
    """A pool of GPU nodes."""

    product: LabelValue
    """The product that models ask for."""
    resource: LabelKey
    """The name of the extended resource, as `nvidia.com/gpu`."""
    labels: Annotated[Labels, Field(min_length=1)]
    """Labels of the pool's nodes, and of no others."""
    taints: Annotated[tuple[Taint, ...], Field(strict=False)]
    """Taints of the pool's nodes."""
    node: Node
    """What one node can give to pods."""
    max_nodes: Annotated[int, Field(ge=1)]
    """How many nodes the pool may have."""
    runtime_class: Name | None = None
    """The runtime class that GPU pods need."""
    gpu_memory: Memory | None = None
    """The memory of one GPU, or of one slice, as `nvidia-smi` shows it: models must fit."""


class Endpoint(Strict):
    """A service that models may declare as egress: pods of the cluster, or addresses outside."""

    namespace: Name | None = None
    """The namespace of its pods."""
    pod_labels: Labels | None = None
    """Labels of its pods."""
    cidrs: Annotated[tuple[Cidr, ...], Field(strict=False, min_length=1)] | None = None
    """Its addresses, outside the cluster."""
    ports: Annotated[
        tuple[Annotated[int, Field(ge=1, le=65535)], ...], Field(strict=False, min_length=1)
    ]
    """Its ports; of the pods, not of their Service."""


class Store(Strict):
    """A kind of place that artefacts are fetched from."""

    endpoint: str
    """The endpoint that serves it."""
    env: dict[EnvName, str] | None = None
    """Settings of rclone's remote of the same name as the scheme."""


class Amount(Strict):
    """CPU and memory."""

    cpu: Cpu
    """CPU, in cores."""
    memory: Memory
    """Memory."""


class Artifacts(Strict):
    """How the weights of a release get into a pod."""

    image: Image
    """An image with `sh`, `rclone` and `sha256sum`, which runs before the server starts."""
    resources: Amount
    """What the fetching container needs; its requests equal its limits."""
    stores: Annotated[dict[str, Store], Field(min_length=1)]
    """For each scheme of a URI, where it leads."""


class SecretStore(Strict):
    """The store of the External Secrets operator."""

    kind: Literal["SecretStore", "ClusterSecretStore"]
    """Its kind."""
    name: Name
    """Its name."""
    refresh: Duration
    """How often secrets are read again."""


class DefaultLimits(Strict):
    """What a container may use that says nothing of it."""

    cpu: Cpu | None = None
    """CPU, in cores. Without it, containers that say nothing of a limit have none."""
    memory: Memory
    """Memory."""


class ContainerDefaults(Strict):
    """What containers get that ask for nothing, sidecars of the mesh among them."""

    requests: Amount
    """What the scheduler sets aside for it."""
    limits: DefaultLimits
    """What it may use at most."""


class Price(Strict):
    """What something costs an hour: between two amounts, because discounts and idle nodes are not known."""

    low: Quantity
    """The least that it costs."""
    high: Quantity
    """The most that it costs."""


class Prices(Strict):
    """What the cluster costs, so that a change can be told in money. It is a range, not a bill."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """The currency, as `EUR`."""
    cpu_hour: Price
    """One core for one hour, on nodes without GPUs."""
    memory_hour: Price
    """One GiB of memory for one hour, on nodes without GPUs."""
    gpu_hour: dict[Name, Price] | None = None
    """For each pool, one GPU with its share of the node for one hour."""


class ArgoCD(Strict):
    """How Argo CD syncs the environment."""

    namespace: Name
    """The namespace that Argo CD runs in."""
    revision: GitRevision
    """What is synced: a fully qualified branch or tag, or a commit."""
    sync: Literal["automatic", "manual"]
    """Whether changes are synced by themselves."""
    keep_on_deletion: bool
    """Whether models keep running when the ApplicationSet is deleted."""


class EnvironmentSpec(Strict):
    """What is true of the environment, and what it allows."""

    cluster: Cluster
    """The cluster."""
    namespace: Name
    """The namespace that models run in."""
    images: Images
    """Where images come from."""
    dns: Workload
    """The cluster's DNS."""
    mesh: Mesh | None = None
    """The service mesh, where there is one."""
    monitoring: Monitoring
    """Prometheus and Grafana."""
    pools: dict[Name, Pool] | None = None
    """Pools of GPU nodes."""
    queue: Name | None = None
    """The Kueue LocalQueue that training waits in."""
    endpoints: dict[Name, Endpoint] | None = None
    """Services that models may declare as egress."""
    artifacts: Artifacts | None = None
    """How weights get into pods."""
    secrets: SecretStore | None = None
    """Where secrets come from."""
    priority_classes: dict[Literal["critical", "standard", "experimental"], Name] | None = None
    """The priority class of each tier."""
    quota: Annotated[dict[str, Quantity], Field(min_length=1)]
    """What the namespace may use in all, as a ResourceQuota counts it."""
    container_defaults: ContainerDefaults
    """What containers get that ask for nothing."""
    argocd: ArgoCD
    """How Argo CD syncs the environment."""
    prices: Prices | None = None
    """What the cluster costs."""
    annotations: tuple[LabelKey, ...] | None = Field(default=None, strict=False)
    """Annotations that every workload must have, as `example.com/data-class`."""
    levels: dict[RuleName, Literal["error", "warning", "ignore"]] | None = None
    """How grave what a rule finds is here, by the rule's name or by its category, as `images`."""
    defaults: dict[str, Any] | None = None
    """Defaults for every model here, in the shape of a model's `spec`; the model's own keys win."""


class Environment(Strict):
    """A place where models run."""

    api_version: Literal["modelyard/v1"]
    """The version of this format."""
    kind: Literal["Environment"]
    """What this file is."""
    metadata: Metadata
    """Which environment this is."""
    spec: EnvironmentSpec
    """What is true of it, and what it allows."""
