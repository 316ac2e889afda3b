"""List the rules that `check` asks, or explain one.

examples:
  modelyard rules                          every rule
  modelyard rules network/no-dns           what it means, and how to fix what it finds
  modelyard rules -o json                  for machines
  modelyard rules --write                  bring those up to date that conftest finds in .modelyard/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.cli import CLEAN
from modelyard.cli.common import add_directory
from modelyard.cli.output import add_output, say

if TYPE_CHECKING:
    import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("rule", nargs="?", metavar="RULE", help="a rule, by its name or an alias")
    parser.add_argument(
        "--write", action="store_true", help="write ours in Rego where `modelyard init` put them"
    )
    add_directory(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """List; exit 2 for a rule that does not exist."""
    from modelyard.cli.rulebook import every_rule, listed, show

    if arguments.write:
        return _write(arguments)
    if arguments.rule:
        show(arguments, arguments.rule)
        return CLEAN
    rules = every_rule(arguments)
    if arguments.output == "json":
        listed(rules)
        return CLEAN
    width = max(len(rule.name) for rule in rules)
    for rule in rules:
        say(f"{rule.name:{width}}  {rule.severity:7}  {rule.title}")
    say(f"{len(rules)} rules")
    return CLEAN


def _write(arguments: argparse.Namespace) -> int:
    from modelyard.cli.common import repository
    from modelyard.scaffold.policies import FOLDER, write
    from modelyard.words import plural

    files = write(repository(arguments).root)
    say(f"Wrote {plural(len(files), 'policy')} to {FOLDER}/.")
    return CLEAN
