# METADATA
# title: Objects name their namespace
# custom:
#   severity: warning
#   rows: [T05]
#   aliases: [kube-linter/use-namespace, CKV_K8S_21, kyverno/disallow-default-namespace]
package objects.default_namespace

# Kinds that are known to live in a namespace; others may belong to the cluster.
_namespaced := {
	"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Service", "ConfigMap", "Secret",
	"ServiceAccount", "Role", "RoleBinding", "NetworkPolicy", "PodDisruptionBudget", "HorizontalPodAutoscaler",
	"Ingress", "PersistentVolumeClaim", "ResourceQuota", "LimitRange", "ServiceMonitor", "PodMonitor",
	"PrometheusRule", "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication", "VirtualService",
	"DestinationRule", "ServiceEntry", "HTTPRoute", "GRPCRoute", "Rollout", "AnalysisTemplate", "Workflow",
	"CronWorkflow", "WorkflowTemplate", "ScaledObject", "ScaledJob", "TriggerAuthentication", "ExternalSecret",
	"SecretStore", "SealedSecret", "InferenceService", "ServingRuntime", "SeldonDeployment", "RayCluster",
	"RayJob", "RayService", "PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "LeaderWorkerSet", "KafkaConnect",
	"KafkaTopic",
}

deny contains {
	"msg": sprintf("the %s names no namespace: where it goes depends on who applies it", [input.kind]),
	"route": ["metadata"],
	"help": "write `metadata.namespace`",
} if {
	input.kind in _namespaced
	is_object(input.metadata)
	object.get(input.metadata, "namespace", "") in {"", null}
}

deny contains {
	"msg": sprintf("the %s goes to the namespace `default`, which has no owner, no quota and no policies", [input.kind]),
	"route": ["metadata", "namespace"],
	"help": "write a namespace of the environment",
} if {
	input.kind in _namespaced
	input.metadata.namespace == "default"
}
