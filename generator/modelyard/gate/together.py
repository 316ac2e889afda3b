"""What the models of an environment break together, as far as a change has to do with it.

A rule of the whole environment judges what it has gathered of every model. Where it gathers of the
changed directories what it gathered of them before, its verdict is the base's, and it is not asked.
So models that did not change need be built only for those rules that see another world now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.errors import Refused
from modelyard.load.repository import MODELS, OWN, TREE
from modelyard.work.gathering import Gathered, Gatherer
from modelyard.work.pool import Workers

if TYPE_CHECKING:
    from modelyard.check.exceptions import Exemption
    from modelyard.diff.touched import Touched
    from modelyard.findings import Finding
    from modelyard.gate.base import Base
    from modelyard.work.result import Task
    from modelyard.work.session import Session

Packed = tuple[str, Any]
"""A rule, and a claim of it."""


class Together:
    """Asks the rules that the change concerns. Made for one session."""

    def __init__(self, base: Base, touched: Touched, jobs: int | None) -> None:
        self.base, self.touched, self.jobs = base, touched, jobs
        self._claims: dict[str, list[Packed]] = {}

    def __call__(self, session: Session) -> tuple[list[Finding], list[Exemption]]:
        """What is found, and the exceptions of models that did not change."""
        before = self._before(session)
        concerned = {
            name: self._concerned(session, name, before) for name in session.selection.environments
        }
        others = self._others(session, concerned)
        findings = list(others.findings)
        for name, rules in concerned.items():
            found = [*session.claims(name), *others.of(name)]
            asked = (claim for claim in found if rules is None or claim[0] in rules)
            self._claims[name] = sorted(asked, key=_place)
            if self._claims[name]:
                inspector = session.pool.local.inspector
                findings += inspector.environment(name, self._claims[name])
        return findings, others.exemptions

    def claims(self, environment: str) -> list[Packed]:
        """What the rules were asked about."""
        return self._claims[environment]

    def _before(self, session: Session) -> Gathered:
        """What was gathered of the changed directories when the change left the base."""
        past, environments = self.base.before, session.selection.environments
        tasks: list[Task] = []
        for name in past.model_names:
            wanted = tuple(each for each in environments if self.touched.concerns(each, name))
            tasks += [(name, wanted, frozenset())] if wanted else []
        past.fetch([f"{MODELS}/{name}.yaml" for name, *_ in tasks])
        return self._gathered(Gatherer(past, session.repository), tasks)

    def _concerned(
        self, session: Session, environment: str, before: Gathered
    ) -> frozenset[str] | None:
        """The rules that see another world; nothing where all of them may."""
        own = any((environment, name) in self.touched.directories for name in OWN)
        if own or environment in self.touched.environments or before.findings:
            return None
        then, now = _by_rule(before.of(environment)), _by_rule(self._now(session, environment))
        return frozenset(name for name in {*then, *now} if then.get(name) != now.get(name))

    def _now(self, session: Session, environment: str) -> list[Packed]:
        """What is gathered of the changed directories as they are."""
        results = {result.directory: result.claims for result in session.results}
        found: list[Packed] = []
        for name in sorted(session.repository.model_names):
            directory = f"{TREE}/{environment}/{name}"
            if not self.touched.concerns(environment, name):
                continue
            if directory in results:
                found += results[directory]
            elif directory in session.survey.fresh:
                found += session.survey.claims(directory)
        return found

    def _others(self, session: Session, concerned: dict[str, frozenset[str] | None]) -> Gathered:
        """What the rules want to know of models that did not change, and of which nothing is kept."""
        asking = {name for name, rules in concerned.items() if rules is None or rules}
        tasks = [
            (name, here, none)
            for name, wanted, none in session.others
            if (here := tuple(each for each in wanted if each in asking))
        ]
        named = [rules for rules in concerned.values() if rules is not None]
        rules = None if len(named) < len(concerned) else frozenset[str]().union(*named)
        found = self._gathered(Gatherer(session.repository, session.repository, rules), tasks)
        unsound = [finding for finding in found.findings if finding.rule != "check/stopped"]
        if unsound:
            raise Refused(sorted(set(unsound), key=lambda finding: finding.sort_key))
        return found

    def _gathered(self, gatherer: Gatherer, tasks: list[Task]) -> Gathered:
        workers: Workers[Gathered] = Workers(self.jobs)
        whole = Gathered()
        for share in workers.once(gatherer, tasks):
            whole.add(share)
        return whole


def _place(packed: Packed) -> tuple[str, int]:
    """Where a claim stands, so that what is kept from earlier runs does not change the order."""
    return packed[1][-2], packed[1][-1]


def _by_rule(claims: list[Packed]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, claim in claims:
        found.setdefault(name, []).append(claim)
    return found
