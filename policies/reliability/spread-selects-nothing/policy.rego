# METADATA
# title: Spread constraints count the pods that they spread
# custom:
#   severity: warning
#   kinds: [Pod, Deployment, StatefulSet, ReplicaSet, Rollout, LeaderWorkerSet]
#   rows: [R17]
package reliability.spread_selects_nothing

import data.lib.pods

deny contains {
	"msg": "the constraint has no `labelSelector`: it counts no pod, and spreads none",
	"route": pods.below(found.route, ["labelSelector"]),
	"help": "write the labels of the pods under `labelSelector.matchLabels`",
} if {
	some found in _constraints
	object.get(found.value, "labelSelector", null) in [null, {}]
	object.get(found.value, "matchLabelKeys", []) == []
}

deny contains {
	"msg": sprintf("the constraint counts pods with `%s: %v`, and these have %s: it does not spread them", [key, value, _have(found.pod, key)]),
	"route": pods.below(found.route, ["labelSelector", "matchLabels", key]),
	"help": _instead(found.pod, key),
} if {
	some found in _constraints
	some key, value in found.value.labelSelector.matchLabels
	not _given(key)
	object.get(found.pod.labels, key, null) != value
}

_constraints contains {"pod": pod, "value": value, "route": route} if {
	some pod in pods.all
	some index, value in pods.sequence(pod.spec, "topologySpreadConstraints")
	is_object(value)
	route := pods.below(pod.route, ["topologySpreadConstraints", index])
}

# Labels that controllers add.
_given(key) if regex.match(`^(statefulset\.kubernetes\.io|apps\.kubernetes\.io|leaderworkerset\.sigs\.k8s\.io)/|^(rollouts-)?pod-template-hash$`, key)

_have(pod, key) := sprintf("`%s: %v`", [key, pod.labels[key]]) if {
	key in object.keys(pod.labels)
} else := "no such label"

_instead(pod, key) := sprintf("write `%s: %v`, as on the pods", [key, pod.labels[key]]) if {
	key in object.keys(pod.labels)
} else := "write a label that the pods have"
