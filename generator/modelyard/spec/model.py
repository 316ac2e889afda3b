"""The model spec: the one file that a person edits for a model."""

from typing import Annotated, Any, Literal

from pydantic import Field

from modelyard.spec.base import Strict, Strings
from modelyard.spec.values import (
    Cidr,
    Cpu,
    Date,
    Duration,
    EnvName,
    HttpPath,
    Image,
    IntOrPercent,
    LabelKey,
    LabelMatcher,
    LabelValue,
    Memory,
    MetricName,
    Name,
    PathPattern,
    Ratio,
    ReleaseName,
    RuleName,
    Schedule,
    SecretProperty,
    Sha256,
    Target,
    TimeZone,
    Uri,
)

Port = Annotated[int, Field(ge=1024, le=65535)]
Replicas = Annotated[int, Field(ge=1, le=1000)]
Severity = Literal["critical", "warning", "info"]
Labels = dict[LabelKey, LabelValue]
MOST = 2_147_483_647
"""The largest number that Istio's fields hold."""


class Metadata(Strict):
    """Who the model is."""

    name: Name
    """The model's name: of its file, its directory in the tree and its Kubernetes objects."""
    team: LabelValue
    """The team that owns the model and gets its alerts."""
    description: Annotated[str, Field(min_length=1, max_length=500)]
    """What the model does, in one sentence."""
    tier: Literal["critical", "standard", "experimental"] = "standard"
    """How much depends on the model; the environment maps it to a priority class."""


class Requests(Strict):
    """What the scheduler sets aside for the container."""

    cpu: Cpu
    """CPU, in cores: `500m` is half a core."""
    memory: Memory
    """Memory: `4Gi`."""
    ephemeral_storage: Memory | None = None
    """Disk for logs and scratch files, model files and caches included."""


class Limits(Strict):
    """What the container may use at most."""

    cpu: Cpu | None = None
    """CPU, in cores. Leave it out where throttling would hurt latency more than neighbours."""
    memory: Memory
    """Memory; a container that uses more is killed."""
    ephemeral_storage: Memory | None = None
    """Disk; a pod that uses more is evicted."""


class Resources(Strict):
    """What one container needs."""

    requests: Requests
    """What the scheduler sets aside."""
    limits: Limits
    """What the container may use at most."""


class Gpu(Strict):
    """The GPUs of one pod."""

    count: Annotated[int, Field(ge=1, le=64)]
    """Whole GPUs for each pod; requests equal limits."""
    product: LabelValue
    """The product, as a pool of the environment names it."""


class Probes(Strict):
    """Where the server says how it is."""

    liveness: HttpPath
    """Answers 200 while the process is sound; a failure restarts the container."""
    readiness: HttpPath
    """Answers 200 while requests can be served; a failure takes the pod out of the Service."""


class Autoscaling(Strict):
    """How the number of pods follows the load."""

    min: Replicas
    """The fewest pods."""
    max: Replicas
    """The most pods."""
    cpu: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Average CPU use to aim at, as a percentage of the request."""
    memory: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Average memory use to aim at, as a percentage of the request."""
    metrics: dict[str, Target] | None = None
    """Other metrics for each pod, with the average value to aim at; the environment serves them."""
    scale_down_after: Duration | None = None
    """How long the load must stay low before pods are taken away."""
    handover: Replicas | None = None
    """While an autoscaler is being introduced to a running model: the replicas to keep in git."""


class Rollout(Strict):
    """How a new release replaces the old one."""

    max_surge: IntOrPercent
    """How many pods more than wanted may run meanwhile."""
    max_unavailable: IntOrPercent
    """How many pods fewer than wanted may run meanwhile."""


class Storage(Strict):
    """The pod's writable directories; the rest of its file system is read-only."""

    tmp: Memory
    """The size of `/tmp`."""
    cache: Memory
    """The size of `/cache`, where libraries keep compiled and downloaded files."""
    model: Memory | None = None
    """The size of `/models`, into which the release's artefact is fetched."""
    shared_memory: Memory | None = None
    """The size of `/dev/shm`, for workers and GPUs that exchange tensors; part of the memory limit."""


