"""What manifests of others are held against: what we ship, and what a team's repository adds.

It is the repository that the run was started in. Because whoever hands over a folder must not say how
it is judged, nor run policies with whoever checks it, a `modelyard.yaml` or `policies/` in the folder
counts for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.check import custom
from modelyard.check.definitions import Definitions, versions
from modelyard.check.inspection import Inspector, all_rules
from modelyard.check.judge import Judge
from modelyard.check.rule import Checkout, Context
from modelyard.check.schema import Validators
from modelyard.errors import Refused
from modelyard.load.reader import read_text
from modelyard.load.repository import Repository, find_root

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Standards:
    """Rules, schemas and facts for manifests that others wrote."""

    def __init__(self, start: Path, facts: Path | None, *, rules: bool = True) -> None:
        """`facts` is an environment's file. Without rules, only schemas are asked.

        Raises `Refused` where the environment, or the repository's settings, are unsound.
        """
        self.repository = _repository(start)
        self.context = _context(facts, _checkout(self.repository))
        self._inspector = None if self.repository is None else Inspector(self.repository)
        self.judge = self._judge() if rules else Judge([])

    def _judge(self) -> Judge:
        return all_rules() if self._inspector is None else self._inspector.judge

    def validators(self, values: Iterable[Any]) -> Validators:
        """The schemas of the cluster; definitions among the manifests themselves come first."""
        own = {} if self._inspector is None else self._inspector.custom()
        place = self.context.environment
        version = str(place.cluster.kubernetes) if place else versions()[-1]
        return Validators(Definitions(version, {**own, **custom.among(values)}), lenient=True)


def _repository(start: Path) -> Repository | None:
    """The repository of ours that a run was started in, if it was."""
    try:
        return Repository(find_root(start))
    except Refused:
        return None


def _checkout(repository: Repository | None) -> Checkout | None:
    if repository is None:
        return None
    return Checkout(str(repository.settings.value.spec.repository), repository.root)


def _context(facts: Path | None, checkout: Checkout | None) -> Context:
    if facts is None:
        return Context(checkout=checkout)
    from modelyard.load.files import load_environment
    from modelyard.spec.kinds import ENVIRONMENT

    folder = facts.resolve().parent
    text = read_text(folder / facts.name, str(facts), root=folder)
    loaded, findings = load_environment(str(facts), text, facts.stem, ENVIRONMENT)
    if loaded is None or findings:
        raise Refused(findings)
    written = loaded.document.value
    spec = written["spec"] if isinstance(written, dict) else {}
    return Context(loaded.value.spec, spec, checkout=checkout)
