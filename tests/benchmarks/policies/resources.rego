package main

import rego.v1

import data.lib.quantities
import data.lib.workloads

needed := {"cpu", "memory"}

deny_requests contains message if {
	some container in workloads.containers
	given := {name | some name, _ in container.resources.requests}
	missing := needed - given
	count(missing) > 0
	message := sprintf("%s: container %q requests no %s", [workloads.name, container.name, concat(", ", missing)])
}

deny_memory_limit contains message if {
	some container in workloads.containers
	not container.resources.limits.memory
	message := sprintf("%s: container %q has no memory limit", [workloads.name, container.name])
}

deny_memory_over_limit contains message if {
	some container in workloads.containers
	request := quantities.memory(container.resources.requests.memory)
	limit := quantities.memory(container.resources.limits.memory)
	request > limit
	message := sprintf("%s: container %q requests %d of %d bytes", [workloads.name, container.name, request, limit])
}

warn_large_request contains message if {
	total := sum([quantities.cpu(container.resources.requests.cpu) |
		some container in workloads.main_containers
	])
	total > 4000
	message := sprintf("%s: a pod requests %dm of processors", [workloads.name, total])
}

warn_limit_ratio contains message if {
	some container in workloads.main_containers
	request := quantities.memory(container.resources.requests.memory)
	limit := quantities.memory(container.resources.limits.memory)
	request > 0
	limit / request > 4
	message := sprintf("%s: container %q may use %v times what it requests", [workloads.name, container.name, limit / request])
}

deny_replicas contains message if {
	input.kind == "Deployment"
	workloads.label("example.com/tier") == "frontend"
	object.get(input.spec, "replicas", 1) < 2
	message := sprintf("%s: a frontend needs two replicas", [workloads.name])
}

warn_many_replicas contains message if {
	workloads.long_running
	input.spec.replicas > 20
	message := sprintf("%s: %d replicas; let them be scaled", [workloads.name, input.spec.replicas])
}
