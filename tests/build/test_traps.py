"""The traps of serving models with Argo CD, each looked for in the whole golden tree.

What a test here holds is what a user relies on; the golden files show it, these say why.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelyard.bundle import shipped
from tests.test_golden import ENVIRONMENTS, GOLDEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Object = dict[str, Any]


@cache
def everything(root: Path) -> list[tuple[str, Object]]:
    """Every object below a directory, with its place in it."""
    return [
        (path.parent.relative_to(root).as_posix(), yaml.load(path.read_text(), yaml.CSafeLoader))
        for path in sorted(root.rglob("*.yaml"))
    ]


def of_kind(*kinds: str) -> list[tuple[str, Object]]:
    """Objects of some kinds with the directory that they are in, as `production/fraud-detection`."""
    found = [(place, value) for place, value in everything(GOLDEN) if value["kind"] in kinds]
    assert found, kinds
    return found


def together(kind: str, other: str) -> Iterator[tuple[Object, Object]]:
    """Every pair of objects of two kinds in one directory."""
    for place, value in of_kind(kind):
        for there, second in of_kind(other):
            if place == there:
                yield value, second


def pods() -> list[tuple[str, Object, Object]]:
    """Every pod template: its directory, its metadata and its spec."""
    found = []
    for place, value in of_kind("Deployment", "Job", "CronJob"):
        spec = value["spec"]
        template = (spec["jobTemplate"]["spec"] if value["kind"] == "CronJob" else spec)["template"]
        found.append((place, template["metadata"], template["spec"]))
    return found


def containers() -> list[tuple[str, Object]]:
    return [
        (place, container)
        for place, _, spec in pods()
        for container in (*spec.get("initContainers", ()), *spec["containers"])
    ]


def environment(place: str) -> Object:
    """The spec of the environment that a directory belongs to."""
    name = place.split("/")[0]
    text = (shipped() / "environments" / f"{name}.yaml").read_text()
    spec: Object = yaml.safe_load(text)["spec"]
    return spec


def selects(selector: Object, labels: Object) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


# Scaling and rollout


def test_git_holds_no_replicas_where_an_autoscaler_decides_them() -> None:
    for scaler, deployment in together("HorizontalPodAutoscaler", "Deployment"):
        if scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]:
            assert "replicas" not in deployment["spec"]


def test_every_autoscaler_scales_a_deployment_on_what_it_requests() -> None:
    for place, scaler in of_kind("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        (deployment,) = (
            value
            for there, value in of_kind("Deployment")
            if there == place and value["metadata"]["name"] == target["name"]
        )
        assert (target["apiVersion"], target["kind"]) == ("apps/v1", "Deployment")
        assert 1 <= scaler["spec"]["minReplicas"] <= scaler["spec"]["maxReplicas"]
        requests = deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]
        for metric in scaler["spec"]["metrics"]:
            if metric["type"] == "Resource":
                assert metric["resource"]["name"] in requests


def test_an_autoscaler_of_gpu_pods_does_not_follow_cpu() -> None:
    for scaler, deployment in together("HorizontalPodAutoscaler", "Deployment"):
        limits = deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
        if "nvidia.com/gpu" in limits:
            assert [metric["type"] for metric in scaler["spec"]["metrics"]] == ["Pods"]


def test_argo_leaves_the_replicas_of_every_scaled_deployment_alone() -> None:
    for place, scaler in of_kind("HorizontalPodAutoscaler"):
        lock = json.loads((GOLDEN / place / "release.lock").read_text())
        assert lock["ignoreDifferences"] == [
            {
                "group": "apps",
                "kind": "Deployment",
                "name": scaler["spec"]["scaleTargetRef"]["name"],
                "jsonPointers": ["/spec/replicas"],
            }
        ]


def test_argo_ignores_nothing_that_nothing_else_decides() -> None:
    scaled = {place for place, _ in of_kind("HorizontalPodAutoscaler")}
    for path in GOLDEN.rglob("release.lock"):
        if path.parent.relative_to(GOLDEN).as_posix() not in scaled:
            assert json.loads(path.read_text())["ignoreDifferences"] == []


def test_a_disruption_budget_never_blocks_a_drain() -> None:
    for _, budget in of_kind("PodDisruptionBudget"):
        assert "minAvailable" not in budget["spec"]
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_every_server_pod_is_in_at_most_one_disruption_budget() -> None:
    budgets = of_kind("PodDisruptionBudget")
    for place, metadata, _ in pods():
        matching = [
            budget
            for there, budget in budgets
            if there.split("/")[0] == place.split("/")[0]
            and selects(budget["spec"]["selector"]["matchLabels"], metadata["labels"])
        ]
        assert len(matching) == (metadata["labels"].get("modelyard.dev/track") == "stable")


def test_a_rollout_of_gpu_pods_needs_no_gpu_more() -> None:
    for _, deployment in of_kind("Deployment"):
        spec = deployment["spec"]
        if "nvidia.com/gpu" in spec["template"]["spec"]["containers"][0]["resources"]["limits"]:
            assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}


def test_the_startup_probe_covers_the_declared_load_time() -> None:
    declared = {"fraud-detection": 45, "support-assistant": 12 * 60, "demand-forecast": 60}
    for place, deployment in of_kind("Deployment"):
        probe = deployment["spec"]["template"]["spec"]["containers"][0]["startupProbe"]
        budget = probe["periodSeconds"] * probe["failureThreshold"]
        assert budget >= declared[place.split("/")[1]]
        assert deployment["spec"]["progressDeadlineSeconds"] > budget


def test_a_pod_that_stops_finishes_its_longest_request() -> None:
    longest = {"fraud-detection": 2, "support-assistant": 120, "demand-forecast": 10}
    for place, deployment in of_kind("Deployment"):
        spec = deployment["spec"]["template"]["spec"]
        wait = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert spec["terminationGracePeriodSeconds"] >= wait + longest[place.split("/")[1]]


# Pods


def test_every_pod_meets_the_restricted_pod_security_standard() -> None:
    """kubernetes.io/docs/concepts/security/pod-security-standards, every field of it."""
    allowed = {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
    for _, _, spec in pods():
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] >= 1000
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for volume in spec["volumes"]:
            assert set(volume) - {"name"} <= allowed
        for container in (*spec.get("initContainers", ()), *spec["containers"]):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True,
            }
            assert all("hostPort" not in port for port in container.get("ports", ()))


def test_every_pod_can_write_to_tmp_and_a_cache_of_bounded_size() -> None:
    for _, _, spec in pods():
        sizes = {v["name"]: v["emptyDir"]["sizeLimit"] for v in spec["volumes"] if "emptyDir" in v}
        mounts = {m["name"]: m["mountPath"] for m in spec["containers"][0]["volumeMounts"]}
        assert {"tmp", "cache"} <= set(sizes)
        assert (mounts["tmp"], mounts["cache"]) == ("/tmp", "/cache")


def test_every_mount_has_its_volume_and_every_volume_a_mount() -> None:
    for _, _, spec in pods():
        volumes = [volume["name"] for volume in spec["volumes"]]
        for container in (*spec.get("initContainers", ()), *spec["containers"]):
            paths = [mount["mountPath"] for mount in container["volumeMounts"]]
            assert len(paths) == len(set(paths))
            assert {mount["name"] for mount in container["volumeMounts"]} <= set(volumes)
        assert {m["name"] for m in spec["containers"][0]["volumeMounts"]} == set(volumes)


def test_no_pod_gets_a_token_or_the_environment_of_other_services() -> None:
    for _, _, spec in pods():
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
    for _, account in of_kind("ServiceAccount"):
        assert account["automountServiceAccountToken"] is False


def test_every_pod_runs_as_a_service_account_of_its_own_directory() -> None:
    known = {(place, account["metadata"]["name"]) for place, account in of_kind("ServiceAccount")}
    for place, _, spec in pods():
        assert (place, spec["serviceAccountName"]) in known


def test_no_environment_variable_is_set_twice() -> None:
    for _, container in containers():
        variables = [variable["name"] for variable in container["env"]]
        assert len(variables) == len(set(variables))


@pytest.mark.parametrize("place", ["staging", "production"])
def test_every_image_is_pinned_by_digest_where_the_environment_says_so(place: str) -> None:
    images = [c["image"] for there, c in containers() if there.startswith(f"{place}/")]
    assert images
    assert all("@sha256:" in image for image in images)


def test_the_weights_of_a_release_are_checked_before_they_are_served() -> None:
    fetching = [c for _, c in containers() if c["name"] == "fetch-model"]
    assert fetching
    for container in fetching:
        assert "SHA256" in {variable["name"] for variable in container["env"]}
        assert "sha256sum -c" in container["args"][0]


# GPUs


def test_gpu_pods_request_whole_gpus_as_many_as_they_may_use() -> None:
    found = [
        c["resources"] for _, c in containers() if "nvidia.com/gpu" in c["resources"]["limits"]
    ]
    assert found
    for resources in found:
        assert isinstance(resources["limits"]["nvidia.com/gpu"], int)
        assert resources["requests"]["nvidia.com/gpu"] == resources["limits"]["nvidia.com/gpu"]


def test_gpu_pods_go_to_their_pool_and_tolerate_its_taints() -> None:
    for place, _, spec in pods():
        pools = environment(place)["pools"].values()
        if "nvidia.com/gpu" in spec["containers"][0]["resources"]["limits"]:
            (pool,) = (pool for pool in pools if pool["labels"] == spec["nodeSelector"])
            assert [
                {key: toleration[key] for key in ("key", "value", "effect")}
                for toleration in spec["tolerations"]
            ] == pool["taints"]
        else:
            assert "tolerations" not in spec
            assert "nodeSelector" not in spec


def test_gpu_pods_have_shared_memory_within_their_memory_limit() -> None:
    for _, _, spec in pods():
        if "nvidia.com/gpu" in spec["containers"][0]["resources"]["limits"]:
            (volume,) = (v for v in spec["volumes"] if v["name"] == "shared-memory")
            assert volume["emptyDir"]["medium"] == "Memory"
            assert {"name": "shared-memory", "mountPath": "/dev/shm"} in spec["containers"][0][
                "volumeMounts"
            ]


def test_vllm_splits_the_model_over_all_gpus_of_the_pod() -> None:
    for _, container in containers():
        if container.get("command", [""])[0] == "vllm":
            count = container["resources"]["limits"]["nvidia.com/gpu"]
            assert f"--tensor-parallel-size={count}" in container["args"]


# Network and mesh


def test_every_pod_may_ask_dns_over_both_protocols() -> None:
    policies = of_kind("NetworkPolicy")
    for place, metadata, _ in pods():
        matching = [
            policy["spec"]
            for there, policy in policies
            if there == place
            and selects(policy["spec"]["podSelector"]["matchLabels"], metadata["labels"])
        ]
        assert len(matching) == 1
        ports = [
            (p["protocol"], p["port"]) for rule in matching[0]["egress"] for p in rule["ports"]
        ]
        assert {("UDP", 53), ("TCP", 53)} <= set(ports)


def test_no_network_policy_rule_is_open_to_everybody() -> None:
    for place, policy in of_kind("NetworkPolicy"):
        if place.endswith("/platform"):
            continue
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(direction, ()):
                assert rule[peers]
                assert rule["ports"]
                for peer in rule[peers]:
                    assert peer
                    assert (
                        "podSelector" in peer
                        or "ipBlock" in peer
                        or peer["namespaceSelector"]["matchLabels"]
                    )


def test_the_namespace_denies_what_no_other_policy_allows() -> None:
    for name in ENVIRONMENTS:
        (policy,) = (p for place, p in of_kind("NetworkPolicy") if place == f"{name}/platform")
        assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_the_scraper_gets_through_the_network_and_the_mesh() -> None:
    for place, monitor in of_kind("ServiceMonitor"):
        prometheus = environment(place)["monitoring"]["prometheus"]
        (endpoint,) = monitor["spec"]["endpoints"]
        (policy,) = (
            p
            for there, p in of_kind("NetworkPolicy")
            if there == place and not p["metadata"]["name"].endswith("-training")
        )
        (service, *_) = (s for there, s in of_kind("Service") if there == place)
        (port,) = (p["port"] for p in service["spec"]["ports"] if p["name"] == endpoint["port"])
        allowed = [
            rule
            for rule in policy["spec"]["ingress"]
            for peer in rule["from"]
            if peer.get("podSelector", {}).get("matchLabels") == prometheus["podLabels"]
        ]
        assert port in [p["port"] for rule in allowed for p in rule["ports"]]
        (authorization,) = (a for there, a in of_kind("AuthorizationPolicy") if there == place)
        principal = f"cluster.local/ns/{prometheus['namespace']}/sa/{prometheus['serviceAccount']}"
        assert [
            rule["to"]
            for rule in authorization["spec"]["rules"]
            if rule["from"][0]["source"]["principals"] == [principal]
        ] == [
            [{"operation": {"ports": [str(port)], "methods": ["GET"], "paths": [endpoint["path"]]}}]
        ]
        assert endpoint["scheme"] == "https"


def test_every_authorization_rule_names_caller_and_operation_together() -> None:
    for _, policy in of_kind("AuthorizationPolicy"):
        assert policy["spec"]["action"] == "ALLOW"
        assert policy["spec"]["rules"]
        for rule in policy["spec"]["rules"]:
            assert all(source["source"]["principals"] for source in rule["from"])
            assert all({"ports", "methods", "paths"} == set(to["operation"]) for to in rule["to"])


def test_every_policy_and_monitor_selects_something() -> None:
    for place, value in of_kind("AuthorizationPolicy", "NetworkPolicy", "PodDisruptionBudget"):
        spec = value["spec"]
        selector = spec.get("podSelector", spec.get("selector", {})).get("matchLabels", {})
        inside = [m for there, m, _ in pods() if there == place or place.endswith("/platform")]
        assert any(selects(selector, metadata["labels"]) for metadata in inside)
    for place, monitor in of_kind("ServiceMonitor"):
        assert any(
            selects(monitor["spec"]["selector"]["matchLabels"], service["metadata"]["labels"])
            for there, service in of_kind("Service")
            if there == place
        )


def test_a_service_reaches_the_pods_of_its_own_track_alone() -> None:
    for place, service in of_kind("Service"):
        matching = [
            metadata["labels"]["modelyard.dev/track"]
            for there, metadata, _ in pods()
            if there.split("/")[0] == place.split("/")[0]
            and selects(service["spec"]["selector"], metadata["labels"])
        ]
        canary = service["metadata"]["name"].endswith("-canary")
        assert matching == ["canary" if canary else "stable"]


def test_the_ports_of_a_server_agree_from_pod_to_service_to_route() -> None:
    for place, deployment in of_kind("Deployment"):
        spec = deployment["spec"]["template"]["spec"]["containers"][0]
        numbers = {port["name"]: port["containerPort"] for port in spec["ports"]}
        for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert spec[kind]["httpGet"]["port"] in numbers
        for there, service in of_kind("Service"):
            if there == place:
                for port in service["spec"]["ports"]:
                    assert numbers[port["targetPort"]] == port["port"]
                    assert port["appProtocol"] == "http"
                    assert port["name"].startswith("http")


def test_traffic_is_split_between_services_that_are_there_and_adds_up() -> None:
    for place, route in of_kind("VirtualService"):
        names = {
            f"{s['metadata']['name']}.{s['metadata']['namespace']}.svc.cluster.local"
            for there, s in of_kind("Service")
            if there == place
        }
        (http,) = route["spec"]["http"]
        assert set(route["spec"]["hosts"]) <= names
        assert {target["destination"]["host"] for target in http["route"]} <= names
        assert sum(target.get("weight", 100) for target in http["route"]) == 100


def test_a_retry_cannot_repeat_a_request_that_a_pod_has_seen() -> None:
    retrying = [
        http
        for _, route in of_kind("VirtualService")
        for http in route["spec"]["http"]
        if "retries" in http
    ]
    assert retrying
    for http in retrying:
        assert set(http["retries"]["retryOn"].split(",")) <= {"connect-failure", "refused-stream"}


def test_pods_talk_to_each_other_over_mutual_tls_only() -> None:
    for _, policy in of_kind("PeerAuthentication"):
        assert policy["spec"] == {"mtls": {"mode": "STRICT"}}
    for _, rule in of_kind("DestinationRule"):
        assert rule["spec"]["trafficPolicy"]["tls"] == {"mode": "ISTIO_MUTUAL"}


# Training


def test_a_job_is_named_after_its_content_and_stays_when_it_is_done() -> None:
    for _, job in of_kind("Job"):
        assert len(job["metadata"]["name"].rpartition("-")[2]) == 10
        assert "ttlSecondsAfterFinished" not in job["spec"]
        assert job["spec"]["activeDeadlineSeconds"] > 0
        assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_no_label_of_a_training_pod_names_a_release() -> None:
    """A Job's template cannot be changed, and a new release must not train the model again."""
    for _, metadata, _ in pods():
        if metadata["labels"]["app.kubernetes.io/component"] == "training":
            assert "app.kubernetes.io/version" not in metadata["labels"]


