"""Specs, environments and blueprints, mended where the mistake was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard import pipeline
from modelyard.errors import Refused
from modelyard.fix.rounds import ROUNDS, Change, Mended, Mending, key
from modelyard.fix.trees import mend_behind
from modelyard.load.repository import BLUEPRINTS, ENVIRONMENTS, MODELS, SETTINGS, Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from modelyard.findings import Finding, Fix, Route
    from modelyard.fix.files import Folder


def mend(root: Path, folder: Folder, findings: Sequence[Finding]) -> Mended:
    """What of the findings can be mended; nothing is written yet."""
    mending = Mending(folder.text, kubernetes=False)
    able = [one for one in findings if one.fix is not None and one.suppressed is None]
    files = sorted({one.location.file for one in able if _is_written(one.location.file)})
    left = _mend_written(root, mending, files)
    mend_behind(root, mending, findings)
    mended = mending.mended()
    known = {key(one) for one in findings}
    mended.uncovered = [one for one in left if key(one) not in known]
    return mended


def _is_written(file: str) -> bool:
    """Whether people write a file."""
    return file == SETTINGS or file.startswith((f"{MODELS}/", f"{ENVIRONMENTS}/", f"{BLUEPRINTS}/"))


def _mend_written(root: Path, mending: Mending, files: list[str]) -> list[Finding]:
    """Mend what is told of files that people write, and what that uncovers; returns what is left."""
    wrong = _all_wrong(root, mending, files)
    for _ in range(ROUNDS):
        changes = [Change(one, one.location, one.fix) for one in wrong if one.fix is not None]
        if not mending.apply(changes):
            break
        before, wrong = wrong, _all_wrong(root, mending, files)
        if mending.judge(_made(mending), _not_mended(mending, before, wrong)):
            wrong = _all_wrong(root, mending, files)
    return wrong


def _all_wrong(root: Path, mending: Mending, files: Iterable[str]) -> list[Finding]:
    repository = Repository(root, mending.texts)
    found = [one for file in files for one in _wrong(repository, file)]
    return [one for one in dict.fromkeys(found) if one.location.file in files]


def _wrong(repository: Repository, file: str) -> list[Finding]:
    """What is wrong with one file that people write."""
    folder, _, name = file.partition("/")
    name = name.removesuffix(".yaml").removesuffix("/blueprint")
    try:
        if folder == MODELS:
            return pipeline.model_outputs(repository, name, repository.environment_names)[1]
        if folder == ENVIRONMENTS:
            repository.environment(name)
        elif folder == BLUEPRINTS:
            repository.blueprint(name)
        else:
            _ = repository.settings
    except Refused as refusal:
        return list(refusal.findings)
    return []


def _made(mending: Mending) -> list[Finding]:
    return [change.finding for change in mending.made]


def _not_mended(
    mending: Mending, before: Iterable[Finding], after: Sequence[Finding]
) -> list[Finding]:
    """What was to be mended and is still told, or told otherwise of the same value.

    What a mistake hid is told now, too, and speaks against nothing.
    """
    known, told = {key(one) for one in before}, {key(one) for one in after}
    new = {(one.location.file, one.route) for one in after if key(one) not in known}
    return [
        change.finding
        for change in mending.made
        if key(change.finding) in told
        or any((change.place.file, route) in new for route in _values(change.fix))
    ]


def _values(fix: Fix) -> list[Route]:
    """The values that become others."""
    return [*(route for route, _ in fix.put), *fix.quote]
