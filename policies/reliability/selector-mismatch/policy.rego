# METADATA
# title: Selectors select the pods of their own template
# custom:
#   severity: error
#   kinds: [Deployment, StatefulSet, DaemonSet, ReplicaSet, Rollout]
#   rows: [R11]
#   aliases:
#     - kube-linter/mismatching-selector
#     - kube-score/deployment-pod-selector-labels-match-template-metadata-labels
#     - kube-score/statefulset-pod-selector-labels-match-template-metadata-labels
package reliability.selector_mismatch

import data.lib.pods

deny contains {
	"msg": "the template's pods have no labels: the selector does not find them, and the server refuses the object",
	"route": ["spec", "template", "metadata", "labels"],
	"help": sprintf("write the selector's labels: `%s: %v`", [concat(", ", sort(object.keys(wanted))), "…"]),
} if {
	wanted := _wanted
	count(wanted) > 0
	_labels == {}
}

deny contains {
	"msg": sprintf("the selector asks for `%s: %v`, which the template's pods do not have: the server refuses the object", [key, value]),
	"route": ["spec", "selector", "matchLabels", key],
	"help": "write the same label in `spec.template.metadata.labels`",
} if {
	some key, value in _wanted
	count(_labels) > 0
	not key in object.keys(_labels)
}

deny contains {
	"msg": sprintf("the pods have `%s: %v`, and the selector asks for `%v`: the server refuses the object", [key, _labels[key], value]),
	"route": ["spec", "template", "metadata", "labels", key],
	"help": sprintf("write `%s: %v`; a selector cannot be changed later", [key, value]),
} if {
	some key, value in _wanted
	_labels[key] != value
}

_wanted := input.spec.selector.matchLabels if {
	input.kind in {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"}
	is_object(input.spec.template)
	is_object(input.spec.selector.matchLabels)
}

_labels := pods.mapping(pods.mapping(input.spec.template, "metadata"), "labels")