def test_a_schedule_has_a_time_zone_and_runs_one_at_a_time_within_a_deadline() -> None:
    for _, schedule in of_kind("CronJob"):
        spec = schedule["spec"]
        assert spec["timeZone"]
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["startingDeadlineSeconds"] > 0
        assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] > 0
        assert len(schedule["metadata"]["name"]) <= 52


def test_training_waits_in_the_queue_of_the_environment() -> None:
    for place, job in of_kind("Job", "CronJob"):
        metadata = (
            job["spec"]["jobTemplate"]["metadata"] if job["kind"] == "CronJob" else job["metadata"]
        )
        assert metadata["labels"]["kueue.x-k8s.io/queue-name"] == environment(place)["queue"]


# Secrets


def test_every_secret_key_that_a_pod_reads_is_fetched_and_no_other() -> None:
    for place, secret in of_kind("ExternalSecret"):
        name = secret["spec"]["target"]["name"]
        read = set()
        for there, _, spec in pods():
            if there != place:
                continue
            for volume in spec["volumes"]:
                if volume.get("secret", {}).get("secretName") == name:
                    read |= {item["key"] for item in volume["secret"]["items"]}
            for variable in spec["containers"][0]["env"]:
                reference = variable.get("valueFrom", {}).get("secretKeyRef", {})
                if reference.get("name") == name:
                    read.add(reference["key"])
        assert {entry["secretKey"] for entry in secret["spec"]["data"]} == read


