"""List the rules that `check` asks, or explain one.

examples:
  modelyard rules                          every rule
  modelyard rules network/egress-dns       what it means, and how to fix what it finds
  modelyard rules -o json                  for machines
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.cli import CLEAN
from modelyard.cli.common import add_directory
from modelyard.cli.output import add_output, say

if TYPE_CHECKING:
    import argparse

    from modelyard.check.rule import Rule


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("rule", nargs="?", metavar="RULE", help="a rule, by its name or an alias")
    add_directory(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """List; exit 2 for a rule that does not exist."""
    from modelyard.check.inspection import all_rules

    own = arguments.directory / "policies"
    rules = sorted(all_rules(own).rules, key=lambda rule: rule.name)
    if arguments.rule:
        rules = [_named(rules, arguments.rule)]
    if arguments.output == "json":
        import json

        listed = [document(rule) for rule in rules]
        say(json.dumps({"rules": listed}, indent=2, ensure_ascii=False))
    elif arguments.rule:
        _explain(rules[0], arguments)
    else:
        width = max(len(rule.name) for rule in rules)
        for rule in rules:
            say(f"{rule.name:{width}}  {rule.severity:7}  {rule.title}")
        say(f"{len(rules)} rules")
    return CLEAN


def document(rule: Rule) -> dict[str, Any]:
    """A rule as JSON has it."""
    return {
        "name": rule.name,
        "title": rule.title,
        "severity": rule.severity,
        "scope": rule.scope,
        "kinds": sorted(rule.kinds),
        "aliases": list(rule.aliases),
        "rows": list(rule.rows),
        "needs": list(rule.needs),
        "language": rule.language,
    }


def _named(rules: list[Rule], name: str) -> Rule:
    from modelyard.load.reader import refused
    from modelyard.load.suggest import did_you_mean

    for rule in rules:
        if name == rule.name or name in rule.aliases:
            return rule
    names = {known for rule in rules for known in (rule.name, *rule.aliases)}
    raise refused(
        "rule/unknown",
        f"there is no rule `{name}`",
        "policies",
        did_you_mean(name, names, what="rules"),
    )


def _explain(rule: Rule, arguments: argparse.Namespace) -> None:
    from modelyard.bundle import shipped

    say(f"{rule.name}: {rule.title} ({rule.severity})")
    if rule.aliases:
        say(f"also known as {', '.join(rule.aliases)}")
    for top in (arguments.directory / "policies", shipped() / "policies"):
        text = top / rule.name / "README.md"
        if text.is_file():
            say("\n" + text.read_text("utf-8").partition("\n")[2].strip())
            return