class Metrics(Strict):
    """What the server exports to Prometheus."""

    path: HttpPath
    """The path that is scraped."""
    port: Port | None = None
    """The port that is scraped, where it is not the port of the model."""
    latency: MetricName | None = None
    """A histogram of request durations; its name ends in its unit, as `_seconds`."""
    requests: MetricName | None = None
    """A counter of requests."""
    errors: LabelMatcher | None = None
    """The matcher that selects the failed ones among the requests."""
    accuracy: MetricName | None = None
    """A gauge of the model's accuracy, from 0 to 1."""
    drift: MetricName | None = None
    """A gauge of how far the inputs have drifted from the training data."""


class Traffic(Strict):
    """What the mesh does for the model's callers."""

    timeout: Duration | None = None
    """How long a caller waits for an answer."""
    retries: Annotated[int, Field(ge=0, le=10)] | None = None
    """How often a request that never reached a pod is tried again."""
    max_connections: Annotated[int, Field(ge=1, le=MOST)] | None = None
    """How many connections may be open to the model at once."""
    max_pending_requests: Annotated[int, Field(ge=1, le=MOST)] | None = None
    """How many requests may wait for a connection; more are refused at once."""
    eject_after: Annotated[int, Field(ge=1, le=MOST)] | None = None
    """How many gateway errors in a row take a pod out for a while."""


class Vllm(Strict):
    """Settings of the vLLM server."""

    served_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")] | None = None
    """The model's name in the API, where it is not the spec's name."""
    max_model_length: Annotated[int, Field(ge=1)] | None = None
    """The longest prompt and answer together, in tokens."""
    gpu_memory_utilization: Annotated[float, Field(gt=0, le=1)] | None = None
    """The share of the GPU's memory that vLLM takes, from 0 to 1."""
    dtype: Literal["auto", "half", "float16", "bfloat16", "float", "float32"] | None = None
    """The type of the weights."""
    quantization: Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")] | None = None
    """The quantization method of the weights."""
    max_sequences: Annotated[int, Field(ge=1)] | None = None
    """The most requests in one batch."""


class Serving(Strict):
    """How the model answers requests."""

    runtime: str
    """The server that runs the model, one of the blueprint's: `container` is the team's own image."""
    port: Port
    """The port that the server listens on."""
    command: Strings | None = None
    """What the container runs, where it is not the image's own entry point."""
    args: Strings | None = None
    """Arguments to the command."""
    env: dict[EnvName, str] | None = None
    """Environment variables. Secrets belong under `secrets`."""
    resources: Resources
    """CPU and memory of one pod."""
    gpu: Gpu | None = None
    """The GPUs of one pod."""
    load_time: Duration
    """The longest time from start to ready, fetching the model included."""
    request_timeout: Duration
    """The longest time that one request takes; a pod that is replaced finishes its requests."""
    probes: Probes
    """Where the server says how it is."""
    replicas: Replicas | None = None
    """The number of pods, where no autoscaler decides it."""
    autoscaling: Autoscaling | None = None
    """How the number of pods follows the load; `null` turns it off."""
    rollout: Rollout
    """How a new release replaces the old one."""
    storage: Storage
    """The pod's writable directories."""
    user: Annotated[int, Field(ge=1000, le=2_000_000_000)]
    """The numeric user that the server runs as; never root."""
    metrics: Metrics
    """What the server exports to Prometheus."""
    traffic: Traffic | None = None
    """What the mesh does for the model's callers."""
    vllm: Vllm | None = None
    """Settings of the vLLM server; for the runtime `vllm` only."""


class Caller(Strict):
    """Who may call the model: a workload, another model, or the environment's gateway."""

    namespace: Name | None = None
    """The namespace that the caller runs in."""
    service_account: Name | None = None
    """The ServiceAccount that the caller runs as."""
    pod_labels: Labels | None = None
    """Labels of the caller's pods, to narrow the network policy further."""
    model: Name | None = None
    """Another model of the same environment."""
    gateway: Literal[True] | None = None
    """The environment's gateway: callers from outside the mesh."""


class Operation(Strict):
    """What callers may do."""

    methods: Annotated[
        tuple[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], ...],
        Field(strict=False, min_length=1),
    ]
    """HTTP methods."""
    paths: Annotated[tuple[PathPattern, ...], Field(strict=False, min_length=1)]
    """Paths; one that ends in `*` stands for all that begin so."""


