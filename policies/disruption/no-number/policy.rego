# METADATA
# title: A PodDisruptionBudget says one number
# custom:
#   severity: error
#   kinds: [PodDisruptionBudget]
#   rows: [R09]
#   aliases: [kube-score/poddisruptionbudget-has-policy]
package disruption.no_number

deny contains {
	"msg": "it says neither `maxUnavailable` nor `minAvailable`: no pod may be evicted, and every drain waits for ever",
	"route": ["spec"],
	"help": "add `maxUnavailable: 1`",
} if {
	input.kind == "PodDisruptionBudget"
	is_object(input.spec)
	count(_said) == 0
}

deny contains {
	"msg": "it says both `maxUnavailable` and `minAvailable`: the server refuses it",
	"route": ["spec", "minAvailable"],
	"help": "keep `maxUnavailable`, which is right for any number of pods",
} if {
	input.kind == "PodDisruptionBudget"
	count(_said) == 2
}

_said := {key | some key in ["maxUnavailable", "minAvailable"]; input.spec[key] != null}
