"""Exceptions: findings that somebody knows and accepts, each with a reason and an end.

They stand in a model's spec, under `exceptions`, or in the annotation `modelyard.dev/exceptions` of an
object that others wrote, in the same words. What they are about is shown in every report, and counts
in none. One that is over, about nothing, or about more than one object is a finding itself.

Because a rule of the whole environment may find something in any directory, all exceptions are held
against all findings at the end, and none while a single directory is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping
from modelyard.findings import Finding, Location, Suppression
from modelyard.load.suggest import did_you_mean
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from modelyard.findings import ObjectRef
    from modelyard.load.document import Document, Loaded
    from modelyard.spec.model import Model, RuleException

ANNOTATION = "modelyard.dev/exceptions"
NEVER = ("exceptions/", "tree/", "yaml/", "policy/", "baseline/", "check/")
"""What no exception is about: a tree that is not what its spec says, and what cannot be read."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exception in one directory, or of one object."""

    rule: str
    scope: str
    """A directory, or the only file that it is about."""
    suppression: Suppression
    kind: str = ""
    """Of the object; empty for any."""
    name: str = ""
    namespace: str | None = None
    path: str = ""
    """The field that it is about; empty for any."""
    others: tuple[str, ...] = ()
    """All directories that the same exception is about."""

    @property
    def place(self) -> Location:
        """Where it is written."""
        assert self.suppression.location is not None
        return self.suppression.location

    def covers(self, finding: Finding, rules: Collection[str]) -> bool:
        """Whether it is about a finding, given the rules that its name means."""
        if finding.rule not in rules or finding.rule.startswith(NEVER):
            return False
        file = finding.location.file
        if file != self.scope and not file.startswith(f"{self.scope}/"):
            return False
        about = finding.object
        if self.kind and (about is None or about.kind != self.kind):
            return False
        if self.name and (about is None or about.name != self.name):
            return False
        if self.namespace is not None and (
            about is None or (about.namespace or "") != self.namespace
        ):
            return False
        return not self.path or _is_below(finding.anchor, self.path)


def _is_below(route: str, path: str) -> bool:
    return route == path or route.startswith((f"{path}.", f"{path}["))


def of_model(loaded: Loaded[Model], environment: str, deployed: Sequence[str]) -> list[Exemption]:
    """The exceptions of a spec that hold in an environment."""
    model, found = loaded.value, []
    for index, exception in enumerate(model.exceptions):
        where = [name for name in deployed if name in (exception.environments or deployed)]
        if environment not in where:
            continue
        directories = tuple(f"deploy/{name}/{model.metadata.name}" for name in where)
        target = exception.object
        found.append(
            Exemption(
                str(exception.rule),
                f"deploy/{environment}/{model.metadata.name}",
                _suppression(exception, "exception", loaded.document.locate(("exceptions", index))),
                kind=target.kind if target else "",
                name=(target.name or "") if target else "",
                path=exception.path or "",
                others=directories,
            )
        )
    return found


def of_object(document: Document) -> tuple[list[Exemption], list[Finding]]:
    """The exceptions in an object's annotation, and what is wrong with them."""
    value: Any = document.value
    metadata = mapping(value.get("metadata"))
    text = mapping(metadata.get("annotations")).get(ANNOTATION)
    if not isinstance(text, str):
        return [], []
    from modelyard.load.document import parse
    from modelyard.load.validate import validate
    from modelyard.spec.kinds import EXCEPTION

    route = ("metadata", "annotations", ANNOTATION)
    inner, wrong = parse(document.file, text)
    listed = inner[0].value if inner and isinstance(inner[0].value, list) else None
    if listed is None and not wrong:
        return [], [_unreadable(document, 1, "must be a list of exceptions")]
    exemptions = []
    for index in range(len(listed or ())):
        read, mistakes = validate(inner[0], EXCEPTION, (index,))
        line = inner[0].locate((index,)).line
        wrong += mistakes
        if read is not None and not mistakes:
            if read.ticket is None and read.owner is None:
                wrong += [_unreadable(document, line, "must have a `ticket` or an `owner`")]
                continue
            exemptions.append(
                Exemption(
                    str(read.rule),
                    document.file,
                    _suppression(read, "annotation", document.locate(route, within=line)),
                    kind=str(value.get("kind", "")),
                    name=str(metadata.get("name") or ""),
                    namespace=str(metadata.get("namespace") or ""),
                    path=read.path or "",
                )
            )
    return exemptions, [
        mistake
        if mistake.rule == "exceptions/unreadable"
        else _unreadable(document, mistake.location.line, mistake.message, mistake.help)
        for mistake in wrong
    ]


