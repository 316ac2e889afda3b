# METADATA
# title: A PodDisruptionBudget lets unhealthy pods go
# custom:
#   severity: warning
#   kinds: [PodDisruptionBudget]
#   rows: [R09]
#   aliases: [kube-linter/pdb-unhealthy-pod-eviction-policy]
#   fix: true
package disruption.unhealthy_pods

deny contains {
	"msg": "it does not say `unhealthyPodEvictionPolicy`: pods that never become ready block the drain of their nodes",
	"route": ["spec", "unhealthyPodEvictionPolicy"],
	"help": "write `unhealthyPodEvictionPolicy: AlwaysAllow`",
	"fix": {"put": [[["spec", "unhealthyPodEvictionPolicy"], "AlwaysAllow"]]},
} if {
	is_object(input.spec)
	object.get(input.spec, "unhealthyPodEvictionPolicy", null) == null
	_may_block
}

# A budget that lets all pods go blocks nothing.
_may_block if {
	some key in ["maxUnavailable", "minAvailable"]
	not input.spec[key] in {"maxUnavailable": {"100%"}, "minAvailable": {0, "0", "0%"}}[key]
}
