"""Argo Workflows: templates, steps and their parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest
    from modelyard.check.rule import Context
    from modelyard.findings import Route


def _workflow(manifest: Manifest) -> tuple[Route, dict[str, Any]]:
    if manifest.kind == "CronWorkflow":
        return ("spec", "workflowSpec"), mapping(manifest.spec.get("workflowSpec"))
    return ("spec",), manifest.spec


_WORKFLOWS = ("Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate")


@rule(
    "argo/no-entrypoint",
    "error",
    rows=("C14",),
    kinds=_WORKFLOWS,
    aliases=("argo-tugboat/WF201",),
)
def no_entrypoint(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A Workflow does not say where to begin, or says a template that it does not have.

    A WorkflowTemplate may be without: others refer to its templates one by one.
    """
    route, spec = _workflow(manifest)
    templates = sequence(spec.get("templates"))
    names = [name for t in templates if isinstance(name := mapping(t).get("name"), str)]
    entry = spec.get("entrypoint")
    have = ", ".join(f"`{shown(name)}`" for name in names[:6])
    if "workflowTemplateRef" in spec or not spec:
        return
    if not entry:
        if "Template" not in manifest.kind:
            yield Hit(
                route,
                "no `entrypoint`: the controller does not know where to begin, and refuses it",
                f"write `entrypoint: {shown(names[0])}`"
                if names
                else "add `entrypoint` and templates",
                of_key=True,
            )
    elif isinstance(entry, str) and entry not in names and "{{" not in entry:
        yield Hit(
            (*route, "entrypoint"),
            f"there is no template `{shown(entry)}`",
            f"write one that there is: {have}" if have else "add the template",
        )


_INNER = re.compile(r"\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}")


