# METADATA
# title: The fewest pods are no more than the most
# custom:
#   severity: error
#   kinds:
#     - HorizontalPodAutoscaler
#     - ScaledObject
#     - ScaledJob
#     - InferenceService
#     - SeldonDeployment
#     - RayCluster
#     - RayService
#     - RayJob
#     - Service
#   rows: [A04]
#   aliases: [gatekeeper/horizontalpodautoscaler]
package autoscaling.min_above_max

import data.lib.pods

deny contains {
	"msg": sprintf("`%s` is %v, and `%s` is %v: %s", [low, pair[low], high, pair[high], _effect]),
	"route": pods.below(found.route, [low]),
	"help": sprintf("write at most `%v`, or raise `%s`", [pair[high], high]),
} if {
	some found in _bounded
	pair := found.value
	[low, high] := found.keys
	_above(pair[low], pair[high])
}

# KEDA wants fewer pods while nothing is to do than at other times.
deny contains {
	"msg": sprintf("`idleReplicaCount` is %v, and `minReplicaCount` is %v: KEDA refuses it", [idle, least]),
	"route": ["spec", "idleReplicaCount"],
	"help": "write `idleReplicaCount: 0`, or leave it out",
} if {
	input.kind == "ScaledObject"
	idle := input.spec.idleReplicaCount
	least := object.get(input.spec, "minReplicaCount", 0)
	is_number(idle)
	is_number(least)
	idle >= least
}

_effect := "the server refuses it" if {
	input.kind == "HorizontalPodAutoscaler"
} else := "the object is refused, or never scaled"

_bounded contains {"value": input.spec, "route": ["spec"], "keys": ["minReplicas", "maxReplicas"]} if {
	input.kind == "HorizontalPodAutoscaler"
}

_bounded contains {"value": input.spec, "route": ["spec"], "keys": ["minReplicaCount", "maxReplicaCount"]} if {
	input.kind in {"ScaledObject", "ScaledJob"}
}

_bounded contains {"value": value, "route": ["spec", part], "keys": ["minReplicas", "maxReplicas"]} if {
	input.kind == "InferenceService"
	some part in ["predictor", "transformer", "explainer"]
	value := input.spec[part]
	value.maxReplicas != 0
}

_bounded contains {"value": value, "route": route, "keys": ["minReplicas", "maxReplicas"]} if {
	input.kind == "SeldonDeployment"
	some number, _ in input.spec.predictors
	some place, _ in input.spec.predictors[number].componentSpecs
	value := input.spec.predictors[number].componentSpecs[place].hpaSpec
	route := ["spec", "predictors", number, "componentSpecs", place, "hpaSpec"]
}

_bounded contains {"value": value, "route": ["spec", "workerGroupSpecs", number], "keys": ["minReplicas", "maxReplicas"]} if {
	input.kind == "RayCluster"
	some number, value in input.spec.workerGroupSpecs
}

_bounded contains {"value": value, "route": ["spec", inner, "workerGroupSpecs", number], "keys": ["minReplicas", "maxReplicas"]} if {
	inner := {"RayJob": "rayClusterSpec", "RayService": "rayClusterConfig"}[input.kind]
	some number, value in input.spec[inner].workerGroupSpecs
}

# Knative has its bounds in annotations, of which zero is no bound.
_bounded contains {"value": value, "route": route, "keys": [low, high]} if {
	input.kind in {"Service", "InferenceService"}
	some route in [["metadata", "annotations"], ["spec", "template", "metadata", "annotations"]]
	value := object.get(input, route, null)
	is_object(value)
	some [least, most] in [["min-scale", "max-scale"], ["minScale", "maxScale"]]
	low := sprintf("autoscaling.knative.dev/%s", [least])
	high := sprintf("autoscaling.knative.dev/%s", [most])
	value[high] != "0"
}

_above(least, most) if {
	is_number(least)
	is_number(most)
	least > most
}

_above(least, most) if {
	regex.match(`^\d{1,6}$`, least)
	regex.match(`^\d{1,6}$`, most)
	to_number(least) > to_number(most)
}
