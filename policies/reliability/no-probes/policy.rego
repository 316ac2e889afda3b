# METADATA
# title: Servers have probes
# custom:
#   severity: error
#   kinds: [Deployment, StatefulSet, Rollout, LeaderWorkerSet]
#   rows: [R01]
#   aliases:
#     - kube-linter/no-readiness-probe
#     - kube-linter/no-liveness-probe
#     - kube-score/pod-probes
#     - polaris/readinessProbeMissing
#     - polaris/livenessProbeMissing
#     - CKV_K8S_8
#     - CKV_K8S_9
#     - kyverno/require-probes
#     - gatekeeper/requiredprobes
package reliability.no_probes

import data.lib.pods

# Kinds whose pods serve, and whose controllers add no probe by themselves.
_serving := {"Deployment", "StatefulSet", "Rollout", "LeaderWorkerSet"}

deny contains {
	"msg": sprintf("container `%v` has no %s: %s", [container.name, concat(" and no ", missing), concat("; ", [_effects[name] | some name in missing])]),
	"route": container.route,
	"help": sprintf("add %s", [concat(" and ", [_examples[name] | some name in missing])]),
} if {
	some container in pods.containers
	container.role == "containers"
	container.pod.kind in _serving
	_answers(container)
	missing := [name | some name in ["readinessProbe", "livenessProbe"]; pods.mapping(container.value, name) == {}]
	count(missing) > 0
}

_effects := {
	"readinessProbe": "it gets requests before it can answer",
	"livenessProbe": "it is not started again when it hangs",
}

_examples := {
	"readinessProbe": "`readinessProbe: {httpGet: {path: /ready, port: http}}`",
	"livenessProbe": "`livenessProbe: {httpGet: {path: /health, port: http}}`",
}

# What has no port gets no requests: helpers beside the server, workers of a queue, operators. A probe
# tells that there is one all the same.
_answers(container) if count(pods.sequence(container.value, "ports")) > 0

_answers(container) if {
	count(pods.sequence(container.pod.spec, "containers")) == 1
	some name in ["readinessProbe", "livenessProbe"]
	pods.mapping(container.value, name) != {}
}
