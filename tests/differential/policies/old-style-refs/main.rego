package main

deny contains msg if {
	container := input.spec.template.spec.containers[i]
	port := container.ports[j].containerPort
	port < 1024
	msg := sprintf("containers[%d].ports[%d]: %d", [i, j, port])
}

warn contains key if input.metadata.labels[key] == input.metadata.name
