"""Autoscalers: what they scale, what they go by, and who else decides the number of pods.

Facts: kubernetes.io, Horizontal Pod Autoscaling; keda.sh, ScaledObject specification; kserve.github.io,
Autoscaling; argo-cd.readthedocs.io, Diffing; argoproj.github.io/argo-rollouts, HPA.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from modelyard.check.applications import applications, sync_options
from modelyard.check.links import is_opaque, together
from modelyard.check.objects import mapping, sequence
from modelyard.check.rule import BESIDE_PODS, Claim, Hit, rule
from modelyard.check.scaling import RESOURCES, autoscalers, same_namespace, target_of
from modelyard.check.timing import whole
from modelyard.findings import Fix
from modelyard.load.suggest import did_you_mean
from modelyard.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.check.objects import Manifest, Objects
    from modelyard.check.rule import Context
    from modelyard.check.scaling import Autoscaler

_GROUPS = {
    "Deployment": "apps",
    "StatefulSet": "apps",
    "ReplicaSet": "apps",
    "Rollout": "argoproj.io",
}
"""Kinds that are scaled mostly, and the group of each."""

_SPELT = {kind.lower(): kind for kind in _GROUPS}

_WITHOUT_SCALE = frozenset(
    ("DaemonSet", "Job", "CronJob", "Pod", "Service", "InferenceService", "PodTemplate")
)
"""Kinds that have no number of pods to set."""

_VERSIONS = {"apps": "apps/v1", "argoproj.io": "argoproj.io/v1alpha1"}
_MAKERS = (
    (
        re.compile(r"(.+?)-(?:predictor|transformer|explainer)(?:-default|-canary)?"),
        "serving.kserve.io",
        "InferenceService",
        "set its bounds there, or annotate it `serving.kserve.io/autoscalerClass: external`",
    ),
    (
        re.compile(r"(.+)-\d{5}-deployment"),
        "serving.knative.dev",
        "Service",
        "annotate its template `autoscaling.knative.dev/min-scale` and `max-scale`",
    ),
)
"""Names that controllers give to Deployments, and what to write instead of an autoscaler for them."""
_OWN_SCALER = ("external", "none")


@rule(
    "autoscaling/wrong-target",
    "error",
    scope="release",
    rows=("A10",),
    aliases=("gatekeeper/horizontalpodautoscaler",),
    can_fix=True,
)
def wrong_target(objects: Objects, _context: Context) -> Iterator[Hit]:
    """An autoscaler refers to something that it cannot scale.

    It names another kind or group than its target is of, a kind without a scale, or a Deployment that
    KServe, Knative or a Rollout sets the replicas of.
    """
    named = _named(objects)
    for scaler in autoscalers(objects):
        hit = _wrong(objects, scaler, named.get(scaler.name, []))
        if hit is not None:
            yield hit


def _named(objects: Objects) -> dict[str, list[Manifest]]:
    """The workloads, by name."""
    found: dict[str, list[Manifest]] = {}
    for manifest in objects.manifests:
        if manifest.kind in _GROUPS or manifest.kind in _WITHOUT_SCALE or manifest.pods:
            found.setdefault(manifest.name, []).append(manifest)
    return found


def _wrong(objects: Objects, scaler: Autoscaler, named: list[Manifest]) -> Hit | None:
    """What is wrong with the reference of an autoscaler."""
    near = [found for found in named if together(found.namespace, scaler.manifest.namespace)]
    wanted = _GROUPS.get(scaler.kind)
    if wanted == scaler.group and any(found.kind == scaler.kind for found in near):
        return _managed(objects, scaler)
    if spelt := _SPELT.get(scaler.kind):
        return _refers(scaler, spelt, _VERSIONS[_GROUPS[spelt]])
    if wanted is None and scaler.kind not in _WITHOUT_SCALE:
        return None
    scaled = [found for found in near if found.kind in _GROUPS]
    if len(scaled) == 1:
        return _refers(scaler, scaled[0].kind, _VERSIONS[_GROUPS[scaled[0].kind]])
    if wanted is None:
        return Hit(
            (*scaler.route, "kind"),
            f"{shown(scaler.kind)} is a kind without replicas that an autoscaler could set",
            "name the Deployment, StatefulSet or Rollout that is to be scaled",
            scaler.manifest,
        )
    if scaler.group != wanted:
        return _refers(scaler, scaler.kind, _VERSIONS[wanted])
    return _managed(objects, scaler)


def _refers(scaler: Autoscaler, kind: str, version: str) -> Hit:
    """A reference of another kind or group than what has the name."""
    wrong = "kind" if kind != scaler.kind else "apiVersion"
    told = f"{shown(scaler.kind)} of the group `{shown(scaler.group or 'core')}`"
    return Hit(
        (*scaler.route, wrong),
        f"{shown(scaler.name)} is a {kind} of `{shown(version)}`, and no {told}: "
        "the autoscaler finds nothing to scale",
        f"write `apiVersion: {shown(version)}` and `kind: {kind}`",
        scaler.manifest,
        fix=Fix(
            put=(
                ((*scaler.route, "apiVersion"), version),
                ((*scaler.route, "kind"), kind),
            )
        ),
    )


def _managed(objects: Objects, scaler: Autoscaler) -> Hit | None:
    """A Deployment whose replicas another controller sets."""
    space = scaler.manifest.namespace
    if scaler.kind != "Deployment":
        return None
    for rollout in objects.of("Rollout"):
        ref = mapping(rollout.spec.get("workloadRef"))
        told = (ref.get("kind"), ref.get("name"))
        if told == (scaler.kind, scaler.name) and together(rollout.namespace, space):
            return Hit(
                (*scaler.route, "kind"),
                f"Rollout {shown(rollout.name)} takes its pods from this Deployment, and scales it "
                "down to nothing",
                f"write `apiVersion: {_VERSIONS['argoproj.io']}`, `kind: Rollout` and "
                f"`name: {shown(rollout.name)}`",
                scaler.manifest,
            )
    for pattern, group, kind, instead in _MAKERS:
        found = pattern.fullmatch(scaler.name)
        for maker in objects.of(kind) if found is not None else ():
            own = maker.annotations.get("serving.kserve.io/autoscalerClass") in _OWN_SCALER
            if found is None or own or maker.group != group or not together(maker.namespace, space):
                continue
            if found[1] == maker.name or (kind == "Service" and found[1].startswith(maker.name)):
                return Hit(
                    (*scaler.route, "name"),
                    f"{kind} {shown(maker.name)} makes this Deployment, and scales it by itself",
                    instead,
                    scaler.manifest,
                )
    return None


@rule(
    "autoscaling/unknown-target",
    "error",
    scope="release",
    rows=("A01",),
    aliases=(
        "kube-linter/dangling-horizontalpodautoscaler",
        "kube-score/horizontalpodautoscaler-has-target",
        "gatekeeper/horizontalpodautoscaler",
    ),
)
def unknown_target(objects: Objects, _context: Context) -> Iterator[Hit]:
    """An autoscaler scales something that does not exist.

    Asked where workloads of the namespace are among the objects, and none that make others.
    """
    named = _named(objects)
    for scaler in autoscalers(objects):
        if scaler.kind not in _GROUPS or target_of(objects, scaler) is not None:
            continue
        space = scaler.manifest.namespace
        near = [found for found in objects.of(*_GROUPS) if together(found.namespace, space)]
        if not near or is_opaque(objects, space) or "{{" in scaler.name:
            continue
        if _wrong(objects, scaler, named.get(scaler.name, [])) is None:
            same = sorted({found.name for found in near if found.kind == scaler.kind})
            yield Hit(
                (*scaler.route, "name"),
                f"there is no {scaler.kind} `{shown(scaler.name)}` in this namespace",
                did_you_mean(scaler.name, same, what=scaler.kind),
                scaler.manifest,
            )


def _replicas(objects: Objects, context: Context) -> Iterator[Claim]:
    plan = context.plan
    serving = plan.spec.serving if plan is not None else None
    if serving is not None and serving.autoscaling is not None and serving.autoscaling.handover:
        return
    for scaler in autoscalers(objects):
        workload = target_of(objects, scaler)
        if workload is not None and whole(workload.spec.get("replicas")):
            told = (workload.kind, workload.name, scaler.manifest.kind, scaler.manifest.name)
            yield Claim("fixed", told, ("spec", "replicas"), workload)
    for manifest, route, spec in applications(objects):
        if "RespectIgnoreDifferences=true" in sync_options(spec):
            patch = manifest.spec.get("templatePatch")
            if isinstance(patch, str) and "ignoreDifferences" in patch:
                yield Claim("left", ("*", ""), route, manifest)
            for found in sequence(spec.get("ignoreDifferences")):
                if _leaves_replicas(mapping(found)):
                    whose = (str(found.get("kind") or "*"), str(found.get("name") or ""))
                    yield Claim("left", whose, route, manifest)


def _leaves_replicas(difference: dict[str, Any]) -> bool:
    """Whether Argo CD leaves the replicas to whoever set them."""
    paths = [
        *sequence(difference.get("jsonPointers")),
        *sequence(difference.get("jqPathExpressions")),
    ]
    managers = sequence(difference.get("managedFieldsManagers"))
    return bool({"/spec/replicas", ".spec.replicas"} & {str(path) for path in paths}) or (
        "kube-controller-manager" in managers
    )


@rule(
    "autoscaling/fixed-replicas",
    "error",
    scope="environment",
    rows=("A02",),
    aliases=("kube-score/deployment-targeted-by-hpa-does-not-have-replicas-configured",),
    gather=_replicas,
    unread=BESIDE_PODS,
)
def fixed_replicas(claims: list[Claim], _context: Context) -> Iterator[Hit]:
    """Git says how many replicas there are, and so does an autoscaler.

    Nothing is said where an Application that respects it ignores the difference in `replicas`.
    """
    left = {(claim.value[0], claim.value[1]) for claim in claims if claim.key == "left"}
    for claim in claims:
        if claim.key != "fixed":
            continue
        kind, name, scaler, called = claim.value
        if left & {("*", ""), ("*", name), (kind, ""), (kind, name)}:
            continue
        yield Hit(
            claim.route,
            f"{scaler} {shown(called)} sets the replicas of this {kind}, and each sync sets them back",
            "leave `replicas` out of git, first letting Argo CD ignore the field: Kubernetes takes "
            "missing replicas for 1",
            claim.manifest,
        )


@rule(
    "autoscaling/two-autoscalers",
    "error",
    scope="release",
    rows=("A03",),
    aliases=(
        "kyverno/prevent-duplicate-hpa",
        "kyverno/prevent-duplicate-vpa",
        "kyverno/check-vpa-configuration",
    ),
)
def two_autoscalers(objects: Objects, _context: Context) -> Iterator[Hit]:
    """Two autoscalers decide the size of one workload."""
    first: dict[tuple[str, str, str], Autoscaler] = {}
    for scaler in autoscalers(objects):
        other = first.setdefault((scaler.manifest.namespace, scaler.kind, scaler.name), scaler)
        one, two = other.manifest, scaler.manifest
        if (one.kind, one.name) == (two.kind, two.name) or not same_namespace(one, two):
            continue
        if not _hands_over(other, scaler):
            yield Hit(
                (*scaler.route, "name"),
                f"{one.kind} {shown(one.name)} scales {scaler.kind} {shown(scaler.name)} too: "
                "each undoes what the other does",
                "keep one, with the metrics of both",
                scaler.manifest,
            )
    yield from _vertical(objects, first)


def _hands_over(hpa: Autoscaler, keda: Autoscaler) -> bool:
    """Whether KEDA takes over an HPA that is there."""
    advanced = mapping(keda.manifest.spec.get("advanced"))
    name = mapping(advanced.get("horizontalPodAutoscalerConfig")).get("name")
    told = keda.manifest.annotations.get("scaledobject.keda.sh/transfer-hpa-ownership")
    return (
        str(told).lower() == "true"
        and hpa.manifest.kind == "HorizontalPodAutoscaler"
        and name == hpa.manifest.name
    )


def _vertical(objects: Objects, scaled: dict[tuple[str, str, str], Autoscaler]) -> Iterator[Hit]:
    """Vertical autoscalers that change the requests by which a horizontal one reckons."""
    for vertical in objects.of("VerticalPodAutoscaler"):
        ref = mapping(vertical.spec.get("targetRef"))
        name, kind = ref.get("name"), ref.get("kind")
        if not isinstance(name, str) or not isinstance(kind, str):
            continue
        mode = mapping(vertical.spec.get("updatePolicy")).get("updateMode", "Auto")
        scaler = scaled.get((vertical.namespace, kind, name))
        if scaler is None or mode in ("Off", "Initial"):
            continue
        shared = sorted(_controlled(vertical) & {name for _, name, _ in scaler.utilisations()})
        if shared:
            yield Hit(
                ("spec", "targetRef"),
                f"it changes the requests for {' and '.join(shared)}, by which "
                f"{scaler.manifest.kind} {shown(scaler.manifest.name)} reckons: they chase each other",
                "scale by another metric, or write `updateMode: Off`",
                vertical,
            )


def _controlled(vertical: Manifest) -> set[str]:
    """The resources whose requests a vertical autoscaler changes."""
    policies = sequence(mapping(vertical.spec.get("resourcePolicy")).get("containerPolicies"))
    found: set[str] = set()
    for policy in [mapping(each) for each in policies] or [{}]:
        if policy.get("mode") != "Off":
            named = policy.get("controlledResources")
            found |= {str(name) for name in named} if isinstance(named, list) else set(RESOURCES)
    return found
