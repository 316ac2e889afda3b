# METADATA
# title: Servers in production have two replicas
# custom:
#   severity: warning
#   scope: release
#   rows: [R06]
#   aliases:
#     - kube-linter/minimum-three-replicas
#     - kube-score/deployment-replicas
#     - polaris/deploymentMissingReplicas
#     - kyverno/require-deployments-have-multiple-replicas
#     - gatekeeper/replicalimits
package reliability.single_replica

import data.lib.places

deny contains {
	"msg": "one replica serves production: whatever happens to its node, and every drain, stops the model",
	"route": [index, "contents", "spec", "replicas"],
	"help": "write `replicas: 2`, or give it an autoscaler with `minReplicas: 2`",
} if {
	is_array(input)
	some index, item in input
	workload := item.contents
	workload.kind in {"Deployment", "Rollout"}
	object.get(workload, ["spec", "replicas"], 1) == 1
	places.production(workload)
	not _is_trial(workload)
	not _is_scaled(workload)
}

# A canary or a shadow serves beside others.
_is_trial(workload) if regex.match(`(^|-)(canary|shadow|preview|candidate|challenger|mirror)(-|$)`, workload.metadata.name)

_is_trial(workload) if {
	some value in workload.spec.template.metadata.labels
	value in {"canary", "shadow", "preview", "candidate", "challenger", "mirror"}
}

_is_scaled(workload) if {
	some item in input
	item.contents.kind in {"HorizontalPodAutoscaler", "ScaledObject"}
	item.contents.spec.scaleTargetRef.name == workload.metadata.name
}
