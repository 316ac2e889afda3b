"""Check that the tree is what the specs say, and sound; or check any folder of manifests.

examples:
  modelyard check                           everything
  modelyard check fraud-detection -o json   one model, for machines
  modelyard check -o text -o sarif=out.sarif -o junit=report.xml
                                            for people, code scanning and a build
  modelyard check --env production          one environment
  modelyard check manifests/                manifests that others wrote
  modelyard check manifests/ --environment environments/production.yaml
  modelyard check manifests/ --fix --diff   what could be mended with certainty
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard.cli import CLEAN, FINDINGS
from modelyard.cli.common import (
    add_directory,
    add_hook,
    add_selection,
    add_work,
    hook_change,
    session,
)
from modelyard.cli.output import add_reports, report
from modelyard.load.reader import read_text, refused, writing

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from modelyard.check.profile import Profile
    from modelyard.findings import Report


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_selection(parser)
    add_directory(parser)
    add_reports(parser)
    add_hook(parser)
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
    parser.add_argument(
        "--changed-since",
        metavar="REV",
        help="only models that have changed since the history left a revision of git",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="do not count what was there when this file was written",
    )
    parser.add_argument(
        "--write-baseline",
        type=Path,
        metavar="FILE",
        help="write all that is found into a baseline",
    )
    parser.add_argument(
        "--fix", action="store_true", help="mend what can certainly be mended, and check again"
    )
    parser.add_argument(
        "--diff", action="store_true", help="with --fix: write nothing; show what would change"
    )
    parser.add_argument(
        "--profile", action="store_true", help="say on standard error how long each rule took"
    )
    parser.add_argument(
        "--as-of",
        type=_date,
        metavar="DAY",
        help="the day that the ends of exceptions are compared with, instead of today",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check; exit 1 where something is wrong."""
    from modelyard.findings import Report
    from modelyard.report.text import summary

    if arguments.models and arguments.changed_since is not None:
        message = "models and `--changed-since` exclude each other"
        raise refused("cli/arguments", message, "--changed-since", "leave one of them out")
    if arguments.diff and not arguments.fix:
        message = "`--diff` shows what `--fix` would change"
        raise refused("cli/arguments", message, "--diff", "add `--fix`, or leave it out")
    arguments.folder = _is_folder(arguments)
    profile = _profile() if arguments.profile else None
    check = partial(_checked, arguments, profile)
    fixed = None
    if arguments.fix:
        from modelyard.cli import fixing

        mend = fixing.manifests if arguments.folder else fixing.specs
        fixed = mend(arguments, lambda *texts: check(*texts) or Report())
    found = fixed.report if fixed else check()
    if found is None:
        return CLEAN
    if arguments.write_baseline is not None:
        _keep(arguments.directory / arguments.write_baseline, found)
    if profile is not None:
        sys.stderr.write("".join(f"{line}\n" for line in profile.lines()))
    baseline = arguments.baseline is not None
    closing = f"{summary(found)}\n"
    if fixed is not None:
        return fixing.tell(fixed, arguments, closing, baseline=baseline)
    report(found, arguments, closing=closing, baseline=baseline)
    return FINDINGS if found.count("error") else CLEAN


def _checked(
    arguments: argparse.Namespace, profile: Profile | None, texts: Mapping[str, str] | None = None
) -> Report | None:
    """What is wrong; `texts` stand in the place of manifests."""
    if arguments.folder:
        found, whole = _folder(arguments, profile, texts), True
    else:
        tree = _tree(arguments, profile)
        if tree is None:
            return None
        found, whole = tree
    if arguments.baseline is not None:
        from modelyard.check import baseline

        file = arguments.baseline
        path = (arguments.directory / file).resolve()
        text = read_text(path, str(file), root=Path("/"), limit=baseline.MOST_BYTES)
        known = baseline.read(str(file), text)
        found.findings = known.applied(found.findings, whole=whole)
    return found


def _keep(file: Path, found: Report) -> None:
    from modelyard.check import baseline

    with writing(str(file)):
        file.write_text(baseline.written(found.findings), "utf-8")


def _tree(arguments: argparse.Namespace, profile: Profile | None) -> tuple[Report, bool] | None:
    """What is wrong with the selected part of the tree, and whether that is all of it.

    Nothing where a hook was called for what is not of ours.
    """
    from modelyard.work.session import check

    if profile is not None:
        arguments.jobs = 1
    change = hook_change(arguments)
    work = session(arguments, change, check=True, rules=arguments.only != "schemas")
    if work is None:
        return None
    if profile is not None:
        inspector = work.pool.local.inspector
        inspector.judge = profile.around(inspector.judge)
    whole = work.selection.whole and not arguments.env
    try:
        found = check(work, today=_day(arguments))
    finally:
        work.close()
    if change is not None:
        found.findings += change.not_added(work.selection)
        found.findings.sort(key=lambda finding: finding.sort_key)
    return found, whole


def _folder(
    arguments: argparse.Namespace, profile: Profile | None, texts: Mapping[str, str] | None
) -> Report:
    from modelyard.check.folder import check

    start = arguments.directory.resolve()
    paths, facts = arguments.models or ["."], arguments.environment
    rules, today = arguments.only != "schemas", _day(arguments)
    return check(paths, facts, start, today=today, rules=rules, profile=profile, texts=texts)


def _profile() -> Profile:
    from modelyard.check.profile import Profile

    return Profile()


def _day(arguments: argparse.Namespace) -> str:
    """The day that the ends of exceptions are compared with."""
    from datetime import UTC, datetime

    return str(arguments.as_of or datetime.now(UTC).date())


def _is_folder(arguments: argparse.Namespace) -> bool:
    """Whether the words name manifests rather than models: paths that no repository of ours owns."""
    if arguments.environment is not None or arguments.hook:
        return arguments.environment is not None
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


def _date(text: str) -> str:
    from argparse import ArgumentTypeError

    from modelyard.spec.values import Date

    if not Date.takes(text):
        raise ArgumentTypeError(f"must be a day, as 2027-03-31, got {text!r}")
    return text