def _unreadable(document: Document, line: int, message: str, help: str = "") -> Finding:
    return Finding(
        "exceptions/unreadable",
        f"the annotation `{ANNOTATION}` cannot be read: {message}",
        document.locate(("metadata", "annotations", ANNOTATION), within=line),
        help=help or "write a list, each item with `rule`, `reason`, `ticket` and `expires`",
    )


def _suppression(exception: RuleException, kind: Any, location: Location) -> Suppression:
    who = exception.ticket or exception.owner or ""
    return Suppression(kind, exception.reason, location, who, str(exception.expires))


def settle(
    findings: Sequence[Finding],
    exemptions: Sequence[Exemption],
    names: Mapping[str, Collection[str]],
    *,
    today: str,
    seen: Collection[str],
    undecided: Collection[str] = (),
) -> list[Finding]:
    """Findings, those that exceptions are about marked so; and what is wrong with the exceptions.

    `names` maps every rule and every alias to the rules that it means; `seen` are the directories
    and files that were looked at, all of whose findings are here; rules in `undecided` were not
    asked of all of them.
    """
    found = list(findings)
    places = _by_rule(found)
    used: dict[Location, list[Exemption]] = defaultdict(list)
    about: dict[Location, set[tuple[str, ObjectRef | None]]] = defaultdict(set)
    wrong: dict[tuple[str, Location], Finding] = {}
    for exemption in exemptions:
        rules = names.get(exemption.rule, ())
        over = exemption.suppression.expires < today
        named = (exemption.kind, exemption.name) if exemption.kind and exemption.name else ()
        for index in sorted(index for rule in rules for index in places[rule, *named]):
            finding = found[index]
            if finding.suppressed is None and exemption.covers(finding, rules):
                used[exemption.place].append(exemption)
                about[exemption.place].add((exemption.scope, finding.object))
                if not over:
                    found[index] = replace(finding, suppressed=exemption.suppression)
        for problem in _wrong(exemption, names, over=over):
            wrong.setdefault((problem.rule, problem.location), problem)
    for exemption in exemptions:
        place = exemption.place
        rules = names.get(exemption.rule, ())
        scopes = exemption.others or (exemption.scope,)
        if not rules or exemption.rule.startswith(NEVER):
            continue
        if place not in used and set(scopes) <= set(seen) and not set(rules) & set(undecided):
            wrong.setdefault(("unused", place), _unused(exemption))
        most = _most(about[place])
        if most > 1:
            wrong.setdefault(("wide", place), _too_wide(exemption, most))
    return found + list(wrong.values())


def _by_rule(findings: Sequence[Finding]) -> Mapping[tuple[str, ...], list[int]]:
    """Which findings a rule has made, and which of an object, because both may be many."""
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, finding in enumerate(findings):
        about = finding.object
        found[(finding.rule,)].append(index)
        if about is not None:
            found[finding.rule, about.kind, about.name].append(index)
    return found


def _most(about: Iterable[tuple[str, ObjectRef | None]]) -> int:
    """How many objects of one directory an exception is about, at most."""
    counts: dict[str, int] = defaultdict(int)
    for scope, _ in about:
        counts[scope] += 1
    return max(counts.values(), default=0)


def _wrong(
    exemption: Exemption, names: Mapping[str, Collection[str]], *, over: bool
) -> Iterable[Finding]:
    if exemption.rule.startswith(NEVER):
        yield Finding(
            "exceptions/not-allowed",
            f"`{exemption.rule}` takes no exceptions",
            exemption.place,
            help="mend what it finds",
        )
    elif exemption.rule not in names:
        yield Finding(
            "exceptions/unknown-rule",
            f"there is no rule `{exemption.rule}`",
            exemption.place,
            help=did_you_mean(exemption.rule, list(names), what="rules"),
        )
    elif over:
        yield Finding(
            "exceptions/expired",
            f"the exception from `{exemption.rule}` ended on {exemption.suppression.expires}",
            exemption.place,
            help="mend what the rule finds, or ask its owner for a new date",
        )


def _unused(exemption: Exemption) -> Finding:
    return Finding(
        "exceptions/unused",
        f"nothing breaks `{exemption.rule}` here any more",
        exemption.place,
        "warning",
        help="take the exception away",
    )


def _too_wide(exemption: Exemption, count: int) -> Finding:
    return Finding(
        "exceptions/too-wide",
        f"the exception from `{exemption.rule}` is about {plural(count, 'object')}",
        exemption.place,
        help="write one for each, with `object: {kind: …, name: …}`",
    )
