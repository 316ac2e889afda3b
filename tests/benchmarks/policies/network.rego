package main

import rego.v1

import data.lib.workloads

deny_public_service contains message if {
	input.kind == "Service"
	input.spec.type == "LoadBalancer"
	not workloads.annotation("networking.example.com/internal", "false") == "true"
	message := sprintf("%s: is open to the internet", [workloads.name])
}

deny_node_port contains message if {
	input.kind == "Service"
	some port in input.spec.ports
	port.nodePort
	message := sprintf("%s: opens port %d of nodes", [workloads.name, port.nodePort])
}

deny_port_name contains message if {
	input.kind == "Service"
	count(input.spec.ports) > 1
	some index, port in input.spec.ports
	not port.name
	message := sprintf("%s: port number %d has no name", [workloads.name, index])
}

deny_same_port contains message if {
	input.kind == "Service"
	numbers := [port.port | some port in input.spec.ports]
	count(numbers) != count({number | some number in numbers})
	message := sprintf("%s: two ports have the same number", [workloads.name])
}

warn_no_selector contains message if {
	input.kind == "Service"
	object.get(input.spec, "type", "ClusterIP") != "ExternalName"
	count(object.get(input.spec, "selector", {})) == 0
	message := sprintf("%s: selects nothing", [workloads.name])
}

deny_open_ingress contains message if {
	input.kind == "NetworkPolicy"
	some rule in input.spec.ingress
	not rule.from
	message := sprintf("%s: lets everybody in", [workloads.name])
}

deny_open_egress contains message if {
	input.kind == "NetworkPolicy"
	some rule in input.spec.egress
	some peer in rule.to
	peer.ipBlock.cidr == "0.0.0.0/0"
	count(object.get(peer.ipBlock, "except", [])) == 0
	message := sprintf("%s: lets everything out", [workloads.name])
}

deny_policy_types contains message if {
	input.kind == "NetworkPolicy"
	types := {type | some type in input.spec.policyTypes}
	some direction, type in {"ingress": "Ingress", "egress": "Egress"}
	input.spec[direction]
	not type in types
	message := sprintf("%s: has rules for %s, which do not count", [workloads.name, direction])
}

warn_dns contains message if {
	input.kind == "NetworkPolicy"
	"Egress" in input.spec.policyTypes
	not dns_allowed
	message := sprintf("%s: names cannot be looked up", [workloads.name])
}

dns_allowed if {
	some rule in input.spec.egress
	some port in rule.ports
	port.port == 53
}

deny_long_line contains message if {
	input.kind == "ConfigMap"
	some name, text in input.data
	some line in split(text, "\n")
	count(line) > 200
	message := sprintf("%s: %s has a line of %d characters", [workloads.name, name, count(line)])
}