# Monitoring


def alerts() -> list[tuple[str, Object]]:
    return [
        (place, rule)
        for place, value in of_kind("PrometheusRule")
        for group in value["spec"]["groups"]
        for rule in group["rules"]
    ]


def test_every_alert_says_for_how_long_how_bad_what_and_what_to_do() -> None:
    for place, rule in alerts():
        model = place.split("/")[1]
        assert rule["for"]
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert (rule["labels"]["model"], rule["labels"]["environment"]) == (
            model,
            place.split("/")[0],
        )
        assert {"team", "tier", "channel"} <= set(rule["labels"])
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
        assert model in rule["annotations"]["summary"]


def test_no_alert_is_told_twice_in_one_model() -> None:
    names = [(place, rule["alert"]) for place, rule in alerts()]
    assert len(names) == len(set(names))


def expressions() -> list[str]:
    found = [rule["expr"] for _, rule in alerts()]
    for _, config in dashboards():
        found += [
            target["expr"].replace("$__rate_interval", "5m")
            for panel in config["panels"]
            for target in panel["targets"]
        ]
    return found


def test_every_expression_is_sound_promql() -> None:
    import promql_parser

    for expression in expressions():
        promql_parser.parse(expression)


def test_every_quantile_keeps_le_and_every_rate_is_of_a_counter() -> None:
    for expression in expressions():
        if "histogram_quantile" in expression:
            assert "sum by (le, model_version) (rate(" in expression
        for metric in expression.split("rate(")[1:]:
            name = metric.split("{")[0]
            assert name.endswith(("_total", "_bucket", "_count", "_sum"))


