"""Training: keys that would be ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.resolve.rules.case import TRAINING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding
    from modelyard.resolve.rules.case import Case


def zone_of_a_schedule(case: Case) -> Iterator[Finding]:
    """A time zone means something only beside a schedule."""
    training = case.spec.training
    if training is not None and training.time_zone is not None and training.schedule is None:
        yield case.problem(
            "ignored-key",
            (*TRAINING, "timeZone"),
            "would be ignored: there is no `training.schedule`",
            "add `schedule`, or leave `timeZone` out",
            key=True,
        )


def no_weights_of_its_own(case: Case) -> Iterator[Finding]:
    """Weights are fetched for serving; a run makes its own."""
    training = case.spec.training
    if training is not None and training.storage.model is not None:
        yield case.problem(
            "ignored-key",
            (*TRAINING, "storage", "model"),
            "would be ignored: a run fetches no weights",
            "leave it out; `cache` and `tmp` are writable",
            key=True,
        )


RULES = (zone_of_a_schedule, no_weights_of_its_own)
