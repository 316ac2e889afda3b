"""The Deployment of a release: the running one, and the canary, differ only in what is passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.build.manifest import Manifest, manifest
from modelyard.build.parts import fetch, labels, network, pod, ports, runtimes

if TYPE_CHECKING:
    from modelyard.plan import Plan
    from modelyard.spec.model import Serving
    from modelyard.spec.resolved import PlannedRelease

PRE_STOP_SECONDS = 5
"""How long a pod goes on serving after it is told to stop, while routes to it are taken away."""

PROBE_PERIOD = 5


def deployment(
    plan: Plan,
    serving: Serving,
    release: PlannedRelease,
    *,
    name: str,
    track: str,
    replicas: int | None,
) -> Manifest:
    """A Deployment that serves one release."""
    selected = labels.selector(plan.name, labels.SERVER, track)
    startup = _startup_failures(serving)
    return manifest(
        "apps/v1",
        "Deployment",
        labels.metadata(
            plan,
            name,
            component=labels.SERVER,
            release=release.name,
            annotations={labels.SPEC_DIGEST: plan.digest},
        ),
        spec={
            "replicas": replicas,
            "selector": {"matchLabels": selected},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {
                    "maxSurge": serving.rollout.max_surge.value,
                    "maxUnavailable": serving.rollout.max_unavailable.value,
                },
            },
            "progressDeadlineSeconds": 600 + startup * PROBE_PERIOD,
            "template": {
                "metadata": {
                    "labels": {
                        **labels.common(plan, labels.SERVER, release.name),
                        labels.TRACK: track,
                    },
                    "annotations": _annotations(plan, release),
                },
                "spec": _pod(plan, serving, release, selected, startup),
            },
        },
    )


def _pod(
    plan: Plan, serving: Serving, release: PlannedRelease, selected: dict[str, str], startup: int
) -> dict[str, Any]:
    artifacts = plan.environment.spec.artifacts
    fetched = release.artifact is not None and artifacts is not None
    return pod.pod(
        plan,
        serving,
        service_account=plan.name,
        terminationGracePeriodSeconds=2 * PRE_STOP_SECONDS + serving.request_timeout.whole_seconds,
        topologySpreadConstraints=[
            {
                "maxSkew": 1,
                "topologyKey": key,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": selected},
                "matchLabelKeys": ["pod-template-hash"],
            }
            for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
        ],
        volumes=pod.volumes(plan, serving.storage, "serving", model=fetched),
        initContainers=[fetch.container(artifacts, release)] if fetched and artifacts else None,
        containers=[_container(plan, serving, release, startup, fetched=fetched)],
    )


def _container(
    plan: Plan, serving: Serving, release: PlannedRelease, startup: int, *, fetched: bool
) -> dict[str, Any]:
    command, args = runtimes.command(plan, serving, release)
    own = {"MODEL_NAME": plan.name, "MODEL_VERSION": release.name}
    if release.artifact is not None and fetched:
        own["MODEL_PATH"] = fetch.path(release.artifact)
    return {
        "name": "server",
        "image": release.image,
        "command": command,
        "args": args,
        "ports": [
            {"name": name, "containerPort": port, "protocol": "TCP"}
            for name, port in ports.listed(serving)
        ],
        "env": pod.variables(plan, own, serving.env, "serving"),
        "resources": pod.resources(plan, serving.resources, serving.gpu),
        "startupProbe": _probe(serving.probes.readiness, failures=startup),
        "livenessProbe": _probe(serving.probes.liveness, period=10, timeout=5),
        "readinessProbe": _probe(serving.probes.readiness, timeout=3),
        "lifecycle": {"preStop": {"sleep": {"seconds": PRE_STOP_SECONDS}}},
        "securityContext": pod.CONTAINER_SECURITY,
        "volumeMounts": pod.mounts(plan, serving.storage, "serving", model=fetched),
    }


def _startup_failures(serving: Serving) -> int:
    """Probes that may fail while the model loads: the declared time and a fifth more."""
    budget = serving.load_time.milliseconds * 6 // 5
    return max(3, -(-budget // (PROBE_PERIOD * 1000)))


def _probe(
    path: str, *, period: int = PROBE_PERIOD, timeout: int = 5, failures: int = 3
) -> dict[str, Any]:
    return {
        "httpGet": {"path": path, "port": ports.HTTP},
        "periodSeconds": period,
        "timeoutSeconds": timeout,
        "failureThreshold": failures,
    }


def _annotations(plan: Plan, release: PlannedRelease) -> dict[str, str] | None:
    """A classic sidecar is not up yet while the weights are fetched, so they go around it."""
    place = plan.environment.spec
    if (
        place.mesh is None
        or place.mesh.native_sidecars
        or release.artifact is None
        or place.artifacts is None
    ):
        return None
    store = place.artifacts.stores[release.artifact.uri.scheme]
    around = network.declared(plan, store.endpoint).ports
    return {"traffic.sidecar.istio.io/excludeOutboundPorts": ",".join(map(str, around))}
