"""Argo CD, Argo Workflows and Argo Rollouts."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from modelyard.check.applications import applications, sources, sync_options
from modelyard.check.links import service_named, services, together
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Claim, Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route


def _owned(objects: Objects, _context: Context) -> Iterator[Claim]:
    for manifest, route, spec in applications(objects):
        to = mapping(spec.get("destination"))
        place = [str(to.get(key)) for key in ("server", "name", "namespace")]
        for at_source, source in sources(spec):
            url = str(source.get("repoURL")).removesuffix(".git").rstrip("/")
            what = source.get("path") or source.get("chart")
            if not isinstance(what, str) or "{{" in f"{what} {place} {url}":
                continue
            helm = mapping(source.get("helm"))
            name = helm.get("releaseName") or (manifest.name if source.get("chart") else "")
            key = "path" if source.get("path") else "chart"
            revision = str(source.get("targetRevision"))
            settings = json.dumps(
                {k: v for k, v in source.items() if k in ("kustomize", "directory", "plugin")},
                default=str,
                sort_keys=True,
            )
            said = f"{what.strip('/')} for {to.get('namespace') or 'its namespaces'}"
            yield Claim(
                f"{url} {what.strip('./')} {place} {name} {settings}",
                (said, manifest.name, revision),
                (*route, *at_source, key),
                manifest,
            )


@rule("argo/owned-twice", "error", scope="environment", rows=("C06",), gather=_owned)
def owned_twice(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """Two Applications sync the same objects to the same place, against each other."""
    first: dict[str, Claim] = {}
    for claim in claims:
        if claim.key in first and first[claim.key].manifest is not claim.manifest:
            other = first[claim.key].manifest
            yield Hit(
                claim.route,
                f"{other.kind} {shown(other.name)} syncs {shown(claim.value[0])} too: each undoes "
                "what the other does",
                f"remove one of them, or give {shown(claim.manifest.name)} another path or destination",
                claim.manifest,
            )
        first.setdefault(claim.key, claim)


@rule(
    "argo/fixed-application-name",
    "error",
    rows=("C06",),
    kinds=("ApplicationSet",),
)
def fixed_application_name(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """An ApplicationSet gives all its Applications one name."""
    generators = sequence(manifest.spec.get("generators"))
    name = mapping(mapping(manifest.spec.get("template")).get("metadata")).get("name")
    if not isinstance(name, str) or "{{" in name or not generators:
        return
    if "name" in str(manifest.spec.get("templatePatch") or ""):
        return
    only = mapping(generators[0])
    elements = mapping(only.get("list")).get("elements")
    if len(generators) == 1 and isinstance(elements, list) and len(elements) == 1:
        return
    dotted = ".name" if manifest.spec.get("goTemplate") is True else "name"
    yield Hit(
        ("spec", "template", "metadata", "name"),
        f"each Application that is generated is called `{shown(name)}`: there can be one",
        f'write what tells them apart, as `"{shown(name)}-{{{{ {dotted} }}}}"`',
    )


_WAVE = "argocd.argoproj.io/sync-wave"
_HOOK = "argocd.argoproj.io/hook"


def _wave(manifest: Manifest) -> int:
    try:
        return int(str(manifest.annotations.get(_WAVE, "0")))
    except ValueError:
        return 0


def _phase(manifest: Manifest) -> int:
    """When an object is synced: before all others, with them, or after them."""
    hook = str(manifest.annotations.get(_HOOK, ""))
    if "PreSync" in hook:
        return 0
    if "PostSync" in hook or "SyncFail" in hook or "PostDelete" in hook:
        return 2
    return 1


def _needed(manifest: Manifest) -> Iterator[tuple[tuple[str, ...], str]]:
    """What the pods of an object cannot start without: kinds, and a name."""
    secret = ("Secret", "ExternalSecret", "SealedSecret")
    for pod in manifest.pods:
        account = pod.spec.get("serviceAccountName")
        if isinstance(account, str):
            yield ("ServiceAccount",), account
        for volume in sequence(pod.spec.get("volumes")):
            volume = mapping(volume)
            yield ("ConfigMap",), str(mapping(volume.get("configMap")).get("name") or "")
            yield secret, str(mapping(volume.get("secret")).get("secretName") or "")
            claim = mapping(volume.get("persistentVolumeClaim")).get("claimName")
            yield ("PersistentVolumeClaim",), str(claim or "")
        for container in pod.containers:
            for item in sequence(container.value.get("env")):
                source = mapping(mapping(item).get("valueFrom"))
                yield ("ConfigMap",), str(mapping(source.get("configMapKeyRef")).get("name") or "")
                yield secret, str(mapping(source.get("secretKeyRef")).get("name") or "")
            for item in sequence(container.value.get("envFrom")):
                yield (
                    ("ConfigMap",),
                    str(mapping(mapping(item).get("configMapRef")).get("name") or ""),
                )
                yield secret, str(mapping(mapping(item).get("secretRef")).get("name") or "")


def _made(objects: Objects) -> dict[tuple[str, str], list[Manifest]]:
    """What each kind and name stands for: the object, and the Secret that another one makes."""
    found: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for manifest in objects.manifests:
        target = mapping(manifest.spec.get("target")).get("name")
        for name in {manifest.name, target} if isinstance(target, str) else {manifest.name}:
            found[manifest.kind, name].append(manifest)
    return found


def _defined(objects: Objects) -> dict[tuple[str, str], list[Manifest]]:
    """The definitions of groups and kinds."""
    found: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for definition in objects.of("CustomResourceDefinition"):
        kind = mapping(definition.spec.get("names")).get("kind")
        found[str(definition.spec.get("group")), str(kind)].append(definition)
    return found


@rule("argo/wave-order", "warning", scope="release", rows=("C07",))
def wave_order(objects: Objects, _context: Context) -> Iterator[Hit]:
    """An object is synced before what it needs, and the sync waits for it.

    A wave ends when its objects are healthy; hooks of PreSync go before all waves (Argo CD, Sync
    Phases and Waves).
    """
    made, defined = _made(objects), _defined(objects)
    for manifest in objects.manifests:
        needs = [
            found
            for kinds, name in (_needed(manifest) if manifest.pods else ())
            if name
            for kind in kinds
            for found in made.get((kind, name), ())
            if together(found.namespace, manifest.namespace)
        ]
        needs += objects.named("Namespace", manifest.namespace) if manifest.namespace else []
        needs += defined.get((manifest.group, manifest.kind), ())
        mine = (_phase(manifest), _wave(manifest))
        late = next((f for f in needs if (_phase(f), _wave(f)) > mine and f is not manifest), None)
        if late is None:
            continue
        what = f"{late.kind} {shown(late.name)}"
        if _phase(late) > mine[0]:
            yield Hit(
                ("metadata", "annotations", _HOOK),
                f"the hook runs before {what} is there, which it needs",
                f"make {what} a PreSync hook of an earlier wave, or this one a Sync hook",
                manifest,
            )
        else:
            key = _WAVE if _WAVE in manifest.annotations else None
            where: Route = ("metadata", "annotations", key) if key else ("metadata", "annotations")
            holder = manifest
            if key is None:
                holder, where = late, ("metadata", "annotations", _WAVE)
            yield Hit(
                where,
                f"{manifest.kind} {shown(manifest.name)} is of wave {mine[1]}, and {what}, which it "
                f"needs, of wave {_wave(late)}",
                f'write `{_WAVE}: "{_wave(late) + 1}"` for the {manifest.kind}'
                if key
                else f'write `{_WAVE}: "{mine[1] - 1}"`',
                holder,
            )


@rule("argo/replicas-fight", "error", scope="release", rows=("C09",))
def replicas_fight(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Replicas are ignored when comparing, and yet written at each sync.

    Without `RespectIgnoreDifferences=true` a sync applies what git says, and takes back what the
    autoscaler did (Argo CD, Diffing). Where git says nothing of replicas, there is nothing to take.
    """
    workloads = objects.of("Deployment", "StatefulSet", "Rollout")
    if workloads and not any("replicas" in workload.spec for workload in workloads):
        return
    for manifest, route, spec in applications(objects):
        if any(option == "RespectIgnoreDifferences=true" for option in sync_options(spec)):
            continue
        for number, found in enumerate(sequence(spec.get("ignoreDifferences"))):
            for key in ("jsonPointers", "jqPathExpressions"):
                for place, path in enumerate(sequence(mapping(found).get(key))):
                    if path in ("/spec/replicas", ".spec.replicas"):
                        yield Hit(
                            (*route, "ignoreDifferences", number, key, place),
                            "the difference is not shown, but each sync writes the replicas of git "
                            "over those of the autoscaler",
                            "add `RespectIgnoreDifferences=true` to `syncPolicy.syncOptions`, or "
                            "leave `replicas` out of git",
                            manifest,
                        )


