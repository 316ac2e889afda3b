"""Rules by their names, and their documentation: what `rules RULE` and `explain RULE` print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from modelyard.cli.output import say
from modelyard.errors import Refused

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from modelyard.check.rule import Rule


def every_rule(arguments: argparse.Namespace) -> list[Rule]:
    """All rules, sorted: ours, and the team's own."""
    from modelyard.check.inspection import all_rules

    own = _root(arguments) / "policies"
    return sorted(all_rules(own).rules, key=lambda rule: rule.name)


def show(arguments: argparse.Namespace, name: str) -> None:
    """Print the rules that a name or an alias means; raises `Refused` where it means none."""
    found = _named(every_rule(arguments), name)
    if arguments.output == "json":
        listed(found)
        return
    for number, rule in enumerate(found):
        say(("\n" if number else "") + _explained(rule, arguments))


def listed(rules: list[Rule]) -> None:
    """Print rules for machines."""
    import json

    documents = [_document(rule) for rule in rules]
    say(json.dumps({"rules": documents}, indent=2, ensure_ascii=False))


def _document(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "title": rule.title,
        "severity": rule.severity,
        "scope": rule.scope,
        "kinds": sorted(rule.kinds),
        "aliases": list(rule.aliases),
        "rows": list(rule.rows),
        "needs": list(rule.needs),
        "canFix": rule.can_fix,
        "language": rule.language,
    }


def _root(arguments: argparse.Namespace) -> Path:
    """The repository, or where there is none the directory."""
    from modelyard.load.repository import find_root

    directory: Path = arguments.directory
    try:
        return find_root(directory)
    except Refused:
        return directory


def _named(rules: list[Rule], name: str) -> list[Rule]:
    from modelyard.load.reader import refused
    from modelyard.load.suggest import did_you_mean

    exact = [rule for rule in rules if rule.name == name]
    found = exact or [rule for rule in rules if name in rule.aliases]
    if not found:
        names = {known for rule in rules for known in (rule.name, *rule.aliases)}
        near = did_you_mean(name, names, what="rules")
        raise refused("rule/unknown", f"there is no rule `{name}`", "policies", near)
    return found


def _explained(rule: Rule, arguments: argparse.Namespace) -> str:
    from modelyard.bundle import shipped
    from modelyard.report.rulebook import entry, pretty
    from modelyard.report.text import is_coloured

    about = [f"{rule.name}: {rule.title} ({rule.severity})"]
    if rule.aliases:
        about.append(f"also known as {', '.join(rule.aliases)}")
    if rule.can_fix:
        about.append("`modelyard check --fix` mends it where that is certain")
    folders = (_root(arguments) / "policies", shipped() / "policies")
    text = entry(rule.name, folders).text.partition("\n")[2].strip()
    return "\n".join([*about, "", pretty(text) if is_coloured(sys.stdout) else text])
