"""What may differ between two outcomes of a case, because conftest leaves it open; and what not."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.differential.cases import Case
    from tests.differential.run import Outcome

PLACE = re.compile(r"[\w./-]+\.rego:\d+")


def difference(case: Case, theirs: Outcome, ours: Outcome) -> str | None:
    """How ours is wrong, in a line and both outputs; nothing where it is right."""
    if theirs.code != ours.code:
        return _told("exit code", f"{theirs.code}", f"{ours.code}", theirs, ours)
    one, other = same_for_all(case, theirs.out), same_for_all(case, ours.out)
    if one != other:
        return _told("output", one, other, theirs, ours)
    if theirs.err.startswith("Error: "):
        places = set(PLACE.findall(theirs.err))
        if not ours.err.strip():
            return _told("no error is told", theirs.err, ours.err, theirs, ours)
        # Tests run at once, so that any of several errors may be the first.
        told_by_one = case.words[0] != "verify"
        if told_by_one and places and not places & set(PLACE.findall(ours.err)):
            return _told("place of the error", theirs.err, ours.err, theirs, ours)
    return None


def same_for_all(case: Case, out: str) -> str:
    """An output without what differs between machines and from run to run."""
    form = _format(case)
    if form == "sarif":
        return _sarif(out, ordered=case.ordered)
    if form == "junit":
        out = re.sub(r'name="go.version" value="[^"]*"', 'name="go.version"', out)
    if case.ordered:
        return out
    if form == "json":
        return _json(out)
    if form == "tap":
        out = re.sub(r"^(not ok|ok) \d+ ", r"\1 ", out, flags=re.MULTILINE)
    return "\n".join(sorted(out.split("\n")))


def _format(case: Case) -> str:
    words = list(case.words)
    for flag in ("-o", "--output"):
        if flag in words[:-1]:
            return words[words.index(flag) + 1]
    return case.environment.get("CONFTEST_OUTPUT", "stdout")


def _json(out: str) -> str:
    try:
        results = json.loads(out)
    except ValueError:
        return "\n".join(sorted(out.split("\n")))
    for result in results or []:
        for kind in ("failures", "warnings", "exceptions", "skipped"):
            if kind in result:
                result[kind].sort(key=_text)
    return _text(sorted(results or [], key=_text))


def _sarif(out: str, *, ordered: bool) -> str:
    """Every result with its rule, for the indices depend on the order."""
    try:
        (run,) = json.loads(out)["runs"]
    except ValueError:
        return out
    driver = run["tool"]["driver"]
    driver.pop("version", None)
    if ordered:
        return json.dumps(run, indent=1, ensure_ascii=False)
    for result in run["results"]:
        result["ruleId"] = driver["rules"][result.pop("ruleIndex")]["id"]
    for rule in driver["rules"]:
        rule.pop("properties", None)
    driver["rules"].sort(key=_text)
    run["results"].sort(key=_text)
    return _text(run)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False)


def _told(what: str, one: str, other: str, theirs: Outcome, ours: Outcome) -> str:
    if what != "output":
        return f"{what}\n--- theirs\n{one}\n{theirs.out}{theirs.err}\n--- ours\n{other}\n{ours.out}{ours.err}"
    import difflib

    lines = difflib.unified_diff(
        one.split("\n"), other.split("\n"), "theirs", "ours", "", "", 1, ""
    )
    return "\n".join([what, *lines, theirs.err, ours.err]).rstrip()
