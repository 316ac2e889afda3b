"""What a change edits of that by which it is judged, so that a reviewer reads it first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelyard import __version__
from modelyard.bundle import shipped
from modelyard.errors import Refused
from modelyard.findings import Finding, Location, at, dotted, leads
from modelyard.gate.base import AROUND, CONFTEST, COPIES, JUDGES
from modelyard.load.document import parse
from modelyard.load.repository import BLUEPRINTS, ENVIRONMENTS, MODELS, POLICIES, SETTINGS
from modelyard.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from modelyard.findings import Route
    from modelyard.gate.base import Base, Edit
    from modelyard.load.document import Document
    from modelyard.load.repository import Repository

SHOWN = 4
"""Keys of one file; more of them are counted."""
SOURCES: dict[str, tuple[Route, ...]] = {
    SETTINGS: (("spec", "repository"),),
    ENVIRONMENTS: (("spec", "argocd"), ("spec", "cluster", "server"), ("spec", "cluster", "name")),
}
"""What decides where Argo CD reads from, and where it deploys to."""


def edits(
    base: Base, repository: Repository, models: Iterable[str], baseline: str | None = None
) -> list[Finding]:
    """Everything that the change edits of its judges, as warnings; some of it as errors."""
    found: list[Finding] = []
    for edit in base.edits(base.left, judges(base, repository)):
        found += _edit(base, edit)
    found += _copies(base)
    if baseline is not None:
        found += [
            _told("baseline", edit.file, f"{_done(edit)} the baseline")
            for edit in base.edits(base.left, [baseline])
        ]
    for name in models:
        found += _exceptions(base, repository, name)
    return found


def judges(base: Base, repository: Repository) -> list[str]:
    """Where the files lie that a change is judged by."""
    return [*JUDGES, *_definitions(base, repository)]


def surroundings(base: Base, prefix: str) -> list[Finding]:
    """What the change edits of the workflows around the gate. `base` is that of git's own top."""
    return [
        _told(
            "surroundings",
            edit.file,
            f"{prefix}{_done(edit)} `{edit.file}`, which decides how changes are judged",
        )
        for edit in base.edits(base.left, AROUND)
    ]


def _copies(base: Base) -> Iterator[Finding]:
    """What is no more as we have it, of the policies that conftest asks. We ask our own."""
    top = shipped() / POLICIES
    ours = {path.relative_to(top).as_posix(): path for path in top.rglob("*.rego")}
    odd = []
    for edit in base.edits(base.left, [COPIES]):
        path = ours.get(edit.file.removeprefix(f"{COPIES}/"))
        if edit.is_link or edit.after != (path.read_bytes() if path else None):
            odd.append(edit)
    if odd:
        more = f" and {plural(len(odd) - 1, 'other file')} of" if odd[1:] else " of"
        yield _told(
            "conftest",
            odd[0].file,
            f"{_done(odd[0])} `{odd[0].file.rpartition('/')[2]}`{more} the policies for conftest,"
            f" which are then not those of modelyard {__version__}, and which the gate does not read",
        )


def _edit(base: Base, edit: Edit) -> Iterator[Finding]:
    folder = edit.file.partition("/")[0]
    if edit.is_link:
        message = f"`{edit.file}` is a symbolic link, and what it leads to can be changed elsewhere"
        yield Finding(
            "gate/link", message, Location(edit.file, 1, 1), help="put the file itself here"
        )
    elif folder in CONFTEST:
        yield _told(
            "conftest",
            edit.file,
            f"{_done(edit)} the settings of conftest, which the gate does not read",
        )
    elif folder == POLICIES:
        yield _told("policy", edit.file, f"{_done(edit)} a policy")
    elif folder in (SETTINGS, ENVIRONMENTS, BLUEPRINTS):
        yield from _document(base, edit, folder)
    else:
        yield _told("definition", edit.file, f"{_done(edit)} definitions of custom resources")


