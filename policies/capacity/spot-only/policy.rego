# METADATA
# title: What runs on spot nodes outlives them
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [M08]
package capacity.spot_only

import data.lib.pods

deny contains {
	"msg": "every pod goes to nodes that are taken away at short notice: when none are to be had, the model is down",
	"route": _place(pod),
	"help": "prefer them by `preferredDuringSchedulingIgnoredDuringExecution`, and require nothing",
} if {
	some pod in pods.all
	pod.kind in {"Deployment", "StatefulSet", "Rollout", "InferenceService", "LeaderWorkerSet"}
	_is_production(pod)
	_only_spot(pod)
}

deny contains {
	"msg": "the run goes to nodes that are taken away at short notice, and is not tried again: the first that goes ends it",
	"route": route,
	"help": "write `backoffLimit: 3`, and let the run go on from a checkpoint",
} if {
	some pod in pods.all
	some route in _attempts[pod.kind]
	object.get(input, route, null) == 0
	_only_spot(pod)
}

deny contains {
	"msg": "spot nodes of Azure have the taint `kubernetes.azure.com/scalesetpriority=spot:NoSchedule`, and the pod does not tolerate it: it stays pending",
	"route": _place(pod),
	"help": "add to `tolerations`: `{key: kubernetes.azure.com/scalesetpriority, operator: Equal, value: spot, effect: NoSchedule}`",
} if {
	some pod in pods.all
	pods.setting(pod, "nodeSelector")[_azure] == "spot"
	every toleration in _tolerations(pod) {
		not object.get(toleration, "key", _azure) in {_azure, ""}
	}
}

_azure := "kubernetes.azure.com/scalesetpriority"

_tolerations(pod) := found if {
	found := pods.setting(pod, "tolerations")
	is_array(found)
} else := []

_spot := {
	_azure: "spot",
	"cloud.google.com/gke-spot": "true",
	"cloud.google.com/gke-preemptible": "true",
	"karpenter.sh/capacity-type": "spot",
	"eks.amazonaws.com/capacityType": "SPOT",
}

_attempts := {
	"Job": [["spec", "backoffLimit"]],
	"CronJob": [["spec", "jobTemplate", "spec", "backoffLimit"]],
	"ScaledJob": [["spec", "jobTargetRef", "backoffLimit"]],
	"PyTorchJob": [["spec", "runPolicy", "backoffLimit"]],
	"TFJob": [["spec", "runPolicy", "backoffLimit"]],
	"MPIJob": [["spec", "runPolicy", "backoffLimit"]],
}

_only_spot(pod) if {
	some key, value in pods.setting(pod, "nodeSelector")
	_spot[key] == value
}

# Terms are alternatives, so each must ask for it.
_only_spot(pod) if {
	terms := _terms(pod)
	count(terms) > 0
	every term in terms {
		some expression in term.matchExpressions
		expression.operator == "In"
		expression.values == [_spot[expression.key]]
	}
}

_terms(pod) := found if {
	found := pods.setting(pod, "affinity").nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms
	is_array(found)
} else := []

_place(pod) := pods.below(pod.route, ["nodeSelector"]) if {
	pod.spec.nodeSelector
} else := pods.below(pod.route, ["affinity"]) if {
	pod.spec.affinity
} else := pod.route

_is_production(pod) if {
	some labels in [pod.labels, pods.mapping(input.metadata, "labels")]
	some key in ["modelyard.dev/environment", "environment", "env", "app.kubernetes.io/environment"]
	labels[key] in {"production", "prod"}
}

_is_production(_) if regex.match(`(^|-)prod(uction)?(-|$)`, input.metadata.namespace)
