# METADATA
# title: Readiness and liveness ask different things
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [R04]
#   aliases: [kube-score/pod-probes-identical, kyverno/ensure-probes-different]
package reliability.identical_probes

import data.lib.pods

# Liveness may ask the same where it is more patient: that is a pattern of Kubernetes' own documentation.
deny contains {
	"msg": sprintf("container `%v` is killed as soon as it is not ready: both probes ask the same, as often", [container.name]),
	"route": pods.below(container.route, ["livenessProbe"]),
	"help": "let liveness ask whether the process is well, by a path of its own; or be patient, by a greater `failureThreshold`",
} if {
	some container in pods.containers
	ready := container.value.readinessProbe
	alive := container.value.livenessProbe
	_asks(ready) == _asks(alive)
	count(_asks(alive)) > 0
	_patience(alive) <= _patience(ready)
}

_asks(probe) := {way: what | some way in ["httpGet", "tcpSocket", "grpc", "exec"]; what := probe[way]}

_patience(probe) := object.get(probe, "periodSeconds", 10) * object.get(probe, "failureThreshold", 3)
