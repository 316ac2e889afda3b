"""All rules over objects that belong together."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from modelyard.check.rule import Hit
from modelyard.check.rules.reading import MORE, STOPPED
from modelyard.policy.engine import PolicyError
from modelyard.policy.limits import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Claim, Context, Rule

MOST = 10_000
"""Findings of one rule, of one model or one folder. Nobody reads more, and they must be remembered."""


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
    """By rule of the environment; of rules that gather alike, by the first."""
    checks: int = 0
    undecided: set[str] = field(default_factory=set)
    """The rules that need what is not known."""
    _found: Counter[str] = field(default_factory=Counter)
    _left: dict[str, Broken] = field(default_factory=dict)

    def add(self, broken: Broken) -> None:
        """Take what a rule has found, unless it has found too much already."""
        name = broken.rule.name
        self._found[name] += 1
        if self._found[name] <= MOST:
            self.broken.append(broken)
        else:
            self._left.setdefault(name, broken)

    def close(self) -> None:
        """Say what was left out."""
        for name, first in self._left.items():
            message = f"`{name}` finds {self._found[name] - MOST:,} more, from here on"
            at = first.hit.route
            help_ = f"mend the first {MOST:,}, and check again"
            hit = Hit(at, message, help_, of_key=first.hit.of_key, within=first.hit.within)
            self.broken.append(Broken(MORE, first.manifest, hit))


class Judge:
    """Rules, sorted once by what they are asked about."""

    def __init__(self, rules: Iterable[Rule], watch: Watch | None = None) -> None:
        """`watch` is that of the policies among the rules, where there are any."""
        self.rules = list(rules)
        self.watch = watch or Watch()
        self.by_name = {rule.name: rule for rule in self.rules}
        self._release = [rule for rule in self.rules if rule.scope == "release"]
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
                    with self._limited(rule, manifest, verdict):
                        for hit in rule.check(manifest, context):
                            verdict.add(Broken(rule, manifest, hit))
        first = objects.manifests[0] if objects.manifests else None
        for rule in self._release:
            if self._decides(rule, context, verdict):
                with self._limited(rule, first, verdict):
                    for hit in rule.check(objects, context):
                        verdict.add(Broken(rule, hit.manifest or objects.manifests[0], hit))
        self.gather(objects, context, verdict)
        verdict.close()
        return verdict

    def gather(
        self,
        objects: Objects,
        context: Context,
        verdict: Verdict,
        only: frozenset[str] | None = None,
    ) -> None:
        """What rules of the environment want to know of one model's objects."""
        first = objects.manifests[0] if objects.manifests else None
        for name, rules in self._gathering.items():
            if only is not None and name not in only:
                continue
            rule = rules[0]
            decided = [self._decides(each, context, verdict) for each in rules]
            if rule.gather is not None and any(decided):
                with self._limited(rule, first, verdict):
                    claims = list(rule.gather(objects, context))
                    if claims:
                        verdict.claims[name] = claims

    def unread(self, only: frozenset[str] | None) -> frozenset[str]:
        """Kinds of which some rules of the environment, or all, want to know nothing."""
        asked = [
            rule.unread
            for name, rules in self._gathering.items()
            if only is None or name in only
            for rule in rules
        ]
        return frozenset.intersection(*asked) if asked else frozenset()

    def environment(self, claims: dict[str, list[Claim]], context: Context) -> list[Broken]:
        """What the models of an environment break together."""
        verdict = Verdict()
        for name, rules in self._gathering.items():
            for rule in rules if name in claims else ():
                with self._limited(rule, claims[name][0].manifest, verdict):
                    for hit in rule.check(claims[name], context):
                        if hit.manifest is not None:
                            verdict.add(Broken(rule, hit.manifest, hit))
        verdict.close()
        return verdict.broken

    @cached_property
    def _gathering(self) -> dict[str, list[Rule]]:
        """The rules of the environment, those together that gather alike, by the name of the first."""
        alike: dict[object, list[Rule]] = {}
        for rule in self.rules:
            if rule.scope == "environment":
                alike.setdefault((rule.gather, rule.needs), []).append(rule)
        return {rules[0].name: rules for rules in alike.values()}

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

    def _limited(self, rule: Rule, manifest: Manifest | None, verdict: Verdict) -> _Limited:
        """A rule at work, which may not take as long as it likes."""
        watch = self.watch if rule.language == "python" else None
        return _Limited(rule, manifest, verdict, watch)


class _Limited:
    """Stops a rule that takes too long, too much memory, or too deep a document, and says so.

    A class, because generators make slow contexts, and this is entered for every rule and object.
    """

    __slots__ = ("manifest", "rule", "verdict", "watch")

    def __init__(
        self, rule: Rule, manifest: Manifest | None, verdict: Verdict, watch: Watch | None
    ) -> None:
        self.rule, self.manifest, self.verdict, self.watch = rule, manifest, verdict, watch

    def __enter__(self) -> None:
        if self.watch is not None:  # Policies are watched by their engine.
            self.watch.begin(self.rule.name)

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if self.watch is not None:
            self.watch.end()
        if not isinstance(error, PolicyError | RecursionError | MemoryError):
            return False
        if self.manifest is not None:
            hit = Hit((), f"`{self.rule.name}` is not decided: {_reason(error)}", _STOPPED_HELP)
            self.verdict.broken.append(Broken(STOPPED, self.manifest, hit))
        return True


_STOPPED_HELP = "check fewer objects at once, or smaller ones; or mend the rule"


def _reason(error: PolicyError | RecursionError | MemoryError) -> str:
    if isinstance(error, RecursionError):
        return "the object is nested too deeply for it"
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    return re.sub(r"\S*/(?=policies/)", "", str(error))