def test_every_alert_compares_or_asks_whether_something_is_absent() -> None:
    for _, rule in alerts():
        assert rule["expr"].startswith("absent(") or any(
            sign in rule["expr"] for sign in (" > ", " < ")
        )


def test_rules_and_monitors_have_the_labels_that_prometheus_looks_for() -> None:
    for place, value in of_kind("PrometheusRule", "ServiceMonitor"):
        wanted = environment(place)["monitoring"]["labels"]
        assert selects(wanted, value["metadata"]["labels"])


def test_alerts_rest_on_the_job_that_the_monitor_makes() -> None:
    for place, monitor in of_kind("ServiceMonitor"):
        assert monitor["spec"]["jobLabel"] == "app.kubernetes.io/name"
        name, namespace = place.split("/")[1], monitor["metadata"]["namespace"]
        for there, rule in alerts():
            if there == place:
                assert f'{{job="{name}",namespace="{namespace}"' in rule["expr"]


def dashboards() -> list[tuple[str, Object]]:
    return [
        (place, json.loads(text))
        for place, config in of_kind("ConfigMap")
        for text in config["data"].values()
    ]


def test_dashboards_load_by_provisioning() -> None:
    """Not wrapped, without a database id, with the sidecar's label and a key that ends in .json."""
    for place, config in of_kind("ConfigMap"):
        wanted = environment(place)["monitoring"]["dashboards"]
        assert selects(wanted["labels"], config["metadata"]["labels"])
        assert config["metadata"]["annotations"][wanted["folderAnnotation"]] == wanted["folder"]
        assert all(key.endswith(".json") for key in config["data"])
    for _, board in dashboards():
        assert {"uid", "title", "panels", "schemaVersion"} <= set(board)
        assert not {"dashboard", "id", "__inputs"} & set(board)