@rule(
    "argo/unknown-template",
    "error",
    rows=("C15",),
    kinds=_WORKFLOWS,
)
def unknown_template(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A step of a workflow calls a template, a task or a parameter that does not exist."""
    route, spec = _workflow(manifest)
    templates = sequence(spec.get("templates"))
    names = {str(mapping(t).get("name")) for t in templates}
    found = spec.get("onExit")
    if isinstance(found, str) and templates and found not in names and "{{" not in found:
        yield _no_template((*route, "onExit"), found, names)
    for number, template in enumerate(templates):
        template = mapping(template)
        place = (*route, "templates", number)
        tasks = _tasks(template, place)
        known = [str(task.get("name")) for _, task in tasks]
        for where, task in tasks:
            called = task.get("template")
            if isinstance(called, str) and called not in names and "{{" not in called:
                yield _no_template((*where, "template"), called, names)
            for index, other in enumerate(sequence(task.get("dependencies"))):
                if isinstance(other, str) and other not in known:
                    yield Hit(
                        (*where, "dependencies", index),
                        f"there is no task `{shown(other)}` in this DAG",
                        f"write one that there is: {', '.join(f'`{shown(k)}`' for k in known[:6])}",
                    )
            yield from _depends(where, task, known)
        cycle = _cycle(tasks)
        if cycle:
            where, first = next(found for found in tasks if str(found[1].get("name")) == cycle[0])
            yield Hit(
                (
                    *where,
                    "dependencies" if "dependencies" in first else "depends",
                ),
                f"the tasks wait for each other: {' → '.join(shown(name) for name in cycle)}",
                "remove one of the dependencies",
            )
    if "workflowTemplateRef" not in spec:
        yield from _parameters(manifest, route, spec)


def _no_template(route: Route, name: str, names: set[str]) -> Hit:
    have = ", ".join(f"`{shown(found)}`" for found in sorted(names)[:6])
    return Hit(route, f"there is no template `{shown(name)}`", f"write one that there is: {have}")


def _tasks(template: dict[str, Any], place: Route) -> list[tuple[Route, dict[str, Any]]]:
    """The steps or tasks of a template, with their places."""
    found: list[tuple[Route, dict[str, Any]]] = [
        ((*place, "dag", "tasks", index), mapping(task))
        for index, task in enumerate(sequence(mapping(template.get("dag")).get("tasks")))
    ]
    for index, group in enumerate(sequence(template.get("steps"))):
        for inner, step in enumerate(sequence(group)):
            found.append(((*place, "steps", index, inner), mapping(step)))
    return found


_NAME = re.compile(r"[A-Za-z0-9_-]+")


def _waits(task: dict[str, Any]) -> list[str]:
    """The tasks in the condition `depends`: `a.Succeeded && (b || !c.Failed)`."""
    depends = task.get("depends")
    if not isinstance(depends, str) or "{{" in depends:
        return []
    return _NAME.findall(re.sub(r"\.[A-Za-z]+", "", depends))


def _depends(where: Route, task: dict[str, Any], known: list[str]) -> Iterator[Hit]:
    for name in _waits(task):
        if name not in known:
            have = ", ".join(f"`{shown(found)}`" for found in known[:6])
            yield Hit(
                (*where, "depends"),
                f"there is no task `{shown(name)}` in this DAG",
                f"write one that there is: {have}",
            )
            return


def _cycle(tasks: list[tuple[Route, dict[str, Any]]]) -> list[str]:
    """Tasks that wait for each other, the first again at the end."""
    known = {str(task.get("name")) for _, task in tasks}
    after: dict[str, list[str]] = {}
    for _, task in tasks:
        waits = [name for name in sequence(task.get("dependencies")) if isinstance(name, str)]
        waits += _waits(task)
        after[str(task.get("name"))] = [name for name in waits if name in known]
    done: set[str] = set()
    for start in after:
        path: list[str] = []
        stack = [(start, iter(after[start]))] if start not in done else []
        path += [start] if stack else []
        while stack:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                done.add(name)
                stack.pop()
                path.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            elif following not in done:
                stack.append((following, iter(after.get(following, []))))
                path.append(following)
    return []


def _parameters(manifest: Manifest, route: Route, spec: dict[str, Any]) -> Iterator[Hit]:
    """Parameters that nothing defines."""

    def named(value: Any) -> set[str]:
        found = sequence(mapping(value).get("parameters"))
        return {f"parameters.{mapping(item).get('name')}" for item in found} | {
            f"artifacts.{mapping(item).get('name')}"
            for item in sequence(mapping(value).get("artifacts"))
        }

    of_workflow = named(spec.get("arguments"))
    whole = "Template" not in manifest.kind
    for number, template in enumerate(sequence(spec.get("templates"))):
        place = (*route, "templates", number)
        inputs = named(mapping(template).get("inputs"))
        tasks = [str(task.get("name")) for _, task in _tasks(mapping(template), place)]
        for where, text in _texts(template, place):
            for asked in _INNER.findall(text):
                parts = asked.split(".")
                wrong = ""
                if (
                    len(parts) >= 3
                    and parts[0] == "inputs"
                    and parts[1] in ("parameters", "artifacts")
                ):
                    if ".".join(parts[1:3]) not in inputs:
                        wrong = "this template has no such input"
                elif whole and asked.startswith("workflow.parameters.") and len(parts) == 3:
                    if ".".join(parts[1:3]) not in of_workflow:
                        wrong = "the workflow has no such argument"
                elif (
                    parts[0] in ("tasks", "steps")
                    and len(parts) > 2
                    and tasks
                    and parts[1] not in (*tasks, "name")
                ):
                    wrong = f"there is no {parts[0][:-1]} `{shown(parts[1])}` here"
                if wrong:
                    yield Hit(
                        where,
                        f"`{{{{{shown(asked)}}}}}` stands for nothing: {wrong}",
                        "declare it, or write the name of one that is declared",
                    )


def _texts(value: Any, route: Route) -> Iterator[tuple[Route, str]]:
    """Every text in a value, with its place; templates written in a task are for themselves."""
    if isinstance(value, str):
        if "{{" in value:
            yield route, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key != "inline":
                yield from _texts(item, (*route, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*route, index))


@rule(
    "argo/workflow-without-end",
    "warning",
    rows=("C16",),
    kinds=("Workflow", "CronWorkflow"),
    follows=("gpu/no-deadline",),
)
def workflow_without_end(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """A Workflow may run for ever, or stays for ever when it is done."""
    route, spec = _workflow(manifest)
    if not spec or "workflowTemplateRef" in spec:
        return
    templates = [mapping(template) for template in sequence(spec.get("templates"))]
    ends = "activeDeadlineSeconds" in spec or (
        templates
        and all(
            "activeDeadlineSeconds" in template
            for template in templates
            if not {"dag", "steps", "suspend"} & set(template)
        )
    )
    if not ends:
        yield Hit(
            route,
            "nothing ends it when it hangs: its pods keep their nodes and GPUs",
            "write `activeDeadlineSeconds`, as 14400 for four hours",
            of_key=True,
        )
    if "ttlStrategy" not in spec and "podGC" not in spec:
        yield Hit(
            route,
            "the Workflow and its pods stay when it is done",
            "write `ttlStrategy: {secondsAfterCompletion: 86400}` and "
            "`podGC: {strategy: OnPodCompletion}`",
            of_key=True,
        )
