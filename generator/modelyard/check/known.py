"""Kinds of custom resources that are well known by name, whether or not there is a schema of them here.

Sources: the definitions that these projects publish.
"""

from __future__ import annotations

_NAMES = {
    "argoproj.io": """
        AnalysisRun AnalysisTemplate AppProject Application ApplicationSet ArgoCD ClusterAnalysisTemplate
        ClusterWorkflowTemplate CronWorkflow EventBus EventSource Experiment Rollout Sensor Workflow
        WorkflowArtifactGCTask WorkflowEventBinding WorkflowTaskResult WorkflowTaskSet WorkflowTemplate""",
    "bitnami.com": "SealedSecret",
    "cert-manager.io": "Certificate CertificateRequest ClusterIssuer Issuer",
    "extensions.istio.io": "TrafficExtension WasmPlugin",
    "external-secrets.io": """
        ClusterExternalSecret ClusterPushSecret ClusterSecretStore ExternalSecret PushSecret SecretStore""",
    "gateway.networking.k8s.io": """
        BackendTLSPolicy GRPCRoute Gateway GatewayClass HTTPRoute ListenerSet ReferenceGrant TCPRoute TLSRoute
        UDPRoute""",
    "inference.networking.k8s.io": "InferencePool",
    "inference.networking.x-k8s.io": "InferenceModel InferenceModelRewrite InferenceObjective InferencePool",
    "jobset.x-k8s.io": "JobSet",
    "kafka.strimzi.io": """
        Kafka KafkaBridge KafkaConnect KafkaConnector KafkaMirrorMaker KafkaMirrorMaker2 KafkaNodePool
        KafkaRebalance KafkaTopic KafkaUser""",
    "keda.sh": "ClusterTriggerAuthentication ScaledJob ScaledObject TriggerAuthentication",
    "kubeflow.org": """
        Experiment JAXJob MPIJob Notebook PaddleJob PodDefault Profile PyTorchJob ScheduledWorkflow Suggestion
        TFJob Trial XGBoostJob""",
    "kueue.x-k8s.io": """
        AdmissionCheck ClusterQueue Cohort LocalQueue MultiKueueCluster MultiKueueConfig
        ProvisioningRequestConfig ResourceFlavor Topology Workload WorkloadPriorityClass""",
    "leaderworkerset.x-k8s.io": "LeaderWorkerSet",
    "machinelearning.seldon.io": "SeldonDeployment",
    "mlops.seldon.io": "Experiment Model Pipeline SeldonConfig SeldonRuntime Server ServerConfig",
    "monitoring.coreos.com": """
        Alertmanager AlertmanagerConfig PodMonitor Probe Prometheus PrometheusAgent PrometheusRule ScrapeConfig
        ServiceMonitor ThanosRuler""",
    "networking.istio.io": """
        DestinationRule EnvoyFilter Gateway ProxyConfig ServiceEntry Sidecar VirtualService WorkloadEntry
        WorkloadGroup""",
    "ray.io": "RayCluster RayCronJob RayJob RayService",
    "security.istio.io": "AuthorizationPolicy PeerAuthentication RequestAuthentication",
    "serving.knative.dev": "Configuration DomainMapping Revision Route Service",
    "serving.kserve.io": """
        ClusterServingRuntime ClusterStorageContainer InferenceGraph InferenceService LLMInferenceService
        LLMInferenceServiceConfig LocalModelCache LocalModelNode LocalModelNodeGroup ServingRuntime
        TrainedModel""",
    "telemetry.istio.io": "Telemetry",
    "trainer.kubeflow.org": "ClusterTrainingRuntime TrainJob TrainingRuntime",
}

NAMES: dict[str, frozenset[str]] = {
    group: frozenset(text.split()) for group, text in _NAMES.items()
}
"""By the group of their API version."""