class Egress(Strict):
    """What the model may call: an endpoint of the environment, a model, pods, or addresses."""

    endpoint: str | None = None
    """An endpoint that the environment declares."""
    model: Name | None = None
    """Another model of the same environment."""
    namespace: Name | None = None
    """The namespace of the pods."""
    pod_labels: Labels | None = None
    """Labels of the pods."""
    cidr: Cidr | None = None
    """A range of IP addresses outside the cluster."""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """The port; of the pods, not of their Service."""


class Access(Strict):
    """Who may call the model, and what the model may call; everything else is denied."""

    callers: Annotated[tuple[Caller, ...], Field(strict=False)]
    """Who may call the model."""
    operations: Annotated[tuple[Operation, ...], Field(strict=False)]
    """What they may do; each caller may do each of these."""
    egress: Annotated[tuple[Egress, ...], Field(strict=False)]
    """What the model may call."""


class Accuracy(Strict):
    """The model must stay right."""

    min: Ratio
    """The least accuracy, from 0 to 1."""
    for_: Annotated[Duration, Field(alias="for")]
    """How long it must be missed before the alert fires."""
    severity: Severity
    """The alert's severity."""


class Latency(Strict):
    """The model must stay fast."""

    quantile: Annotated[float, Field(gt=0, lt=1)]
    """Which share of the requests the promise is about, from 0 to 1."""
    max: Duration
    """The longest that they may take."""
    window: Duration
    """Over how long the quantile is taken."""
    for_: Annotated[Duration, Field(alias="for")]
    """How long it must be missed before the alert fires."""
    severity: Severity
    """The alert's severity."""


class Errors(Strict):
    """Requests must not fail."""

    max: Ratio
    """The largest share of failed requests."""
    window: Duration
    """Over how long the share is taken."""
    for_: Annotated[Duration, Field(alias="for")]
    """How long it must be missed before the alert fires."""
    severity: Severity
    """The alert's severity."""


class Availability(Strict):
    """The share of requests answered over a long time; alerts watch how fast the budget burns."""

    min: Ratio
    """The least share of requests answered."""
    window: Duration
    """Over how long the promise is made, 30 days mostly."""


class Drift(Strict):
    """The inputs must stay like the training data."""

    max: Annotated[float, Field(ge=0)]
    """The largest drift score."""
    for_: Annotated[Duration, Field(alias="for")]
    """How long it must be missed before the alert fires."""
    severity: Severity
    """The alert's severity."""


class MissingData(Strict):
    """A metric that objectives rest on must not vanish unnoticed."""

    for_: Annotated[Duration, Field(alias="for")]
    """How long it must be gone before the alert fires."""
    severity: Severity
    """The alert's severity."""


class Objectives(Strict):
    """What the model promises; each becomes alerts and a panel of the dashboard."""

    accuracy: Accuracy | None = None
    """The model must stay right."""
    latency: Latency | None = None
    """The model must stay fast."""
    errors: Errors | None = None
    """Requests must not fail."""
    availability: Availability | None = None
    """The share of requests answered over a long time."""
    drift: Drift | None = None
    """The inputs must stay like the training data."""
    missing_data: MissingData | None = None
    """A metric that objectives rest on must not vanish unnoticed."""


class Training(Strict):
    """How the model is trained: a Job whenever something here changes, or on a schedule."""

    image: Image
    """The image that trains the model."""
    command: Strings | None = None
    """What the container runs, where it is not the image's own entry point."""
    args: Strings | None = None
    """Arguments to the command."""
    env: dict[EnvName, str] | None = None
    """Environment variables. Secrets belong under `secrets`."""
    resources: Resources
    """CPU and memory."""
    gpu: Gpu | None = None
    """GPUs."""
    storage: Storage
    """The pod's writable directories."""
    schedule: Schedule | None = None
    """When to train, as a cron schedule; without one the model is trained once for each change."""
    time_zone: TimeZone | None = None
    """The time zone of the schedule, as `Europe/Berlin`."""
    deadline: Duration
    """When a run that has not finished is stopped."""
    retries: Annotated[int, Field(ge=0, le=10)]
    """How often a failed run is tried again."""
    user: Annotated[int, Field(ge=1000, le=2_000_000_000)]
    """The numeric user that the run has; never root."""
    egress: Annotated[tuple[Egress, ...], Field(strict=False)]
    """What a run may call."""


