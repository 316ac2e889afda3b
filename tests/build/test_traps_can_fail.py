"""A check that nobody has seen failing is no check: each of these breaks the golden tree on purpose."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.build import test_traps as traps
from tests.test_golden import GOLDEN

if TYPE_CHECKING:
    from pathlib import Path

FRAUD = "production/fraud-detection"
LLM = "production/support-assistant"

BROKEN = [
    (
        f"{FRAUD}/deployment.yaml",
        "  strategy:\n",
        "  replicas: 3\n  strategy:\n",
        traps.test_git_holds_no_replicas_where_an_autoscaler_decides_them,
    ),
    (
        f"{FRAUD}/autoscaler.yaml",
        "    name: fraud-detection\n  minReplicas: 3",
        "    name: fraud\n  minReplicas: 3",
        traps.test_every_autoscaler_scales_a_deployment_on_what_it_requests,
    ),
    (
        f"{FRAUD}/autoscaler.yaml",
        "minReplicas: 3",
        "minReplicas: 30",
        traps.test_every_autoscaler_scales_a_deployment_on_what_it_requests,
    ),
    (
        f"{FRAUD}/release.lock",
        "/spec/replicas",
        "/spec",
        traps.test_argo_leaves_the_replicas_of_every_scaled_deployment_alone,
    ),
    (
        f"{FRAUD}/disruption-budget.yaml",
        "maxUnavailable: 1",
        "minAvailable: 3",
        traps.test_a_disruption_budget_never_blocks_a_drain,
    ),
    (
        f"{FRAUD}/disruption-budget.yaml",
        "modelyard.dev/track: stable",
        "modelyard.dev/track: other",
        traps.test_every_server_pod_is_in_at_most_one_disruption_budget,
    ),
    (
        f"{LLM}/deployment.yaml",
        "maxSurge: 0",
        "maxSurge: 1",
        traps.test_a_rollout_of_gpu_pods_needs_no_gpu_more,
    ),
    (
        f"{LLM}/deployment.yaml",
        "failureThreshold: 173",
        "failureThreshold: 3",
        traps.test_the_startup_probe_covers_the_declared_load_time,
    ),
    (
        f"{LLM}/deployment.yaml",
        "terminationGracePeriodSeconds: 130",
        "terminationGracePeriodSeconds: 30",
        traps.test_a_pod_that_stops_finishes_its_longest_request,
    ),
    (
        f"{FRAUD}/deployment.yaml",
        "readOnlyRootFilesystem: true\n          volumeMounts:\n            - name: tmp\n              mountPath: /tmp\n            - name: cache",
        "readOnlyRootFilesystem: false\n          volumeMounts:\n            - name: tmp\n              mountPath: /tmp\n            - name: cache",
        traps.test_every_pod_meets_the_restricted_pod_security_standard,
    ),
    (
        f"{FRAUD}/deployment.yaml",
        "runAsNonRoot: true",
        "runAsNonRoot: false",
        traps.test_every_pod_meets_the_restricted_pod_security_standard,
    ),
    (
        f"{FRAUD}/deployment.yaml",
        "mountPath: /cache",
        "mountPath: /var/cache",
        traps.test_every_pod_can_write_to_tmp_and_a_cache_of_bounded_size,
    ),
    (
        f"{FRAUD}/deployment.yaml",
        "        - name: cache\n          emptyDir:\n            sizeLimit: 1Gi\n",
        "",
        traps.test_every_mount_has_its_volume_and_every_volume_a_mount,
    ),
    (
        f"{FRAUD}/service-account.yaml",
        "automountServiceAccountToken: false",
        "automountServiceAccountToken: true",
        traps.test_no_pod_gets_a_token_or_the_environment_of_other_services,
    ),
    (
        f"{FRAUD}/service-account.yaml",
        "  name: fraud-detection\n  namespace",
        "  name: fraud\n  namespace",
        traps.test_every_pod_runs_as_a_service_account_of_its_own_directory,
    ),
    (
        f"{FRAUD}/deployment.yaml",
        "            - name: LOG_LEVEL",
        "            - name: HOME",
        traps.test_no_environment_variable_is_set_twice,
    ),
    (
        f"{FRAUD}/deployment.yaml",
        "sha256sum -c -",
        "true",
        traps.test_the_weights_of_a_release_are_checked_before_they_are_served,
    ),
    (
        f"{LLM}/deployment.yaml",
        "            limits:\n              memory: 160Gi\n              nvidia.com/gpu: 2",
        "            limits:\n              memory: 160Gi\n              nvidia.com/gpu: 3",
        traps.test_gpu_pods_request_whole_gpus_as_many_as_they_may_use,
    ),
    (
        f"{LLM}/deployment.yaml",
        "          effect: NoSchedule",
        "          effect: NoExecute",
        traps.test_gpu_pods_go_to_their_pool_and_tolerate_its_taints,
    ),
    (
        f"{LLM}/deployment.yaml",
        "medium: Memory",
        'medium: ""',
        traps.test_gpu_pods_have_shared_memory_within_their_memory_limit,
    ),
    (
        f"{LLM}/deployment.yaml",
        "--tensor-parallel-size=2",
        "--tensor-parallel-size=1",
        traps.test_vllm_splits_the_model_over_all_gpus_of_the_pod,
    ),
    (
        f"{FRAUD}/network-policy.yaml",
        "        - protocol: UDP\n          port: 53\n",
        "",
        traps.test_every_pod_may_ask_dns_over_both_protocols,
    ),
    (
        f"{FRAUD}/network-policy.yaml",
        "        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: production\n",
        "        - {}\n",
        traps.test_no_network_policy_rule_is_open_to_everybody,
    ),
    (
        "production/platform/default-deny.yaml",
        "    - Egress\n",
        "",
        traps.test_the_namespace_denies_what_no_other_policy_allows,
    ),
    (
        f"{FRAUD}/network-policy.yaml",
        "app.kubernetes.io/name: prometheus",
        "app.kubernetes.io/name: grafana",
        traps.test_the_scraper_gets_through_the_network_and_the_mesh,
    ),
    (
        f"{FRAUD}/authorization-policy.yaml",
        "              - GET",
        "              - POST",
        traps.test_the_scraper_gets_through_the_network_and_the_mesh,
    ),
    (
        f"{FRAUD}/authorization-policy.yaml",
        "            paths:\n              - /predict\n",
        "",
        traps.test_every_authorization_rule_names_caller_and_operation_together,
    ),
    (
        f"{FRAUD}/authorization-policy.yaml",
        "      app.kubernetes.io/component: server\n",
        "      app.kubernetes.io/component: serving\n",
        traps.test_every_policy_and_monitor_selects_something,
    ),
    (
        f"{FRAUD}/service.yaml",
        "    modelyard.dev/track: stable\n  ports",
        "  ports",
        traps.test_a_service_reaches_the_pods_of_its_own_track_alone,
    ),
    (
        f"{FRAUD}/service.yaml",
        "port: 8080",
        "port: 8081",
        traps.test_the_ports_of_a_server_agree_from_pod_to_service_to_route,
    ),
    (
        f"{FRAUD}/virtual-service.yaml",
        "weight: 90",
        "weight: 91",
        traps.test_traffic_is_split_between_services_that_are_there_and_adds_up,
    ),
    (
        f"{FRAUD}/virtual-service.yaml",
        "connect-failure,refused-stream",
        "5xx",
        traps.test_a_retry_cannot_repeat_a_request_that_a_pod_has_seen,
    ),
    (
        "production/platform/mutual-tls.yaml",
        "STRICT",
        "PERMISSIVE",
        traps.test_pods_talk_to_each_other_over_mutual_tls_only,
    ),
    (
        "dev/demand-forecast/training-job.yaml",
        "  backoffLimit",
        "  ttlSecondsAfterFinished: 60\n  backoffLimit",
        traps.test_a_job_is_named_after_its_content_and_stays_when_it_is_done,
    ),
    (
        "production/demand-forecast/training-schedule.yaml",
        "  timeZone: Europe/Berlin",
        '  timeZone: ""',
        traps.test_a_schedule_has_a_time_zone_and_runs_one_at_a_time_within_a_deadline,
    ),
    (
        "production/demand-forecast/training-schedule.yaml",
        "queue-name: training",
        "queue-name: other",
        traps.test_training_waits_in_the_queue_of_the_environment,
    ),
    (
        f"{FRAUD}/external-secret.yaml",
        "secretKey: feature-store.password",
        "secretKey: feature-store.passwd",
        traps.test_every_secret_key_that_a_pod_reads_is_fetched_and_no_other,
    ),
    (
        f"{FRAUD}/alerts.yaml",
        "        - alert: ModelDriftHigh",
        "        - alert: ModelAccuracyLow",
        traps.test_no_alert_is_told_twice_in_one_model,
    ),
    (
        f"{FRAUD}/alerts.yaml",
        "sum by (le, model_version) (rate(model_inference",
        "sum by (model_version) (rate(model_inference",
        traps.test_every_quantile_keeps_le_and_every_rate_is_of_a_counter,
    ),
    (
        f"{FRAUD}/alerts.yaml",
        " < 0.85'",
        "'",
        traps.test_every_alert_compares_or_asks_whether_something_is_absent,
    ),
    (f"{FRAUD}/alerts.yaml", " < 0.85'", " < '", traps.test_every_expression_is_sound_promql),
    (
        f"{FRAUD}/alerts.yaml",
        "    release: kube-prometheus-stack\n",
        "",
        traps.test_rules_and_monitors_have_the_labels_that_prometheus_looks_for,
    ),
    (
        f"{FRAUD}/service-monitor.yaml",
        "jobLabel: app.kubernetes.io/name",
        "jobLabel: app",
        traps.test_alerts_rest_on_the_job_that_the_monitor_makes,
    ),
    (
        f"{FRAUD}/dashboard.yaml",
        "    grafana_dashboard:",
        "    dashboard:",
        traps.test_dashboards_load_by_provisioning,
    ),
    (
        f"{FRAUD}/dashboard.yaml",
        '"uid": "production-fraud-detection"',
        '"uid": "production-support-assistant"',
        traps.test_dashboards_have_unique_names_and_identifiers,
    ),
    (
        f"{FRAUD}/dashboard.yaml",
        '"type": "stat",\n          "title": "Pods scraped"',
        '"type": "singlestat",\n          "title": "Pods scraped"',
        traps.test_panels_are_current_have_units_and_share_one_datasource_variable,
    ),
    (
        "production/argocd/project.yaml",
        "      kind: CronJob\n",
        "      kind: Secret\n",
        partial(traps.test_the_project_allows_the_kinds_of_the_tree_and_no_others, "production"),
    ),
    (
        "production/argocd/applications.yaml",
        "missingkey=error",
        "missingkey=zero",
        traps.test_the_application_set_reads_locks_and_loses_nothing_by_accident,
    ),
    (
        f"{FRAUD}/external-secret.yaml",
        'sync-wave: "-1"',
        'sync-wave: "1"',
        traps.test_what_pods_need_is_applied_before_them_and_routes_after,
    ),
    (
        "production/platform/namespace.yaml",
        "Prune=false,",
        "",
        traps.test_a_namespace_is_never_pruned,
    ),
    (
        f"{FRAUD}/service.yaml",
        "app.kubernetes.io/managed-by: modelyard",
        "app.kubernetes.io/managed-by: hand",
        traps.test_every_object_of_a_model_has_the_standard_labels_and_its_provenance,
    ),
    (
        f"{FRAUD}/canary-deployment.yaml",
        "      modelyard.dev/track: canary\n  strategy",
        "      modelyard.dev/track: stable\n  strategy",
        traps.test_no_two_deployments_of_a_namespace_select_the_same_pods,
    ),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "trap"),
    BROKEN,
    ids=[f"{row[0]}-{index}" for index, row in enumerate(BROKEN)],
)
def test_a_broken_tree_is_noticed(
    file: str, old: str, new: str, trap: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(GOLDEN, tmp_path / "golden")
    path = tmp_path / "golden" / file
    text = path.read_text()
    assert old in text, f"{file} has changed; break it another way"
    path.write_text(text.replace(old, new, 1))
    monkeypatch.setattr(traps, "GOLDEN", tmp_path / "golden")
    with pytest.raises((AssertionError, ValueError, KeyError)):
        trap()  # type: ignore[operator]
