# METADATA
# title: An autoscaler has room, and in production keeps two pods
# custom:
#   severity: warning
#   kinds: [HorizontalPodAutoscaler, ScaledObject]
#   rows: [A05]
#   aliases:
#     - kube-linter/hpa-minimum-three-replicas
#     - kube-score/horizontalpodautoscaler-replicas
#     - polaris/hpaMaxAvailability
#     - polaris/hpaMinAvailability
package autoscaling.no_range

import data.lib.places

deny contains {
	"msg": sprintf("the fewest and the most pods are both %v: it never scales", [_most]),
	"route": ["spec", _keys.most],
	"help": sprintf("raise `%s`, or write `replicas` instead of an autoscaler", [_keys.most]),
} if {
	_least == _most
	_least > 0
}

deny contains {
	"msg": "it goes down to one pod, which serves production alone: whatever happens to its node stops the model",
	"route": ["spec", _keys.least],
	"help": sprintf("write `%s: 2`", [_keys.least]),
} if {
	places.production(input)
	_least == 1
	_most != 1
}

_keys := {
	"HorizontalPodAutoscaler": {"least": "minReplicas", "most": "maxReplicas"},
	"ScaledObject": {"least": "minReplicaCount", "most": "maxReplicaCount"},
}[input.kind]

_least := object.get(input.spec, _keys.least, {"HorizontalPodAutoscaler": 1, "ScaledObject": 0}[input.kind])

_most := object.get(input.spec, _keys.most, {"HorizontalPodAutoscaler": null, "ScaledObject": 100}[input.kind])
