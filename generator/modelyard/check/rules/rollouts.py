"""Argo Rollouts: Services, and analyses that decide whether a rollout goes on."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from modelyard.check.links import service_named, services, together
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import Hit, rule
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.findings import Route


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
