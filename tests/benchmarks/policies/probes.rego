package main

import rego.v1

import data.lib.workloads

ports_of(container) := {key |
	some port in container.ports
	some key in [port.name, port.containerPort]
}

probes := {"livenessProbe", "readinessProbe", "startupProbe"}

deny_readiness contains message if {
	workloads.long_running
	some container in workloads.main_containers
	count(object.get(container, "ports", [])) > 0
	not container.readinessProbe
	message := sprintf("%s: container %q has no readiness probe", [workloads.name, container.name])
}

warn_liveness contains message if {
	workloads.long_running
	some container in workloads.main_containers
	not container.livenessProbe
	message := sprintf("%s: container %q has no liveness probe", [workloads.name, container.name])
}

deny_same_probes contains message if {
	some container in workloads.main_containers
	container.livenessProbe == container.readinessProbe
	message := sprintf("%s: container %q: both probes are the same", [workloads.name, container.name])
}

deny_probe_port contains message if {
	some container in workloads.main_containers
	some probe in probes
	port := container[probe].httpGet.port
	not port in ports_of(container)
	message := sprintf("%s: %s of %q asks port %v, which is not open", [workloads.name, probe, container.name, port])
}

deny_probe_in_job contains message if {
	input.kind in {"Job", "CronJob"}
	some container in workloads.main_containers
	container.readinessProbe
	message := sprintf("%s: container %q of a job has a readiness probe", [workloads.name, container.name])
}