def _document(base: Base, edit: Edit, folder: str) -> Iterator[Finding]:
    """An edit of YAML, key by key."""
    rule = {SETTINGS: "settings", ENVIRONMENTS: "environment"}.get(folder, "blueprint")
    old, new = _value(edit, edit.before), _value(edit, edit.after)
    if old is None or new is None:
        yield _told(rule, edit.file, f"{_done(edit)} `{edit.file}`")
        return
    routes = sorted(_differing(old.value, new.value), key=lambda route: new.locate(route).line)
    if not routes:
        return
    named = ", ".join(f"`{dotted(route)}`" for route in routes[:SHOWN])
    more = f" and {plural(len(routes) - SHOWN, 'other key')}" if len(routes) > SHOWN else ""
    place = new.locate(routes[0])
    yield Finding(f"gate/{rule}", f"changes {named}{more}", place, "warning", route=routes[0])
    for source in SOURCES.get(folder, ()):
        if _at(old.value, source) != _at(new.value, source):
            yield Finding(
                "gate/source",
                f"changes `{dotted(source)}`, and so where Argo CD reads from or deploys to",
                new.locate(source),
                route=source,
                help=f"have it merged into {base.name} by an owner: `--trust-head`",
            )


def _exceptions(base: Base, repository: Repository, name: str) -> Iterator[Finding]:
    """Exceptions of a spec that are new, or are not what they were."""
    file = f"{MODELS}/{name}.yaml"
    document = _listing(repository, file)
    listed = _exceptions_of(document)
    if document is None or not listed:
        return
    known = _exceptions_of(_listing(base.before, file))
    for index, exception in enumerate(listed):
        if exception not in known:
            rule = exception.get("rule")
            changed = any(other.get("rule") == rule for other in known)
            yield Finding(
                "gate/exception",
                f"{'changes an' if changed else 'adds an'} exception from `{rule}`, which does not"
                f" count before {base.name} has it",
                document.locate(("exceptions", index)),
                "warning",
                route=("exceptions", index),
            )


def _listing(repository: Repository, file: str) -> Document | None:
    """A spec that may have exceptions."""
    try:
        text = repository.text(file)
    except Refused:
        return None
    return parse(file, text)[0][0] if "exceptions" in text and parse(file, text)[0] else None


def _exceptions_of(document: Document | None) -> list[dict[str, Any]]:
    value = document.value if document is not None else None
    listed = value.get("exceptions") if isinstance(value, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _definitions(base: Base, repository: Repository) -> list[str]:
    """Where definitions of custom resources lie, on either side: the folders of the patterns."""
    patterns: set[str] = set()
    for side in (base.before, repository):
        try:
            patterns |= set(side.settings.value.spec.schemas)
        except Refused:
            continue
    found = {folder_of(pattern) for pattern in patterns}
    return sorted(folder for folder in found if folder and folder not in (MODELS, "deploy"))


def folder_of(pattern: str) -> str:
    """The folder, or the file, that a pattern begins with."""
    if not set(pattern) & set("*?["):
        return pattern
    before = pattern[: min(pattern.find(char) for char in "*?[" if char in pattern)]
    return before.rpartition("/")[0]


def _value(edit: Edit, data: bytes | None) -> Document | None:
    """The document on one side, if there is one that can be read."""
    documents, _ = parse(edit.file, (data or b"").decode("utf-8", "replace"))
    return documents[0] if len(documents) == 1 and isinstance(documents[0].value, dict) else None


def _differing(old: Any, new: Any, route: Route = ()) -> Iterator[Route]:
    """The deepest routes that lead to other values, keys that come and go among them."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            if key in old and key in new:
                yield from _differing(old[key], new[key], (*route, key))
            else:
                yield (*route, key)
    elif old != new or type(old) is not type(new):
        yield route


def _at(value: Any, route: Route) -> Any:
    return at(value, route) if leads(value, route) else None


def _done(edit: Edit) -> str:
    if edit.before is None:
        return "adds"
    return "removes" if edit.after is None else "changes"


def _told(rule: str, file: str, message: str) -> Finding:
    return Finding(f"gate/{rule}", message, Location(file, 1, 1), "warning")
