"""Say where a field of a rendered file came from, or what a rule is for.

examples:
  modelyard explain security/privilege-escalation
  modelyard explain deploy/production/fraud-detection/autoscaler.yaml spec.maxReplicas
  modelyard explain deploy/production/fraud-detection/autoscaler.yaml:14
  modelyard explain deploy/production/fraud-detection/deployment.yaml 'metadata.labels["app.kubernetes.io/version"]'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard.cli import CLEAN
from modelyard.cli.common import add_directory, repository
from modelyard.cli.output import add_output, say

if TYPE_CHECKING:
    import argparse

    from modelyard.explain.provenance import Explanation


SHOWN = 8
"""Lines for one field; a digest has hundreds."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file",
        metavar="FILE|RULE",
        help="a rendered file, with `:LINE` for the field in that line; or a rule, by its name or an alias",
    )
    parser.add_argument(
        "field",
        metavar="FIELD",
        nargs="?",
        default="",
        help="a field, as `spec.ports[0].name`; without one, all of them",
    )
    add_directory(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Explain; exit 2 where there is no such rule, file or field."""
    if _is_rule(arguments):
        from modelyard.cli.rulebook import show

        show(arguments, arguments.file)
        return CLEAN
    from modelyard.explain.answer import explain

    found = explain(
        repository(arguments), arguments.file, arguments.field, arguments.directory.resolve()
    )
    if arguments.output == "json":
        import json

        say(
            json.dumps(
                {"explanations": [_document(one) for one in found]}, indent=2, ensure_ascii=False
            )
        )
    else:
        for one in found:
            _print(one)
    return CLEAN


def _is_rule(arguments: argparse.Namespace) -> bool:
    """Whether a word is no file: neither one that is there, nor one that looks so."""
    from modelyard.load.repository import TREE

    file = arguments.file.partition(":")[0]
    looks_so = file.startswith((f"{TREE}/", "/", ".")) or "." in file.rpartition("/")[2]
    return not (arguments.field or looks_so or (arguments.directory / file).exists())


def _print(found: Explanation) -> None:
    from modelyard.findings import dotted
    from modelyard.words import clean

    text = _short(found.value)
    say(f"{dotted(found.route)}: {clean(text)}")
    for cause in found.causes[:SHOWN]:
        say(f"  {cause}")
    if len(found.causes) > SHOWN:
        say(f"  and {len(found.causes) - SHOWN} more; -o json lists them")
    if not found.causes:
        say(f"  a constant of the builder `{found.builder}`")
        for cause in found.there_because[:1]:
            say(f"  there because of {cause}")


def _short(value: Any) -> str:
    text = str(value).strip()
    first, more, _ = text.partition("\n")
    return f"{first} …" if more else text


def _document(found: Explanation) -> dict[str, Any]:
    from modelyard.report.json import place

    return {
        "file": found.file,
        "route": list(found.route),
        "value": found.value,
        "builder": found.builder,
        "causes": [{**place(cause.location), "path": cause.path} for cause in found.causes],
        "thereBecause": [
            {**place(cause.location), "path": cause.path} for cause in found.there_because
        ],
    }
