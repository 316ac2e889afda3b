package main

is_service if input.kind == "Service"

port_name(port) := port.name

port_name(port) := sprintf("port-%v", [port.port]) if not port.name

classify(n) := "low" if n < 1024 else := "high" if n < 50000 else := "ephemeral"

deny contains msg if {
	is_service
	some port in input.spec.ports
	classify(port.port) == "low"
	msg := sprintf("%s is low", [port_name(port)])
}

warn contains msg if {
	is_service
	some port in input.spec.ports
	msg := sprintf("%s is %s", [port_name(port), classify(port.port)])
}
