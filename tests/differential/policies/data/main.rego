package main

deny contains sprintf("port %v is excluded: %v", [port.port, reason]) if {
	some port in input.spec.ports
	reason := data.exclusions[sprintf("%v", [port.port])]
}

deny contains sprintf("%s may not own %s", [input.metadata.labels.team, input.kind]) if {
	not input.kind in data.teams[input.metadata.labels.team].kinds
}

warn contains sprintf("%v", [data.settings]) if data.settings

warn contains sprintf("%v", [data.nested.deep.value])
