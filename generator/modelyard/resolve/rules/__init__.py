"""What no single value can say: how the parts of a plan fit each other and the environment.

Each rule is a function from a `Case` to findings; each module lists its own in `RULES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.resolve.rules import (
    access,
    artifacts,
    exceptions,
    images,
    naming,
    objectives,
    patches,
    placement,
    releases,
    runtime,
    scaling,
    secrets,
    sizes,
    training,
)
from modelyard.resolve.rules.case import Case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding
    from modelyard.load.repository import Repository
    from modelyard.plan import Plan
    from modelyard.resolve.resolution import Resolution

MODULES = (
    naming,
    runtime,
    releases,
    images,
    artifacts,
    sizes,
    scaling,
    placement,
    access,
    objectives,
    secrets,
    training,
    patches,
    exceptions,
)


def check(plan: Plan, resolution: Resolution, repository: Repository) -> Iterator[Finding]:
    """Everything that keeps a plan from being built."""
    case = Case(plan, resolution, repository)
    unknown = list(runtime.known(case))
    if unknown:  # Because most defaults hang on the runtime, everything else would only follow.
        yield from unknown
        return
    for module in MODULES:
        for rule in module.RULES:
            yield from rule(case)
