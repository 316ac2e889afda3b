"""Changes that do harm, one by one on what the renderer makes: the kind, the level and the words of each."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest

from modelyard.diff.comparison import KINDS
from tests.diff.trees import drop, golden, judged, put, reverse

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.diff.trees import Tree

SERVER = ("spec", "template", "spec", "containers", 0)
POD = ("spec", "template", "spec")
RULES = ("spec", "groups", 0, "rules")
HTTP = ("spec", "http", 0)
OPERATION = ("spec", "rules", 0, "to", 0, "operation")


def thing(kind: str, api: str = "v1", name: str = "thing", **body: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "ml-production", **body.pop("metadata", {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **body}


def extra(before: dict[str, Any] | None, after: dict[str, Any] | None) -> tuple[Any, Any]:
    """An object beside the rendered ones, on either side or both."""

    def edits(found: dict[str, Any] | None) -> Callable[[Tree], None]:
        return lambda tree: tree.update({"extra.yaml": copy.deepcopy(found)} if found else {})

    return edits(before), edits(after)


def changed(found: dict[str, Any], *route: Any) -> tuple[Any, Any]:
    """An object beside the rendered ones, in which one value becomes another, or goes (`None`)."""
    after = {"extra.yaml": copy.deepcopy(found)}
    *steps, value = route
    (drop("extra.yaml", *steps) if value is None else put("extra.yaml", *steps, value))(after)
    return extra(found, after["extra.yaml"])


CLAIM = thing(
    "PersistentVolumeClaim",
    spec={
        "storageClassName": "fast",
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "10Gi"}},
    },
)
KEPT = thing(
    "PersistentVolumeClaim",
    metadata={"annotations": {"argocd.argoproj.io/sync-options": "Prune=false"}},
)
STATEFUL = thing(
    "StatefulSet",
    "apps/v1",
    spec={
        "serviceName": "thing",
        "replicas": 3,
        "selector": {"matchLabels": {"app": "thing"}},
        "template": {
            "metadata": {"labels": {"app": "thing"}},
            "spec": {
                "containers": [{"name": "c", "image": "r/c:1"}],
                "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "old"}}],
            },
        },
        "volumeClaimTemplates": [
            {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}
        ],
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain"},
    },
)
JOB = thing(
    "Job",
    "batch/v1",
    spec={
        "template": {
            "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "r/c:1"}]}
        }
    },
)
HOOK = thing(
    "Job",
    "batch/v1",
    metadata={"annotations": {"argocd.argoproj.io/hook": "Sync"}},
    spec=JOB["spec"],
)
TOPIC = thing(
    "KafkaTopic",
    "kafka.strimzi.io/v1",
    spec={"topicName": "scores", "partitions": 3, "config": {"retention.ms": 604800000}},
)
ROLE = thing(
    "Role",
    "rbac.authorization.k8s.io/v1",
    rules=[{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}],
)
BINDING = thing(
    "RoleBinding",
    "rbac.authorization.k8s.io/v1",
    roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
    subjects=[{"kind": "ServiceAccount", "namespace": "ml-production", "name": "a"}],
)
FIXED = thing("ConfigMap", immutable=True, data={"a": "1"})
CRON = thing(
    "CronJob", "batch/v1", spec={"schedule": "0 3 * * 1", "jobTemplate": {"spec": JOB["spec"]}}
)
CLASS = thing(
    "StorageClass",
    "storage.k8s.io/v1",
    reclaimPolicy="Retain",
    provisioner="a",
    parameters={"type": "ssd"},
)
PRIORITY = thing("PriorityClass", "scheduling.k8s.io/v1", value=1000)
HTTP_ROUTE = thing(
    "HTTPRoute",
    "gateway.networking.k8s.io/v1",
    spec={
        "hostnames": ["a.example.com"],
        "rules": [
            {
                "backendRefs": [
                    {"name": "a", "port": 80, "weight": 90},
                    {"name": "b", "port": 80, "weight": 10},
                ]
            }
        ],
    },
)
SCALED = thing(
    "ScaledObject",
    "keda.sh/v1alpha1",
    spec={
        "scaleTargetRef": {"name": "other"},
        "maxReplicaCount": 8,
        "triggers": [{"type": "prometheus", "metadata": {"query": "up", "threshold": "5"}}],
    },
)


def before_and_after(
    after: Callable[[Tree], None], before: Callable[[Tree], None] | None = None
) -> tuple[Any, Any]:
    return before or (lambda _: None), after


def all_of(*edits: Callable[[Tree], None]) -> Callable[[Tree], None]:
    def edit(tree: Tree) -> None:
        for each in edits:
            each(tree)

    return edit


def to_autoscaler(tree: Tree) -> None:
    """A model with four pods and no autoscaler."""
    del tree["autoscaler.yaml"]
    tree["deployment.yaml"]["spec"]["replicas"] = 4


def bigger_rule(tree: Tree) -> None:
    rule = tree["alerts.yaml"]["spec"]["groups"][0]["rules"][1]
    rule["expr"] = rule["expr"].replace("> 0.5", "> 0.7")


def lower_rule(tree: Tree) -> None:
    rule = tree["alerts.yaml"]["spec"]["groups"][0]["rules"][0]
    rule["expr"] = rule["expr"].replace("< 0.85", "< 0.9")


def both_numbers(tree: Tree) -> None:
    rule = tree["alerts.yaml"]["spec"]["groups"][0]["rules"][3]
    rule["expr"] = rule["expr"].replace("> 0.0144", "> 0.02")


def new_caller(tree: Tree) -> None:
    rule = copy.deepcopy(tree["authorization-policy.yaml"]["spec"]["rules"][0])
    rule["from"][0]["source"]["principals"] = ["cluster.local/ns/crm/sa/campaigns"]
    tree["authorization-policy.yaml"]["spec"]["rules"].append(rule)
    peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "crm"}}}
    tree["network-policy.yaml"]["spec"]["ingress"][0]["from"].append(peer)


def half_a_caller(tree: Tree) -> None:
    """A caller that the mesh would let in, and the network does not."""
    new_caller(tree)
    tree["network-policy.yaml"]["spec"]["ingress"][0]["from"].pop()


def other_pods(tree: Tree) -> None:
    tree["service.yaml"]["spec"]["selector"]["modelyard.dev/track"] = "gone"


def anyone(tree: Tree) -> None:
    del tree["authorization-policy.yaml"]
    tree["network-policy.yaml"]["spec"]["ingress"].append({})


def deny(tree: Tree) -> None:
    policy = copy.deepcopy(tree["authorization-policy.yaml"])
    policy["metadata"]["name"] = "deny"
    policy["spec"].update(action="DENY", rules=[{"to": [{"operation": {"paths": ["/admin"]}}]}])
    tree["deny.yaml"] = policy


ALONE = put(
    "canary-deployment.yaml",
    "spec",
    "strategy",
    "rollingUpdate",
    {"maxSurge": 0, "maxUnavailable": 1},
)
FORCE = put(
    "deployment.yaml",
    "metadata",
    "annotations",
    "argocd.argoproj.io/sync-options",
    "Force=true,Replace=true",
)

Row = tuple[tuple[Any, Any], str, str, str]
RISKY: dict[str, Row] = {
    "a claim is removed": (extra(CLAIM, None), "data-loss", "warning", "it is removed, and the volume behind it is deleted too"),
    "a claim leaves git, and stays": (extra(KEPT, None), "data-loss", "note", r"leaves git and stays in the cluster \(`Prune=false`\)"),
    "a StatefulSet with claims is removed": (extra(STATEFUL, None), "data-loss", "warning", "its claims stay behind without an owner"),
    "claims go with their StatefulSet": (changed(STATEFUL, "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted", "Delete"), "data-loss", "warning", "data goes when its owner goes: `whenDeleted` `Retain` → `Delete`"),
    "pods get another claim": (changed(STATEFUL, *POD, "volumes", 0, "persistentVolumeClaim", "claimName", "new"), "data-loss", "warning", "volume `data` was the claim `old` and is the claim `new`"),
    "pods get a volume that does not last": (changed(STATEFUL, *POD, "volumes", 0, {"name": "data", "emptyDir": {}}), "data-loss", "warning", "is nothing that lasts: its pods no longer see that data"),
    "a topic is removed": (extra(TOPIC, None), "data-loss", "warning", "the topic is deleted with its messages"),
    "messages are kept for a shorter time": (changed(TOPIC, "spec", "config", "retention.ms", 3600000), "data-loss", "warning", "not as long: `retention.ms` `604800000` → `3600000`"),
    "a Secret is kept no longer than its source": (before_and_after(put("external-secret.yaml", "spec", "target", "deletionPolicy", "Delete")), "data-loss", "warning", "`deletionPolicy` `Retain` → `Delete`"),
    "a namespace is removed": (extra(thing("Namespace"), None), "data-loss", "warning", "everything in it is deleted"),
    "an autoscaler comes while replicas go": (before_and_after(lambda _: None, to_autoscaler), "outage", "error", "`replicas: 4` goes while an autoscaler comes: Kubernetes takes missing `replicas` for 1, so 3 of 4 pods are stopped"),
    "no pod is left": (before_and_after(put("canary-deployment.yaml", "spec", "replicas", 0)), "outage", "warning", "no pod is left of 1 pod"),
    "the server is removed": (before_and_after(all_of(drop("deployment.yaml"), drop("canary-deployment.yaml"))), "outage", "warning", "the model stops: it is removed with 3 to 20 pods"),
    "all pods at once": (before_and_after(put("deployment.yaml", "spec", "strategy", {"type": "Recreate"})), "outage", "warning", r"each rollout will leave nobody to answer: all old pods stop before a new one starts \(`Recreate`\)"),
    "the only pod": (before_and_after(all_of(put("canary-deployment.yaml", *SERVER, "image", "r/x:v2"), ALONE), ALONE), "outage", "warning", r"while its pods are replaced nobody answers, for up to 55s: its only pod may be away at once \(`maxUnavailable: 1`\)"),
    "a Service with nobody behind it": (before_and_after(other_pods), "outage", "error", "no pod is behind the Service `fraud-detection` any more: its requests fail"),
    "a schedule is halted": (changed(CRON, "spec", "suspend", True), "outage", "warning", "it is halted: `spec.suspend`"),
    "the selector of a Deployment": (before_and_after(put("deployment.yaml", "spec", "selector", "matchLabels", "a", "b")), "immutable", "error", r"`spec.selector.matchLabels.a` cannot be changed: the API server refuses it"),
    "claims of a StatefulSet": (changed(STATEFUL, "spec", "volumeClaimTemplates", 0, "spec", "resources", "requests", "storage", "2Gi"), "immutable", "error", r"`1Gi` → `2Gi`\) cannot be changed"),
    "the Service of a StatefulSet": (changed(STATEFUL, "spec", "serviceName", "other"), "immutable", "error", r"`spec.serviceName` \(`thing` → `other`\) cannot be changed"),
    "the template of a Job": (changed(JOB, *SERVER, "image", "r/c:2"), "immutable", "error", r"image` \(`r/c:1` → `r/c:2`\) cannot be changed"),
    "the template of a hook": (changed(HOOK, *SERVER, "image", "r/c:2"), "immutable", "note", "makes it anew, as with each sync"),
    "a claim that shrinks": (changed(CLAIM, "spec", "resources", "requests", "storage", "5Gi"), "immutable", "error", r"\(`10Gi` → `5Gi`\) cannot be changed so"),
    "the class of a claim": (changed(CLAIM, "spec", "storageClassName", "slow"), "immutable", "error", r"`spec.storageClassName` \(`fast` → `slow`\)"),
    "the role of a binding": (changed(BINDING, "roleRef", "name", "writer"), "immutable", "error", r"`roleRef.name` \(`reader` → `writer`\) cannot be changed"),
    "an immutable ConfigMap": (changed(FIXED, "data", "a", "2"), "immutable", "error", r"`data.a` \(`1` → `2`\) cannot be changed"),
    "the parameters of a StorageClass": (changed(CLASS, "parameters", "type", "hdd"), "immutable", "error", r"`parameters.type` \(`ssd` → `hdd`\)"),
    "the address of a Service": (before_and_after(put("service.yaml", "spec", "clusterIP", "None"), put("service.yaml", "spec", "clusterIP", "10.0.0.7")), "immutable", "error", r"`spec.clusterIP` \(`10.0.0.7` → `None`\)"),
    "the value of a priority": (changed(PRIORITY, "value", 2000), "immutable", "error", r"`value` \(`1000` → `2000`\)"),
    "an object that is made anew": (before_and_after(all_of(put("deployment.yaml", "spec", "selector", "matchLabels", "a", "b"), FORCE), FORCE), "immutable", "warning", "makes it anew"),
    "a caller more": (before_and_after(new_caller), "access", "warning", "`crm/campaigns` may now call `POST /predict` on port 8080"),
    "a caller less": (before_and_after(drop("authorization-policy.yaml", "spec", "rules", 0)), "access", "warning", "`production/api-service` may no longer call `POST /predict` on port 8080"),
    "a caller whom the network stops": (before_and_after(half_a_caller), "access", "note", "says it otherwise, and lets the same through"),
    "another method": (before_and_after(put("authorization-policy.yaml", *OPERATION, "methods", 1, "DELETE")), "access", "warning", "may now call `DELETE /predict` on port 8080"),
    "any path": (before_and_after(drop("authorization-policy.yaml", *OPERATION, "paths")), "access", "warning", "`production/api-service` may now call `POST` on port 8080"),
    "fewer paths": (before_and_after(put("authorization-policy.yaml", *OPERATION, "paths", 0, "/predict/v2")), "access", "warning", "may no longer call `POST /predict` on port 8080"),
    "anyone": (before_and_after(anyone), "access", "warning", "anyone may now call anything"),
    "a port more": (before_and_after(put("network-policy.yaml", "spec", "egress", 2, "ports", 1, {"protocol": "TCP", "port": 8443})), "access", "warning", "the model may now reach the addresses `10.30.20.0/24` on port 8443"),
    "an endpoint less": (before_and_after(drop("network-policy.yaml", "spec", "egress", 3)), "access", "warning", "may no longer reach pods `app.kubernetes.io/name=redis` of namespace `feature-store` on port 6379"),
    "a policy that denies": (before_and_after(deny), "access", "warning", "anyone is now denied to call `/admin`"),
    "a role that may more": (changed(ROLE, "rules", 0, "verbs", ["get", "delete"]), "access", "warning", "its holders may now `delete configmaps`"),
    "a role that others hold": (changed(BINDING, "subjects", 0, "name", "b"), "access", "warning", "`ServiceAccount/ml-production/b` now holds the role `reader`"),
    "a Service that the world can reach": (before_and_after(put("service.yaml", "spec", "type", "LoadBalancer")), "access", "warning", "it can now be reached from outside the cluster: type `LoadBalancer`"),
    "a pod that may more": (before_and_after(put("deployment.yaml", *SERVER, "securityContext", "privileged", True)), "access", "warning", "its pods have other rights: `containers.server..securityContext.privileged` nothing → `true`"),
    "a cloud role": (before_and_after(put("service-account.yaml", "metadata", "annotations", "eks.amazonaws.com/role-arn", "arn:x")), "access", "warning", "its pods have other rights: nothing → `arn:x`"),
    "shares of requests": (before_and_after(all_of(put("virtual-service.yaml", *HTTP, "route", 0, "weight", 50), put("virtual-service.yaml", *HTTP, "route", 1, "weight", 50))), "traffic", "warning", "requests go elsewhere: `fraud-detection` 90% → 50%, `fraud-detection-canary` 10% → 50%"),
    "shares of a route": (changed(HTTP_ROUTE, "spec", "rules", 0, "backendRefs", 1, "weight", 90), "traffic", "warning", "requests go elsewhere: `a` 90% → 50%, `b` 10% → 50%"),
    "a timeout": (before_and_after(put("virtual-service.yaml", *HTTP, "timeout", "3s")), "traffic", "warning", r"requests are given up after another time: `http.model..timeout` `1s` → `3s`"),
    "retries": (before_and_after(put("virtual-service.yaml", *HTTP, "retries", "attempts", 5)), "traffic", "warning", "sent again more or less often"),
    "a host": (before_and_after(put("virtual-service.yaml", "spec", "hosts", 1, "fraud.example.com")), "traffic", "warning", "it answers to other hosts"),
    "mutual TLS off": (before_and_after(put("destination-rule.yaml", "spec", "trafficPolicy", "tls", "mode", "DISABLE")), "traffic", "warning", "connections are secured otherwise"),
    "the port of a Service": (before_and_after(put("service.yaml", "spec", "ports", 0, "targetPort", 9000)), "traffic", "warning", "it leads to another port of its pods"),
    "a Service is removed": (before_and_after(drop("canary-service.yaml")), "traffic", "warning", "nothing leads that way any more"),
    "fewer pods": (before_and_after(put("autoscaler.yaml", "spec", "maxReplicas", 10)), "capacity", "warning", "the model has at most `20` → `10` pods"),
    "more pods": (before_and_after(put("autoscaler.yaml", "spec", "maxReplicas", 30)), "capacity", "note", "the model has at most `20` → `30` pods"),
    "scaling later": (before_and_after(put("autoscaler.yaml", "spec", "metrics", 0, "resource", "target", "averageUtilization", 95)), "capacity", "warning", "it scales at other values"),
    "a scaler's threshold": (changed(SCALED, "spec", "triggers", 0, "metadata", "threshold", "50"), "capacity", "warning", "it scales at other values"),
    "more memory": (before_and_after(put("deployment.yaml", *SERVER, "resources", "requests", "memory", "3Gi")), "capacity", "note", r"each pod asks for more memory: `1Gi` → `3Gi` \(`containers\[server\]`\)"),
    "a lower limit": (before_and_after(put("deployment.yaml", *SERVER, "resources", "limits", "memory", "2Gi")), "capacity", "warning", "each pod may use less memory: `4Gi` → `2Gi`"),
    "other nodes": (before_and_after(put("deployment.yaml", *POD, "nodeSelector", "pool", "b")), "capacity", "warning", "its pods run on other nodes"),
    "a looser budget": (before_and_after(put("disruption-budget.yaml", "spec", "maxUnavailable", 3)), "capacity", "warning", "a drain of nodes may take more pods away: `maxUnavailable` `1` → `3`"),
    "no budget": (before_and_after(drop("disruption-budget.yaml")), "capacity", "warning", "nothing limits how many pods a drain of nodes takes away"),
    "another schedule": (changed(CRON, "spec", "schedule", "0 4 * * *"), "capacity", "warning", "it starts at other times"),
    "another image": (before_and_after(put("deployment.yaml", *SERVER, "image", "registry.example.com/risk/fraud-model:v1.3.0")), "restart", "note", r"all pods \(3 to 20\) are replaced \(1 more and 0 fewer at a time\), for the image `v1.2.3` → `v1.3.0`"),
    "a variable": (before_and_after(put("deployment.yaml", *SERVER, "env", 5, "value", "debug")), "restart", "note", r"for `containers\[server\].env\[LOG_LEVEL\].value`"),
    "the order of variables": (before_and_after(reverse("deployment.yaml", *SERVER, "env")), "restart", "note", "replaced although only the order of .* is another one, which counts"),
    "a digest in the template": (before_and_after(put("deployment.yaml", "spec", "template", "metadata", "annotations", "checksum/config", "1" * 64)), "restart", "note", "are replaced"),
    "a label of the template": (before_and_after(put("deployment.yaml", "spec", "template", "metadata", "labels", "x", "y")), "restart", "note", "are replaced"),
    "an alert is removed": (before_and_after(drop("alerts.yaml", *RULES, 2)), "alerts", "warning", "alert `ModelErrorsHigh` removed: nobody is told by it any more"),
    "all alerts are removed": (before_and_after(drop("alerts.yaml")), "alerts", "warning", "these alerts are removed: `ModelAccuracyLow`, `ModelLatencyHigh`"),
    "an alert that waits longer": (before_and_after(put("alerts.yaml", *RULES, 1, "for", "10m")), "alerts", "warning", "`ModelLatencyHigh` waits longer before it fires: `2m` → `10m`"),
    "an alert that waits less": (before_and_after(put("alerts.yaml", *RULES, 1, "for", "1m")), "alerts", "note", "waits less long before it fires"),
    "a looser threshold": (before_and_after(bigger_rule), "alerts", "warning", "`ModelLatencyHigh` fires later: `> 0.5` → `> 0.7`"),
    "a tighter threshold": (before_and_after(lower_rule), "alerts", "note", "`ModelAccuracyLow` fires earlier: `< 0.85` → `< 0.9`"),
    "two thresholds": (before_and_after(both_numbers), "alerts", "warning", "fires later: `> 0.0144` → `> 0.02`, `> 0.0144` → `> 0.02`"),
    "another question": (before_and_after(put("alerts.yaml", *RULES, 1, "expr", "vector(0) > 1")), "alerts", "warning", "`ModelLatencyHigh` asks something else"),
    "a quieter alert": (before_and_after(put("alerts.yaml", *RULES, 1, "labels", "severity", "warning")), "alerts", "warning", "is less severe: `critical` → `warning`"),
    "a louder alert": (before_and_after(put("alerts.yaml", *RULES, 0, "labels", "severity", "critical")), "alerts", "note", "is more severe: `warning` → `critical`"),
    "other people": (before_and_after(put("alerts.yaml", *RULES, 1, "labels", "channel", "nobody")), "alerts", "warning", "may reach other people: label `channel` `ml-production` → `nobody`"),
    "nobody scrapes": (before_and_after(drop("service-monitor.yaml")), "alerts", "warning", "Prometheus no longer scrapes it"),
    "scraped elsewhere": (before_and_after(put("service-monitor.yaml", "spec", "endpoints", 0, "path", "/stats")), "alerts", "warning", "Prometheus scrapes it otherwise"),
    "what Prometheus finds monitors by": (before_and_after(put("service-monitor.yaml", "metadata", "labels", "release", "x")), "behaviour", "warning", r'nobody has judged what this does: `metadata.labels.release`'),
    "the next run": (changed(CRON, "spec", "jobTemplate", *SERVER, "image", "r/c:2"), "behaviour", "note", "the next run uses the image `1` → `2`; what runs now is left alone"),
    "a field that nobody knows": (changed(thing("Widget", "example.com/v1", spec={"size": 1}), "spec", "size", 2), "behaviour", "warning", "nobody has judged what this does: `spec.size`"),
    "an annotation that a controller may read": (before_and_after(put("service.yaml", "metadata", "annotations", "service.example.com/internal", "false")), "behaviour", "warning", "nobody has judged what this does"),
}  # fmt: skip


def run(row: Row) -> list[Any]:
    (before_edit, after_edit), *_ = row
    before, after = golden(), golden()
    before_edit(before)
    after_edit(after)
    return judged(before, after)[1]


@pytest.mark.parametrize("name", RISKY)
def test_it_is_told_in_the_right_words(name: str) -> None:
    row = RISKY[name]
    _, kind, level, words = row
    risks = run(row)
    told = [risk for risk in risks if re.search(words, risk.message)]
    assert told, [(risk.kind, risk.message) for risk in risks]
    assert {(risk.kind, risk.level) for risk in told} == {(kind, level)}
    assert all(risk.kind in KINDS for risk in risks)


def test_every_kind_of_risk_is_in_the_table() -> None:
    assert {kind for _, kind, _, _ in RISKY.values()} == set(KINDS) - {"cosmetic"}


def test_the_way_out_of_the_autoscaler_is_two_steps() -> None:
    risks = run(RISKY["an autoscaler comes while replicas go"])
    (outage,) = [risk for risk in risks if risk.kind == "outage"]
    assert "take two steps: first write `handover: 4` under `autoscaling`" in outage.help


def test_the_second_step_is_no_outage() -> None:
    before, after = golden(), golden()
    before["deployment.yaml"]["spec"]["replicas"] = 4
    _, risks = judged(before, after)
    assert [(risk.kind, risk.level) for risk in risks] == [("capacity", "note")]


def test_what_is_not_judged_is_never_called_cosmetic() -> None:
    """Any value of any field is changed, and what comes out as cosmetic must be known to be harmless."""
    harmless = ("metadata.annotations", "metadata.labels", ".annotations.", "data[")
    seen = 0
    for file, manifest in golden().items():
        for route in leaves(manifest, ()):
            if route[0] in ("apiVersion", "kind") or route[:2] in (
                ("metadata", "name"),
                ("metadata", "namespace"),
            ):
                continue
            after = golden()
            put(file, *route, other(route, manifest))(after)
            _, risks = judged(golden(), after)
            assert risks, (file, route)
            for risk in risks:
                if risk.kind == "cosmetic":
                    assert all(any(word in path for word in harmless) for path in risk.fields), risk
                    assert not risk.fields[0].startswith("spec.template"), risk
            seen += 1
    assert seen > 500


def leaves(value: Any, route: tuple[Any, ...]) -> Any:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*route, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*route, index))
    elif route[0] != "data":
        yield route


def other(route: tuple[Any, ...], manifest: Any) -> Any:
    value = manifest
    for step in route:
        value = value[step]
    if isinstance(value, bool):
        return not value
    return value + 7 if isinstance(value, int) else f"{value}x"