def test_dashboards_have_unique_names_and_identifiers() -> None:
    uids = [board["uid"] for _, board in dashboards()]
    keys = [key for _, config in of_kind("ConfigMap") for key in config["data"]]
    assert len(uids) == len(set(uids))
    assert len(keys) == len(set(keys))
    assert all(len(uid) <= 40 for uid in uids)


def test_panels_are_current_have_units_and_share_one_datasource_variable() -> None:
    for _, board in dashboards():
        assert [v["name"] for v in board["templating"]["list"]] == ["datasource"]
        for panel in board["panels"]:
            assert panel["type"] in ("stat", "timeseries")
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert panel["fieldConfig"]["defaults"]["unit"]
            assert panel["title"]
            assert panel["targets"]


def test_panels_do_not_overlap() -> None:
    for _, board in dashboards():
        cells = [
            (x, y)
            for panel in board["panels"]
            for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        ]
        assert len(cells) == len(set(cells))
        assert max(x for x, _ in cells) < 24


def test_grafanas_own_types_read_every_dashboard() -> None:
    from grafana_foundation_sdk.models.dashboard import Dashboard

    for _, board in dashboards():
        read = Dashboard.from_json(board)
        assert (read.uid, len(read.panels or [])) == (board["uid"], len(board["panels"]))


