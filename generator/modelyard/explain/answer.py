"""A question about a rendered file, from words to explanations."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from modelyard import pipeline
from modelyard.errors import Refused
from modelyard.explain.provenance import Explanation, Provenance, leaves
from modelyard.findings import Finding, Location, Route, dotted
from modelyard.load.document import rendered
from modelyard.load.reader import refused
from modelyard.load.repository import OWN, TREE
from modelyard.load.suggest import did_you_mean

if TYPE_CHECKING:
    from modelyard.load.repository import Repository
    from modelyard.pipeline import Output

_STEP = re.compile(r"""\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]|\.?([^.\[\]]+)""")


def explain(repository: Repository, file: str, field: str, cwd: Path) -> list[Explanation]:
    """Where a field came from, or every field of a file; raises `Refused` where there is none."""
    file, _, line = file.partition(":")
    path = _relative(repository, cwd / file)
    output = _output(repository, path)
    name = path.rpartition("/")[2]
    built = {one.file: one.manifest for one in output.tree.files}
    if name not in built:
        raise refused(
            "explain/file",
            f"nothing renders `{name}` there",
            path,
            did_you_mean(name, built, what="files there"),
        )
    route = _at_line(output, name, line) if line else parse_field(field)
    try:
        return Provenance(repository, output, name).explain(route)
    except LookupError:
        known = {
            dotted(leaf[:length])
            for leaf in leaves(built[name], ())
            for length in range(1, len(leaf) + 1)
        }
        raise refused(
            "explain/field",
            f"`{name}` has no field `{dotted(route)}`",
            path,
            did_you_mean(dotted(route), known, what="fields"),
        ) from None


def parse_field(text: str) -> Route:
    """A route from its text: `spec.ports[0].name`, `metadata.labels["app.kubernetes.io/name"]`."""
    route: list[str | int] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise refused(
                "explain/field",
                f"`{text}` cannot be read from `{text[at:]}` on",
                text,
                "write it as `spec.ports[0].name`",
            )
        index, double, single, bare = found.groups()
        if index is not None:
            route.append(int(index))
        elif double is not None:
            route.append(re.sub(r"\\(.)", r"\1", double))
        else:
            route.append(single if single is not None else bare)
        at = found.end()
    return tuple(route)


def _relative(repository: Repository, path: Path) -> str:
    found = Path(os.path.normpath(path))
    if not found.is_relative_to(repository.root):
        found = Path(os.path.realpath(path))
    if not found.is_relative_to(repository.root) or found.relative_to(repository.root).parts[
        :1
    ] != (TREE,):
        raise refused(
            "explain/file",
            f"`{path.name}` is not a file of the tree",
            str(path),
            f"name a file under `{TREE}/`",
        )
    return found.relative_to(repository.root).as_posix()


def _output(repository: Repository, path: str) -> Output:
    """What is rendered into the directory of a file."""
    parts = path.split("/")
    environment, name = (parts[1], parts[2]) if len(parts) == 4 else ("", "")
    if environment not in repository.environment_names:
        raise refused(
            "explain/file",
            "this is not a rendered file",
            path,
            f"name a file as `{TREE}/ENVIRONMENT/MODEL/FILE`",
        )
    if name in OWN:
        kinds = {
            kind
            for model in repository.model_names
            for kind in _kinds(repository, model, environment)
        }
        outputs = pipeline.platform(repository, environment, kinds)
        return next(output for output in outputs if output.tree.name == name)
    if name not in repository.model_names:
        raise refused(
            "explain/file",
            f"there is no model `{name}`",
            path,
            did_you_mean(name, repository.model_names, what="models"),
        )
    outputs, findings = pipeline.model_outputs(repository, name, [environment])
    if findings:
        raise Refused(findings)
    if not outputs:
        raise refused("explain/file", f"model `{name}` is not deployed in `{environment}`", path)
    return outputs[0]


def _kinds(repository: Repository, model: str, environment: str) -> set[pipeline.Kind]:
    outputs, findings = pipeline.model_outputs(repository, model, [environment])
    if findings:
        raise Refused(findings)
    return {kind for output in outputs for kind in output.tree.kinds()}


def _at_line(output: Output, name: str, line: str) -> Route:
    """The field that is written in a line of a rendered file."""
    file = f"{output.tree.directory}/{name}"
    text = output.rendered.files[name].decode()
    document = rendered(file, text)
    starts = {route: document.locate(route, key=True).line for route in _routes(document.value, ())}
    number = int(line) if line.isdecimal() else 0
    before = [(at, len(route), route) for route, at in starts.items() if at <= number]
    if not before or number > text.count("\n"):
        raise Refused([Finding("explain/field", f"there is no line {line}", Location(file, 1, 1))])
    return max(before, key=lambda found: found[:2])[2]


def _routes(value: object, route: Route) -> list[Route]:
    found = [route] if route else []
    if isinstance(value, dict):
        found += [inner for key, item in value.items() for inner in _routes(item, (*route, key))]
    elif isinstance(value, list):
        found += [
            inner for index, item in enumerate(value) for inner in _routes(item, (*route, index))
        ]
    return found
