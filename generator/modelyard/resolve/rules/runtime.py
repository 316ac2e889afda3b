"""The chosen runtime: it exists, uses every key that is set, and has every key that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.load.suggest import did_you_mean
from modelyard.resolve.rules.case import SERVING
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding
    from modelyard.resolve.rules.case import Case


def known(case: Case) -> Iterator[Finding]:
    """The blueprint has the runtime."""
    runtimes = case.resolution.runtimes
    if case.serving is not None and case.serving.runtime not in runtimes:
        yield case.problem(
            "value",
            (*SERVING, "runtime"),
            f"blueprint `{case.spec.blueprint}` has no runtime `{shown(case.serving.runtime)}`",
            did_you_mean(case.serving.runtime, runtimes, what="runtimes"),
        )


def nothing_ignored(case: Case) -> Iterator[Finding]:
    """A key that the runtime would drop is a mistake, not a detail."""
    runtime = case.resolution.runtimes.get(case.serving.runtime) if case.serving else None
    if case.serving is None or runtime is None:
        return
    for path in runtime.ignores:
        if _value(case, path) is not None:
            route = ("spec", *path.split("."))
            yield case.problem(
                "ignored-key",
                route,
                f"would be ignored by runtime `{case.serving.runtime}`",
                "leave it out, or choose another `serving.runtime`",
                key=True,
            )


def nothing_missing(case: Case) -> Iterator[Finding]:
    """Keys without which the runtime cannot start."""
    runtime = case.resolution.runtimes.get(case.serving.runtime) if case.serving else None
    if case.serving is None or runtime is None:
        return
    for path in runtime.requires:
        if _value(case, path) is None:
            yield case.missing(
                ("spec", *path.split(".")),
                f"runtime `{case.serving.runtime}` needs it",
                f"add `{path}`, or choose another `serving.runtime`",
            )


def mesh_for_traffic(case: Case) -> Iterator[Finding]:
    """Only a mesh can do what `traffic` asks for."""
    if case.serving and case.serving.traffic and case.environment.mesh is None:
        yield case.problem(
            "ignored-key",
            (*SERVING, "traffic"),
            f"would be ignored: environment `{case.where}` has no mesh",
            f"write `traffic: null` under `environments.{case.where}.serving`",
            key=True,
        )


def timeout_within_request(case: Case) -> Iterator[Finding]:
    """A pod that is replaced waits only as long as `requestTimeout` says."""
    serving = case.serving
    if serving is None or serving.traffic is None or serving.traffic.timeout is None:
        return
    if serving.traffic.timeout.milliseconds > serving.request_timeout.milliseconds:
        yield case.problem(
            "range",
            (*SERVING, "traffic", "timeout"),
            f"must be at most `serving.requestTimeout` (`{serving.request_timeout}`), after which a rollout"
            f" cuts callers off, got `{serving.traffic.timeout}`",
            f"write at most `{serving.request_timeout}`, or raise `serving.requestTimeout`",
        )


def user_not_the_sidecars(case: Case) -> Iterator[Finding]:
    """Traffic of the sidecar's own user bypasses the sidecar."""
    sidecar_user = 1337
    for route, workload in case.workloads():
        if case.environment.mesh is not None and workload.user == sidecar_user:
            yield case.problem(
                "value",
                (*route, "user"),
                f"must not be `{sidecar_user}`, the user of the mesh's sidecars: its traffic bypasses them",
                "write another number, as `10001`",
            )


def _value(case: Case, path: str) -> Any:
    value: Any = case.resolution.raw["spec"]
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


RULES = (
    nothing_ignored,
    nothing_missing,
    mesh_for_traffic,
    timeout_within_request,
    user_not_the_sidecars,
)
