"""Access: callers and egress that are complete, unambiguous and exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.errors import Refused
from modelyard.load.suggest import did_you_mean
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding, Route
    from modelyard.resolve.rules.case import Case
    from modelyard.spec.model import Caller, Egress

ACCESS: Route = ("spec", "access")


def callers_complete(case: Case) -> Iterator[Finding]:
    """A caller is one of three things, and wholly so."""
    for index, caller in enumerate(case.spec.access.callers):
        route = (*ACCESS, "callers", index)
        wrong = _wrong_caller(caller)
        if wrong:
            yield case.problem("caller", route, *wrong)
        if caller.gateway and (
            case.environment.mesh is None or case.environment.mesh.gateway is None
        ):
            yield case.problem(
                "caller",
                (*route, "gateway"),
                f"environment `{case.where}` has no gateway",
                "name the caller's namespace and service account",
            )


def _wrong_caller(caller: Caller) -> tuple[str, str] | None:
    forms = (
        caller.namespace or caller.service_account or caller.pod_labels,
        caller.model,
        caller.gateway,
    )
    if sum(map(bool, forms)) != 1:
        return (
            "must be one thing: `namespace` with `serviceAccount`, or `model`, or `gateway`",
            "write one caller for each item of the list",
        )
    if forms[0] and not (caller.namespace and caller.service_account):
        missing = "serviceAccount" if caller.namespace else "namespace"
        return (
            f"the caller has no `{missing}`, so it cannot be told from others",
            f"add `{missing}`",
        )
    return None


def operations_named(case: Case) -> Iterator[Finding]:
    """Callers without operations could do anything, or nothing; either is a guess."""
    access = case.spec.access
    if access.callers and not access.operations:
        yield case.missing(
            (*ACCESS, "operations"),
            "callers are named, and not what they may do",
            "add for example `operations: [{methods: [POST], paths: [/predict]}]`",
        )


def egress_complete(case: Case) -> Iterator[Finding]:
    """An egress is one of four things, and wholly so."""
    for route, egress in case.egresses():
        wrong = _wrong_egress(egress)
        if wrong:
            yield case.problem("egress", route, *wrong)
        elif egress.port and (egress.endpoint or egress.model):
            yield case.problem(
                "ignored-key",
                (*route, "port"),
                "would be ignored: the ports of endpoints and models are known",
                "leave `port` out",
                key=True,
            )


def _wrong_egress(egress: Egress) -> tuple[str, str] | None:
    forms = (egress.endpoint, egress.model, egress.namespace or egress.pod_labels, egress.cidr)
    if sum(map(bool, forms)) != 1:
        return (
            "must be one thing: `endpoint`, `model`, `namespace` with `podLabels`, or `cidr`",
            "write one egress for each item of the list",
        )
    if egress.endpoint or egress.model:
        return None
    if egress.port is None:
        return "the egress has no `port`", "add `port`: the one of the pods, not of their Service"
    if forms[2] and not (egress.namespace and egress.pod_labels):
        missing = "podLabels" if egress.namespace else "namespace"
        return f"the egress has no `{missing}`", f"add `{missing}`"
    return None


def endpoints_exist(case: Case) -> Iterator[Finding]:
    """An endpoint is one that the environment declares."""
    known = case.environment.endpoints or {}
    for route, egress in case.egresses():
        if egress.endpoint is not None and egress.endpoint not in known:
            yield case.problem(
                "value",
                (*route, "endpoint"),
                f"environment `{case.where}` has no endpoint `{shown(egress.endpoint)}`",
                did_you_mean(egress.endpoint, known, what="its endpoints"),
            )


def models_exist(case: Case) -> Iterator[Finding]:
    """A model that calls or is called runs in the same environment."""
    named = [
        ((*ACCESS, "callers", i, "model"), caller.model)
        for i, caller in enumerate(case.spec.access.callers)
    ]
    named += [((*route, "model"), egress.model) for route, egress in case.egresses()]
    for route, name in named:
        if name is None:
            continue
        if name not in case.repository.model_names:
            yield case.problem(
                "value",
                route,
                f"there is no model `{name}`",
                did_you_mean(name, case.repository.model_names, what="models"),
            )
        elif not _runs(case, name):
            yield case.problem(
                "value",
                route,
                f"model `{name}` does not run in environment `{case.where}`",
                f"deploy it there, or change `access` under `environments.{case.where}`",
            )


def _runs(case: Case, name: str) -> bool:
    try:
        return case.where in case.repository.model(name).value.environments
    except Refused:
        return True  # Because its own findings are reported with it, nothing is added here.


RULES = (callers_complete, operations_named, egress_complete, endpoints_exist, models_exist)