_LARGE = {
    "kube-prometheus-stack": "prometheuses.monitoring.coreos.com",
    "prometheus-operator-crds": "prometheuses.monitoring.coreos.com",
    "external-secrets": "secretstores.external-secrets.io",
    "keda": "scaledjobs.keda.sh",
    "kserve-crd": "inferenceservices.serving.kserve.io",
    "kuberay-operator": "rayservices.ray.io",
    "argo-workflows": "workflows.argoproj.io",
}
"""Charts with definitions that are too large for an annotation, as their own notes say."""

_LIMIT = 262144
"""What all annotations of an object may have together, in bytes (Kubernetes, ValidateAnnotations)."""


_MOST = 1 << 20
"""The bytes of data that a ConfigMap or a Secret may have (kubernetes.io, ConfigMaps)."""


@rule("argo/too-large-to-apply", "warning", scope="release", rows=("C11", "T16"))
def too_large_to_apply(objects: Objects, _context: Context) -> Iterator[Hit]:
    """An object is larger than the annotation that a client-side apply puts it into.

    Argo CD then says `metadata.annotations: Too long`; a server-side apply needs no annotation.
    """
    for manifest in objects.of("ConfigMap", "Secret"):
        size = sum(
            len(text.encode("utf-8", "surrogatepass"))
            for key in ("data", "stringData", "binaryData")
            for text in mapping(manifest.value.get(key)).values()
            if isinstance(text, str)
        )
        if size > _MOST:
            yield Hit(
                ("data",),
                f"{size // 1024} KiB of data, and the server takes {_MOST // 1024} of a {manifest.kind}",
                "split it, or put the data where files belong: a volume, a bucket, an image",
                manifest,
            )
    served = True
    for manifest, route, spec in applications(objects):
        served = "ServerSideApply=true" in sync_options(spec)
        for at_source, source in sources(spec):
            chart = source.get("chart")
            if not served and isinstance(chart, str) and chart in _LARGE and not _skips(source):
                yield Hit(
                    (*route, *at_source, "chart"),
                    f"{shown(chart)} brings {_LARGE[chart]}: too large for a client-side apply",
                    "add `ServerSideApply=true` to `syncPolicy.syncOptions`",
                    manifest,
                )
    for manifest in () if served else objects.manifests:
        size = len(json.dumps(manifest.value, default=str))
        asked = str(manifest.annotations.get("argocd.argoproj.io/sync-options"))
        if size > _LIMIT and "ServerSideApply=true" not in asked and "Replace=true" not in asked:
            yield Hit(
                ("kind",),
                f"{size // 1024} KiB do not fit into the annotation of a client-side apply",
                "add `ServerSideApply=true` to `argocd.argoproj.io/sync-options`",
                manifest,
            )


