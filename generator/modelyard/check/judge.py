"""All rules over objects that belong together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Claim, Context, Hit, Rule


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule, and a place where it is broken."""

    rule: Rule
    manifest: Manifest
    hit: Hit


@dataclass(slots=True)
class Verdict:
    """What came of asking the rules."""

    broken: list[Broken] = field(default_factory=list)
    claims: dict[str, list[Claim]] = field(default_factory=dict)
    """By rule of the environment."""
    checks: int = 0
    undecided: set[str] = field(default_factory=set)
    """The rules that need what is not known."""


class Judge:
    """Rules, sorted once by what they are asked about."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = list(rules)
        self.by_name = {rule.name: rule for rule in self.rules}
        self._release = [rule for rule in self.rules if rule.scope == "release"]
        self._environment = [rule for rule in self.rules if rule.scope == "environment"]
        self._objects = [rule for rule in self.rules if rule.scope == "object"]
        self._by_kind: dict[str, list[Rule]] = {}

    @cached_property
    def meanings(self) -> dict[str, tuple[str, ...]]:
        """Every name and every alias, and the rules that it means."""
        found: dict[str, tuple[str, ...]] = {}
        for rule in self.rules:
            for alias in rule.aliases:
                found[alias] = (*found.get(alias, ()), rule.name)
        return found | {rule.name: (rule.name,) for rule in self.rules}

    def objects(self, objects: Objects, context: Context) -> Verdict:
        """Everything that one model's objects, or one folder's, break."""
        verdict = Verdict()
        for manifest in objects.manifests:
            for rule in self._of(manifest.kind):
                if self._decides(rule, context, verdict):
                    for hit in rule.check(manifest, context):
                        verdict.broken.append(Broken(rule, manifest, hit))
        for rule in self._release:
            if self._decides(rule, context, verdict):
                for hit in rule.check(objects, context):
                    manifest = hit.manifest or objects.manifests[0]
                    verdict.broken.append(Broken(rule, manifest, hit))
        for rule in self._environment:
            if rule.gather is not None and self._decides(rule, context, verdict):
                claims = list(rule.gather(objects, context))
                if claims:
                    verdict.claims[rule.name] = claims
        return verdict

    def environment(self, claims: dict[str, list[Claim]], context: Context) -> list[Broken]:
        """What the models of an environment break together."""
        return [
            Broken(rule, hit.manifest, hit)
            for rule in self._environment
            if rule.name in claims
            for hit in rule.check(claims[rule.name], context)
            if hit.manifest is not None
        ]

    def _of(self, kind: str) -> list[Rule]:
        if kind not in self._by_kind:
            self._by_kind[kind] = [
                rule for rule in self._objects if not rule.kinds or kind in rule.kinds
            ]
        return self._by_kind[kind]

    def _decides(self, rule: Rule, context: Context, verdict: Verdict) -> bool:
        if ("environment" in rule.needs and context.environment is None) or (
            "plan" in rule.needs and context.plan is None
        ):
            verdict.undecided.add(rule.name)
            return False
        verdict.checks += 1
        return True
