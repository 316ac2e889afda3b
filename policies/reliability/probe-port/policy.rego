# METADATA
# title: Probes ask a port that the container has
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [R03]
#   aliases: [kube-linter/liveness-port, kube-linter/readiness-port, kube-linter/startup-port]
package reliability.probe_port

import data.lib.pods

_probes := ["livenessProbe", "readinessProbe", "startupProbe"]

_ways := ["httpGet", "tcpSocket", "grpc"]

deny contains {
	"msg": sprintf("the %s of container `%v` asks the port `%s`, which the container does not have: %s", [probe, container.name, port, _had(container)]),
	"route": pods.below(container.route, [probe, way, "port"]),
	"help": "name a port of the container as it stands under `ports`",
} if {
	some container in pods.containers
	container.role != "model"
	some probe in _probes
	some way in _ways
	port := container.value[probe][way].port
	is_string(port)
	not regex.match(`^\d+$`, port)
	not port in {declared.name | some declared in pods.sequence(container.value, "ports")}
}

# A number works without being declared, but one that differs from all that are is a slip.
deny contains {
	"msg": sprintf("the %s of container `%v` asks port %v, which is none of its pod's: %s", [probe, container.name, port, _had(container)]),
	"route": pods.below(container.route, [probe, way, "port"]),
	"help": "write the port that the container listens on, or declare it under `ports`",
} if {
	some container in pods.containers
	container.role != "model"
	count(pods.sequence(container.value, "ports")) > 0
	some probe in _probes
	some way in _ways
	port := container.value[probe][way].port
	is_number(port)
	not port in {declared.containerPort |
		some other in pods.containers_of(container.pod)
		some declared in pods.sequence(other.value, "ports")
	}
}

_had(container) := "it declares none" if {
	count(pods.sequence(container.value, "ports")) == 0
} else := sprintf("it has %s", [concat(", ", [sprintf("`%v`", [_label(declared)]) | some declared in container.value.ports])])

_label(declared) := sprintf("%v (%v)", [declared.name, declared.containerPort]) if {
	declared.name
} else := object.get(declared, "containerPort", "?")
