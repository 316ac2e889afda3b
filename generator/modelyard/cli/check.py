"""Check that the tree is what the specs say, and sound; or check any folder of manifests.

examples:
  modelyard check                           everything
  modelyard check fraud-detection -o json   one model, for machines
  modelyard check --env production          one environment
  modelyard check manifests/                manifests that others wrote
  modelyard check manifests/ --environment environments/production.yaml
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.cli import CLEAN, FINDINGS
from modelyard.cli.common import add_directory, add_selection, add_work, session
from modelyard.cli.output import add_output, report, say

if TYPE_CHECKING:
    import argparse

    from modelyard.findings import Report


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_selection(parser)
    add_directory(parser)
    add_output(parser)
    add_work(parser)
    parser.add_argument(
        "--only",
        choices=("schemas",),
        metavar="PART",
        help="schemas: ask no rules, which is faster",
    )
    parser.add_argument(
        "--environment",
        type=Path,
        metavar="FILE",
        help="what is true of the cluster that a folder of manifests is for",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check; exit 1 where something is wrong."""
    found = _folder(arguments) if _is_folder(arguments) else _tree(arguments)
    report(found, arguments.output)
    if arguments.output == "text":
        from modelyard.report.text import summary

        say(summary(found))
    sys.stdout.flush()
    return FINDINGS if found.count("error") else CLEAN


def _tree(arguments: argparse.Namespace) -> Report:
    from modelyard.work.session import check

    work = session(arguments, check=True, rules=arguments.only != "schemas")
    try:
        return check(work)
    finally:
        work.close()


def _folder(arguments: argparse.Namespace) -> Report:
    from modelyard.check.folder import check

    return check(arguments.models or ["."], arguments.environment, arguments.directory.resolve())


def _is_folder(arguments: argparse.Namespace) -> bool:
    """Whether the words name manifests rather than models: paths that no repository of ours owns."""
    if arguments.environment is not None:
        return True
    from modelyard.errors import Refused
    from modelyard.load.repository import find_root

    start = arguments.directory.resolve()
    paths = [(start / word).resolve() for word in arguments.models]
    if not paths or not all(path.exists() for path in paths):
        return False
    try:
        root = find_root(start)
    except Refused:
        return True
    owned = {"models", "deploy", "environments", "blueprints", "modelyard.yaml"}
    inside = [path.relative_to(root).parts[:1] for path in paths if path.is_relative_to(root)]
    return not any(parts == () or parts[0] in owned for parts in inside)
