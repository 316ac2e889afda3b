"""Exceptions: each has somebody who answers for it, and a place where it can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.load.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding
    from modelyard.resolve.rules.case import Case


def owned(case: Case) -> Iterator[Finding]:
    """What nobody answers for stays for ever."""
    for index, exception in enumerate(case.resolution.model.value.exceptions):
        if exception.ticket is None and exception.owner is None:
            yield case.problem(
                "missing-key",
                ("exceptions", index),
                "must have a `ticket` or an `owner`",
                "add `ticket`: what will end the exception; or `owner`: who answers for it",
            )


def deployed_there(case: Case) -> Iterator[Finding]:
    """An exception for an environment without the model can never hold."""
    model = case.resolution.model.value
    for index, exception in enumerate(model.exceptions):
        for number, name in enumerate(exception.environments or ()):
            if name not in model.environments:
                yield case.problem(
                    "value",
                    ("exceptions", index, "environments", number),
                    f"the model is not in environment `{name}`",
                    did_you_mean(name, list(model.environments), what="environments of the model"),
                )


RULES = (owned, deployed_there)