class Secret(Strict):
    """A secret of the environment's store, given to the model's pods."""

    remote: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9._/-]+$")]
    """The secret's key in the store."""
    files: Annotated[tuple[SecretProperty, ...], Field(strict=False)] | None = None
    """Properties of the secret that become files under `/secrets/<name>/`."""
    env: dict[EnvName, SecretProperty] | None = None
    """Environment variables, each with the property of the secret that it takes."""
    used_by: Annotated[tuple[Literal["serving", "training"], ...], Field(strict=False)] = (
        "serving",
    )
    """Which pods get it."""


class Spec(Strict):
    """What the model is and needs, the same in every environment unless one says otherwise."""

    blueprint: str
    """The kind of model that this is."""
    serving: Serving | None = None
    """How the model answers requests; `null` where it does not."""
    access: Access
    """Who may call the model, and what the model may call."""
    objectives: Objectives
    """What the model promises."""
    training: Training | None = None
    """How the model is trained; `null` where it is not."""
    secrets: dict[Name, Secret] | None = None
    """Secrets of the environment's store that the model needs."""


class Artifact(Strict):
    """The trained weights of a release."""

    uri: Uri
    """Where they lie: a file, or a directory (with `/` at the end) that holds `SHA256SUMS`."""
    sha256: Sha256 | None = None
    """The SHA-256 of the file, or of the directory's `SHA256SUMS`."""
    size: Memory | None = None
    """How large the weights are, so that `check` can tell whether they fit."""


class Release(Strict):
    """What was built: the image, and the weights that it serves."""

    image: Image
    """The image of the server."""
    artifact: Artifact | None = None
    """The weights, where they are not in the image."""


class Canary(Strict):
    """A second release that gets a share of the traffic."""

    release: ReleaseName
    """The release that is tried."""
    weight: Annotated[int, Field(ge=1, le=99)]
    """Its share of the requests, in percent."""
    replicas: Replicas
    """The number of its pods."""


class PatchTarget(Strict):
    """Which rendered object is patched."""

    kind: str
    """The object's kind."""
    name: str | None = None
    """The object's name, where the model has several of the kind."""


class Patch(Strict):
    """The escape hatch: what no key of the spec can say. The result is checked like the rest."""

    target: PatchTarget
    """Which rendered object is patched."""
    merge: dict[str, Any]
    """Merged into the object: `null` removes a key; lists of named items are merged by name."""


class RuleException(Strict):
    """A finding that is known and accepted: why, by whom, and until when. It stays in every report."""

    rule: RuleName
    """The rule, by its name or an alias."""
    object: PatchTarget | None = None
    """The rendered object that it is about; it may be left out where the model breaks the rule once."""
    path: Annotated[str, Field(min_length=1)] | None = None
    """The field that it is about, as `spec.template.spec.containers[server]`."""
    environments: Annotated[tuple[Name, ...], Field(strict=False, min_length=1)] | None = None
    """Where it holds; everywhere, if it is left out."""
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    """Why the rule may be broken here, in a sentence."""
    ticket: Annotated[str, Field(min_length=1)] | None = None
    """The ticket that will end it."""
    owner: Annotated[str, Field(min_length=1)] | None = None
    """Who answers for it, where there is no ticket."""
    expires: Date
    """The last day on which it holds."""


class Deployment(Strict):
    """Where a release runs, and what differs there; other keys are those of `spec`."""

    release: ReleaseName
    """The release that runs in this environment."""
    canary: Canary | None = None
    """A second release that gets a share of the traffic."""
    patches: Annotated[tuple[Patch, ...], Field(strict=False)] = ()
    """Patches for this environment alone, after those of the whole model."""


class Model(Strict):
    """One ML model: what it needs, what was built, and where each release runs."""

    api_version: Literal["modelyard/v1"]
    """The version of this format."""
    kind: Literal["Model"]
    """What this file is."""
    metadata: Metadata
    """Who the model is."""
    spec: dict[str, Any]
    """What the model is and needs."""
    releases: Annotated[dict[ReleaseName, Release], Field(min_length=1)]
    """What was built: image and weights, pinned by digest."""
    environments: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]
    """Where each release runs, and what differs there."""
    exceptions: Annotated[tuple[RuleException, ...], Field(strict=False)] = ()
    """Findings that are known and accepted, each with a reason and an end."""
    patches: Annotated[tuple[Patch, ...], Field(strict=False)] = ()
    """Changes to rendered objects that no key of the spec can say."""
