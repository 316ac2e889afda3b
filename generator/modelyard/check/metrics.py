"""Metrics that well-known exporters export, and of which type each is.

Sources: docs.vllm.ai (usage/metrics), Triton's docs/user_guide/metrics.md, the metrics of KServe's
Python server and of TorchServe (pytorch.org/serve/metrics.html), Istio's standard metrics, the docs of
kube-state-metrics, cAdvisor's docs/storage/prometheus.md, DCGM's exporter (dcp-metrics-included.csv)
and what the Prometheus operator's own stack exports. Only names are here that these name.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from modelyard.load.suggest import nearest

Type = Literal["counter", "gauge", "histogram", "summary"]

_TYPES: tuple[tuple[str, Type, str], ...] = (
    ("vllm:", "counter", """
        prompt_tokens_total generation_tokens_total request_success_total num_preemptions_total
        prefix_cache_queries_total prefix_cache_hits_total gpu_prefix_cache_queries_total
        gpu_prefix_cache_hits_total external_prefix_cache_queries_total
        external_prefix_cache_hits_total mm_cache_queries_total mm_cache_hits_total
        prompt_tokens_cached_total spec_decode_num_drafts_total spec_decode_num_draft_tokens_total
        spec_decode_num_accepted_tokens_total spec_decode_num_accepted_tokens_per_pos_total
        spec_decode_num_emitted_tokens_total corrupted_requests_total"""),
    ("vllm:", "gauge", """
        num_requests_running num_requests_waiting num_requests_swapped gpu_cache_usage_perc
        kv_cache_usage_perc cpu_cache_usage_perc gpu_prefix_cache_hit_rate
        cpu_prefix_cache_hit_rate cache_config_info lora_requests_info engine_sleep_state
        avg_prompt_throughput_toks_per_s avg_generation_throughput_toks_per_s
        spec_decode_draft_acceptance_rate spec_decode_efficiency num_requests_waiting_by_reason"""),
    ("vllm:", "histogram", """
        time_to_first_token_seconds time_per_output_token_seconds inter_token_latency_seconds
        request_time_per_output_token_seconds e2e_request_latency_seconds
        request_queue_time_seconds request_inference_time_seconds request_prefill_time_seconds
        request_decode_time_seconds request_prompt_tokens request_generation_tokens
        request_max_num_generation_tokens request_params_n request_params_best_of
        request_params_max_tokens request_prefill_kv_computed_tokens iteration_tokens_total
        time_in_queue_requests model_forward_time_milliseconds model_execute_time_milliseconds
        kv_block_lifetime_seconds kv_block_idle_before_evict_seconds kv_block_reuse_gap_seconds"""),
    ("nv_inference_", "counter", """
        request_success request_failure count exec_count request_duration_us queue_duration_us
        compute_input_duration_us compute_infer_duration_us compute_output_duration_us"""),
    ("nv_inference_", "gauge", "pending_request_count"),
    ("nv_inference_", "histogram", "first_response_histogram_ms"),
    ("nv_inference_", "summary", """
        request_summary_us queue_summary_us compute_input_summary_us compute_infer_summary_us
        compute_output_summary_us"""),
    ("nv_gpu_", "gauge", "utilization memory_total_bytes memory_used_bytes power_usage power_limit"),
    ("nv_cpu_", "gauge", "utilization memory_total_bytes memory_used_bytes"),
    ("nv_cache_", "counter", """
        num_hits_per_model num_misses_per_model hit_duration_per_model miss_duration_per_model"""),
    ("nv_energy_", "counter", "consumption"),
    ("nv_model_", "gauge", "load_duration_secs"),
    ("nv_pinned_", "gauge", "memory_pool_total_bytes memory_pool_used_bytes"),
    ("request_", "histogram", """
        preprocess_seconds predict_seconds postprocess_seconds explain_seconds"""),
    ("ts_", "counter", """
        inference_requests_total inference_latency_microseconds queue_latency_microseconds"""),
    ("DCGM_FI_", "gauge", """
        DEV_SM_CLOCK DEV_MEM_CLOCK DEV_MEMORY_TEMP DEV_GPU_TEMP DEV_POWER_USAGE DEV_GPU_UTIL
        DEV_MEM_COPY_UTIL DEV_ENC_UTIL DEV_DEC_UTIL DEV_XID_ERRORS DEV_FB_FREE DEV_FB_USED
        DEV_FB_TOTAL DEV_FB_RESERVED DEV_FB_USED_PERCENT DEV_VGPU_LICENSE_STATUS PROF_GR_ENGINE_ACTIVE
        PROF_PIPE_TENSOR_ACTIVE PROF_DRAM_ACTIVE PROF_SM_ACTIVE PROF_SM_OCCUPANCY
        PROF_PIPE_FP64_ACTIVE PROF_PIPE_FP32_ACTIVE PROF_PIPE_FP16_ACTIVE PROF_PCIE_TX_BYTES
        PROF_PCIE_RX_BYTES PROF_NVLINK_TX_BYTES PROF_NVLINK_RX_BYTES DEV_ROW_REMAP_FAILURE"""),
    ("DCGM_FI_", "counter", """
        DEV_TOTAL_ENERGY_CONSUMPTION DEV_PCIE_REPLAY_COUNTER DEV_NVLINK_BANDWIDTH_TOTAL
        DEV_UNCORRECTABLE_REMAPPED_ROWS DEV_CORRECTABLE_REMAPPED_ROWS"""),
    ("istio_", "counter", """
        requests_total request_messages_total response_messages_total tcp_sent_bytes_total
        tcp_received_bytes_total tcp_connections_opened_total tcp_connections_closed_total"""),
    ("istio_", "gauge", "build"),
    ("istio_", "histogram", "request_duration_milliseconds request_bytes response_bytes"),
    ("kube_pod_", "gauge", """
        info start_time completion_time owner labels annotations ips status_phase status_ready
        status_ready_time status_reason status_scheduled status_scheduled_time status_qos_class
        status_initialized_time status_container_ready_time status_unschedulable created
        deletion_timestamp restart_policy tolerations nodeselectors service_account
        runtimeclass_name_info scheduler overhead_cpu_cores overhead_memory_bytes
        container_info container_state_started container_status_waiting
        container_status_waiting_reason container_status_running container_status_terminated
        container_status_terminated_reason container_status_last_terminated_reason
        container_status_last_terminated_exitcode container_status_last_terminated_timestamp
        container_status_ready container_resource_requests container_resource_limits
        init_container_info init_container_status_waiting init_container_status_waiting_reason
        init_container_status_running init_container_status_terminated
        init_container_status_terminated_reason init_container_status_last_terminated_reason
        init_container_status_ready init_container_resource_requests
        init_container_resource_limits spec_volumes_persistentvolumeclaims_info
        spec_volumes_persistentvolumeclaims_readonly"""),
    ("kube_pod_", "counter", """
        container_status_restarts_total init_container_status_restarts_total"""),
    ("kube_deployment_", "gauge", """
        created labels annotations owner metadata_generation status_observed_generation
        status_replicas status_replicas_ready status_replicas_available
        status_replicas_unavailable status_replicas_updated status_condition spec_replicas
        spec_paused spec_strategy_rollingupdate_max_surge
        spec_strategy_rollingupdate_max_unavailable deletion_timestamp"""),
    ("kube_statefulset_", "gauge", """
        created labels annotations replicas metadata_generation ordinals_start
        status_observed_generation status_replicas status_replicas_ready
        status_replicas_available status_replicas_current status_replicas_updated
        status_current_revision status_update_revision persistentvolumeclaim_retention_policy
        deletion_timestamp"""),
    ("kube_horizontalpodautoscaler_", "gauge", """
        info labels annotations metadata_generation spec_min_replicas spec_max_replicas
        spec_target_metric status_target_metric status_current_replicas status_desired_replicas
        status_condition created deletion_timestamp"""),
    ("kube_job_", "gauge", """
        info labels annotations owner created complete failed spec_parallelism spec_completions
        spec_active_deadline_seconds status_active status_succeeded status_failed
        status_start_time status_completion_time status_suspended"""),
    ("kube_node_", "gauge", """
        info labels annotations role spec_taint spec_unschedulable status_capacity
        status_allocatable status_condition status_addresses created deletion_timestamp"""),
    ("kube_persistentvolumeclaim_", "gauge", """
        info labels annotations access_mode resource_requests_storage_bytes status_phase
        status_condition created deletion_timestamp"""),
    ("container_", "counter", """
        cpu_usage_seconds_total cpu_user_seconds_total cpu_system_seconds_total
        cpu_cfs_periods_total cpu_cfs_throttled_periods_total cpu_cfs_throttled_seconds_total
        cpu_schedstat_run_periods_total cpu_schedstat_run_seconds_total
        cpu_schedstat_runqueue_seconds_total cpu_load_d_average_10s_total
        network_receive_bytes_total network_receive_errors_total network_receive_packets_total
        network_receive_packets_dropped_total network_transmit_bytes_total
        network_transmit_errors_total network_transmit_packets_total
        network_transmit_packets_dropped_total fs_reads_total fs_reads_bytes_total
        fs_writes_total fs_writes_bytes_total memory_failures_total oom_events_total
        pressure_cpu_waiting_seconds_total pressure_cpu_stalled_seconds_total
        pressure_memory_waiting_seconds_total pressure_memory_stalled_seconds_total
        pressure_io_waiting_seconds_total pressure_io_stalled_seconds_total"""),
    ("container_", "gauge", """
        memory_usage_bytes memory_working_set_bytes memory_rss memory_cache memory_swap
        memory_mapped_file memory_max_usage_bytes memory_failcnt memory_kernel_usage
        memory_total_active_file_bytes memory_total_inactive_file_bytes memory_numa_pages
        cpu_load_average_10s spec_cpu_period spec_cpu_quota spec_cpu_shares
        spec_memory_limit_bytes spec_memory_reservation_limit_bytes spec_memory_swap_limit_bytes
        last_seen start_time_seconds fs_usage_bytes fs_limit_bytes fs_inodes_free fs_inodes_total
        fs_io_current processes threads threads_max file_descriptors sockets tasks_state"""),
)  # fmt: skip

_SERIES: dict[Type, tuple[str, ...]] = {
    "counter": ("",),
    "gauge": ("",),
    "histogram": ("", "_bucket", "_sum", "_count"),
    "summary": ("", "_sum", "_count"),
}
_PARTS = ("_bucket", "_sum", "_count")


@cache
def known() -> dict[str, Type]:
    """The type of every series; of a part of a histogram, `counter`."""
    found: dict[str, Type] = {}
    for prefix, kind, names in _TYPES:
        for name in names.split():
            for part in _SERIES[kind]:
                found[f"{prefix}{name}{part}"] = "counter" if part else kind
    return found


@cache
def _prefixes() -> tuple[str, ...]:
    return tuple(dict.fromkeys(prefix for prefix, *_ in _TYPES if prefix != "request_"))


def correction(metric: str) -> str | None:
    """The series that was probably meant, where an exporter has none of this name."""
    if metric in known() or not metric.startswith(_prefixes()):
        return None
    if f"{metric}_total" in known():
        return f"{metric}_total"
    if metric.removesuffix("_total") in known():
        return metric.removesuffix("_total")
    prefix = next(each for each in _prefixes() if metric.startswith(each))
    return nearest(metric, [name for name in known() if name.startswith(prefix)], cutoff=0.92)


def type_of(metric: str) -> Type | None:
    """The type of a series, by what is known of its exporter or by its name."""
    found = known().get(metric)
    if found is not None:
        return found
    if metric.endswith(("_total", "_bucket")) and ":" not in metric:
        return "counter"
    gauges = ("_ratio", "_percent", "_accuracy", "_score", "_temperature_celsius", "_in_flight")
    if metric.endswith(gauges) and ":" not in metric:
        return "gauge"
    return None


def is_recorded(metric: str) -> bool:
    """Whether a name is that of a recording rule: `level:metric:operations`."""
    return ":" in metric and not metric.startswith(_prefixes()) and metric not in known()


def stem(metric: str) -> str:
    """The name of the histogram that a series is a part of."""
    return next((metric.removesuffix(part) for part in _PARTS if metric.endswith(part)), metric)
