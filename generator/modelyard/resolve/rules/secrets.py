"""Secrets: from the environment's store, never in the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.secrecy import has_password, named_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding, Route
    from modelyard.resolve.rules.case import Case


def store_exists(case: Case) -> Iterator[Finding]:
    """The environment has a store to take them from."""
    if case.spec.secrets and case.environment.secrets is None:
        yield case.problem(
            "ignored-key",
            ("spec", "secrets"),
            f"environment `{case.where}` has no secret store",
            f"write `secrets: null` under `environments.{case.where}`, or give the environment a store",
            key=True,
        )


def given(case: Case) -> Iterator[Finding]:
    """A secret that no pod reads is a mistake in its name."""
    pods = {"serving": case.spec.serving, "training": case.spec.training}
    for name, secret in (case.spec.secrets or {}).items():
        route: Route = ("spec", "secrets", name)
        if not secret.files and not secret.env:
            yield case.missing(
                (*route, "files"),
                "no pod is given anything of the secret",
                "add `files: [property]`, or `env`",
            )
        for user in secret.used_by:
            if pods[user] is None:
                yield case.problem(
                    "ignored-key",
                    (*route, "usedBy"),
                    f"the secret is for {user}, which the model does not have in `{case.where}`",
                    _unused(case, name, [other for other in secret.used_by if pods[other]]),
                )


def _unused(case: Case, name: str, users: list[str]) -> str:
    """How to keep a secret from pods that are not there."""
    if not users:
        return f"write `secrets: null` under `environments.{case.where}`, or correct `usedBy`"
    return (
        f"write `secrets: {{{name}: {{usedBy: [{', '.join(users)}]}}}}` under"
        f" `environments.{case.where}`, or leave it out of `usedBy`"
    )


def no_variable_twice(case: Case) -> Iterator[Finding]:
    """Of two variables with one name, only one counts."""
    for route, workload in case.workloads():
        seen = set(workload.env or {})
        for name, secret in (case.spec.secrets or {}).items():
            for variable in (secret.env or {}) if str(route[-1]) in secret.used_by else ():
                if variable in seen:
                    yield case.problem(
                        "value",
                        ("spec", "secrets", name, "env", variable),
                        f"variable `{variable}` of {route[-1]} is set elsewhere too",
                        "rename one of them, as only one would count",
                        key=True,
                    )
                seen.add(variable)


def none_written_down(case: Case) -> Iterator[Finding]:
    """A secret in a spec is known to everyone who can read the repository, for ever."""
    for route, workload in case.workloads():
        for name, value in (workload.env or {}).items():
            if value and (named_secret(name) or has_password(value)):
                yield case.problem(
                    "secret",
                    (*route, "env", name),
                    f"`{name}` holds a secret ({len(value)} characters)",
                    "put it into the store, name it under `secrets`, and change it: git remembers",
                    key=True,
                )
        for key in ("command", "args"):
            for index, word in enumerate(getattr(workload, key) or ()):
                if has_password(word):
                    yield case.problem(
                        "secret",
                        (*route, key, index),
                        f"the argument holds a password ({len(word)} characters)",
                        "put it into the store, name it under `secrets`, and change it: git remembers",
                    )


RULES = (store_exists, given, no_variable_twice, none_written_down)
