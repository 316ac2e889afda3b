"""What a change does to every environment, object by object, and what is risky about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelyard.diff.comparison import Comparison
    from modelyard.diff.touched import Touched
    from modelyard.load.repository import Repository
    from modelyard.load.selection import Selection


def changes(
    repository: Repository,
    base: str | None = None,
    *,
    selection: Selection | None = None,
    jobs: int | None = None,
    known: Touched | None = None,
) -> Comparison:
    """What the specs of the working tree render to, against the tree committed at `base`.

    Without a base it is where the branch left the default branch; see `revisions`. Without a
    selection, everything. `known` is what differs from the base, for who has asked git already.
    Raises `Refused` for a revision that is not there, and for specs that cannot be rendered.
    """
    from modelyard.diff.run import Run
    from modelyard.load.selection import Selection

    everything = Selection(repository.model_names, repository.environment_names, whole=True)
    return Run(repository, selection or everything, base, jobs, known).compare()