def _skips(source: dict[str, Any]) -> bool:
    """Whether a chart is installed without its definitions."""
    helm = mapping(source.get("helm"))
    values = mapping(helm.get("valuesObject"))
    crds = mapping(values.get("crds")).get("enabled")
    return helm.get("skipCrds") is True or crds is False or values.get("installCRDs") is False


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


@rule("argo/rollout-services", "error", scope="release", rows=("C17",))
def rollout_services(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A Rollout splits traffic between Services that do not exist, or are one.

    Where traffic is routed, both Services are needed (Argo Rollouts, Traffic Management).
    """
    for rollout in objects.of("Rollout"):
        strategy = mapping(rollout.spec.get("strategy"))
        for kind, (old, new) in {
            "canary": ("stableService", "canaryService"),
            "blueGreen": ("activeService", "previewService"),
        }.items():
            found = mapping(strategy.get(kind))
            route = ("spec", "strategy", kind)
            if found.get(old) and found.get(old) == found.get(new):
                yield Hit(
                    (*route, new),
                    f"`{old}` and `{new}` are one Service: there is nothing to switch between",
                    f"write a Service of its own for `{new}`",
                    rollout,
                )
                continue
            routed = found.get("trafficRouting")
            if kind == "canary" and isinstance(routed, dict) and routed and "plugins" not in routed:
                for key in (old, new):
                    if key not in found:
                        yield Hit(
                            (*route, "trafficRouting"),
                            f"traffic is routed, and no `{key}` says whereto",
                            f"write `{key}`",
                            rollout,
                            of_key=True,
                        )
            near = [s for s in services(objects) if together(s.namespace, rollout.namespace)]
            for key in (old, new):
                name = found.get(key)
                if (
                    isinstance(name, str)
                    and near
                    and not service_named(objects, rollout.namespace, name)
                ):
                    have = ", ".join(f"`{shown(s.name)}`" for s in near[:4])
                    yield Hit(
                        (*route, key),
                        f"there is no Service `{shown(name)}` here",
                        f"write one that there is: {have}",
                        rollout,
                    )


def _analyses(rollout: Manifest) -> Iterator[tuple[Route, dict[str, Any]]]:
    """The references of a Rollout to analysis templates."""
    strategy = mapping(rollout.spec.get("strategy"))
    canary, other = mapping(strategy.get("canary")), mapping(strategy.get("blueGreen"))
    places: list[tuple[Route, Any]] = [
        (("canary", "analysis"), canary.get("analysis")),
        (("blueGreen", "prePromotionAnalysis"), other.get("prePromotionAnalysis")),
        (("blueGreen", "postPromotionAnalysis"), other.get("postPromotionAnalysis")),
    ]
    for number, step in enumerate(sequence(canary.get("steps"))):
        places.append((("canary", "steps", number, "analysis"), mapping(step).get("analysis")))
        for inner, found in enumerate(
            sequence(mapping(mapping(step).get("experiment")).get("analyses"))
        ):
            where = ("canary", "steps", number, "experiment", "analyses", inner)
            places.append((where, {"templates": [found], "_inner": True}))
    for route, analysis in places:
        for index, item in enumerate(sequence(mapping(analysis).get("templates"))):
            inner_route: Route = () if "_inner" in mapping(analysis) else ("templates", index)
            yield ("spec", "strategy", *route, *inner_route), mapping(item)


@rule("argo/unknown-analysis", "error", scope="release", rows=("C17",))
def unknown_analysis(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A Rollout is judged by an AnalysisTemplate that does not exist.

    Asked where AnalysisTemplates are among the objects.
    """
    known = objects.of("AnalysisTemplate")
    for rollout in objects.of("Rollout"):
        near = [found for found in known if together(found.namespace, rollout.namespace)]
        for route, item in _analyses(rollout):
            name = item.get("templateName")
            if item.get("clusterScope") or not isinstance(name, str) or not near:
                continue
            if name not in [found.name for found in near]:
                have = ", ".join(f"`{shown(found.name)}`" for found in near[:4])
                yield Hit(
                    (*route, "templateName"),
                    f"there is no AnalysisTemplate `{shown(name)}` here",
                    f"write one that there is: {have}",
                    rollout,
                )


_LENIENT = re.compile(
    r"isNaN\s*\([^)]*\)\s*\|\||\|\|\s*isNaN|len\s*\(\s*result\s*\)\s*(==\s*0|<\s*1)"
)


@rule(
    "argo/empty-is-success",
    "error",
    rows=("C18",),
    kinds=("AnalysisTemplate", "ClusterAnalysisTemplate"),
)
def empty_is_success(manifest: Manifest, _context: Context) -> Iterator[Hit]:
    """An analysis succeeds when it measured nothing.

    Without conditions every measurement is a success; with a `failureCondition` alone, all that
    is not a failure is one, and no number is greater than NaN (Argo Rollouts, Analysis).
    """
    dry = [mapping(item).get("metricName") for item in sequence(manifest.spec.get("dryRun"))]
    for number, metric in enumerate(sequence(manifest.spec.get("metrics"))):
        metric = mapping(metric)
        provider = mapping(metric.get("provider"))
        if not provider or {"job", "kayenta", "web"} & set(provider) or metric.get("name") in dry:
            continue
        route: Route = ("spec", "metrics", number)
        success, failure = metric.get("successCondition"), metric.get("failureCondition")
        if isinstance(success, str) and _LENIENT.search(success):
            yield Hit(
                (*route, "successCondition"),
                "no traffic, or a misspelt query, counts as success: the release goes on unjudged",
                "leave that part out; an empty answer is then an error, which `consecutiveErrorLimit` "
                "counts",
            )
        elif not success and isinstance(failure, str) and "/" in _query(provider):
            yield Hit(
                (*route, "failureCondition"),
                "whatever is not a failure is a success, and so is NaN, which a division by no requests is",
                "write a `successCondition`, as `result[0] <= 0.05`",
            )
        elif not success and not failure:
            yield Hit(
                route,
                "no condition: every measurement is a success",
                "write a `successCondition`, as `result[0] >= 0.99`",
            )


def _query(provider: dict[str, Any]) -> str:
    return str(mapping(provider.get("prometheus")).get("query"))


@rule("argo/analysis-without-end", "error", scope="release", rows=("C18",))
def analysis_without_end(objects: Objects, _context: Context) -> Iterator[Hit]:
    """A step waits for an analysis that measures for ever.

    With `interval` and without `count` an analysis goes on until it is stopped: right in the
    background, never in a step (Argo Rollouts, Analysis).
    """
    waited: dict[str, list[Manifest]] = defaultdict(list)
    for rollout in objects.of("Rollout"):
        for route, item in _analyses(rollout):
            if "steps" in route or "blueGreen" in route:
                waited[str(item.get("templateName"))].append(rollout)
    for template in objects.of("AnalysisTemplate", "ClusterAnalysisTemplate"):
        for number, metric in enumerate(sequence(template.spec.get("metrics"))):
            metric = mapping(metric)
            if template.name in waited and metric.get("interval") and "count" not in metric:
                rollout = waited[template.name][0]
                yield Hit(
                    ("spec", "metrics", number, "interval"),
                    f"Rollout {shown(rollout.name)} waits for it in a step, and it measures for ever",
                    "write `count`, as 5",
                    template,
                )
