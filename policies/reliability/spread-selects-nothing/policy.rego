# METADATA
# title: Spread constraints count the pods that they spread
# custom:
#   severity: warning
#   kinds: [Pod, Deployment, StatefulSet, ReplicaSet, Rollout, LeaderWorkerSet]
#   rows: [R17]
#   follows: [reliability/selector-mismatch]
package reliability.spread_selects_nothing

import data.lib.pods

deny contains {
	"msg": "the constraint has no `labelSelector`: it counts no pod, and spreads none",
	"route": pods.below(pod.route, ["topologySpreadConstraints", index, "labelSelector"]),
	"help": "write the labels of the pods under `labelSelector.matchLabels`",
} if {
	some pod in pods.all
	some index, constraint in pods.sequence(pod.spec, "topologySpreadConstraints")
	is_object(constraint)
	object.get(constraint, "labelSelector", null) in [null, {}]
	object.get(constraint, "matchLabelKeys", []) == []
}

deny contains {
	"msg": sprintf("the constraint counts pods with `%s: %v`, and these have %s: it does not spread them", [key, value, _have(pod.labels, key)]),
	"route": pods.below(pod.route, ["topologySpreadConstraints", index, "labelSelector", "matchLabels", key]),
	"help": _instead(pod.labels, key),
} if {
	some pod in pods.all
	some index, constraint in pods.sequence(pod.spec, "topologySpreadConstraints")
	some key, value in constraint.labelSelector.matchLabels
	not _given(key)
	object.get(pod.labels, key, null) != value
}

# Labels that controllers add.
_given(key) if regex.match(`^(statefulset\.kubernetes\.io|apps\.kubernetes\.io|leaderworkerset\.sigs\.k8s\.io)/|^(rollouts-)?pod-template-hash$`, key)

_have(labels, key) := sprintf("`%s: %v`", [key, labels[key]]) if {
	key in object.keys(labels)
} else := "no such label"

_instead(labels, key) := sprintf("write `%s: %v`, as on the pods", [key, labels[key]]) if {
	key in object.keys(labels)
} else := "write a label that the pods have"