# Argo CD


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_project_allows_the_kinds_of_the_tree_and_no_others(name: str) -> None:
    (project,) = (p for place, p in of_kind("AppProject") if place == f"{name}/argocd")
    there: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for place, value in everything(GOLDEN):
        if place.startswith(f"{name}/") and not place.endswith("/argocd"):
            group = value["apiVersion"].rpartition("/")[0]
            there["namespace" not in value["metadata"]].add((group, value["kind"]))
    spec = project["spec"]
    for key, scoped in (("clusterResourceWhitelist", True), ("namespaceResourceWhitelist", False)):
        assert {(item["group"], item["kind"]) for item in spec[key]} == there[scoped]
    assert [d["namespace"] for d in spec["destinations"]] == [environment(name)["namespace"]]
    assert "*" not in str(spec)


def test_every_application_has_a_name_of_its_own() -> None:
    names = [json.loads(p.read_text())["application"] for p in GOLDEN.rglob("release.lock")]
    assert len(names) == len(set(names))
    assert all(len(name) <= 63 for name in names)


def test_the_application_set_reads_locks_and_loses_nothing_by_accident() -> None:
    for place, value in of_kind("ApplicationSet"):
        spec, name = value["spec"], place.split("/")[0]
        assert spec["goTemplateOptions"] == ["missingkey=error"]
        assert spec["generators"][0]["git"]["files"] == [{"path": f"deploy/{name}/*/release.lock"}]
        assert spec["template"]["spec"]["project"] != "default"
        policy = spec["template"]["spec"]["syncPolicy"]
        assert policy["automated"]["allowEmpty"] is False
        assert {"ServerSideApply=true", "RespectIgnoreDifferences=true"} <= set(
            policy["syncOptions"]
        )
        protected = environment(name)["argocd"]["keepOnDeletion"]
        assert spec["syncPolicy"]["preserveResourcesOnDeletion"] is protected
        assert spec["syncPolicy"]["applicationsSync"] == ("create-update" if protected else "sync")


