package main

deny[msg] {
	input.kind == "Deployment"
	not input.metadata.labels.team
	msg = sprintf("%s has no team", [input.metadata.name])
}

warn[msg] {
	input.metadata.labels[key]
	msg := sprintf("has %s", [key])
}
