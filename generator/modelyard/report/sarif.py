"""`sarif`: SARIF 2.1.0, as code scanning of GitHub takes it.

Facts: docs.oasis-open.org/sarif/sarif/v2.1.0; docs.github.com, "SARIF support for code scanning": of
partial fingerprints only `primaryLocationLineHash` is used, of locations only the first, a result
links to others only by its message, and `suppressions` are passed over. Because alerts that are
closed must not fail a pull request all the same, they have the level `note`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from modelyard import __version__
from modelyard.report.json import encoded
from modelyard.report.places import elsewhere, mend_at, path, tally, why, worst_first
from modelyard.report.rulebook import SECURITY, address, entry
from modelyard.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from modelyard.findings import Finding, Location, Report, Suppression
    from modelyard.report import Look

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
MAX_RESULTS, MAX_LOCATIONS, MAX_TAGS, MAX_TEXT = 25_000, 1_000, 20, 1_024
FEW = 10
"""Of what follows from a mistake, so much is said in its message."""
ROOT = "%SRCROOT%"
SEVERITY = {"error": "8.0", "warning": "5.0"}
"""What counts for high, and for medium, of a rule about security."""

Json = dict[str, Any]


def write(report: Report, look: Look) -> str:
    """One run; of more findings than are taken, the worst."""
    findings = worst_first(report.findings)
    kept, left = findings[:MAX_RESULTS], findings[MAX_RESULTS:]
    rules = _rules(kept, look)
    run = {
        "tool": {"driver": _driver(rules)},
        "invocations": [_invocation(left, look)],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The top of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": _results(kept, [rule["id"] for rule in rules], look),
    }
    return encoded({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(rules: list[Json]) -> Json:
    return {
        "name": "modelyard",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": rules,
    }


def _invocation(left: Sequence[Finding], look: Look) -> Json:
    found: Json = {"executionSuccessful": not look.refused}
    if left:
        text = (
            f"{_tallied(left)} more: a run takes {MAX_RESULTS:,} results, and the worst are here."
        )
        found["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return found


def _tallied(findings: Iterable[Finding]) -> str:
    kinds = Counter(_kind(found) for found in findings)
    return tally(kinds["error"], kinds["warning"], kinds["note"])


def _kind(found: Finding) -> str:
    return "note" if found.suppressed else found.severity


def _rules(findings: Iterable[Finding], look: Look) -> list[Json]:
    """Every rule that has found something, by its name, with the worst that it has found."""
    worst: dict[str, str] = {}
    for found in sorted(findings, key=lambda found: found.severity):
        worst.setdefault(found.rule, found.severity)
    return [_rule(rule, worst[rule], look) for rule in sorted(worst)]


def _rule(rule: str, severity: str, look: Look) -> Json:
    about = entry(rule, look.policies)
    category = rule.partition("/")[0]
    properties: Json = {"tags": _tags(category), "precision": "very-high"}
    if category in SECURITY:
        properties["security-severity"] = SEVERITY[severity]
    where = address(rule)
    return {
        "id": rule,
        "name": rule,
        "shortDescription": {"text": _short(about.title)},
        "fullDescription": {"text": _short(about.about)},
        "help": {"text": about.text, "markdown": about.text},
        **({"helpUri": where} if where else {}),
        "defaultConfiguration": {"level": severity},
        "properties": properties,
    }


def _tags(category: str) -> list[str]:
    tags = ["kubernetes", category, *(["security"] if category in SECURITY else [])]
    return list(dict.fromkeys(tags))[:MAX_TAGS]


def _short(text: str) -> str:
    text = clean(text)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def _results(findings: Sequence[Finding], rules: Sequence[str], look: Look) -> list[Json]:
    index = {rule: number for number, rule in enumerate(rules)}
    seen: Counter[str] = Counter()
    results = []
    for found in findings:
        seen[found.fingerprint] += 1
        identity = f"{found.fingerprint}:{seen[found.fingerprint]}"
        result = _result(found, look) | {
            "ruleIndex": index[found.rule],
            "partialFingerprints": {"primaryLocationLineHash": identity, "modelyard/v1": identity},
        }
        if look.baseline:
            result["baselineState"] = "unchanged" if _in_baseline(found) else "new"
        results.append(result)
    return results


def _in_baseline(found: Finding) -> bool:
    return found.suppressed is not None and found.suppressed.kind == "baseline"


def _result(found: Finding, look: Look) -> Json:
    related = _related(found, look)
    result: Json = {
        "ruleId": found.rule,
        "level": _kind(found),
        "message": {"text": _message(found, linked=bool(related) and "id" in related[0])},
        "locations": [_place(mend_at(found, look), look)],
    }
    if related:
        result["relatedLocations"] = related
    if found.suppressed:
        result["suppressions"] = [_suppression(found.suppressed, look)]
    return result


def _message(found: Finding, *, linked: bool) -> str:
    """What is wrong, what to do about it, and where it comes out, with a link to there."""
    lines = [_plain(found.message)]
    lines += [f"Help: {_plain(found.help)}"] if found.help else []
    if found.cause:
        where = _plain(str(found.location))
        where = f"[{where}](1)" if linked else where
        lines.append(f"Seen at {where}, because of `{_plain(found.cause.path)}`.")
    lines += [f"Also {_plain(one.rule)}: {_plain(one.message)}" for one in found.related[:FEW]]
    if len(found.related) > FEW:
        lines.append(f"Also {len(found.related) - FEW} more.")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text in which nothing is a link: these are `[words](target)`."""
    return clean(text).replace("](", "] (")


def _related(found: Finding, look: Look) -> list[Json]:
    """Where it comes out, and what follows from it; each place once, as the schema wants it."""
    seen_at = elsewhere(found, look)
    places = [{"id": 1, **_place(seen_at, look, "where it is seen")}] if seen_at else []
    places += [_place(other.location, look, clean(other.message)) for other in found.related]
    return list({str(place): place for place in places}.values())[:MAX_LOCATIONS]


def _suppression(said: Suppression, look: Look) -> Json:
    found: Json = {
        "kind": "inSource" if said.kind == "annotation" else "external",
        "status": "accepted",
        "justification": clean(why(said)),
    }
    if said.location:
        found["location"] = _place(said.location, look)
    return found


def _place(location: Location, look: Look, message: str = "") -> Json:
    """A location, with a line where there is one; a shipped file has no place in a repository."""
    found: Json = {"message": {"text": message}} if message else {}
    inside = path(location, look)
    if inside is None and location.file.startswith("modelyard:"):
        return found or {"message": {"text": clean(str(location))}}
    file = inside if inside is not None else location.file
    artifact: Json = {"uri": quote(file, errors="surrogateescape")}
    if inside is not None:
        artifact["uriBaseId"] = ROOT
    physical: Json = {"artifactLocation": artifact}
    if location.line >= 1:
        column = {"startColumn": location.column} if location.column >= 1 else {}
        physical["region"] = {"startLine": location.line, **column}
    return {"physicalLocation": physical, **found}
