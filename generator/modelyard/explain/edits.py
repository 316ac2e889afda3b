"""A rendered file that somebody edited: what the edit says, and where to say it instead."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelyard.errors import Refused
from modelyard.explain.provenance import Provenance, changed
from modelyard.findings import Finding, Route, dotted
from modelyard.load.document import parse
from modelyard.load.reader import read_text
from modelyard.secrecy import has_password, keeps_secret
from modelyard.words import said

if TYPE_CHECKING:
    from modelyard.load.repository import Repository
    from modelyard.pipeline import Output

TAKE_OVER = "`modelyard render --force` undoes it"


def way_out(repository: Repository, output: Output, finding: Finding) -> Finding:
    """The finding, at the first edited field, with the line of the spec or the patch to use."""
    file = finding.location.file
    name = file.rpartition("/")[2]
    base = {built.file: built.manifest for built in output.tree.files}
    try:
        documents, wrong = parse(
            file, read_text(repository.root / file, file, root=repository.root), kubernetes=True
        )
    except Refused as refusal:
        wrong, documents = list(refusal.findings), []
    if name not in base or wrong or len(documents) != 1 or not isinstance(documents[0].value, dict):
        return finding
    edited = documents[0]
    routes = list(changed(edited.value, base[name]))
    removed = list(changed(base[name], edited.value))
    if not routes and not removed:
        return replace(finding, help=f"only comments or formatting differ; {TAKE_OVER}")
    route = (routes or removed)[0]
    causes = Provenance(repository, output, name).causes(route)
    cause = causes[0] if causes else None
    more = len(routes or removed) - 1
    return replace(
        finding,
        message=f"{_told(edited.value, base[name], route)}{f' ({more} more fields differ)' if more else ''}: "
        f"{finding.message}",
        location=edited.locate(route, key=not routes),
        route=route,
        cause=cause,
        help=_advice(output, cause is not None, edited.value, route),
    )


def _told(edited: Any, manifest: Any, route: Route) -> str:
    """What the edit says, beside what was rendered; of a secret only that it differs."""
    now, then = _value(edited, route), _value(manifest, route)
    if _is_secret(edited, route, now):
        return f"`{dotted(route)}` holds a secret ({len(str(now))} characters)"
    return f"`{dotted(route)}` is {said(now)} here and {said(then)} by the spec"


def _advice(output: Output, has_cause: bool, edited: Any, route: Route) -> str:
    if has_cause:
        return f"change the line of the spec instead; {TAKE_OVER}"
    if output.resolution is None:
        return f"change the environment instead; {TAKE_OVER}"
    patch: Any = _value(edited, route)
    if any(isinstance(step, int) for step in route) or _is_secret(edited, route, patch):
        return f"no key of the spec says this: add it to the spec's `patches:`; {TAKE_OVER}"
    for step in reversed(route):
        patch = {step: patch}
    as_patch = f"{{target: {{kind: {edited.get('kind')}}}, merge: {json.dumps(patch)}}}"
    return f"no key of the spec says this: add to its `patches:` `{as_patch}`; {TAKE_OVER}"


def _is_secret(edited: Any, route: Route, value: Any) -> bool:
    """By its kind, by a name on the way, by its shape, or because of something in it."""
    if isinstance(value, dict | list):
        steps = value if isinstance(value, dict) else range(len(value))
        return any(_is_secret(edited, (*route, step), value[step]) for step in steps)
    return keeps_secret(edited, route) or (isinstance(value, str) and has_password(value))


def _value(value: Any, route: Route) -> Any:
    for step in route:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value
