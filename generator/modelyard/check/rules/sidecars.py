"""Istio: pods with a sidecar, and those that lack one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelyard.check.authorizations import fits, is_for
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.check.objects import Manifest, Objects, Pod
    from modelyard.check.rule import Context
    from modelyard.findings import Route


@rule(
    "mesh/no-sidecar",
    "error",
    rows=("Z11",),
    needs=("environment",),
    aliases=(
        "kyverno/prevent-disabling-injection-pods",
        "kyverno/enforce-sidecar-injection-namespace",
        "istioctl/IST0102",
        "istioctl/IST0103",
    ),
)
def no_sidecar(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """Pods stay outside the mesh, so its policies do not hold for them.

    Pods that end may: the mesh's sidecar would keep them from it where it is not native.
    """
    environment = context.environment
    if environment is None or environment.mesh is None:
        return
    own = str(environment.namespace)
    if manifest.kind == "Namespace" and manifest.name == own:
        labels = manifest.labels
        if labels.get("istio-injection") == "disabled":
            yield Hit(
                ("metadata", "labels", "istio-injection"),
                "pods of the namespace get no sidecar",
                "write `istio-injection: enabled`",
            )
        elif not {"istio-injection", "istio.io/rev", "istio.io/dataplane-mode"} & set(labels):
            yield Hit(
                ("metadata", "labels") if labels else ("metadata", "name"),
                "pods of the namespace get no sidecar: nothing asks for it",
                "add the label `istio-injection: enabled`",
                of_key=True,
            )
    for pod in manifest.pods:
        if pod.ends or manifest.namespace not in ("", own):
            continue
        for key, found in (("labels", pod.labels), ("annotations", pod.annotations)):
            if str(found.get("sidecar.istio.io/inject")).lower() == "false":
                yield Hit(
                    (*pod.labels_route, key, "sidecar.istio.io/inject"),
                    "the pods get no sidecar: anyone may call them, and no policy of the mesh holds",
                    "remove it; leave single ports out with "
                    "`traffic.sidecar.istio.io/excludeInboundPorts`",
                )


_OUTSIDE = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?(?:[/?]|$)")


@rule("mesh/no-service-entry", "error", scope="release", rows=("Z16",))
def no_service_entry(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A pod calls a host outside that the mesh does not know, and only known ones may be called."""
    closed = [
        sidecar
        for sidecar in objects.of("Sidecar")
        if mapping(sidecar.spec.get("outboundTrafficPolicy")).get("mode") == "REGISTRY_ONLY"
    ]
    known = [
        host
        for entry in objects.of("ServiceEntry")
        for host in sequence(entry.spec.get("hosts"))
        if isinstance(host, str)
    ]
    for pod in objects.pods:
        if not any(is_for(sidecar, pod) for sidecar in closed):
            continue
        for route, value in _told(pod):
            for host in _OUTSIDE.findall(value):
                if ".svc" in host or re.fullmatch(r"[\d.]+", host):
                    continue
                if not any(fits(pattern, host) for pattern in known):
                    yield Hit(
                        route,
                        f"the mesh does not know {shown(host)}, and REGISTRY_ONLY keeps pods from "
                        "calling what it does not know",
                        f"add a ServiceEntry with `hosts: [{shown(host)}]`",
                        pod.manifest,
                    )


def _told(pod: Pod) -> Iterator[tuple[Route, str]]:
    """The texts that containers are given: environment and arguments."""
    for container in pod.containers:
        for index, item in enumerate(sequence(container.value.get("env"))):
            value = mapping(item).get("value")
            if isinstance(value, str):
                yield (*container.route, "env", index, "value"), value
        for key in ("args", "command"):
            for index, value in enumerate(sequence(container.value.get(key))):
                if isinstance(value, str):
                    yield (*container.route, key, index), value


@rule("mesh/job-never-ends", "warning", rows=("Z17",))
def job_never_ends(manifest: Manifest, context: Context) -> Iterator[Hit]:
    """The sidecar of a Job outlives its work, so the Job never ends.

    Native sidecars end with the pod (istio.io, Kubernetes Native Sidecars); others have to be told.
    """
    for pod in manifest.pods:
        if not pod.ends or _ends_itself(pod):
            continue
        told = {**pod.annotations, **pod.labels}
        inject = str(told.get("sidecar.istio.io/inject", "")).lower()
        native = str(told.get("sidecar.istio.io/nativeSidecar", "")).lower()
        environment = context.environment
        mesh = environment.mesh if environment is not None else None
        here = environment is not None and manifest.namespace in ("", str(environment.namespace))
        meshed = inject == "true" or (mesh is not None and here)
        old = native == "false" or (mesh is not None and not mesh.native_sidecars and not native)
        if inject != "false" and meshed and old:
            key = "sidecar.istio.io/nativeSidecar"
            asked: Iterable[Route] = (
                (*pod.labels_route, kind, name)
                for name in (key, "sidecar.istio.io/inject")
                for kind, found in (("annotations", pod.annotations), ("labels", pod.labels))
                if name in found
            )
            yield Hit(
                next(iter(asked), pod.labels_route),
                "the sidecar goes on when the work is done, and the Job never ends",
                'write the label `sidecar.istio.io/inject: "false"`, or use native sidecars',
            )


def _ends_itself(pod: Pod) -> bool:
    """Whether a container tells the sidecar to end."""
    return any("quitquitquit" in value for _, value in _told(pod))