def test_what_pods_need_is_applied_before_them_and_routes_after() -> None:
    waves = {"ServiceAccount": -1, "ExternalSecret": -1, "NetworkPolicy": -1, "AuthorizationPolicy": -1,
             "Deployment": 0, "VirtualService": 1, "DestinationRule": 1}  # fmt: skip
    for _, value in of_kind(*waves):
        wave = value["metadata"]["annotations"].get("argocd.argoproj.io/sync-wave", "0")
        assert int(wave) == waves[value["kind"]]


def test_a_namespace_is_never_pruned() -> None:
    for _, namespace in of_kind("Namespace"):
        assert (
            "Prune=false" in namespace["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
        )


# Every object


def test_every_object_of_a_model_has_the_standard_labels_and_its_provenance() -> None:
    for place, value in everything(GOLDEN):
        where, name = place.split("/")
        if name in ("argocd", "platform"):
            continue
        metadata = value["metadata"]
        labels, annotations = metadata["labels"], metadata["annotations"]
        assert labels["app.kubernetes.io/name"] == name
        assert labels["app.kubernetes.io/instance"] == f"{name}-{where}"
        assert labels["app.kubernetes.io/managed-by"] == "modelyard"
        assert labels["app.kubernetes.io/version"] == annotations["modelyard.dev/release"]
        assert annotations["modelyard.dev/spec"] == f"models/{name}.yaml"
        assert metadata["namespace"] == environment(where)["namespace"]


def test_selectors_never_name_a_release_because_they_cannot_be_changed() -> None:
    for _, deployment in of_kind("Deployment"):
        selector = deployment["spec"]["selector"]["matchLabels"]
        assert "app.kubernetes.io/version" not in selector
        assert selects(selector, deployment["spec"]["template"]["metadata"]["labels"])


def test_no_two_deployments_of_a_namespace_select_the_same_pods() -> None:
    found = sorted(of_kind("Deployment"), key=lambda pair: pair[1]["metadata"]["namespace"])
    for _, group in groupby(found, key=lambda pair: pair[1]["metadata"]["namespace"]):
        selectors = [str(deployment["spec"]["selector"]["matchLabels"]) for _, deployment in group]
        assert len(selectors) == len(set(selectors))
